"""``altlas contract``: documents are checked, compared and listed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from attrs import frozen

from altlas.command.reading import Unreadable, contract_of

if TYPE_CHECKING:
    from altlas.contracts.contract import Contract
    from altlas.contracts.differences import Change

#: how each verdict is marked at the beginning of a line
_MARKS = {"breaking": "!", "may break": "?", "harmless": " "}


@frozen
class Report:
    """What is printed, and whether it says that something breaks."""

    text: str
    breaking: bool = False


def check(files: Sequence[str]) -> Report:
    """A line for each file that can be used, and one for each doubt about it.

    Raises `Unreadable` with every flaw of all files that cannot.
    """
    lines: list[str] = []
    flaws: list[str] = []
    for file in files:
        try:
            lines += _checked(file)
        except Unreadable as error:
            flaws.append(str(error))
    if flaws:
        raise Unreadable("\n".join(flaws))
    return Report(_text(lines))


def _checked(file: str) -> Iterator[str]:
    contract = contract_of(file)
    count = len(contract.operations)
    yield f"{file}: {contract.title} {contract.version}, {_counted(count, 'operation')}"
    for doubt in contract.doubts:
        yield f"{file}: a doubt: {doubt}"


def diff(old: str, new: str, as_json: bool) -> Report:
    """What changes from one file to another: operation by operation, the worst first in each."""
    from altlas.contracts.differences import differences

    found = differences(contract_of(old), contract_of(new))
    breaking = any(change.breaking for change in found)
    if as_json:
        rows = [_row(change) for change in found]
        return Report(_json({"breaking": breaking, "changes": rows}), breaking)
    return Report(_text(_told(found)), breaking)


def operations(file: str, as_json: bool) -> Report:
    """Every operation of a file: its method, its path, its id."""
    rows = [*_operations(contract_of(file))]
    if as_json:
        return Report(_json(rows))
    width = max((len(row["path"]) for row in rows), default=0)
    return Report(
        _text(
            f"{row['method']:7} {row['path']:{width}}  {row['operation']}"
            + ("  (deprecated)" if row["deprecated"] else "")
            for row in rows
        )
    )


def _operations(contract: Contract) -> Iterator[dict[str, Any]]:
    for each in contract.operations:
        yield {
            "operation": each.id,
            "method": each.method,
            "path": each.template,
            "tags": list(each.tags),
            "deprecated": each.deprecated,
        }


def _row(change: Change) -> dict[str, Any]:
    return {
        "operation": change.operation,
        "pointer": change.pointer,
        "verdict": change.verdict,
        "breaking": change.breaking,
        "message": change.message,
    }


def _told(changes: Iterable[Change]) -> Iterator[str]:
    order = [*_MARKS]
    count = dict.fromkeys(order, 0)
    for operation, group in groupby(changes, lambda change: change.operation):
        yield operation or "all operations"
        for change in sorted(group, key=lambda each: order.index(each.verdict)):
            count[change.verdict] += 1
            yield f"  {_MARKS[change.verdict]} {change.message}  [{change.pointer}]"
    yield _sum(count)


def _sum(count: dict[str, int]) -> str:
    if not any(count.values()):
        return "no changes"
    certain, unsure, harmless = count.values()
    return f"{certain} breaking (!), {unsure} that may break (?), {harmless} harmless"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
