"""A listener behind a balancer that speaks the PROXY protocol."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol, wrapClientTLS
from twisted.internet.ssl import CertificateOptions

from tests.end_to_end.haproxy import PROGRAM, Haproxy
from tests.end_to_end.harness import ANY_PORT
from tests.end_to_end.rawclient import RawClient, raw_client, request
from tests.end_to_end.rude import answers, response
from tests.end_to_end.served import Served
from tests.end_to_end.test_tls import self_signed

V1 = b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"
V2 = (
    b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0f"
    + bytes((192, 0, 2, 1, 198, 51, 100, 2))
    + b"\xdc\x04\x01\xbb\x04\x00\x00"
)
FROM = "proxy-protocol.from = 127.0.0.0/8"


class FrontedCase(Served):
    """A gateway behind a balancer."""

    async def front(self, *lines: str, bind: str = ANY_PORT) -> RawClient:
        """A connection of the balancer to the listener with those lines."""
        listener = "\n".join(["[listener:public]", f"bind = {bind}", *lines])
        return await self.serve(answers(response(b"x")), more=listener)


class HeaderTests(FrontedCase):
    """Headers byte by byte."""

    async def test_believed(self) -> None:
        """The client that the header names is the one in fields and log, in both versions."""
        for header in (V1, V2):
            client = await self.front("proxy-protocol = on", FROM)
            client.send(header + request(b"GET", b"/", b"X-Forwarded-For: 10.9.9.9"))
            self.assertEqual((await client.response()).body, b"x")
            self.assertEqual(self.passed.value(b"X-Forwarded-For"), b"192.0.2.1")
            self.assertEqual(self.passed.value(b"X-Forwarded-Port"), b"443")
            self.assertEqual((await self.reported()).client, "192.0.2.1")
            self.assertEqual((await client.get()).body, b"x")

    async def test_in_slices(self) -> None:
        """However it is cut up, and with the request behind it."""
        client = await self.front("proxy-protocol = v2", FROM)
        await client.send_in_slices(V2 + request(b"GET", b"/"), 3)
        self.assertEqual((await client.response()).body, b"x")

    async def test_trust_is_the_clients(self) -> None:
        """Whether fields are believed is asked of the client, and not of the balancer."""
        for trust, expected in (("127.0.0.1", b"192.0.2.1"), ("192.0.2.1", b"10.9.9.9, 192.0.2.1")):
            client = await self.front("proxy-protocol = on", FROM, f"trust = {trust}")
            client.send(V1 + request(b"GET", b"/", b"X-Forwarded-For: 10.9.9.9"))
            await client.response()
            self.assertEqual(self.passed.value(b"X-Forwarded-For"), expected)

    async def test_refused(self) -> None:
        """Without a header, with one of the other version, or from a stranger: not a word."""
        for lines, data in (
            (("proxy-protocol = on", FROM), request(b"GET", b"/")),
            (("proxy-protocol = v2", FROM), V1 + request(b"GET", b"/")),
            (("proxy-protocol = v1", FROM), V2 + request(b"GET", b"/")),
            (("proxy-protocol = on", "proxy-protocol.from = 192.0.2.0/24"), V1),
        ):
            client = await self.front(*lines)
            client.send(data)
            self.assertEqual(await client.gone(), b"")
            self.assertEqual((self.backend.connections, self.records), ([], []))

    async def test_late(self) -> None:
        """A header must come within `timeout.headers`."""
        client = await self.front("proxy-protocol = on", FROM, "timeout.headers = 100ms")
        client.send(V1[:20])
        self.assertEqual(await client.gone(), b"")

    async def test_drain(self) -> None:
        """Going down waits for no header, but for one that is on its way."""
        client = await self.front("proxy-protocol = on", FROM)
        other = await self.gateway.client()
        await client.sleep(0.02)
        began = time.monotonic()
        stopping = self.gateway.service.stopService()
        await client.sleep(0.02)
        other.send(V1 + request(b"GET", b"/"))
        self.assertEqual((await other.response()).body, b"x")
        await client.gone()
        await stopping
        self.assertLess(time.monotonic() - began, 5.0)

    async def test_before_tls(self) -> None:
        """With TLS the header comes before it, in the clear."""
        key, certificate = self_signed(Path(self.mktemp()).absolute())
        bind = f"ssl:0:interface=127.0.0.1:privateKey={key}:certKey={certificate}"
        keys = (f"tls.certificate = {certificate}", f"tls.key = {key}")
        for lines, where in (((), bind), (keys, ANY_PORT)):
            client = await self.front("proxy-protocol = on", FROM, *lines, bind=where)
            # Nothing but the header may be there when TLS begins.
            client.send(V1)
            await client.sleep(0.02)
            secured = await self.secured(client)
            secured.send(request(b"GET", b"/"))
            self.assertEqual((await secured.response()).body, b"x")
            self.assertEqual(self.passed.value(b"X-Forwarded-Proto"), b"https")
            record = await self.reported()
            self.assertEqual((record.client, record.tls), ("192.0.2.1", True))

    async def secured(self, client: RawClient) -> RawClient:
        """The same connection, over which TLS has begun."""
        from twisted.internet import reactor

        clock: Any = reactor
        secured = RawClient(clock)
        transport: Any = client.transport
        transport.protocol = secured
        transport.startTLS(CertificateOptions())
        secured.makeConnection(transport)
        client.closed = True  # it hears no more
        return secured


class HaproxyTests(FrontedCase):
    """A real HAProxy that says so."""

    if PROGRAM is None:
        skip = "haproxy is not installed"

    async def through(self, options: str, *lines: str, bind: str = ANY_PORT) -> Haproxy:
        """An HAProxy before a gateway whose listener has those lines."""
        await self.front("proxy-protocol = on", FROM, *lines, bind=bind)
        folder = Path(self.mktemp()).absolute()
        haproxy = Haproxy(folder, self.gateway.port(), options)
        self.addCleanup(lambda: Deferred.fromCoroutine(haproxy.stop()))
        await haproxy.start()
        return haproxy

    async def test_send_proxy(self) -> None:
        """`send-proxy` and `send-proxy-v2`, with a checksum and an id behind the addresses."""
        for options in ("send-proxy", "send-proxy-v2 proxy-v2-options crc32c,unique-id"):
            haproxy = await self.through(options)
            client = await raw_client(self, haproxy.port)
            self.assertEqual((await client.get()).body, b"x")
            self.assertEqual(self.passed.value(b"X-Forwarded-Port"), b"%d" % haproxy.port)
            self.assertEqual((await client.get()).body, b"x")
            self.assertEqual((await self.reported(2)).client, "127.0.0.1")

    async def test_before_tls(self) -> None:
        """Through HAProxy, TLS is between client and gateway."""
        from twisted.internet import reactor

        key, certificate = self_signed(Path(self.mktemp()).absolute())
        bind = f"ssl:0:interface=127.0.0.1:privateKey={key}:certKey={certificate}"
        haproxy = await self.through("send-proxy-v2", bind=bind)
        clock: Any = reactor
        plain = TCP4ClientEndpoint(clock, "127.0.0.1", haproxy.port)
        client: RawClient = await connectProtocol(
            wrapClientTLS(CertificateOptions(), plain), RawClient(clock)
        )
        self.addCleanup(lambda: None if client.closed else client.reset())
        self.assertEqual((await client.get()).body, b"x")
        self.assertTrue((await self.reported()).tls)

    async def test_checks(self) -> None:
        """Its health checks, which are connections of its own, are served."""
        haproxy = await self.through("send-proxy-v2 check check-send-proxy inter 50ms")
        client = await raw_client(self, haproxy.port)
        await client.sleep(0.2)
        self.assertEqual((await client.get()).body, b"x")
