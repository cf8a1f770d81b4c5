"""Answers that are looked at when they have passed: nothing waits, nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from altlas.edge.contracts.copying import CopyingReceiver
from altlas.errors import GatewayError, ResponseMismatch

if TYPE_CHECKING:
    from altlas.backend.call import Call
    from altlas.backend.stack import Way
    from altlas.edge.contracts.answers import AnswerCheck

log = Logger()


@define(eq=False)
class WatchingStack:
    """A backend's way, of whose answer a copy is looked at."""

    _way: Way
    _check: AnswerCheck

    def send(self, call: Call) -> Deferred[Any]:
        """As the way itself."""
        return self._way.send(call).addCallback(self._answered)

    def broken(self, call: Call, error: GatewayError) -> None:
        """As the way itself."""
        self._way.broken(call, error)

    def _answered(self, response: Any) -> Any:
        try:
            looked_into = self._check.begin(response)
        except ResponseMismatch:
            return response  # it is counted
        except Exception:
            log.failure("An answer could not be looked at")
            return response
        return WatchedResponse(response, self._check) if looked_into else response


class WatchedResponse:
    """A response like another; whoever takes its body leaves a copy."""

    def __init__(self, response: Any, check: AnswerCheck) -> None:
        self._response = response
        self._check = check

    def __getattr__(self, name: str) -> Any:
        return getattr(self._response, name)

    def take_body(self) -> bytes | None:
        """Return the body if it is here whole."""
        take = getattr(self._response, "take_body", None)
        body: bytes | None = None if take is None else take()
        if body is not None:
            self._check.look_later(body)
        return body

    def deliverBody(self, protocol: Any) -> None:
        """Give the body to `protocol` as it comes."""
        check = self._check
        self._response.deliverBody(CopyingReceiver(protocol, check.most, check.look_at))
