"""Promises of TLS to an instance."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from treq import content
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import ConnectFailed, ConnectTimeout, UpstreamCancelled
from altlas.settings.tls import ListenerTls
from altlas.tls.defects import Unusable
from altlas.tls.server import ServerTLS
from altlas.upstream.tls import TLSSettings
from tests.tls.authority import Authority
from tests.tls.shaking import shaken
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
        self.assertRaises(ValueError, TLSSettings(ca=path), "a")
        path.write_bytes(b"nothing")
        self.assertRaises(ValueError, TLSSettings(ca=path), "a")

    async def test_found_late(self) -> None:
        """Where that was not looked at before, requests fail to connect."""
        await self.serve(tls=TLSSettings(ca=Path(self.mktemp())))
        error = await self.assertFailure(self.get(), ConnectFailed)
        self.assertIn("TLS", error.reason)


class OwnCertificateTests(SynchronousTestCase):
    """What the gateway shows to instances, and when that changes."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.authority = Authority.made()

    def server(self) -> ServerTLS:
        """An instance that wants to see a certificate."""
        certificate, key = self.authority.issue("a.test").written(self.folder, "a")
        settings = ListenerTls(
            certificate=(certificate,),
            key=(key,),
            client_ca=self.authority.written(self.folder),
            client_verify="required",
        )
        return ServerTLS.of(settings, [b"http/1.1"], time.time())

    def test_shown(self) -> None:
        """It is shown with what leads to its authority, and the new one after a renewal."""
        middle = Authority.made("middle", self.authority)
        server = self.server()
        for number in range(2):
            own = middle.issue(f"gateway {number}")
            certificate, key = own.written(self.folder, "own")
            if not number:
                settings = TLSSettings(verify=False, certificate=certificate, key=key)
            settings.renew(time.time())
            pair = shaken(server, settings.context())
            self.assertEqual(
                pair.server.get_peer_certificate(as_cryptography=True), own.certificate
            )
            self.assertEqual(pair.client.get_alpn_proto_negotiated(), b"http/1.1")

    def test_bad_renewal(self) -> None:
        """A renewal that cannot be leaves what was there."""
        own = self.authority.issue("gateway")
        settings = TLSSettings(verify=False, certificate=own.together(self.folder, "own"))
        settings.renew(time.time())
        before = settings.context()
        for bad in (b"", self.authority.issue("gateway", ends=-0.5)):
            if isinstance(bad, bytes):
                (self.folder / "own.pem").write_bytes(bad)
            else:
                bad.together(self.folder, "own")
            self.assertRaises(Unusable, settings.renew, time.time())
            self.assertIs(settings.context(), before)

    def test_minimum(self) -> None:
        """An instance that speaks only what is too old is not spoken to."""
        server = self.server()
        own = self.authority.issue("gateway").together(self.folder, "own")
        for minimum, fails in (("1.2", False), ("1.3", True)):
            context = TLSSettings(verify=False, certificate=own, minimum=minimum).context()
            context._used = False
            context.set_max_proto_version(SSL.TLS1_2_VERSION)
            if fails:
                self.assertRaises(SSL.Error, shaken, server, context)
            else:
                shaken(server, context)

    def test_told(self) -> None:
        """Its files, their ends and doubts about them are told."""
        own = self.authority.issue("gateway", begins=-60, ends=5).together(self.folder, "own")
        settings = TLSSettings(ca=self.authority.written(self.folder), certificate=own)
        rows = [(Path(file).name, names) for file, names, _ in settings.certificates()]
        self.assertEqual(rows, [("own.pem", ("gateway",)), ("authority.pem", ())])
        (doubt,) = settings.doubts(time.time())
        self.assertIn("it ends on", str(doubt))
        self.assertEqual([*TLSSettings(certificate="/no").certificates()], [])
