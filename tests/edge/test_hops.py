"""Requests that may pass so many forwarders only."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.testing import Answer
from tests.edge.connected import Connected, request


def asked(method: str, hops: str) -> bytes:
    """A request with so many hops left."""
    return request(method, "/", f"Max-Forwards: {hops}")


class HopTests(SynchronousTestCase):
    """The gateway as one forwarder of several, or as the last stop."""

    def test_counts(self) -> None:
        """What is passed on has one hop less."""
        for method in ("OPTIONS", "TRACE"):
            one = Connected(Answer())
            one.send(asked(method, "2"))
            self.assertEqual(one.asked.request.headers.getRawHeaders(b"max-forwards"), [b"1"])
            self.assertEqual(one.statuses, [200])

    def test_no_limit(self) -> None:
        """Without the field, or with another method, nothing is counted."""
        one = Connected(Answer(), Answer())
        one.send(request("OPTIONS") + asked("GET", "0"))
        self.assertEqual(one.statuses, [200, 200])
        self.assertEqual(one.asked.request.headers.getRawHeaders(b"max-forwards"), [b"0"])

    def test_last_stop(self) -> None:
        """Whose hops are used up is answered here, and the connection goes on."""
        one = Connected()
        one.send(asked("OPTIONS", "0") + asked("TRACE", "0") + asked("OPTIONS", "0"))
        self.assertEqual(one.statuses, [204, 405, 204])
        self.assertIn(b"Allow: OPTIONS\r\n", one.said)
        self.assertEqual(one.scene.asked, [])
        self.assertEqual([record.status for record in one.records], [204, 405, 204])

    def test_no_number(self) -> None:
        """A number of hops that is none is a bad request."""
        one = Connected()
        one.send(asked("TRACE", "many"))
        self.assertEqual(one.statuses, [400])
        self.assertTrue(one.transport.half_closed)
