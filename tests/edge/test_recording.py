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

    def test_unread(self) -> None:
        """Of what could not be read it tells no more than who sent it."""
        one = Connected()
        one.send(b"\x16\x03\x01\x02\r\n\r\n")
        record = one.records[0]
        said = record.method, record.target, record.route, record.status, record.client
        self.assertEqual(said, (b"-", b"-", "", 400, "192.0.2.1"))

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
