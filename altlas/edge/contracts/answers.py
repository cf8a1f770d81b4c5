"""One answer that is held to its operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from altlas.edge.answering import head_of
from altlas.edge.contracts.sampling import FieldSampling, later
from altlas.errors import ContractError, Mismatch, ResponseMismatch
from altlas.wire.fields import first
from altlas.wire.heads import ResponseHead

if TYPE_CHECKING:
    from altlas.contracts.bodies import BodyRule
    from altlas.contracts.drift import Drift
    from altlas.contracts.operation import Operation
    from altlas.edge.contracts.copying import Pieces
    from altlas.edge.exchange import Exchange

#: statuses that belong to HTTP and not to a resource (RFC 9110, 15): no contract need name them
MECHANICAL = frozenset({206, 304})
#: statuses whose answer has no body, or a part of one
PARTLESS = frozenset({204, 205, 206, 304})
#: codings that can be undone (RFC 9110, 8.4.1)
UNDONE = frozenset({b"identity", b"gzip", b"x-gzip", b"deflate"})


@define(eq=False)
class AnswerCheck:
    """Judges an answer's head, then its body; what it comes to is counted once."""

    operation: Operation
    #: how long a body is looked into, in bytes
    most: int
    exchange: Exchange
    _drift: Drift
    _sampling: FieldSampling
    _status: int = field(default=0, init=False)
    _coding: bytes | None = field(default=None, init=False)
    _body: BodyRule | None = field(default=None, init=False)

    def begin(self, response: Any) -> bool:
        """Judge the head. Whether the body is to be looked into, by `look` or `look_at`.

        Raises `ResponseMismatch`.
        """
        asked = self.exchange.head.method
        head: ResponseHead = getattr(response, "head", None) or head_of(response, asked)
        self._status = status = head.status
        if status == 101:
            return False  # it is no answer
        answer = self.operation.answer(status)
        if answer is None:
            return self._unnamed(status)
        try:
            self._judge(answer.check(head.fields))
            if asked != b"HEAD" and status not in PARTLESS and self._open_to_look(head):
                self._body = answer.body_rule(first(head.fields, b"content-type"))
        except ContractError as error:
            said = Mismatch("content-type", "", str(error))
            self._judge(error.mismatches or (said,))
        if self._body is None:
            self._count(())
        return self._body is not None

    def _unnamed(self, status: int) -> bool:
        if status not in MECHANICAL:
            self._judge((Mismatch("status", "", f"{status} is not in the contract"),))
        self._count(())
        return False

    def _open_to_look(self, head: ResponseHead) -> bool:
        """Whether the body can be looked into; that it cannot is counted."""
        coding = self._coding = first(head.fields, b"content-encoding")
        kind = first(head.fields, b"content-type") or b""
        if head.framing > self.most:
            self.pass_over("long")
        elif coding is not None and coding.lower() not in UNDONE:
            self.pass_over("encoded")
        elif kind.lower().startswith(b"text/event-stream"):
            self.pass_over("stream")
        else:
            return True
        return False

    # --- the body ------------------------------------------------------------------------

    def look(self, data: bytes) -> None:
        """Judge the whole body. Raises `ResponseMismatch`."""
        body = self._body
        assert body is not None  # it was to be looked into
        examined = body.check(data, self._coding, self.most)
        self._judge(examined.mismatches)
        self._count(())
        if examined.looked:
            clock = self.exchange.channel.listening.timers.clock
            self._sampling.offer(clock, self.operation, "response", body.schema, examined.value)
        else:
            self.pass_over("long" if examined.long else "encoded")

    def look_later(self, data: bytes) -> None:
        """Judge the whole body for the counts only, when nobody waits for it."""
        later(self.exchange.channel.listening.timers.clock, self._look, data)

    def look_at(self, pieces: Pieces) -> None:
        """The same for one that came in pieces."""
        if pieces.over:
            self.leave("long")
        else:
            self.look_later(pieces.whole())

    def leave(self, why: str) -> None:
        """The body turned out to be none to look into."""
        self.pass_over(why)
        self._count(())

    def _look(self, data: bytes) -> None:
        try:
            self.look(data)
        except ResponseMismatch:
            pass  # it is counted

    # --- the counts ----------------------------------------------------------------------

    def pass_over(self, why: str) -> None:
        """Count a body that is not looked into."""
        self._drift.unlooked(self.operation, "response", why)

    def _judge(self, mismatches: tuple[Mismatch, ...]) -> None:
        if mismatches:
            self._count(mismatches)
            raise ResponseMismatch(mismatches)

    def _count(self, mismatches: tuple[Mismatch, ...]) -> None:
        self._drift.answer(self.operation, self._status, mismatches)
