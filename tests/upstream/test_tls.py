"""Promises of TLS to an instance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from treq import content

from altlas.errors import ConnectFailed, ConnectTimeout, UpstreamCancelled
from altlas.upstream.tls import TLSSettings
from tests.upstream.server import LoopbackCase, Server, certificate, turns, until

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class TLSTests(LoopbackCase):
    """Only whom the settings believe is spoken to."""

    scheme = b"https"

    async def secure(self, vouched: str, **settings: Any) -> Server:
        """An instance with a certificate for `vouched`, and settings that know its authority."""
        secret, pem = certificate(vouched)
        path = Path(self.mktemp())
        path.write_bytes(pem)
        server = await self.serve(secret, tls=TLSSettings(**{"ca": path, **settings}))
        server.answers(HELLO)
        return server

    async def test_believed(self) -> None:
        """With the right authority and address requests go through, over one connection."""
        server = await self.secure("127.0.0.1")
        for _ in range(2):
            self.assertEqual(await content(await self.get()), b"hello")
        self.assertEqual(len(server.peers), 1)

    async def test_other_name(self) -> None:
        """The name to check may be another than the address."""
        await self.secure("instance.example", name="instance.example")
        self.assertEqual((await self.get()).code, 200)

    async def test_wrong_name(self) -> None:
        """A certificate for somebody else is no connection, and nothing is sent."""
        server = await self.secure("other.example")
        await self.assertFailure(self.get(), ConnectFailed)
        self.assertEqual([peer.received for peer in server.peers], [b""] * len(server.peers))

    async def test_unknown_authority(self) -> None:
        """Neither is one from an authority that is not known."""
        await self.secure("127.0.0.1", ca=None)
        await self.assertFailure(self.get(), ConnectFailed)

    async def test_unverified(self) -> None:
        """Where that is switched off anybody will do."""
        for name in (None, "instance.example"):
            await self.secure("other.example", verify=False, name=name)
            self.assertEqual((await self.get()).code, 200)

    async def test_silent(self) -> None:
        """Who does not shake hands in time is given up, and the connection closed."""
        server = await self.serve(connect_timeout=3.0, tls=TLSSettings(verify=False))
        deferred = self.get()
        await until(lambda: server.peers)
        await turns(3)
        self.clock.advance(3.0)
        await self.assertFailure(deferred, ConnectTimeout)
        await server.peers[0].closed
        await until(lambda: self.agent.open(self.origin) == 0)

    async def test_given_up(self) -> None:
        """So it is when the request is cancelled within the handshake."""
        server = await self.serve(tls=TLSSettings(verify=False))
        deferred = self.get()
        await until(lambda: server.peers)
        await turns(3)
        deferred.cancel()
        await self.assertFailure(deferred, UpstreamCancelled)
        await server.peers[0].closed

    async def test_no_tls(self) -> None:
        """An instance that speaks plain text is no TLS instance: nothing is sent to it."""
        server = await self.serve(tls=TLSSettings(verify=False))
        server.on_connect = lambda peer: peer.transport.write(HELLO)
        await self.assertFailure(self.get(), ConnectFailed)
        self.assertNotIn(b"GET", server.peers[0].received)


class SettingsTests(LoopbackCase):
    """Files that cannot be used are found before anything is connected."""

    scheme = b"https"

    def test_no_certificate(self) -> None:
        """A file without a certificate is an error, as is one that is not there."""
        path = Path(self.mktemp())
        self.assertRaises(OSError, TLSSettings(ca=path), "a")
        path.write_bytes(b"nothing")
        self.assertRaises(ValueError, TLSSettings(ca=path), "a")

    async def test_found_late(self) -> None:
        """Where that was not looked at before, requests fail to connect."""
        await self.serve(tls=TLSSettings(ca=Path(self.mktemp())))
        error = await self.assertFailure(self.get(), ConnectFailed)
        self.assertIn("TLS", error.reason)
