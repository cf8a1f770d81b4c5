"""The end of a route whose backend has promised to keep to a contract."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import CredentialsMissing, Mismatch
from altlas.settings.tree import Rewrite
from altlas.testing import Answer
from tests.edge.connected import request
from tests.edge.contracts.promised import BAD, GET, JSON, Promised, post


class ContractLeafTests(SynchronousTestCase):
    """What becomes of a request before an instance is picked."""

    def asked(self, sent: bytes, **contract: Any) -> Promised:
        """A client that has sent `sent`, before a backend that answers."""
        one = Promised(Answer(body=b"ok"), Answer(body=b"ok"), contract=contract)
        one.send(sent)
        return one

    def test_passes(self) -> None:
        """What keeps to the contract goes on as it would without, and is counted."""
        one = self.asked(GET)
        self.assertEqual((one.statuses, one.asked.request.target), ([200], b"/things?a=b"))
        self.assertEqual(one.told, [("request", "things", (), False)])

    def test_is_asked(self) -> None:
        """The operation is asked about path, query, fields and body as the instance gets them."""
        route = {"path": "/api/", "rewrite": Rewrite(prefix="/")}
        one = Promised(Answer(), route=route)
        one.send(request("GET", "/api/things?a=%20", "X-A: 1"))
        (asked,) = one.promise.operation.asked
        self.assertEqual((asked.values, asked.query), ((b"7",), b"a=%20"))
        self.assertEqual((asked.firsts[b"x-a"], asked.has_body, asked.certified), (b"1", 0, 0))
        one = self.asked(post())
        self.assertTrue(one.promise.operation.asked[0].has_body)

    def test_unknown(self) -> None:
        """A path or method that is not in the contract is refused and counted, or counted only."""
        cases = (
            ("GET", "/other", 404, "path", b""),
            ("PATCH", "/things", 405, "method", b"Allow: GET, HEAD, POST\r\n"),
        )
        for method, path, status, why, line in cases:
            told = [("unknown", method.encode(), path.encode(), why)]
            one = self.asked(request(method, path))
            self.assertEqual((one.statuses, one.told, one.leases[0]), ([status], told, 0))
            self.assertIn(line, one.said)
            self.assertEqual((one.records[0].flag, one.records[0].backend), ("CV", "demo"))
            for settings in ({"unknown": "pass"}, {"requests": "report"}, {"requests": "off"}):
                one = self.asked(request(method, path), **settings)
                self.assertEqual((one.statuses, one.told), ([200], told), settings)

    def test_missing(self) -> None:
        """As long as there is no contract it is a 503 that says when to ask again, or goes on."""
        for settings, status in (
            ({}, 503),
            ({"missing": "pass"}, 200),
            ({"requests": "report"}, 200),
            ({"requests": "off"}, 200),
        ):
            one = Promised(Answer(body=b"ok"), contract=settings)
            one.kept.contract = None
            one.send(GET)
            self.assertEqual((one.statuses, one.told), ([status], []), settings)
            self.assertEqual(b"Retry-After: 5\r\n" in one.said, status == 503)

    def test_swap(self) -> None:
        """Once there is a contract, or another, the next request is held to it."""
        one = Promised(Answer(body=b"ok"))
        one.kept.contract = None
        one.send(GET)
        one.kept.contract = one.promise
        one.send(GET)
        self.assertEqual(one.statuses, [503, 200])

    def test_parameters(self) -> None:
        """Parameters that do not match are told to the client, or counted only."""
        wrong = [Mismatch("query", "/a", "is no number")]
        one = Promised(Answer())
        one.promise.operation.wrong = wrong
        one.send(GET)
        self.assertEqual((one.statuses, one.scene.asked), ([400], []))
        said = [{"in": "query", "pointer": "/a", "message": "is no number"}]
        self.assertEqual(one.problem()["errors"], said)
        self.assertEqual(one.told, [("request", "things", ("query",), True)])
        self.assertEqual(one.records[0].reason, "query /a: is no number")
        one = Promised(Answer(), contract={"requests": "report"})
        one.promise.operation.wrong = wrong
        one.send(GET)
        self.assertEqual(one.statuses, [200])
        self.assertEqual(one.told, [("request", "things", ("query",), False)])

    def test_off(self) -> None:
        """What is off asks the operation nothing, and counts the request."""
        one = Promised(Answer(), contract={"requests": "off"})
        one.promise.operation.wrong = CredentialsMissing()
        one.send(post(BAD))
        self.assertEqual(one.statuses, [200])
        self.assertEqual(one.told, [("request", "things", (), False)])

    def test_credentials(self) -> None:
        """Missing credentials are a 401 that says which would do."""
        one = Promised()
        one.promise.operation.wrong = CredentialsMissing((), ["Bearer", 'Basic realm="\r\nX: y"'])
        one.send(GET)
        self.assertEqual(one.statuses, [401])
        self.assertIn(
            b'WWW-Authenticate: Bearer\r\nWWW-Authenticate: Basic realm="??X: y"', one.said
        )
        self.assertEqual(one.told, [("request", "things", ("security",), True)])

    def test_limit(self) -> None:
        """A body that is longer than the route takes is refused by the route."""
        from altlas.settings.tree import RouteLimits

        one = Promised(route={"limit": RouteLimits(body=3)})
        one.send(post(BAD))
        self.assertEqual((one.statuses, one.records[0].flag, one.told), ([413], "DPE", []))

    def test_answers(self) -> None:
        """Of answers so large a share is looked at as was asked for."""
        for roll, told in (
            (0.1, ("answer", 200, ())),
            (0.3, ("unlooked", "response", "not sampled")),
        ):
            one = Promised(Answer(fields=(JSON,), body=b'{"n":1}'), contract={"responses": 0.2})
            one.roll = roll
            one.send(GET)
            self.assertEqual((one.statuses, one.told[1:]), ([200], [told]))
