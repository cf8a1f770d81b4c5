"""From a head to its leaf."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.exchange import Exchange
from altlas.settings.tree import Route
from altlas.testing import Answer
from tests.edge.connected import Connected, fixed, request


class Broken:
    """A leaf that fails in a way that nobody foresaw."""

    def serve(self, exchange: Exchange) -> Any:
        """Fail."""
        raise ZeroDivisionError


class DispatcherTests(SynchronousTestCase):
    """Which leaf serves, and what happens where none does."""

    def test_normal_form(self) -> None:
        """Routes are found by the path in normal form."""
        for target in ("/fixed", "/%66ixed", "/a/../fixed", "//fixed", "/./fixed?x"):
            one = Connected(routes=[fixed()])
            one.send(request("GET", target))
            self.assertEqual((one.statuses, one.records[0].route), ([200], "fixed"), target)

    def test_host_and_method(self) -> None:
        """Host, without its port and whatever its case, and method count."""
        route = Route(name="b", path="/x", host=("b.test",), method=("PUT",))
        one = Connected(Answer(), routes=[(route, fixed()[1])])
        one.send(b"PUT /x HTTP/1.1\r\nHost: B.test:8080\r\n\r\n")
        one.send(request("PUT", "/x"))
        self.assertEqual([each.route for each in one.records], ["b", "demo"])

    def test_no_route(self) -> None:
        """Without a route it is a 404, with another method a 405 that says which."""
        one = Connected(route={"path": "/only", "method": ("GET", "PUT")})
        one.send(request("GET", "/") + request("POST", "/only"))
        self.assertEqual(one.statuses, [404, 405])
        self.assertIn(b"\r\nAllow: GET, PUT, HEAD\r\n", one.said)
        self.assertEqual([(each.route, each.flag) for each in one.records], [("", "NR")] * 2)

    def test_bad_path(self) -> None:
        """A path that hides where it leads is refused."""
        for target in ("/..", "/a/../..", "/..%2f", "/%00", "/%zz"):
            one = Connected()
            one.send(request("GET", target))
            self.assertEqual((one.statuses, one.scene.script.asked), ([400], []), target)

    def test_bug(self) -> None:
        """What nobody foresaw is a 500, and the connection serves on."""
        one = Connected(Answer(), routes=[(Route(name="x", path="/x"), Broken())])
        one.send(request("GET", "/x") + request())
        self.assertEqual(one.statuses, [500, 200])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
