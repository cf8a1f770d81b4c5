"""One request that is held to its operation before it goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from twisted.logger import Logger
from twisted.web.iweb import UNKNOWN_LENGTH

from altlas.contracts.asked import Asked
from altlas.edge.body import NO_BODY, DownstreamBody, WholeBody
from altlas.edge.contracts.copying import CopiedBody, Pieces
from altlas.edge.contracts.sampling import later
from altlas.errors import (
    BodyTooLong,
    ContractError,
    GatewayError,
    Mismatch,
    RequestMismatch,
)
from altlas.wire.heads import ResponseHead
from altlas.wire.section import Section

if TYPE_CHECKING:
    from altlas.backend.call import Call
    from altlas.contracts.bodies import BodyRule
    from altlas.contracts.operation import Operation
    from altlas.edge.contracts.leaf import ContractLeaf
    from altlas.edge.exchange import Exchange

log = Logger()

#: where it is that an error without mismatches does not match, by its status
_WHERE = {401: "security", 415: "content-type"}
#: RFC 9110, 15.2.1
CONTINUE = ResponseHead(100, b"Continue", 1, [], 0, True, frozenset(), 0)


class Entry:
    """Judges a request's head, then its body, and forwards it or not.

    A body that is not here yet is held until it is, or until it is longer than bodies are looked
    into; the exchange's limits of time and size watch over it meanwhile. Where nothing is refused
    nothing is held either: a copy is looked at.
    """

    __slots__ = (
        "_call",
        "_exchange",
        "_leaf",
        "_operation",
        "_query",
        "_rule",
        "_values",
        "_waiting",
    )

    _query: bytes | None
    _rule: BodyRule
    _values: tuple[bytes, ...]

    def __init__(
        self, leaf: ContractLeaf, exchange: Exchange, call: Call, operation: Operation
    ) -> None:
        self._leaf = leaf
        self._exchange = exchange
        self._call = call
        self._operation = operation
        self._waiting = False

    def begin(self, values: tuple[bytes, ...], query: bytes | None) -> None:
        """Judge what is here. Raises a `ContractError` for what is refused."""
        if self._leaf.kept.settings.requests == "off":
            self._pass()
            return
        self._values, self._query = values, query
        body = self._exchange.body
        try:
            rule = self._rule_for(self._seen(body is not NO_BODY))
        except ContractError as error:
            self._break(error)
            return
        if query:
            clock = self._exchange.channel.listening.timers.clock
            self._leaf.sampling.offer_query(clock, self._operation, query)
        if rule is None:
            self._pass()
        else:
            self._rule = rule
            self._look_into(body)  # type: ignore[arg-type]

    def _seen(self, has_body: bool) -> Asked:
        """The request as the operation sees it."""
        head, certified = self._exchange.head, self._exchange.channel.peer.certified
        values, query = self._values, self._query
        return Asked(values, query, head.fields, head.firsts, has_body, certified)

    def _rule_for(self, asked: Asked) -> BodyRule | None:
        """How the body is to be; None where it is not looked into. Raises a `ContractError`."""
        mismatches = self._operation.check(asked)
        if mismatches:
            raise RequestMismatch(mismatches)
        if not asked.has_body:
            return None
        return self._operation.body_rule(asked.firsts.get(b"content-type"))

    def _look_into(self, body: DownstreamBody | WholeBody) -> None:
        if isinstance(body, WholeBody):
            self.examine(bytes(body))  # some readers take nothing that is more
        elif body.complete:
            self.examine(body.held())
        elif body.length is not UNKNOWN_LENGTH and body.length > self.most:
            self.overflow()
        elif self._leaf.strict:
            self._hold(body)
        else:
            self._call.body = copied = CopiedBody(body, self.most, self._passed)
            self._exchange.on_close = copied.left
            self._forward()

    # --- a body that is still to come ------------------------------------------------------

    @property
    def most(self) -> int:
        """How long a body is looked into."""
        return self._leaf.kept.settings.validate.max_body

    def _hold(self, body: DownstreamBody) -> None:
        if not body.invited:
            self._invite(body)
        self._waiting = True
        self._exchange.attend(self._call)
        body.on_complete.append(lambda: self._go_on(lambda: self.examine(body.held())))
        # Last, since it may be here before this returns.
        body.hold(self.most, lambda: self._go_on(self.overflow))

    def _invite(self, body: DownstreamBody) -> None:
        """The head is right: let the body come (RFC 9110, 10.1.1)."""
        body.invited = True
        self._exchange.channel.inform(CONTINUE, [])
        fields = self._call.fields
        framing = fields.framing if isinstance(fields, Section) else None
        all_fields = fields.fields if isinstance(fields, Section) else fields
        # What it expected it got from us.
        rest = [one for one in all_fields if one[0].lower() != b"expect"]
        self._call.fields = Section.of(rest, framing)

    def _go_on(self, step: Callable[[], object]) -> None:
        """Take `step` unless one was taken, or the exchange is over."""
        if not self._waiting or self._call.given_up is not None:
            return
        self._waiting = False
        try:
            step()
        except GatewayError as error:
            self._exchange.fail(error)
        except Exception:
            log.failure("A held request could not be served")
            self._exchange.fail(GatewayError())

    # --- what it comes to ------------------------------------------------------------------

    def examine(self, data: bytes) -> None:
        """Judge the whole body, and go on. Raises a `ContractError` for what is refused."""
        if len(data) > self.most:
            self.overflow()
            return
        try:
            self._judge(data)
        except ContractError as error:
            self._break(error)
        else:
            self._pass()

    def _judge(self, data: bytes) -> None:
        """Judge the whole body. Raises a `ContractError`."""
        leaf, operation, rule = self._leaf, self._operation, self._rule
        if not data:
            # Chunks, or a stream of HTTP/2, may come to nothing: then there is no body.
            self._rule_for(self._seen(False))
            return
        encoding = self._exchange.head.firsts.get(b"content-encoding")
        examined = rule.check(data, encoding, self.most)
        if examined.mismatches:
            raise RequestMismatch(examined.mismatches)
        if examined.looked:
            clock = self._exchange.channel.listening.timers.clock
            leaf.sampling.offer(clock, operation, "request", rule.schema, examined.value)
        elif examined.long:
            self._pass_over()
        else:
            leaf.kept.drift.unlooked(operation, "request", "encoded")

    def overflow(self) -> None:
        """The body is longer than bodies are looked into."""
        try:
            self._pass_over()
        except BodyTooLong as error:
            self._break(error)
        else:
            self._pass()

    def _pass_over(self) -> None:
        """Count a body that is too long to look into, or raise BodyTooLong."""
        leaf = self._leaf
        if leaf.strict and leaf.kept.settings.validate.longer == "refuse":
            raise BodyTooLong((Mismatch("body", "", f"longer than {self.most} bytes"),))
        leaf.kept.drift.unlooked(self._operation, "request", "long")

    def _passed(self, pieces: Pieces | None) -> None:
        """All of a body that was not held has gone on, or never will: it is counted only."""
        drift, operation = self._leaf.kept.drift, self._operation
        if pieces is None or pieces.over:
            drift.unlooked(operation, "request", "long" if pieces else "broken")
            drift.request(operation, ())
        else:
            later(self._exchange.channel.listening.timers.clock, self._count, pieces)

    def _count(self, pieces: Pieces) -> None:
        mismatches: tuple[Mismatch, ...] = ()
        try:
            self._judge(pieces.whole())
        except ContractError as error:
            mismatches = error.mismatches
        self._leaf.kept.drift.request(self._operation, mismatches)

    def _pass(self) -> None:
        """Nothing is wrong with it, as far as it is looked at."""
        self._leaf.kept.drift.request(self._operation)
        self._forward()

    def _break(self, error: ContractError) -> None:
        """It does not match: so it is refused, or counted only."""
        strict = self._leaf.strict
        mismatches = error.mismatches or (Mismatch(_WHERE.get(error.status, ""), "", str(error)),)
        self._leaf.kept.drift.request(self._operation, mismatches, strict)
        if strict:
            raise error
        self._forward()

    def _forward(self) -> None:
        self._leaf.forward(self._exchange, self._call, self._operation)
