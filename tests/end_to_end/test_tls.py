"""A listener with TLS keeps the same promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol, wrapClientTLS
from twisted.internet.ssl import CertificateOptions

from altlas.edge import farewell
from tests.end_to_end.bulk import MEBIBYTE, pieces, pour
from tests.end_to_end.rawclient import RawClient, request
from tests.end_to_end.rude import Behaviour, Connection, answers, resets, response, stalls
from tests.end_to_end.served import Served


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Files of a fresh key and its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    folder.mkdir()
    key_file, certificate_file = folder / "key.pem", folder / "certificate.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(pem, *plain))
    certificate_file.write_bytes(certificate.public_bytes(pem))
    return key_file, certificate_file


class TLSTests(Served):
    """Over TLS, by the keys that are the gateway's own."""

    def bound(self, key: Path, certificate: Path) -> str:
        """What a listener is told."""
        bind = "bind = tcp:0:interface=127.0.0.1"
        return f"{bind}\ntls.certificate = {certificate}\ntls.key = {key}"

    async def secure(self, behaviour: Behaviour, **settings: str) -> RawClient:
        """A gateway that listens with TLS, and a client of it."""
        key, certificate = self_signed(Path(self.mktemp()).absolute())
        listener = self.bound(key, certificate)
        await self.serve(behaviour, more=f"[listener:public]\n{listener}", **settings)
        return await self.another()

    async def another(self) -> RawClient:
        """One more client over TLS."""
        from twisted.internet import reactor

        clock: Any = reactor
        plain = TCP4ClientEndpoint(clock, "127.0.0.1", self.gateway.port())
        secured = wrapClientTLS(CertificateOptions(), plain)
        client: RawClient = await connectProtocol(secured, RawClient(clock))
        self.addCleanup(lambda: None if client.closed else client.reset())
        return client

    async def test_serves(self) -> None:
        """Requests are served in order, and the backend is told of https."""
        client = await self.secure(answers(response(b"x")))
        client.send(request(b"GET", b"/a") + request(b"POST", b"/b", body=b"12"))
        self.assertEqual([(await client.response()).body for _ in range(2)], [b"x", b"x"])
        self.assertEqual(self.passed.value(b"X-Forwarded-Proto"), b"https")
        self.assertTrue((await self.reported()).tls)

    async def test_refuses(self) -> None:
        """A refusal arrives whole, and the connection closes after it."""
        client = await self.secure(answers(response()))
        client.send(b"nonsense\r\n\r\n")
        self.assertEqual((await client.response()).status, 400)
        self.assertEqual(await client.gone(), b"")
        self.assertEqual(self.backend.connections, [])

    async def test_large_and_closed(self) -> None:
        """A large answer that ends with a close arrives whole at a slow client."""

        async def large(connection: Connection) -> None:
            await connection.head()
            connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
            await pour(connection, pieces(4 * MEBIBYTE)).done
            connection.close()

        client = await self.secure(large)
        client.read_slowly(0.001)
        client.send(b"GET / HTTP/1.0\r\n\r\n")
        await client.take_until(b"\r\n\r\n")
        await client.swallow(4 * MEBIBYTE)
        self.assertEqual(await client.gone(), b"")

    async def test_drain(self) -> None:
        """A drain does not wait for an idle client that leaves TLS' good-bye unanswered."""
        self.patch(farewell, "LINGER_SECONDS", 0.1)
        client = await self.secure(answers(response(b"x")))
        client.send(request(b"GET", b"/"))
        self.assertEqual((await client.response()).body, b"x")
        from twisted.internet import reactor

        clock: Any = reactor
        # Nothing more is read: not even TLS gets to answer.
        client.transport.transport.pauseProducing()
        stopping = Deferred.fromCoroutine(self.gateway.stop())
        stopping.addTimeout(5, clock)
        await stopping

    async def test_upload(self) -> None:
        """A large body passes."""

        async def swallows(connection: Connection) -> None:
            await connection.head()
            await connection.swallow(4 * MEBIBYTE)
            connection.send(response(b"all"))

        client = await self.secure(swallows)
        client.send(request(b"PUT", b"/", b"Content-Length: %d" % (4 * MEBIBYTE)))
        await pour(client, pieces(4 * MEBIBYTE)).done
        self.assertEqual((await client.response()).body, b"all")

    async def test_ends(self) -> None:
        """A client that leaves cancels; a backend that leaves cuts the answer visibly."""
        client = await self.secure(stalls())
        client.send(request(b"GET", b"/"))
        await client.sleep(0.05)
        client.close()
        await client.gone()
        self.assertEqual((await self.reported()).flag, "DC")
        await self.backend.abandoned()
        self.backend.behaviour = resets(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        client = await self.another()
        client.send(request(b"GET", b"/"))
        await client.gone()
        self.assertTrue(client.received.endswith(b"\r\n\r\nhalf"))


class BindTests(TLSTests):
    """The same over Twisted's own TLS, chosen by the bind."""

    def bound(self, key: Path, certificate: Path) -> str:
        return f"bind = ssl:0:interface=127.0.0.1:privateKey={key}:certKey={certificate}"
