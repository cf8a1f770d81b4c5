"""What a listener answers by itself."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.pages.content import FRESH, Content, ContentLeaf
from altlas.edge.pages.fronting import fronted
from altlas.testing import Answer
from tests.edge.connected import Connected, request


class FrontingTests(SynchronousTestCase):
    """Leaves before the routes."""

    def test_nothing(self) -> None:
        """Where there is nothing of that, nothing stands before the routes."""

        def dispatch(_: object) -> None: ...

        self.assertIs(fronted(dispatch, {}), dispatch)

    def test_paths(self) -> None:
        """Its paths are answered whatever their query; all others go to the routes."""
        leaf = ContentLeaf("own", Content.of(b"own", b"text/plain", FRESH))
        one = Connected(Answer(body=b"theirs"), Answer(body=b"theirs"), own={b"/own": leaf})
        one.send(request("GET", "/own?x") + request("GET", "/own/x") + request("GET", "/other"))
        self.assertEqual([record.route for record in one.records], ["own", "demo", "demo"])

    def test_after_a_swap(self) -> None:
        """It stays when other routes are made current."""
        leaf = ContentLeaf("own", Content.of(b"own", b"text/plain", FRESH))
        one = Connected(own={b"/own": leaf})
        one.listening.serve(lambda exchange: self.fail("it is no route's"))
        one.send(request("GET", "/own"))
        self.assertEqual(one.statuses, [200])
