"""From a head to its leaf."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.dispatching import Dispatcher, scheme_of
from altlas.edge.exchange import Exchange
from altlas.routing.index import RouteIndex
from altlas.routing.rule import Rule
from altlas.settings.tree import Route
from altlas.testing import Answer
from altlas.wire.peer import Peer
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

    def test_two_readings(self) -> None:
        """A path that some would read as another route's is refused, and the log says which."""
        for target in ("/fixed;x", "/%2Ffixed", "/%2566ixed", "/FIXED", "/x/..;/fixed"):
            one = Connected(Answer(), routes=[fixed()])
            one.send(request("GET", target))
            self.assertEqual((one.statuses, one.scene.script.asked), ([400], []), target)
            self.assertEqual(one.records[0].flag, "DPE")
        one = Connected(routes=[fixed()])
        one.send(request("GET", "/%2Ffixed"))
        self.assertEqual(
            (one.records[0].route, one.records[0].reason),
            ("demo", "of route demo, but read as /fixed it is of route fixed"),
        )
        self.assertNotIn(b"demo", one.said)

    def test_as_it_came(self) -> None:
        """What leads nowhere else goes on byte for byte."""
        for target in ("/a%2Fb;c//d", "/A%5Cb", "/100%2525"):
            one = Connected(Answer(), routes=[fixed()])
            one.send(request("GET", target))
            self.assertEqual(one.asked.request.target, target.encode())

    def test_strict(self) -> None:
        """A strict route refuses what hides anything."""
        one = Connected(route={"path_profile": "strict"})
        one.send(request("GET", "/a%2Fb"))
        self.assertEqual(one.statuses, [400])
        self.assertIn("an escaped slash", one.records[0].reason)

    def test_bug(self) -> None:
        """What nobody foresaw is a 500, and the connection serves on."""
        one = Connected(Answer(), routes=[(Route(name="x", path="/x"), Broken())])
        one.send(request("GET", "/x") + request())
        self.assertEqual(one.statuses, [500, 200])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


class SchemeTests(SynchronousTestCase):
    """The scheme that a client used."""

    def scheme(self, connection: str, trusted: bool, *said: str) -> str:
        """What is believed of a client that says this of itself."""
        one = Connected(routes=[fixed()])
        one.channel.peer = Peer("192.0.2.1", 1, connection, 80, trusted)  # type: ignore[arg-type]
        one.send(request("GET", "/", *(f"X-Forwarded-Proto: {word}" for word in said)))
        return scheme_of(one.exchange.head, one.channel.peer)

    def test_connection(self) -> None:
        """It is that of the connection, whatever a stranger says."""
        self.assertEqual(self.scheme("http", False, "https"), "http")
        self.assertEqual(self.scheme("https", False, "http"), "https")
        self.assertEqual(self.scheme("https", True), "https")

    def test_trusted(self) -> None:
        """A trusted peer knows what its client used; of several words the first is the client's."""
        self.assertEqual(self.scheme("http", True, "HTTPS"), "https")
        self.assertEqual(self.scheme("https", True, "http, https"), "http")
        self.assertEqual(self.scheme("http", True, "gopher"), "http")

    def test_two_indexes(self) -> None:
        """Routes for TLS are found by who came by TLS, the others by the rest."""
        plain, secure = (
            RouteIndex([Rule(Route(name=name, path="/"), fixed()[1])]) for name in ("p", "s")
        )
        for scheme, name in (("http", "p"), ("https", "s")):
            one = Connected()
            one.listening.dispatch = Dispatcher(plain, secure).serve
            one.channel.peer = Peer("192.0.2.1", 1, scheme, 80, False)  # type: ignore[arg-type]
            one.send(request())
            self.assertEqual(one.records[0].route, name)
