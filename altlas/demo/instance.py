"""One instance of a demo service: its health, what it was told, and the service itself."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define
from klein import Klein
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource

from altlas.demo.answers import Answers, Service, json_body, refuse_in_json
from altlas.demo.conduct import BadConduct, Conduct


@define(eq=False, slots=False)
class Instance:
    """Puts `service` behind ``/health`` and ``/_demo``, and makes it misbehave when told.

    ``/health`` and ``/_demo`` never misbehave themselves: an instance can be healthy
    and still fail, and is always to be talked back to reason. `roll` gives numbers
    from 0 up to 1.
    """

    service: Service
    roll: Callable[[], float]

    app = Klein()

    @property
    def answers(self) -> Answers:
        """How this instance answers."""
        return self.service.answers

    @app.route("/health", methods=["GET"])
    def health(self, request: IRequest) -> bytes:
        """Whether the instance is healthy: 200, or 503 when it was told not to be."""
        healthy = self.answers.conduct.health
        answer = {"status": "ok" if healthy else "told to be ill"}
        return self.answers.whole(request, answer, 200 if healthy else 503)

    @app.route("/_demo", methods=["GET"])
    def conduct(self, request: IRequest) -> bytes:
        """What the instance was told."""
        return self.answers.whole(request, {"conduct": self.answers.conduct.plain()})

    @app.route("/_demo", methods=["POST"])
    def misbehave(self, request: IRequest) -> bytes:
        """Change what the instance was told, by a JSON object with keys of `Conduct`."""
        self.answers.conduct = self.answers.conduct.told(json_body(request))
        return self.conduct(request)

    @app.route("/_demo", methods=["DELETE"])
    def behave(self, request: IRequest) -> bytes:
        """Have the instance behave well again."""
        self.answers.conduct = Conduct()
        return self.conduct(request)

    @app.route("/", branch=True)
    async def served(self, request: IRequest) -> IResource | bytes:
        """What the service answers, unless the instance misbehaves."""
        conduct = self.answers.conduct_for(request)
        if conduct.reset:
            request.transport.abortConnection()  # type: ignore[attr-defined]
            await Deferred()
        if conduct.stall:
            await deferLater(self.answers.clock, conduct.stall)
        if self.roll() < conduct.fail:
            return self.answers.whole(request, {"error": "told to fail"}, conduct.status)
        return self.service.app.resource()

    @app.handle_errors(BadConduct)
    def cannot(self, request: IRequest, failure: Failure) -> bytes:
        """Refuse what no instance can be told."""
        return self.answers.whole(request, {"error": str(failure.value)}, 400)


refuse_in_json(Instance.app)
