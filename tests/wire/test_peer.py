"""A peer is told in the words of the forwarding fields."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.peer import Peer


class PeerTests(SynchronousTestCase):
    """Addresses of each kind."""

    def test_addresses(self) -> None:
        """Each kind of address is written as its field wants it (RFC 7239, 6)."""
        for address, plain, element in (
            ("192.0.2.1", b"192.0.2.1", b"for=192.0.2.1;proto=http;host=h"),
            ("2001:db8::1", b"2001:db8::1", b'for="[2001:db8::1]";proto=http;host=h'),
            ("::ffff:192.0.2.1", b"192.0.2.1", b"for=192.0.2.1;proto=http;host=h"),
            ("", b"unknown", b"for=unknown;proto=http;host=h"),
        ):
            peer = Peer(address, 1, "http", 80, False)
            self.assertEqual(peer.claims[0], (b"X-Forwarded-For", plain))
            self.assertEqual(peer.element(b"h"), element)

    def test_ports(self) -> None:
        """The port that it came to is told where there is one."""
        port = dict(Peer("192.0.2.1", 1, "http", 80, False).claims).get(b"X-Forwarded-Port")
        self.assertEqual(port, b"80")
        self.assertNotIn(b"X-Forwarded-Port", dict(Peer("", 0, "http", 0, False).claims))

    def test_hosts(self) -> None:
        """A host with a port is quoted, and one that is not known is left out."""
        peer = Peer("192.0.2.1", 1, "https", 80, False)
        self.assertEqual(peer.element(b"h:1"), b'for=192.0.2.1;proto=https;host="h:1"')
        self.assertEqual(peer.element(b""), b"for=192.0.2.1;proto=https")
