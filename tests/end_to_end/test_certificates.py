"""Who clients and instances are by their certificates, from end to end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from OpenSSL import SSL, crypto
from twisted.internet.endpoints import (
    TCP4ClientEndpoint,
    TCP4ServerEndpoint,
    connectProtocol,
    wrapClientTLS,
    wrapServerTLS,
)
from twisted.internet.interfaces import IOpenSSLContextFactory
from twisted.internet.protocol import Factory
from twisted.internet.ssl import Certificate, CertificateOptions, trustRootFromCertificates
from zope.interface import implementer

from altlas.tls.pins import fingerprint
from tests.end_to_end.harness import ANY_PORT, running_gateway
from tests.end_to_end.harness import ini as ini_of
from tests.end_to_end.observed import problem
from tests.end_to_end.rawclient import RawClient, request
from tests.end_to_end.rude import answers, response
from tests.end_to_end.served import Served
from tests.tls.authority import Authority, Issued
from tests.tls.shaking import client as client_context
from tests.upstream.server import Peer, Server

#: one more bind for whichever port is free, in a spelling that no other listener has
THIRD = f"{ANY_PORT}:backlog=50"
CLAIMS = (b"X-Client-Cert-Subject", b"X-Client-Cert-Fingerprint", b"X-Who")
FORGED = (
    b"X-Client-Cert-Subject: CN=admin",
    b"x_client_cert-subject: CN=admin",
    b"X-Client-Cert-Fingerprint: 00",
    b"X-Who: CN=admin",
    b"X_WHO: CN=admin",
    b"Connection: X-Who",
)


@implementer(IOpenSSLContextFactory)
class Shows:
    """TLS of a client, perhaps with a certificate."""

    def __init__(self, shows: Issued | None) -> None:
        self._shows = shows

    def getContext(self) -> SSL.Context:
        """What it begins with."""
        return client_context(shows=self._shows)


class Certified(Served):
    """A folder with authorities and certificates."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).resolve()
        self.folder.mkdir()
        self.authority, self.clients = Authority.made(), Authority.made("clients")
        self.ca = self.authority.written(self.folder)
        self.known = self.clients.issue("runner")

    def listener(self, *lines: str, verify: str = "optional") -> str:
        """The lines of a listener that asks for certificates."""
        pair = self.authority.issue("gateway.test").written(self.folder, "own")
        clients = self.clients.written(self.folder, "clients")
        return "\n".join(
            [
                f"bind = {ANY_PORT}",
                f"tls.certificate = {pair[0]}",
                f"tls.key = {pair[1]}",
                f"tls.client-ca = {clients}",
                f"tls.client-verify = {verify}",
                *lines,
            ]
        )

    async def tls_client(self, shows: Issued | None = None, listener: str = "public") -> RawClient:
        """A client over TLS."""
        from twisted.internet import reactor

        clock: Any = reactor
        plain = TCP4ClientEndpoint(clock, "127.0.0.1", self.gateway.port(listener))
        secured = wrapClientTLS(Shows(shows), plain)  # type: ignore[arg-type]
        client: RawClient = await connectProtocol(secured, RawClient(clock))
        self.addCleanup(lambda: None if client.closed else client.reset())
        return client

    def said(self) -> dict[bytes, bytes]:
        """What the backend was told of the client in the last request."""
        names = {name.lower(): name for name in CLAIMS}
        found: dict[bytes, bytes] = {}
        for name, value in self.passed.fields:
            plain = name.lower().replace(b"_", b"-")
            if plain in names:
                self.assertNotIn(plain, found)
                found[plain] = value
        return {names[name]: value for name, value in found.items()}


class ClientTests(Certified):
    """Clients that say who they are, and clients that lie."""

    async def test_told(self) -> None:
        """The backend is told who a client is, by certificate alone, with every request."""
        more = f"[listener:public]\n{self.listener()}"
        await self.serve(answers(response(b"x")), more=more)
        for shows, wanted in ((self.known, b"CN=runner"), (None, None)):
            client = await self.tls_client(shows)
            for _ in range(2):
                client.send(request(b"GET", b"/", *FORGED[:3]))
                await client.response()
                self.assertEqual(self.said().get(b"X-Client-Cert-Subject"), wanted)

    async def test_other_listener(self) -> None:
        """What one listener says nobody can say at another, even who is trusted there."""
        lines = "tls.client-header = X-Who", "tls.client-fingerprint-header = off"
        secure = self.listener(*lines)
        more = (
            f"[listener:public]\nbind = {THIRD}\ntrust = 127.0.0.0/8\n[listener:secure]\n{secure}"
        )
        await self.serve(answers(response(b"x")), more=more)
        await self.client.get(b"/", *FORGED)
        self.assertNotIn(b"X-Who", self.said())
        client = await self.tls_client(self.known, "secure")
        client.send(request(b"GET", b"/", *FORGED))
        await client.response()
        self.assertEqual(self.said(), {b"X-Who": b"CN=runner"})

    async def test_trailers(self) -> None:
        """Nor after a body."""
        lines = "tls.client-header = X-Who", "tls.client-fingerprint-header = off"
        more = f"[listener:public]\n{self.listener(*lines)}"
        await self.serve(answers(response(b"x")), more=more)
        client = await self.tls_client()
        head = request(b"POST", b"/", b"Transfer-Encoding: chunked", b"TE: trailers")
        client.send(head + b"1\r\nx\r\n0\r\nX-Who: CN=admin\r\nX-Sum: 1\r\n\r\n")
        await client.response()
        self.assertNotIn(b"X-Who", self.passed.raw)
        self.assertIn(b"X-Sum: 1", self.passed.raw)

    async def test_hsts(self) -> None:
        """Answers over TLS say for how long browsers are to come so."""
        more = f"[listener:public]\n{self.listener('tls.hsts = 1d')}"
        await self.serve(answers(response(b"x")), more=more)
        client = await self.tls_client()
        client.send(request(b"GET", b"/") + b"nonsense\r\n\r\n")
        for status in (200, 400):
            answer = await client.response()
            self.assertEqual(answer.status, status)
            self.assertEqual(answer.value(b"Strict-Transport-Security"), b"max-age=86400")


class RedirectTests(Certified):
    """From HTTP to HTTPS."""

    async def test_redirect(self) -> None:
        """Who comes without TLS is sent to the same address with it, and is served there."""
        more = (
            f"[listener:public]\nbind = {THIRD}\n"
            f"[listener:secure]\n{self.listener()}\n"
            "[route:to-tls]\npath = /\npriority = 1\nredirect.to = https:\n"
            "redirect.port = 8443\nredirect.status = 307"
        )
        await self.serve(answers(response(b"x")), more=more)
        answer = await self.client.get(b"/a/b?c=d")
        self.assertEqual(answer.status, 307)
        self.assertEqual(answer.value(b"Location"), b"https://gateway.test:8443/a/b?c=d")
        client = await self.tls_client(listener="secure")
        client.send(request(b"GET", b"/a/b?c=d"))
        self.assertEqual((await client.response()).body, b"x")


class InstanceTests(Certified):
    """Instances that want to see a certificate, and are known by their keys."""

    async def instance(self, issued: Issued, *lines: str) -> None:
        """A gateway before an instance that shows `issued`; further lines for the backend."""
        from twisted.internet import reactor

        self.server = Server()
        self.server.answers(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        clock: Any = reactor
        options = CertificateOptions(
            privateKey=_pkey(issued),
            certificate=_x509(issued),
            acceptableProtocols=[b"http/1.1"],
            **self.wants(),
        )
        endpoint = wrapServerTLS(options, TCP4ServerEndpoint(clock, 0, interface="127.0.0.1"))
        self.port = await endpoint.listen(Factory.forProtocol(lambda: Peer(self.server)))
        self.addCleanup(self.port.stopListening)
        url = f"https://127.0.0.1:{self.port.getHost().port}"
        text = "\n".join([f"instances = {url}", f"tls.ca = {self.ca}", *lines])
        self.gateway = await running_gateway(self, ini_of(backend=text))
        self.client = await self.gateway.client()

    def wants(self) -> dict[str, Any]:
        """What the instance wants of its clients."""
        return {"trustRoot": trustRootFromCertificates([Certificate.loadPEM(self.clients.pem)])}

    async def test_own_certificate(self) -> None:
        """An instance that asks for a certificate is shown ours."""
        own = self.known.written(self.folder, "client")
        lines = f"tls.certificate = {own[0]}", f"tls.key = {own[1]}"
        await self.instance(self.authority.issue("127.0.0.1"), *lines)
        self.assertEqual((await self.client.get()).body, b"hello")
        rows = [row["section"] for row in self.gateway.service.view.tls()]
        self.assertEqual(rows, ["backend:demo"])

    async def test_none(self) -> None:
        """Without one it is not spoken to, and the client is told as much as it may be."""
        await self.instance(self.authority.issue("127.0.0.1"))
        answer = await self.client.get()
        self.assertEqual(answer.status, 502)
        self.assertNotIn(b"127.0.0.1", answer.body)

    async def test_pin(self) -> None:
        """An instance with another key than the pinned one gets no request."""
        issued = self.authority.issue("127.0.0.1")
        own = self.known.together(self.folder, "client")
        pins = fingerprint(issued.certificate).hex(), "0" * 64
        for pin, status in zip(pins, (200, 502), strict=True):
            lines = f"tls.certificate = {own}", f"tls.pin = {pin}"
            await self.instance(issued, *lines)
            answer = await self.client.get()
            self.assertEqual(answer.status, status)
        self.assertEqual(problem(answer)["flag"], "UF")
        self.assertNotIn(b"GET", b"".join(peer.received for peer in self.server.peers))


def _pkey(issued: Issued) -> Any:
    return crypto.PKey.from_cryptography_key(issued.key)


def _x509(issued: Issued) -> Any:
    return crypto.X509.from_cryptography(issued.certificate)
