"""The end of a route whose backend has promised to keep to a contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import frozen

from altlas.edge.contracts.answers import AnswerCheck
from altlas.edge.contracts.entry import Entry
from altlas.edge.contracts.sampling import FieldSampling
from altlas.edge.contracts.watching import WatchingStack
from altlas.edge.contracts.withholding import WithholdingStack
from altlas.edge.leaf import ForwardLeaf
from altlas.errors import ContractMissing, OperationNotAllowed, UnknownOperation

if TYPE_CHECKING:
    from altlas.backend.call import Call
    from altlas.backend.stack import Way
    from altlas.contracts.kept import Kept
    from altlas.contracts.operation import Operation
    from altlas.edge.exchange import Exchange

#: seconds after which a client may ask again where there is no contract yet
RETRY_AFTER = 5.0


@frozen(eq=False)
class ContractLeaf:
    """Forwards what is as the contract has it.

    All that can be judged is judged before an instance is picked; only where ``requests`` is
    ``refuse`` is anything refused, else what does not match is counted and goes on.
    """

    inner: ForwardLeaf
    kept: Kept
    #: whether to refuse at all
    strict: bool
    sampling: FieldSampling
    _random: Callable[[], float]

    @classmethod
    def of(cls, inner: ForwardLeaf, kept: Kept, random: Callable[[], float]) -> ContractLeaf:
        """The leaf that holds what `inner` would forward to what is `kept`."""
        settings = kept.settings
        sampling = FieldSampling(kept.drift, settings.field_samples)
        return cls(inner, kept, settings.requests == "refuse", sampling, random)

    def serve(self, exchange: Exchange) -> None:
        """Forward, at once or when the body is known. Raises what is refused at once."""
        call = self.inner.call_of(exchange)
        # What is swapped meanwhile is for those after this one.
        contract, settings = self.kept.contract, self.kept.settings
        if contract is None:
            if self.strict and settings.missing == "refuse":
                raise ContractMissing(retry_after=RETRY_AFTER)
            exchange.forward(self.inner.stack, call)
            return
        path, mark, query = call.target.partition(b"?")
        try:
            found = contract.find(call.method, path)
        except (UnknownOperation, OperationNotAllowed) as error:
            why = "path" if isinstance(error, UnknownOperation) else "method"
            self.kept.drift.unknown(call.method, path, why)
            if self.strict and settings.unknown == "refuse":
                raise
            exchange.forward(self.inner.stack, call)
            return
        Entry(self, exchange, call, found.operation).begin(found.values, query if mark else None)

    def stray(self, exchange: Exchange, why: str) -> None:
        """Count a request that none of the operations took."""
        head = exchange.head
        path = self.inner.rewriter.apply(head.path, exchange.path, None)
        self.kept.drift.unknown(head.method, path, why)

    def forward(self, exchange: Exchange, call: Call, operation: Operation) -> None:
        """Send a call on, and have its answer looked at if it is to be."""
        settings = self.kept.settings
        share = settings.responses
        way: Way = self.inner.stack
        if share:
            if share >= 1 or self._random() < share:
                way = self._looking(way, exchange, operation)
            else:
                self.kept.drift.unlooked(operation, "response", "not sampled")
        exchange.forward(way, call)

    def _looking(self, way: Way, exchange: Exchange, operation: Operation) -> Way:
        settings = self.kept.settings
        most = settings.validate.max_body
        check = AnswerCheck(operation, most, exchange, self.kept.drift, self.sampling)
        kind = WatchingStack if settings.on_mismatch == "report" else WithholdingStack
        return kind(way, check)
