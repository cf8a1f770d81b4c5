"""What a new document of a contract changes for its clients, operation by operation.

Requests may only widen, answers may only narrow: whatever an old client sends must be taken, and
whatever it gets must be what it expects. What only people read (descriptions, examples, tags,
the ids of operations) breaks nobody. The outcome depends on the two contracts alone; only what
differs is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from attrs import frozen

from altlas.contracts.changes.answers import answers
from altlas.contracts.changes.credentials import credentials
from altlas.contracts.changes.documents import Documents
from altlas.contracts.changes.finding import Finding, Verdict, written
from altlas.contracts.changes.pairing import Spot, spots
from altlas.contracts.changes.parameters import body, parameters


class Operation(Protocol):
    """What is wanted of `altlas.contracts.operation.Operation`."""

    @property
    def id(self) -> str: ...

    @property
    def method(self) -> str: ...

    @property
    def template(self) -> str: ...


class Contract(Protocol):
    """What is wanted of `altlas.contracts.contract.Contract`."""

    @property
    def document(self) -> Mapping[str, Any]: ...

    @property
    def operations(self) -> Iterable[Operation]: ...

    @property
    def base_paths(self) -> tuple[str, ...]: ...


@frozen
class Change:
    """One change. `operation` is the id that the old contract has for it, or the new one's for
    an operation that is new; empty for what concerns all operations.

    `pointer` (RFC 6901) is a place in the new document, in the old one for what is gone.
    A breaking change that is not `certain` may break: the documents alone do not tell.
    """

    operation: str
    pointer: str
    breaking: bool
    message: str
    certain: bool = True

    @property
    def verdict(self) -> str:
        """``harmless``, ``may break`` or ``breaking``."""
        if not self.breaking:
            return Verdict.HARMLESS.value
        return Verdict.BREAKING.value if self.certain else Verdict.UNSURE.value


Changes = tuple[Change, ...]


def differences(old: Contract, new: Contract) -> Changes:
    """Every change from one contract to another, the same every time.

    First what concerns all operations, then operations in the order of the old document, then
    new ones. Each operation has at most some hundred for each of its bodies.
    """
    documents = Documents.of(old.document, new.document)
    before, after = _ids(old), _ids(new)
    found = [_change("", finding) for finding in _base_paths(old, new)]
    known, still = spots(documents.old), spots(documents.new)
    paths = {path for path, _ in still}
    for key, spot in known.items():
        name = _id(spot, before)
        if key in still:
            findings = _operation(documents, spot, still[key], (name, _id(still[key], after)))
        else:
            findings = iter((_gone(spot, key[0] in paths),))
        found += [_change(name, finding) for finding in findings]
    for key, spot in still.items():
        if key not in known:
            words = f"{spot.method} {spot.template} is new"
            finding = Finding(spot.pointer, Verdict.HARMLESS, words)
            found.append(_change(_id(spot, after), finding))
    return tuple(dict.fromkeys(found))


def _operation(
    documents: Documents, old: Spot, new: Spot, ids: tuple[str, str]
) -> Iterator[Finding]:
    if ids[0] != ids[1]:
        words = f"has the id {ids[1]} now"
        yield Finding((*new.pointer, "operationId"), Verdict.HARMLESS, words)
    yield from credentials(documents, old.pointer, new.pointer)
    if old.template != new.template or not documents.same(old.item, new.item):
        yield from parameters(documents, old, new)
    if documents.same(old.pointer, new.pointer):
        return
    yield from body(documents, old.pointer, new.pointer)
    yield from answers(documents, old.pointer, new.pointer)
    yield from _deprecated(documents, old, new)


def _deprecated(documents: Documents, old: Spot, new: Spot) -> Iterator[Finding]:
    before = documents.old.at((*old.pointer, "deprecated")) is True
    after = documents.new.at((*new.pointer, "deprecated")) is True
    if before != after:
        words = "is deprecated now" if after else "is no longer deprecated"
        yield Finding((*new.pointer, "deprecated"), Verdict.HARMLESS, words)


def _gone(spot: Spot, path_stays: bool) -> Finding:
    what = f"method {spot.method} of {spot.template}" if path_stays else f"path {spot.template}"
    return Finding(spot.pointer, Verdict.BREAKING, f"the {what} is gone")


def _base_paths(old: Contract, new: Contract) -> Iterator[Finding]:
    before, after = ([path or "/" for path in each.base_paths] for each in (old, new))
    for path in before:
        if path not in after:
            words = f"the base path {path} is gone, paths stand under {', '.join(after)}"
            yield Finding(("servers",), Verdict.BREAKING, words)
    for path in after:
        if path not in before:
            words = f"paths may stand under {path} now"
            yield Finding(("servers",), Verdict.HARMLESS, words)


def _ids(contract: Contract) -> dict[tuple[str, str], str]:
    return {(each.method, each.template): each.id for each in contract.operations}


def _id(spot: Spot, ids: Mapping[tuple[str, str], str]) -> str:
    key = (spot.method, spot.template)
    return ids.get(key) or f"{spot.method} {spot.template}"


def _change(operation: str, finding: Finding) -> Change:
    return Change(
        operation,
        written(finding.pointer),
        finding.verdict is not Verdict.HARMLESS,
        finding.message,
        finding.verdict is not Verdict.UNSURE,
    )
