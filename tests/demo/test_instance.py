"""An instance answers for its service, unless it was told otherwise."""

from __future__ import annotations

from attrs import define
from klein import Klein
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.iweb import IRequest

from altlas.demo.answers import Answers
from tests.demo.served import Served


@define(eq=False, slots=False)
class Echo:
    """A service that says which path it was asked for."""

    answers: Answers

    app = Klein()

    @app.route("/", branch=True)
    def echo(self, request: IRequest) -> object:
        """The path."""
        return self.answers.send(request, {"path": request.path.decode()})


class InstanceTests(SynchronousTestCase):
    """What is promised whatever the service."""

    def served(self, roll: float = 0.0) -> Served:
        """An instance of `Echo`."""
        return Served(self, Echo, roll)

    def test_serves(self) -> None:
        """Every path but its own two is the service's, and the answer names the instance."""
        served = self.served()
        for path in ("/", "/a", "/a/b/", "/healthy", "/_demo/x"):
            reply = served.ask("GET", path)
            self.assertEqual((reply.status, reply.json), (200, {"instance": "one", "path": path}))
            self.assertEqual(reply.headers.getRawHeaders("x-instance"), ["one"])

    def test_health(self) -> None:
        """An instance is healthy until it is told not to be, and again when told so."""
        served = self.served()
        self.assertEqual(served.ask("GET", "/health").status, 200)
        served.ask("POST", "/_demo", {"health": False})
        self.assertEqual(served.ask("GET", "/health").status, 503)
        self.assertEqual(served.ask("GET", "/").status, 200)
        served.ask("DELETE", "/_demo")
        self.assertEqual(served.ask("GET", "/health").status, 200)

    def test_says_its_conduct(self) -> None:
        """What the instance was told is shown, and kept until it is told otherwise."""
        served = self.served()
        self.assertEqual(served.ask("POST", "/_demo", {"fail": 0.5}).json["conduct"]["fail"], 0.5)
        self.assertEqual(served.ask("GET", "/_demo").json["conduct"]["fail"], 0.5)
        self.assertEqual(served.ask("DELETE", "/_demo").json["conduct"]["fail"], 0.0)

    def test_fails_its_share(self) -> None:
        """A share of the requests fails with the status that was told."""
        for roll, status in ((0.49, 500), (0.5, 200)):
            served = self.served(roll)
            served.ask("POST", "/_demo", {"fail": 0.5, "status": 500})
            self.assertEqual(served.ask("GET", "/").status, status)

    def test_healthy_though_failing(self) -> None:
        """Failing, stalling and trickling spare the health and the way back."""
        served = self.served()
        served.ask("POST", "/_demo", {"fail": 1, "stall": 9, "trickle": True, "reset": True})
        self.assertEqual(served.ask("GET", "/health").status, 200)
        self.assertEqual(served.ask("DELETE", "/_demo").status, 200)
        self.assertEqual(served.ask("GET", "/").status, 200)

    def test_fails_one_request(self) -> None:
        """One request can ask to fail, and no other does."""
        served = self.served()
        self.assertEqual(served.ask("GET", "/?_fail=502").status, 502)
        self.assertEqual(served.ask("GET", "/").status, 200)

    def test_stalls(self) -> None:
        """A stalled answer comes after the time that was told, and no sooner."""
        served = self.served()
        asked = served.client.get("http://demo.test/?_stall=5")
        served.clock.advance(4.9)
        served.client.flush()
        self.assertNoResult(asked)
        served.clock.advance(0.2)
        served.client.flush()
        self.assertEqual(self.successResultOf(asked).code, 200)

    def test_resets(self) -> None:
        """A request that asks for a reset gets no answer at all."""
        self.failureResultOf(self.served().client.get("http://demo.test/?_reset=1"))

    def test_refuses_bad_orders(self) -> None:
        """What no instance can be told is refused with a reason, by body and by query."""
        served = self.served()
        for reply in (
            served.ask("POST", "/_demo", {"fail": 7}),
            served.ask("POST", "/_demo", b"{"),
            served.ask("GET", "/?_stall=x"),
        ):
            self.assertEqual(reply.status, 400)
            self.assertIn("error", reply.json)

    def test_instances_are_apart(self) -> None:
        """What one instance is told is nothing to another."""
        one, other = self.served(), self.served()
        one.ask("POST", "/_demo", {"health": False})
        self.assertEqual(other.ask("GET", "/health").status, 200)
