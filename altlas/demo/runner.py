"""The runner service: jobs that take their time, and tell how far they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import asdict, define, frozen
from klein import Klein
from twisted.internet.defer import Deferred
from twisted.web.iweb import IRequest

from altlas.demo.answers import Answers, Refused, json_object, refuse_in_json
from altlas.demo.publication import publish
from altlas.demo.shelf import BadName, Shelf


@frozen
class Job:
    """A job as it was handed in; how far it is follows from the time."""

    id: str
    kind: str
    seconds: float
    #: seconds since the epoch, since it is read in another process than it was written in
    begun: float
    #: the instance that took it
    by: str

    def report(self, now: float) -> dict[str, Any]:
        """The job and its progress at `now`, 0 to 1."""
        progress = min(1.0, max(0.0, (now - self.begun) / self.seconds)) if self.seconds else 1.0
        state = "done" if progress >= 1 else "running"
        return asdict(self) | {"state": state, "progress": round(progress, 3)}


@define(eq=False, slots=False)
class Runner:
    """The service over HTTP. `now` is seconds since the epoch, `new_id` a fresh name each."""

    answers: Answers
    _shelf: Shelf
    _now: Callable[[], float]
    _new_id: Callable[[], str]

    app = Klein()

    @app.route("/", methods=["GET"])
    def about(self, request: IRequest) -> bytes | Deferred[bytes]:
        """What the service does."""
        return self.answers.send(
            request,
            {
                "service": "runner",
                "try": ['POST /jobs {"kind": "count", "seconds": 10}', "GET /jobs", "GET /jobs/ID"],
            },
        )

    @app.route("/jobs", methods=["POST"])
    def begin(self, request: IRequest) -> bytes | Deferred[bytes]:
        """Begin a job: 202, with the place of its progress in Location."""
        order = json_object(request)
        job = self._job(order.get("kind", "count"), order.get("seconds", 10))
        self._shelf.put(job.id, asdict(job))
        # Relative to the request's own path (RFC 9110, 10.2.2), since only the gateway
        # knows under which prefix the client found this service.
        request.setHeader("location", f"jobs/{job.id}")
        return self.answers.send(request, job.report(self._now()), 202)

    @app.route("/jobs", methods=["GET"])
    def all(self, request: IRequest) -> bytes | Deferred[bytes]:
        """All jobs and how far they are, whichever instance took them."""
        jobs = [Job(**self._shelf.get(name)).report(self._now()) for name in self._shelf.names()]
        return self.answers.send(request, {"jobs": sorted(jobs, key=lambda job: job["begun"])})

    @app.route("/jobs/<name>", methods=["GET"])
    def progress(self, request: IRequest, name: str) -> bytes | Deferred[bytes]:
        """How far one job is."""
        try:
            job = Job(**self._shelf.get(name))
        except (KeyError, BadName):
            raise Refused(404, "there is no such job") from None
        return self.answers.send(request, job.report(self._now()))

    def _job(self, kind: Any, seconds: Any) -> Job:
        if not isinstance(kind, str):
            raise Refused(400, "kind is no string")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise Refused(400, "seconds is no number")
        if not 0 <= seconds <= 86400:
            raise Refused(400, "seconds is a number from 0 to 86400")
        return Job(self._new_id(), kind, seconds, self._now(), self.answers.instance)


publish(Runner.app, "/openapi.json", "runner.json")
refuse_in_json(Runner.app)
