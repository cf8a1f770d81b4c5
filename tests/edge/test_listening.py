"""What the connections of a listener share."""

from __future__ import annotations

from ipaddress import ip_network

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.channel import Channel
from altlas.edge.listening import ChannelFactory
from altlas.settings.tree import ListenerLimits, ListenerTimeouts
from altlas.wire.peer import Peer
from tests.edge.connected import EPOCH, LOCAL, Connected, fixed, request

TRUST = (ip_network("10.0.0.0/8"), ip_network("fe80::/10"), ip_network("192.0.2.9/32"))


class PeerTests(SynchronousTestCase):
    """Who is at the other end."""

    def setUp(self) -> None:
        """A listener that trusts some."""
        self.listening = Connected(listener={"trust": TRUST}).listening

    def test_addresses(self) -> None:
        """Address, port, scheme and trust are those of the connection."""
        peer = self.listening.peer_of(IPv4Address("TCP", "10.1.2.3", 99), LOCAL, True)
        said = (peer.address, peer.port, peer.scheme, peer.trusted)
        self.assertEqual(said, ("10.1.2.3", 99, "https", True))
        self.assertIn((b"X-Forwarded-Port", b"80"), peer.claims)

    def test_no_port(self) -> None:
        """Of a client on a UNIX socket no port is told, since there is none."""
        peer = self.listening.peer_of(UNIXAddress(None), UNIXAddress("/run/altlas"), False)
        self.assertEqual(
            [name for name, _ in peer.claims], [b"X-Forwarded-For", b"X-Forwarded-Proto"]
        )

    def test_trust(self) -> None:
        """IPv4 in IPv6 and scoped addresses are known; who has no address is not trusted."""
        for address, trusted in (
            (IPv4Address("TCP", "192.0.2.9", 1), True),
            (IPv4Address("TCP", "192.0.2.8", 1), False),
            (IPv6Address("TCP", "::ffff:10.0.0.1", 1), True),
            (IPv6Address("TCP", "fe80::1%eth0", 1), True),
            (IPv6Address("TCP", "::1", 1), False),
            (UNIXAddress("/run/altlas"), False),
        ):
            self.assertEqual(self.listening.peer_of(address, LOCAL, False).trusted, trusted)

    def test_nobody(self) -> None:
        """Unless it is told whom, a listener trusts nobody."""
        peer = Connected().listening.peer_of(IPv4Address("TCP", "127.0.0.1", 1), LOCAL, False)
        self.assertFalse(peer.trusted)


class ClientTests(SynchronousTestCase):
    """Whose request it is, as far as that can be believed."""

    def client(self, claim: str, peer: str = "10.0.0.1") -> str:
        """The client as the log has it."""
        one = Connected(listener={"trust": TRUST}, routes=[fixed()])
        one.channel.peer = Peer(peer, 1, "http", 80, peer.startswith("10."))
        one.send(request("GET", "/fixed", f"X-Forwarded-For: {claim}"))
        return one.records[0].client

    def test_claims(self) -> None:
        """It is the last address that is not trusted; what is no address ends the search."""
        for claim, client in (
            ("203.0.113.7", "203.0.113.7"),
            ("1.1.1.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
            ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("203.0.113.7, rubbish, 10.0.0.2", "10.0.0.2"),
            ("2001:db8::1", "2001:db8::1"),
            ("", "10.0.0.1"),
            ("%", "10.0.0.1"),
        ):
            self.assertEqual(self.client(claim), client, claim)

    def test_each_for_itself(self) -> None:
        """Behind one connection there may be many clients."""
        one = Connected(listener={"trust": TRUST}, routes=[fixed()])
        one.channel.peer = Peer("10.0.0.1", 1, "http", 80, True)
        clients = ["203.0.113.7", "203.0.113.7", "203.0.113.8"]
        for client in clients:
            one.send(request("GET", "/fixed", f"X-Forwarded-For: {client}"))
        self.assertEqual([each.client for each in one.records], clients)

    def test_untrusted(self) -> None:
        """Who is not trusted is the client itself, whatever it says."""
        self.assertEqual(self.client("203.0.113.7", "192.0.2.1"), "192.0.2.1")


class ListeningTests(SynchronousTestCase):
    """The small things."""

    def test_settings(self) -> None:
        """Limits and times are those of the configuration."""
        limits = ListenerLimits(request_line=1000, headers=2000, header_count=3)
        times = ListenerTimeouts(headers=4.0, keep_alive=5.0)
        listening = Connected(listener={"limit": limits, "timeout": times}).listening
        said = listening.limits.request_line, listening.limits.headers
        self.assertEqual((*said, listening.limits.header_count), (1000, 2000, 3))
        self.assertEqual((listening.header_timeout, listening.keep_alive_timeout), (4.0, 5.0))

    def test_dispatch(self) -> None:
        """An exchange is served by whatever dispatches at the moment when it begins."""
        one, other = Connected(routes=[fixed()]), Connected(routes=[fixed(body=b"other")])
        one.send(request("GET", "/fixed"))
        one.listening.serve(other.listening.dispatch)
        one.send(request("GET", "/fixed"))
        self.assertEqual([one.said.count(body) for body in (b"hello", b"other")], [1, 1])

    def test_ids(self) -> None:
        """Ids are 32 hexadecimal digits, and no two alike."""
        listening = Connected().listening
        ids = {listening.make_request_id() for _ in range(100)}
        self.assertEqual(len(ids), 100)
        for each in ids:
            self.assertRegex(each, rb"^[0-9a-f]{32}$")

    def test_date(self) -> None:
        """The date is that of the second."""
        one = Connected()
        self.assertEqual(EPOCH, 1_000_000_000)
        self.assertEqual(one.listening.date(), b"Sun, 09 Sep 2001 01:46:40 GMT")
        one.clock.advance(1.5)
        self.assertEqual(one.listening.date(), b"Sun, 09 Sep 2001 01:46:41 GMT")

    def test_drain(self) -> None:
        """A drain is over when the last connection is gone, and at once when there is none."""
        one = Connected()
        told: list[str] = []
        one.listening.drain(lambda: told.append("empty"))
        self.assertEqual(told, [])
        one.leave()
        self.assertEqual(told, ["empty"])
        one.listening.drain(lambda: told.append("still"))
        self.assertEqual(told, ["empty", "still"])

    def test_drain_ends_last(self) -> None:
        """By the time a drain is over, the last exchange is reported and its lease back."""
        one = Connected()
        one.send(request())
        seen: list[object] = []
        one.listening.drain(lambda: seen.append((len(one.records), one.leases)))
        one.leave()
        self.assertEqual(seen, [(1, (0, 0, 0))])

    def test_cut(self) -> None:
        """A cut ends every connection, busy or not."""
        one = Connected()
        _, other = one.connect()
        one.send(request())
        one.listening.cut()
        self.assertEqual((one.transport.aborted, other.aborted), (True, True))

    def test_factory(self) -> None:
        """The factory makes channels of its listener."""
        listening = Connected().listening
        channel = ChannelFactory(listening, Channel).buildProtocol(None)
        assert isinstance(channel, Channel)
        self.assertIs(channel.listening, listening)
