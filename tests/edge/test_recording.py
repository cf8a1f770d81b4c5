"""What is known of an exchange when it begins."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.edge.connected import EPOCH, Connected, fixed, request


class RecordTests(SynchronousTestCase):
    """The record of an exchange."""

    def test_known(self) -> None:
        """It tells what was asked, by whom, and when, as it came."""
        one = Connected(routes=[fixed()])
        one.clock.advance(2)
        one.send(request("GET", "/fixed?|", "Referer: r", "User-Agent: \x7e"))
        record = one.records[0]
        said = record.started, record.listener, record.client, record.method, record.target
        self.assertEqual(said, (EPOCH + 2, "public", "192.0.2.1", b"GET", b"/fixed?|"))
        rest = record.host, record.minor, record.tls, record.referer, record.user_agent
        self.assertEqual(rest, (b"h.test", 1, False, b"r", b"~"))
        self.assertIn(record.request_id.encode(), one.said)

    def test_who_asks_again(self) -> None:
        """Each request of a connection is recorded with its own fields, the same again or not."""
        one = Connected(routes=[fixed()])
        said = ["User-Agent: a"], ["User-Agent: a"], ["User-Agent: b", "Referer: r"], [], ["A: 1"]
        for lines in said:
            one.send(request("GET", "/fixed", *lines))
        told = [(record.user_agent, record.referer) for record in one.records]
        self.assertEqual(told, [(b"a", b""), (b"a", b""), (b"b", b"r"), (b"", b""), (b"", b"")])

    def test_unread(self) -> None:
        """Of what could not be read it tells who sent it, and the line as far as it goes."""
        one = Connected()
        one.send(b"\x16\x03\x01\x02\r\n\r\n")
        record = one.records[0]
        said = record.method, record.target, record.route, record.status, record.client
        self.assertEqual(said, (b"", b"\x16\x03\x01\x02", "", 400, "192.0.2.1"))
        self.assertEqual((record.minor, record.host), (-1, b""))

    def test_refused(self) -> None:
        """A request that is refused on the wire is recorded by what its line says."""
        for sent, status, method, target, minor in (
            (b"GET /x HTTP/1.1\r\n\r\n", 400, b"GET", b"/x", 1),
            (b"GET /<x> HTTP/1.0\r\nHost: a\r\n\r\n", 400, b"GET", b"/<x>", 0),
            (b"GET /x\r\n\r\n", 400, b"GET", b"/x", -1),
            (b"GET /" + b"a" * 9000, 414, b"GET", b"/" + b"a" * 251, -1),
            (b"GET /x HTTP/1.1\r\nA: %b\r\n\r\n" % (b"a" * 20_000), 431, b"GET", b"/x", 1),
            (b"GET /x HTTP/1.1\r\nHost: a\r\nA: " + b"a" * 20_000, 431, b"GET", b"/x", 1),
            (b"BREW /x HTTP/1.1\r\nHost: a\r\n\r\n", 501, b"BREW", b"/x", 1),
            (b"GET /x HTTP/2.0\r\nHost: a\r\n\r\n", 505, b"GET", b"/x", -1),
        ):
            for step in (len(sent), 7):
                one = Connected()
                for begin in range(0, len(sent), step):
                    one.send(sent[begin : begin + step])
                record = one.records[0]
                said = record.status, record.method, record.target, record.minor
                self.assertEqual(said, (status, method, target, minor))

    def test_late(self) -> None:
        """A head that did not come in time is recorded by what came of its line."""
        one = Connected()
        one.send(b"\r\nPOST /slow HTTP/1.1\r\nHost:")
        one.clock.advance(15)
        record = one.records[0]
        said = record.status, record.method, record.target, record.minor
        self.assertEqual(said, (408, b"POST", b"/slow", 1))

    def test_time(self) -> None:
        """Its duration is that of the whole exchange."""
        one = Connected()
        one.send(request())
        one.clock.advance(1.5)
        response = one.answer().response
        assert response is not None
        one.clock.advance(1)
        one.leave()
        self.assertEqual(one.records[0].duration, 2.5)
