"""JSON in and out, and the conduct of the instance that answers."""

from __future__ import annotations

import json
from typing import Any, Protocol

from attrs import define, field
from klein import Klein
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.python.failure import Failure
from twisted.web.iweb import IRequest
from werkzeug.exceptions import HTTPException

from altlas.demo.conduct import Conduct

#: a trickled answer comes in this many pieces, and with this many seconds between
PIECES = 20
GAP = 0.2


class Refused(Exception):
    """A request that the service cannot serve, with the status that says why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@define(eq=False)
class Answers:
    """Writes the answers of one instance, which are JSON objects that name it."""

    instance: str
    clock: IReactorTime
    conduct: Conduct = field(factory=Conduct)

    def conduct_for(self, request: IRequest) -> Conduct:
        """How to behave towards `request`."""
        return self.conduct.asked(request.args or {})

    def whole(self, request: IRequest, answer: dict[str, Any], status: int = 200) -> bytes:
        """What a Klein route gives back to have `answer` sent at once."""
        body = json.dumps({"instance": self.instance} | answer, ensure_ascii=False).encode()
        body += b"\n"
        request.setResponseCode(status)
        request.setHeader(b"content-type", b"application/json")
        request.setHeader(b"content-length", b"%d" % len(body))
        request.setHeader(b"x-instance", self.instance.encode())
        return body

    def send(
        self, request: IRequest, answer: dict[str, Any], status: int = 200
    ) -> bytes | Deferred[bytes]:
        """Like `whole`, but as slowly as the instance was told to answer."""
        body = self.whole(request, answer, status)
        if self.conduct_for(request).trickle:
            return Deferred.fromCoroutine(self._trickle(request, body))
        return body

    async def _trickle(self, request: IRequest, body: bytes) -> bytes:
        size = max(1, len(body) // PIECES)
        for start in range(0, len(body) - size, size):
            request.write(body[start : start + size])
            await deferLater(self.clock, GAP)
        return body[(len(body) - 1) // size * size :]


class Service(Protocol):
    """A demo service: a Klein application that has its `Answers`."""

    @property
    def app(self) -> Klein: ...

    @property
    def answers(self) -> Answers: ...


def refuse_in_json(app: Klein) -> None:
    """Have whatever `app` (of a `Service`) refuses answered in JSON, not in HTML."""

    def refused(self: Service, request: IRequest, failure: Failure) -> bytes | Deferred[bytes]:
        error: Any = failure.value
        return self.answers.send(request, {"error": str(error)}, error.status)

    def not_served(self: Service, request: IRequest, failure: Failure) -> bytes | Deferred[bytes]:
        error: Any = failure.value
        for name, value in error.get_headers():
            if name == "Allow":
                request.setHeader("allow", value)
        return self.answers.send(request, {"error": error.name.lower()}, error.code)

    app.handle_errors(Refused)(refused)
    app.handle_errors(HTTPException)(not_served)


def json_body(request: IRequest) -> Any:
    """The request's body, read as JSON (RFC 8259), of which no surrogate stands alone."""
    body: bytes = request.content.read()
    try:
        value = json.loads(body)
        # What cannot be written again, such as NaN, was not JSON, or not for everybody.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not JSON") from None
    return value


def json_object(request: IRequest) -> dict[str, Any]:
    """Like `json_body`, when nothing but an object will do; an absent one is empty."""
    if not request.content.read(1):
        return {}
    request.content.seek(0)
    value = json_body(request)
    if not isinstance(value, dict):
        raise Refused(400, "the body is not a JSON object")
    return value
