"""What is said over TLS arrives, and nothing that was not said by it."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.tls import ListenerTls
from altlas.tls.layer import TLSLayer, TLSLayers
from altlas.tls.server import ServerTLS
from tests.tls.authority import Authority

#: how much is said at once: less than a record, one, some, many
SIZES = (1, 300, 16384, 16385, 70_000, 1_000_000)


class Heard(Protocol):
    """Keeps what comes, and how the connection ended."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.ends: list[BaseException] = []
        self.paused = 0
        self.then: Callable[[], object] = lambda: None

    def dataReceived(self, data: bytes) -> None:
        self.data.append(data)
        self.then()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.ends.append(reason.value)


class Wire(StringTransport):
    """Keeps what was written until it is taken."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        data = self.value()
        self.clear()
        return data


class Client:
    """Python's own TLS, which shares nothing with ours but OpenSSL."""

    def __init__(self, version: ssl.TLSVersion) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = context.maximum_version = version
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing)

    def shake(self) -> bool:
        """Whether the hands are shaken."""
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def said(self, data: bytes) -> bytes:
        """What `data` is on the wire."""
        place = 0
        while place < len(data):
            place += self.tls.write(data[place:])
        return self.outgoing.read()

    def hears(self, wire: bytes) -> bytes:
        """What is said by `wire`."""
        self.incoming.write(wire)
        found = b""
        while True:
            try:
                data = self.tls.read(65536)
            except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
                return found
            found += data
            if not data:
                return found


class LayerTests(SynchronousTestCase):
    """One connection, in memory."""

    version = ssl.TLSVersion.TLSv1_3

    def setUp(self) -> None:
        folder = Path(self.mktemp())
        folder.mkdir()
        certificate, key = Authority.made().issue("a.test").written(folder, "a")
        settings = ListenerTls(certificate=(certificate,), key=(key,))
        server = ServerTLS.of(settings, [b"http/1.1"], time.time())
        self.heard, self.wire = Heard(), Wire()
        inner = Factory()
        inner.buildProtocol = lambda _: self.heard  # type: ignore[method-assign]
        clock: Any = Clock()
        layer: Any = TLSLayers(server, False, inner, clock).buildProtocol(None)
        self.layer: TLSLayer = layer
        self.layer.makeConnection(self.wire)
        self.client = Client(self.version)

    def shake(self) -> None:
        """Until both sides agree."""
        while not self.client.shake():
            self.exchange()
        self.exchange()
        self.client.hears(b"")

    def exchange(self) -> None:
        """Carry what either side has written."""
        self.layer.dataReceived(self.client.outgoing.read())
        self.client.incoming.write(self.wire.taken())

    @property
    def data(self) -> bytes:
        """All that was heard."""
        return b"".join(self.heard.data)

    def lose(self, reason: Exception) -> BaseException:
        """Lose the transport; what the protocol is told of it."""
        self.layer.connectionLost(Failure(reason))
        (end,) = self.heard.ends
        return end

    # --- messages ----------------------------------------------------------------------

    def test_reads(self) -> None:
        """What the client says is heard, whatever its size."""
        self.shake()
        for size in SIZES:
            self.heard.data.clear()
            self.layer.dataReceived(self.client.said(b"x" * size))
            self.assertEqual(self.data, b"x" * size)
        self.assertEqual(self.wire.taken(), b"")

    def test_writes(self) -> None:
        """What is written is heard by the client, whatever its size."""
        self.shake()
        for size in (0, *SIZES):
            self.layer.write(b"y" * size)
            self.assertEqual(self.client.hears(self.wire.taken()), b"y" * size)
        self.layer.writeSequence([b"one", b"two"])
        self.assertEqual(self.client.hears(self.wire.taken()), b"onetwo")

    def test_one_write(self) -> None:
        """What is written at once goes out at once."""
        self.shake()
        writes: list[Any] = []
        self.patch(self.wire, "write", writes.append)
        self.patch(self.wire, "writeSequence", writes.append)
        self.layer.write(b"y" * 300)
        self.assertEqual(len(writes), 1)
        self.layer.write(b"y" * 300_000)
        self.assertEqual(len(writes), 2)

    def test_pieces(self) -> None:
        """Records may come in pieces, and several at once."""
        self.shake()
        wire = self.client.said(b"one") + self.client.said(b"two") + self.client.said(b"three")
        for place in range(len(wire)):
            self.layer.dataReceived(wire[place : place + 1])
        self.assertEqual(self.heard.data, [b"one", b"two", b"three"])
        self.layer.dataReceived(self.client.said(b"four") + self.client.said(b"five"))
        self.assertEqual(self.heard.data[3:], [b"four", b"five"])

    def test_with_the_handshake(self) -> None:
        """What comes together with the handshake's last message is heard."""
        while not self.client.shake():
            self.exchange()
        self.layer.dataReceived(self.client.outgoing.read() + self.client.said(b"at once"))
        self.assertEqual(self.data, b"at once")

    def test_early_write(self) -> None:
        """What is written before the handshake is over waits for it."""
        self.layer.write(b"early")
        self.assertNotIn(b"early", self.wire.value())
        self.shake()
        self.layer.write(b" late")
        self.assertTrue(self.client.hears(self.wire.taken()).endswith(b" late"))

    def test_answer_within(self) -> None:
        """Who answers while he is told is heard in that order."""
        self.shake()
        self.heard.then = lambda: self.layer.write(b"%d" % len(self.heard.data))
        self.layer.dataReceived(self.client.said(b"one") + self.client.said(b"two"))
        self.assertEqual(self.client.hears(self.wire.taken()), b"12")

    def test_memory(self) -> None:
        """OpenSSL holds nothing of what was heard or written, nor more at a time than a little."""
        self.shake()
        most: list[int] = []
        self.heard.then = lambda: most.append(_held(self.layer._into))
        self.layer.dataReceived(self.client.said(b"x" * 1_000_000))
        self.assertLessEqual(max(most), 32 * 1024)
        self.layer.write(b"x" * 1_000_000)
        self.assertEqual((_held(self.layer._into), _held(self.layer._out)), (0, 0))

    # --- what is not said --------------------------------------------------------------

    def test_plain_text(self) -> None:
        """Who does not speak TLS is not heard, and told nothing."""
        self.layer.dataReceived(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertTrue(self.wire.disconnecting)
        self.layer.write(b"secret")
        self.layer.dataReceived(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertNotIn(b"secret", self.wire.value())
        self.assertEqual(self.heard.data, [])
        self.assertIsInstance(self.lose(ConnectionDone()), SSL.Error)

    def test_plain_text_later(self) -> None:
        """Nor is it heard once both agree; what is written after it goes nowhere."""
        self.shake()
        self.layer.dataReceived(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertTrue(self.wire.disconnecting)
        self.wire.taken()
        self.layer.write(b"secret")
        self.layer.dataReceived(self.client.said(b"too late"))
        self.assertEqual((self.wire.taken(), self.heard.data), (b"", []))
        self.assertIsInstance(self.lose(ConnectionDone()), SSL.Error)

    def test_forged(self) -> None:
        """A record that was changed on its way ends the connection; those before it count."""
        self.shake()
        good, bad = self.client.said(b"good"), bytearray(self.client.said(b"bad"))
        bad[-1] ^= 1
        self.layer.dataReceived(good + bytes(bad))
        self.assertEqual(self.heard.data, [b"good"])
        self.assertTrue(self.wire.disconnecting)
        alert = self.wire.taken()
        self.assertRaises(ssl.SSLError, self.client.hears, alert)
        self.assertIsInstance(self.lose(ConnectionDone()), SSL.Error)

    def test_only_what_was_said(self) -> None:
        """Nothing of another message is left in one that is shorter."""
        self.shake()
        self.layer.dataReceived(self.client.said(b"x" * 16384))
        self.layer.dataReceived(self.client.said(b"y"))
        self.assertEqual(self.heard.data[-1], b"y")

    # --- the end -----------------------------------------------------------------------

    def test_good_bye(self) -> None:
        """A client that says good-bye is answered with one: that is a clean end."""
        self.shake()
        wire = self.client.said(b"last")
        self.assertRaises(ssl.SSLWantReadError, self.client.tls.unwrap)
        self.layer.dataReceived(wire + self.client.outgoing.read())
        self.assertEqual(self.data, b"last")
        self.assertTrue(self.wire.disconnecting)
        self.client.incoming.write(self.wire.taken())
        self.client.tls.unwrap()
        self.assertIsInstance(self.lose(ConnectionDone()), ConnectionDone)

    def test_truncated(self) -> None:
        """An end without a good-bye is no clean end."""
        self.shake()
        wire = self.client.said(b"last")
        self.layer.dataReceived(wire[:-1])
        self.assertIsInstance(self.lose(ConnectionDone()), ConnectionLost)
        self.assertEqual(self.heard.data, [])

    def test_lose(self) -> None:
        """Our good-bye comes after what was written, and nothing after it."""
        self.shake()
        self.layer.write(b"last")
        self.layer.loseConnection()
        self.layer.write(b"never")
        self.assertFalse(self.wire.disconnecting)  # the client's is waited for
        self.assertEqual(self.client.hears(self.wire.taken()), b"last")
        self.client.tls.unwrap()
        self.layer.dataReceived(self.client.outgoing.read())
        self.assertTrue(self.wire.disconnecting)
        self.assertIsInstance(self.lose(ConnectionDone()), ConnectionDone)

    def test_lose_within(self) -> None:
        """Who says good-bye while he is told still hears what came with it."""
        self.shake()
        self.heard.then = self.layer.loseConnection
        self.layer.dataReceived(self.client.said(b"one") + self.client.said(b"two"))
        self.assertEqual(self.heard.data, [b"one", b"two"])

    def test_abort_within(self) -> None:
        """Who aborts while he is told hears no more."""
        self.shake()
        self.heard.then = self.layer.abortConnection
        self.layer.dataReceived(self.client.said(b"one") + self.client.said(b"two"))
        self.layer.dataReceived(self.client.said(b"three"))
        self.layer.write(b"never")
        self.assertEqual(self.heard.data, [b"one"])
        self.assertTrue(self.wire.disconnected)

    def test_lost_within(self) -> None:
        """A connection that is lost while its protocol is told ends there."""
        self.shake()

        def lose() -> None:
            self.heard.then = lambda: None
            self.layer.connectionLost(Failure(ConnectionDone()))

        self.heard.then = lose
        self.layer.dataReceived(self.client.said(b"one") + self.client.said(b"two"))
        self.layer.write(b"never")
        self.assertEqual((self.heard.data[0], len(self.heard.ends)), (b"one", 1))

    def test_producer(self) -> None:
        """A producer is paused by the transport, and its last write comes before the good-bye."""
        self.shake()
        self.layer.registerProducer(self, True)
        self.wire.producer.pauseProducing()
        self.assertEqual(self.heard.paused, 1)
        self.layer.loseConnection()
        self.layer.write(b"last")
        self.layer.unregisterProducer()
        self.assertEqual(self.client.hears(self.wire.taken()), b"last")
        self.client.tls.unwrap()

    def pauseProducing(self) -> None:
        """Count."""
        self.heard.paused += 1


class OlderTests(LayerTests):
    """The same with TLS 1.2."""

    version = ssl.TLSVersion.TLSv1_2


def _held(bio: Any) -> int:
    from OpenSSL._util import ffi, lib

    held: int = lib.BIO_get_mem_data(bio, ffi.NULL)
    return held
