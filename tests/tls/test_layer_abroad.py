"""The layer against OpenSSL's own client, over a socket: what a client in memory cannot ask for."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from twisted.internet.protocol import Factory, Protocol
from twisted.internet.utils import getProcessOutput
from twisted.trial.unittest import TestCase

from altlas.settings.tls import ListenerTls
from altlas.tls.layer import TLSLayers
from altlas.tls.server import ServerTLS
from tests.tls.authority import Authority

LARGE = 100_000


class Echo(Protocol):
    """Says what it hears."""

    def dataReceived(self, data: bytes) -> None:
        transport: Any = self.transport
        transport.write(data)


class AbroadTests(TestCase):
    """One client, which takes single letters for orders: K, say, changes its keys."""

    if shutil.which("openssl") is None or shutil.which("sh") is None:
        skip = "there is no openssl, or no shell"

    def setUp(self) -> None:
        from twisted.internet import reactor

        clock: Any = reactor
        folder = Path(self.mktemp())
        folder.mkdir()
        certificate, key = Authority.made().issue("a.test").written(folder, "a")
        settings = ListenerTls(certificate=(certificate,), key=(key,))
        server = ServerTLS.of(settings, [b"http/1.1"], time.time())
        factory = TLSLayers(server, False, Factory.forProtocol(Echo), clock)
        port = clock.listenTCP(0, factory, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        self.address = f"127.0.0.1:{port.getHost().port}"

    async def client(self, says: str, *words: str) -> bytes:
        """What a client writes that is given what a shell's command says."""
        command = f"({says}) | openssl s_client -connect {self.address} {' '.join(words)} 2>&1"
        output: bytes = await getProcessOutput("/bin/sh", ["-c", command], errortoo=True)
        return output

    async def test_new_keys(self) -> None:
        """A client may change its keys, and have us change ours."""
        says = "sleep .3; echo one; sleep .2; echo k; sleep .2; echo two; "
        says += "sleep .2; echo K; sleep .2; echo three; sleep .3; echo Q"
        lines = (await self.client(says, "-tls1_3")).splitlines()
        self.assertEqual(
            [line for line in lines if line in (b"one", b"two", b"three")],
            [b"one", b"two", b"three"],
        )

    async def test_no_renegotiation(self) -> None:
        """Nobody may shake hands again: the connection ends with that."""
        says = "sleep .3; echo one; sleep .2; echo R; sleep .3; echo two; sleep .3"
        lines = (await self.client(says, "-tls1_2")).splitlines()
        self.assertEqual([line for line in lines if line in (b"one", b"two")], [b"one"])

    async def test_small_records(self) -> None:
        """A client that wants small records gets them, large writes and all."""
        says = f"head -c {LARGE} /dev/zero | tr '\\0' '~'; sleep 1"
        output = await self.client(says, "-maxfraglen 512 -quiet -no_ign_eof -nocommands")
        self.assertEqual(output.count(b"~"), LARGE)
