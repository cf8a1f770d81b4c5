"""A listener's TLS: which certificate, for whom, on what terms."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from cryptography import x509
from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from altlas.settings.tls import ListenerTls
from altlas.tls.defects import Unusable
from altlas.tls.server import ServerTLS
from tests.tls.authority import Authority, Issued
from tests.tls.shaking import Shaken, client, pump, resumed, shaken

NOW = time.time()
PROTOCOLS = (b"http/1.1",)


class ServedTLS(SynchronousTestCase):
    """Tests with an authority and a folder."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.authority = Authority.made()

    def server(self, *issued: Issued, **settings: Any) -> ServerTLS:
        """TLS with these certificates, the first being the default."""
        files = [one.written(self.folder, f"c{place}") for place, one in enumerate(issued)]
        made = ListenerTls(
            certificate=tuple(one for one, _ in files),
            key=tuple(key for _, key in files),
            **settings,
        )
        return ServerTLS.of(made, PROTOCOLS, NOW)

    def shaken(self, server: ServerTLS, name: str = "", **more: Any) -> Shaken:
        """A handshake with a client that believes the authority."""
        return shaken(server, client(believes=self.authority, **more), name)


class NameTests(ServedTLS):
    """Several certificates."""

    def shown(self, server: ServerTLS, name: str) -> x509.Certificate:
        """What a client that asks for `name` is shown."""
        return self.shaken(server, name).shown

    def test_interface(self) -> None:
        """It is what Twisted wants to make server connections with."""
        verifyObject(IOpenSSLServerConnectionCreator, self.server(self.authority.issue("a.test")))

    def test_by_name(self) -> None:
        """The name that the client asks for picks one; a wildcard stands for one label."""
        one, two, wild = (self.authority.issue(name) for name in ("a.test", "b.a.test", "*.a.test"))
        server = self.server(one, two, wild)
        for name, issued in (
            ("a.test", one),
            ("A.TEST", one),
            ("b.a.test", two),
            ("c.a.test", wild),
            ("d.c.a.test", one),
            ("other.test", one),
            ("", one),
        ):
            self.assertEqual(self.shown(server, name), issued.certificate, name)

    def test_chain(self) -> None:
        """What leads to the authority is shown with the certificate, also with the second one."""
        middle = Authority.made("middle", self.authority)
        server = self.server(middle.issue("a.test"), middle.issue("b.test"))
        for name in ("a.test", "b.test"):
            pair = self.shaken(server, name)
            self.assertEqual(len(pair.client.get_peer_cert_chain() or ()), 2)

    def test_protocols(self) -> None:
        """HTTP/1.1 is agreed on where it is offered; who offers only others is refused."""
        server = self.server(self.authority.issue("a.test"), self.authority.issue("b.test"))
        for name in ("a.test", "b.test"):
            pair = self.shaken(server, name, offers=(b"h2", b"http/1.1"))
            self.assertEqual(pair.client.get_alpn_proto_negotiated(), b"http/1.1")
            with self.assertRaisesRegex(SSL.Error, "no application protocol"):
                self.shaken(server, name, offers=(b"smtp",))
        self.assertEqual(self.shaken(server).client.get_alpn_proto_negotiated(), b"")


class TermsTests(ServedTLS):
    """Versions and ciphers."""

    def test_minimum(self) -> None:
        """TLS 1.2 is spoken unless 1.3 is the minimum; what is older never is."""
        issued = self.authority.issue("a.test")
        for minimum, versions in (
            ("1.2", (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION)),
            ("1.3", (SSL.TLS1_3_VERSION,)),
        ):
            server = self.server(issued, minimum=minimum)
            for version in (SSL.TLS1_1_VERSION, SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
                if version in versions:
                    self.shaken(server, version=version)
                else:
                    with self.assertRaises(SSL.Error):
                        self.shaken(server, version=version)

    def test_ciphers(self) -> None:
        """Only the ciphers of the settings are agreed on, in either version."""
        chosen = ("TLS_AES_256_GCM_SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305")
        server = self.server(self.authority.issue("a.test"), ciphers=chosen)
        for version, cipher in zip((SSL.TLS1_3_VERSION, SSL.TLS1_2_VERSION), chosen, strict=True):
            pair = self.shaken(server, version=version)
            self.assertEqual(pair.client.get_cipher_name(), cipher)


class ClientTests(ServedTLS):
    """Clients' certificates."""

    def setUp(self) -> None:
        super().setUp()
        self.theirs = Authority.made("clients")
        self.known = self.theirs.issue("runner")
        self.ca = self.theirs.written(self.folder, "clients")

    def asking(self, verify: str) -> ServerTLS:
        """TLS that asks clients for certificates."""
        return self.server(
            self.authority.issue("a.test"),
            self.authority.issue("b.test"),
            client_ca=self.ca,
            client_verify=verify,
        )

    def test_shown(self) -> None:
        """A certificate of theirs is seen, under whichever name they come."""
        for name in ("a.test", "b.test"):
            for verify in ("optional", "required"):
                pair = self.shaken(self.asking(verify), name, shows=self.known)
                seen = pair.server.get_peer_certificate(as_cryptography=True)
                self.assertEqual(seen, self.known.certificate)

    def test_none(self) -> None:
        """Without one a client gets in only where it may."""
        pair = self.shaken(self.asking("optional"))
        self.assertIsNone(pair.server.get_peer_certificate(as_cryptography=True))
        with self.assertRaises(SSL.Error):
            self.shaken(self.asking("required"))

    def test_strangers(self) -> None:
        """One that is not good is refused, may clients come without or not."""
        strangers = (
            self.authority.issue("of another authority"),
            self.theirs.issue("ended", ends=-0.1),
            Authority.made("clients").issue("of an authority with the same name"),
        )
        for stranger in strangers:
            for verify in ("optional", "required"):
                with self.assertRaises(SSL.Error):
                    self.shaken(self.asking(verify), shows=stranger)

    def test_not_asked(self) -> None:
        """Where none is asked for, none is seen."""
        server = self.server(self.authority.issue("a.test"))
        pair = self.shaken(server, shows=self.known)
        self.assertIsNone(pair.server.get_peer_certificate(as_cryptography=True))

    def test_told_whose(self) -> None:
        """Clients are told whose certificates are welcome."""
        pair = self.shaken(self.asking("optional"), version=SSL.TLS1_2_VERSION)
        names = pair.client.get_client_ca_list(as_cryptography=True)
        self.assertEqual(names, [self.theirs.issued.certificate.subject])


class SessionTests(ServedTLS):
    """Resumption."""

    def test_resumed(self) -> None:
        """Sessions are resumed in both versions, by tickets that clients keep."""
        server = self.server(self.authority.issue("a.test"), self.authority.issue("b.test"))
        for version in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
            for name in ("a.test", "b.test"):
                context = client(believes=self.authority, version=version)
                first = shaken(server, context, name)
                self.assertFalse(resumed(first))
                self.assertTrue(resumed(shaken(server, context, name, first.session())))

    def test_keys_change(self) -> None:
        """Once the tickets' keys have changed, clients shake hands the long way, and get in."""
        server = self.server(self.authority.issue("a.test"))
        for version in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
            context = client(believes=self.authority, version=version)
            first = shaken(server, context, "a.test")
            session = first.session()
            server.change_ticket_keys()
            self.assertFalse(resumed(shaken(server, context, "a.test", session)))

    def test_certificate_kept(self) -> None:
        """A resumed session has the certificate that it began with."""
        theirs = Authority.made("clients")
        known = theirs.issue("runner")
        server = self.server(
            self.authority.issue("a.test"),
            client_ca=theirs.written(self.folder, "clients"),
            client_verify="required",
        )
        for version in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
            context = client(believes=self.authority, shows=known, version=version)
            first = shaken(server, context, "a.test")
            second = shaken(server, context, "a.test", first.session())
            self.assertTrue(resumed(second))
            seen = second.server.get_peer_certificate(as_cryptography=True)
            self.assertEqual(seen, known.certificate)

    def test_other_listener(self) -> None:
        """A session of one listener is worth nothing at another, whatever that asks for."""
        issued = self.authority.issue("a.test")
        one, other = self.server(issued), self.server(issued)
        for version in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
            context = client(believes=self.authority, version=version)
            first = shaken(one, context, "a.test")
            self.assertFalse(resumed(shaken(other, context, "a.test", first.session())))


class RenewalTests(ServedTLS):
    """Files that change."""

    def test_renewed(self) -> None:
        """After a renewal the new certificate is shown; who was there before stays."""
        server = self.server(self.authority.issue("a.test"))
        before = self.shaken(server)
        new = self.authority.issue("a.test")
        new.written(self.folder, "c0")
        self.assertNotEqual(self.shaken(server).shown, new.certificate)
        server.renew(NOW)
        self.assertEqual(self.shaken(server).shown, new.certificate)
        before.client.send(b"still")
        pump(before.client, before.server)
        self.assertEqual(before.server.recv(10), b"still")

    def test_refused(self) -> None:
        """Files that cannot be used change nothing."""
        issued = self.authority.issue("a.test")
        server = self.server(issued)
        self.authority.issue("b.test").written(self.folder, "other")
        Path(self.folder, "c0.key").write_bytes(Path(self.folder, "other.key").read_bytes())
        with self.assertRaises(Unusable):
            server.renew(NOW)
        self.assertEqual(self.shaken(server).shown, issued.certificate)
        server.change_ticket_keys()
        self.assertEqual(self.shaken(server).shown, issued.certificate)

    def test_told(self) -> None:
        """Its files, their names and ends are told, authorities' too."""
        theirs = Authority.made("clients")
        server = self.server(
            self.authority.issue("a.test", "192.0.2.1"),
            client_ca=theirs.written(self.folder, "clients"),
            client_verify="optional",
        )
        own, ca = server.certificates()
        self.assertEqual(own[:2], (str(self.folder / "c0.pem"), ("a.test", "192.0.2.1")))
        self.assertLess(abs(own[2] - NOW - 30 * 86400), 60)
        self.assertEqual(ca[:2], (str(self.folder / "clients.pem"), ()))
        names = [Path(file).name for file in server.files]
        self.assertEqual(names, ["c0.pem", "c0.key", "clients.pem"])
