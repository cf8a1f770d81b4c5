"""Drift: what traffic shows that the contract does not say.

Plain ints, counted where traffic passes and read when somebody asks. What is kept is bounded by
the document and by the limits below, whatever clients or backends send.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from attrs import define, field

from altlas.contracts.shapes import folded, shape
from altlas.errors import Mismatch

#: distinct shapes of undocumented paths that are kept
MOST_PATHS = 100
#: distinct undocumented names that are kept of each operation and side
MOST_NAMES = 50
#: operations that are counted which are in no contract that `renewed` has told of
MOST_STRANGERS = 100
#: the sides of an exchange; undocumented query parameters are a side of their own
SIDES = ("request", "response", "query")

#: longest pointer that is kept
_LONGEST = 200


class Counted(Protocol):
    """What is wanted of `altlas.contracts.operation.Operation`."""

    @property
    def id(self) -> str: ...

    @property
    def method(self) -> str: ...

    @property
    def template(self) -> str: ...


@define(eq=False)
class Bounded:
    """How often each of some names was seen: the first `most` of them, and all others in one."""

    most: int
    seen: dict[str, int] = field(factory=dict)
    others: int = 0

    def add(self, name: str) -> None:
        """One more of this name."""
        count = self.seen.get(name)
        if count is None and len(self.seen) >= self.most:
            self.others += 1
        else:
            self.seen[name] = (count or 0) + 1

    def told(self) -> dict[str, Any]:
        """``{seen: {name: n}, others: n}``."""
        return {"seen": dict(self.seen), "others": self.others}

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.seen.values()) + self.others


def _names() -> dict[str, Bounded]:
    return {side: Bounded(MOST_NAMES) for side in SIDES}


def _more(counts: dict[Any, int], name: Any) -> None:
    counts[name] = counts.get(name, 0) + 1


@define(eq=False)
class Breaches:
    """The messages of one side that broke the contract: in which parts, and where in them."""

    total: int = 0
    by: dict[str, int] = field(factory=dict)
    places: Bounded = field(factory=lambda: Bounded(MOST_NAMES))

    def add(self, mismatches: tuple[Mismatch, ...]) -> None:
        """One message more; each part and place of it counts once."""
        self.total += 1
        for where in {each.where for each in mismatches}:
            _more(self.by, where)
        for place in {f"{each.where} {_folded(each.pointer)}".strip() for each in mismatches}:
            self.places.add(place)

    def told(self) -> dict[str, Any]:
        """``{total, by: {where: n}, places: {seen: {place: n}, others: n}}``."""
        return {"total": self.total, "by": dict(self.by), "places": self.places.told()}


@define(eq=False)
class OperationCounts:
    """What one operation was asked and has answered. Written by `Drift` only."""

    requests: int = 0
    invalid: Breaches = field(factory=Breaches)
    refused: int = 0
    last_used: float | None = None
    answers: dict[str, int] = field(factory=dict)
    invalid_answers: Breaches = field(factory=Breaches)
    statuses: dict[int, int] = field(factory=dict)
    unlooked: dict[str, dict[str, int]] = field(factory=dict)
    undocumented: dict[str, Bounded] = field(factory=_names)

    def told(self) -> dict[str, Any]:
        """The counts as a row, ready for JSON."""
        return {
            "requests": self.requests,
            "invalid": {
                **self.invalid.told(),
                "refused": self.refused,
                "reported": self.invalid.total - self.refused,
            },
            "answers": dict(self.answers),
            "invalid_answers": self.invalid_answers.told(),
            "unlooked": {side: dict(why) for side, why in self.unlooked.items()},
            "undocumented": {
                "statuses": {str(status): n for status, n in sorted(self.statuses.items())},
                **{side: names.told() for side, names in self.undocumented.items()},
            },
            "last_used": self.last_used,
        }


@define(eq=False)
class Drift:
    """What was seen of one contract, over all documents that it has had.

    Operations are told apart by their id, so that counts stay when a document takes another's
    place. `wall_clock` gives seconds since the epoch.
    """

    _wall_clock: Callable[[], float]
    since: float = field(init=False)
    _counts: dict[str, OperationCounts] = field(init=False, factory=dict)
    _known: frozenset[str] = field(init=False, default=frozenset())
    _paths: Bounded = field(init=False, factory=lambda: Bounded(MOST_PATHS))
    _why: dict[str, int] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.since = self._wall_clock()

    # --- traffic: `request` of a valid one is nearly every call, and costs a lookup and two stores

    def request(
        self, operation: Counted, mismatches: tuple[Mismatch, ...] = (), refused: bool = False
    ) -> None:
        """A request of this operation, with all that is wrong with it; refused, or let pass."""
        counts = self._counts.get(operation.id) or self._begin(operation.id)
        counts.requests += 1
        counts.last_used = self._wall_clock()
        if mismatches:
            counts.invalid.add(mismatches)
            counts.refused += refused

    def unknown(self, method: bytes, path: bytes, why: str) -> None:
        """A request of which the contract knows nothing: `why` is ``path`` or ``method``."""
        _more(self._why, why)
        name = method.decode("latin-1") if method.isalpha() and len(method) < 20 else "_OTHER"
        self._paths.add(f"{name} {shape(path)}")

    def answer(
        self, operation: Counted, status: int, mismatches: tuple[Mismatch, ...] = ()
    ) -> None:
        """An answer of this operation. A mismatch in ``status`` is a status not documented."""
        counts = self._counts.get(operation.id) or self._begin(operation.id)
        _more(counts.answers, f"{status // 100}xx")
        if mismatches:
            counts.invalid_answers.add(mismatches)
            if any(each.where == "status" for each in mismatches):
                _more(counts.statuses, status)

    def unlooked(self, operation: Counted, side: str, why: str) -> None:
        """A body that was not looked into: ``long``, ``encoded``, ``stream``, ``not sampled``, or
        ``broken``, for that there was no end to it.
        """
        counts = self._counts.get(operation.id) or self._begin(operation.id)
        _more(counts.unlooked.setdefault(side, {}), why)

    def undocumented(self, operation: Counted, side: str, pointers: Iterable[str]) -> None:
        """Names that the contract does not have: fields by pointer, parameters of the query.

        `side` is ``request``, ``response`` or ``query``.
        """
        counts = self._counts.get(operation.id) or self._begin(operation.id)
        names = counts.undocumented[side]
        for pointer in pointers:
            names.add(_folded(pointer))

    # --- contracts -------------------------------------------------------------------------

    def renewed(self, operations: Iterable[Counted]) -> None:
        """The contract has these operations now; counts of ids that are gone are forgotten."""
        self._known = frozenset(operation.id for operation in operations)
        self._counts = {name: n for name, n in self._counts.items() if name in self._known}

    def used(self, name: str) -> bool:
        """Whether the operation of this id was asked for since the start; any, for an empty id."""
        if not name:
            return any(counts.requests for counts in self._counts.values())
        return name in self._counts and self._counts[name].requests > 0

    def _begin(self, name: str) -> OperationCounts:
        # Exchanges keep the contract that they began with: a few may count for ids that are gone.
        if name not in self._known and len(self._counts) >= len(self._known) + MOST_STRANGERS:
            return OperationCounts()
        return self._counts.setdefault(name, OperationCounts())

    # --- what it came to -------------------------------------------------------------------

    def rows(self, operations: Iterable[Counted]) -> list[dict[str, Any]]:
        """One row an operation of the contract, ready for JSON, with zeros where nothing was::

        {operation, method, path, requests,
         invalid: {total, refused, reported, by: {where: n}, places: {seen, others}},
         answers: {"2xx": n}, invalid_answers: {total, by: {where: n}, places: {seen, others}},
         unlooked: {side: {why: n}}, last_used,
         undocumented: {statuses: {status: n}, request | response | query: {seen, others}}}
        """
        return [
            {
                "operation": each.id,
                "method": each.method,
                "path": each.template,
                **(self._counts.get(each.id) or OperationCounts()).told(),
            }
            for each in operations
        ]

    def unknowns(self) -> dict[str, Any]:
        """What was asked for that is in no operation: ``{path: n, method: n, seen, others}``.

        `seen` is by method and shape of the path.
        """
        return {"path": 0, "method": 0, **self._why, **self._paths.told()}

    def unused(self, operations: Iterable[Counted]) -> list[str]:
        """The ids of those that were not asked for since the start."""
        return [each.id for each in operations if not self.used(each.id)]


def _folded(pointer: str) -> str:
    """A pointer as it is kept: what is but a value in it, an index say, is its sort only."""
    return "/".join(map(folded, pointer[:_LONGEST].split("/")))


def totals(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How much is undocumented in the rows of all operations, by kind."""
    kinds = {"status": 0, "query": 0, "request": 0, "response": 0}
    for row in rows:
        found = row["undocumented"]
        kinds["status"] += sum(found["statuses"].values())
        for side in SIDES:
            kinds[side] += sum(found[side]["seen"].values()) + found[side]["others"]
    return kinds
