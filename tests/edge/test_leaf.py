"""The end of a route that forwards."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.tree import Rewrite, RouteLimits, RouteTimeouts, Timeouts
from altlas.testing import Answer
from altlas.upstream.request import UpstreamRequest
from altlas.wire.fields import Fields
from altlas.wire.section import Section
from tests.edge.connected import Connected, post, request


class ForwardLeafTests(SynchronousTestCase):
    """What a request becomes."""

    def passed(self, sent: bytes, **said: Any) -> UpstreamRequest:
        """The request that the backend gets."""
        one = Connected(Answer(), **said)
        one.send(sent)
        return one.asked.request

    def fields(self, sent: bytes, **said: Any) -> Fields:
        """The fields that the backend gets."""
        fields = self.passed(sent, **said).fields
        return fields.fields if isinstance(fields, Section) else fields

    def test_target(self) -> None:
        """The target goes on byte for byte, or as the route rewrites it."""
        self.assertEqual(self.passed(request("GET", "/a%2Fb//|?")).target, b"/a%2Fb//|?")
        api = {"path": "/api/", "rewrite": Rewrite(prefix="/v1/")}
        passed = self.passed(request("GET", "/api/x%2F?q"), route=api)
        self.assertEqual(passed.target, b"/v1/x%2F?q")
        self.assertEqual(self.passed(request("OPTIONS", "*")).target, b"*")

    def test_fields(self) -> None:
        """The fields are those of the client with what forwarding adds."""
        names = [name for name, _ in self.fields(request("GET", "/", "x-A: 1"))]
        self.assertEqual(names[:2], [b"Host", b"x-A"])
        self.assertEqual(names[-2:], [b"Via", b"X-Request-ID"])

    def test_host(self) -> None:
        """The Host is the client's, the instance's or a literal one."""
        for setting, host in (("pass", b"h.test"), ("instance", b"127.0.0.1:1"), ("a.b", b"a.b")):
            fields = self.fields(request(), settings={"host": setting})
            self.assertEqual(fields[0], (b"Host", host))

    def test_no_host(self) -> None:
        """Of a client that names no host, as HTTP/1.0 may, the instance hears its own address."""
        for settings, host in (("pass", b"127.0.0.1:1"), ("a.b", b"a.b")):
            fields = self.fields(b"GET / HTTP/1.0\r\n\r\n", settings={"host": settings})
            self.assertEqual(fields[0], (b"Host", host))

    def test_body(self) -> None:
        """A request without a body has none, one that is here whole its bytes, else a stream."""
        self.assertIsNone(self.passed(request()).body)
        self.assertIsNone(self.passed(post(0)).body)
        self.assertEqual(self.passed(post(3, b"abc")).body, b"abc")
        self.assertEqual(self.passed(post(4, b"abc")).body.length, 4)  # type: ignore[union-attr]

    def test_too_large(self) -> None:
        """A body longer than the route takes is refused before a backend is asked."""
        one = Connected(route={"limit": RouteLimits(body=10)})
        one.send(post(11))
        self.assertEqual((one.statuses, one.scene.script.asked), ([413], []))

    def test_escapes(self) -> None:
        """Escaped slashes and backslashes are refused where the route says so."""
        for target, statuses in (("/a%2fb", [400]), ("/a%5Cb", [400]), ("/a%20b?%2f", [200])):
            one = Connected(Answer(), route={"escapes": "reject"})
            one.send(request("GET", target))
            self.assertEqual(one.statuses, statuses, target)

    def test_times(self) -> None:
        """The route's own time limits come before the backend's."""
        one = Connected(
            settings={"timeout": Timeouts(response=5.0, total=None)},
            route={"timeout": RouteTimeouts(response=2.0)},
        )
        one.send(request())
        one.clock.advance(2)
        self.assertEqual(one.statuses, [504])

    def test_record(self) -> None:
        """The record names route, backend and instance."""
        one = Connected(Answer(status=201))
        one.send(request())
        record = one.records[0]
        said = record.route, record.backend, record.instance, record.upstream_status, record.tries
        self.assertEqual(said, ("demo", "demo", "127.0.0.1:1", 201, 1))
