"""An instance on a real socket of the loopback address, that does what a test says."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import TCP4ServerEndpoint, wrapServerTLS
from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import CertificateOptions, PrivateCertificate
from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase
from zope.interface import implementer

from altlas.timers import Timers
from altlas.upstream.agent import GatewayAgent
from altlas.upstream.client import GatewayClient
from altlas.upstream.pool import PoolSettings

reactor: Any = _reactor


class Peer(Protocol):
    """One connection as the instance sees it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.received = b""
        self.size = 0
        self.closed: Deferred[Any] = Deferred()

    def connectionMade(self) -> None:
        self._server.peers.append(self)
        self._server.on_connect(self)

    def dataReceived(self, data: bytes) -> None:
        self.size += len(data)
        self.received = (self.received + data)[-65536:]
        self._server.on_data(self)

    def connectionLost(self, reason: Any = None) -> None:
        self.closed.callback(None)


class Server:
    """Listens; `on_connect` and `on_data` are what it does."""

    def __init__(self) -> None:
        self.peers: list[Peer] = []
        self.on_connect: Callable[[Peer], object] = lambda peer: None
        self.on_data: Callable[[Peer], object] = lambda peer: None
        self.port: Any = None

    def answers(self, answer: bytes) -> None:
        """Give this answer to every head that is complete."""

        def on_data(peer: Peer) -> None:
            if b"\r\n\r\n" in peer.received:
                peer.received = b""
                peer.transport.write(answer)

        self.on_data = on_data

    async def listen(self, certificate: PrivateCertificate | None = None) -> None:
        endpoint: Any = TCP4ServerEndpoint(reactor, 0, interface="127.0.0.1")
        if certificate is not None:
            endpoint = wrapServerTLS(_options(certificate), endpoint)
        factory = Factory.forProtocol(lambda: Peer(self))
        factory.noisy = False
        self.port = await endpoint.listen(factory)


class LoopbackCase(TestCase):
    """A test with one instance on a real socket and a clock that stands still."""

    timeout = 20
    scheme = b"http"

    async def serve(self, certificate: PrivateCertificate | None = None, **settings: Any) -> Server:
        self.server = Server()
        await self.server.listen(certificate)
        self.addCleanup(self.server.port.stopListening)
        self.clock = Clock()
        self.agent = GatewayAgent(reactor, Timers(self.clock))
        self.addCleanup(_close, self.server, self.agent)
        self.client = GatewayClient(self.agent)
        self.origin = b"%b://127.0.0.1:%d" % (self.scheme, self.server.port.getHost().port)
        self.agent.register(self.origin, PoolSettings(**settings))
        return self.server

    def get(self, method: str = "GET", **options: Any) -> Deferred[Any]:
        return self.client.request(method, self.origin + b"/", **options)


def _options(certificate: PrivateCertificate) -> CertificateOptions:
    # Without protocols of its own, Twisted's server fails whoever offers some (OpenSSL 4).
    return CertificateOptions(
        privateKey=certificate.privateKey.original,
        certificate=certificate.original,
        acceptableProtocols=[b"http/1.1"],
    )


async def _close(server: Server, agent: GatewayAgent) -> None:
    live = [peer for peer in server.peers if not peer.closed.called]
    for peer in live:
        peer.transport.abortConnection()
    await agent.close()
    for peer in live:
        await peer.closed


def turns(count: int = 1) -> Deferred[None]:
    """Let the reactor run so many turns."""
    if not count:
        return succeed(None)
    turned: Deferred[None] = Deferred()
    reactor.callLater(0, turned.callback, None)
    return turned.addCallback(lambda _: turns(count - 1))


async def until(condition: Callable[[], object]) -> None:
    """Let the reactor run until something is so."""
    while not condition():
        await turns()


async def standstill(count: Callable[[], int], quiet: int = 100) -> int:
    """Let the reactor run until `count` has not changed for so many turns; it."""
    last, since = count(), 0
    while since < quiet:
        await turns()
        since = since + 1 if count() == last else 0
        last = count()
    return last


@implementer(IPushProducer)
class Flood:
    """Writes pieces to a transport or consumer whenever it is allowed to."""

    PIECE = b"x" * 65536

    def __init__(self, outlet: Any, pieces: int, ended: Callable[[], object]) -> None:
        self._outlet = outlet
        self._left = pieces
        self._ended = ended
        self._paused = False
        self._running = False
        self.written = 0

    def start(self) -> None:
        self._outlet.registerProducer(self, True)
        self.resumeProducing()

    def resumeProducing(self) -> None:
        self._paused = False
        if self._running:
            return
        self._running = True
        while self._left and not self._paused:
            self._left -= 1
            self.written += len(self.PIECE)
            self._outlet.write(self.PIECE)
        self._running = False
        if not self._left and self._ended is not None:
            ended, self._ended = self._ended, None  # type: ignore[assignment]
            ended()

    def pauseProducing(self) -> None:
        self._paused = True

    def stopProducing(self) -> None:
        self._paused = True
        self._left = 0
        self._ended = None  # type: ignore[assignment]


def certificate(name: str) -> tuple[PrivateCertificate, bytes]:
    """Make a certificate that vouches for itself, for a name or an address; and its PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an instance")])
    alternative: x509.GeneralName = x509.DNSName(name)
    if name[0].isdigit():
        alternative = x509.IPAddress(ip_address(name))
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return PrivateCertificate.loadPEM(pem + secret), pem
