"""Limits on what is asked."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.rationing import rationed
from altlas.settings.tree import ListenerLimits
from altlas.testing import Answer
from tests.edge.connected import Connected, fixed, request

FIXED = request("GET", "/fixed")


class RationingTests(SynchronousTestCase):
    """What a listener refuses, or does not."""

    def test_none(self) -> None:
        """Where nothing is limited, nothing stands in the way."""

        def dispatch(exchange: object) -> None: ...

        self.assertIs(rationed(dispatch, ListenerLimits()), dispatch)

    def test_requests_per_connection(self) -> None:
        """The last one's answer says so and the connection closes; the next is not read."""
        limit = ListenerLimits(requests_per_connection=2)
        one = Connected(routes=[fixed()], listener={"limit": limit})
        one.send(FIXED * 3)
        self.assertEqual(one.statuses, [200, 200])
        self.assertEqual(one.said.count(b"Connection: close"), 1)
        self.assertTrue(one.transport.half_closed)
        channel, transport = one.connect()
        channel.dataReceived(FIXED)
        self.assertNotIn(b"close", transport.value())

    def test_exchanges(self) -> None:
        """One more than may be in flight gets a 503, when to come again, and may keep on."""
        one = Connected(Answer(open=True), listener={"limit": ListenerLimits(exchanges=1)})
        one.send(request())
        channel, transport = one.connect()
        channel.dataReceived(request())
        said = transport.value()
        self.assertTrue(said.startswith(b"HTTP/1.1 503 "), said)
        self.assertIn(b"Retry-After: 1\r\n", said)
        self.assertNotIn(b"Connection: close", said)
        self.assertEqual((one.records[0].flag, one.listening.in_flight), ("UO", 1))
