"""Contracts as admin and metrics see them: where they stand, and what traffic shows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from altlas.contracts.drift import totals
from altlas.contracts.kept import Kept

Row = dict[str, Any]


def contract_rows(states: Iterable[Row], kept: Mapping[str, Kept]) -> list[Row]:
    """The rows of `IGatewayView.contracts`, of the states of all contracts."""
    return [_row(state, kept[state["name"]]) for state in states]


def _row(state: Row, kept: Kept) -> Row:
    contract, drift = kept.contract, kept.drift
    operations = contract.operations if contract is not None else ()
    rows, unknowns = drift.rows(operations), drift.unknowns()
    doubts = contract.doubts if contract is not None else ()
    counted = {kind: unknowns.pop(kind) for kind in ("path", "method")}
    return {
        **state,
        "up": contract is not None and not _reason(state),
        "reason": _reason(state),
        "requests": kept.settings.requests,
        "title": contract.title if contract is not None else None,
        "version": contract.version if contract is not None else None,
        "base_paths": list(contract.base_paths) if contract is not None else [],
        "since": drift.since,
        "doubts": [{"pointer": each.pointer, "message": each.message} for each in doubts],
        "operations": rows,
        "undocumented": {"totals": {**counted, **totals(rows)}, "paths": unknowns},
        "unused": drift.unused(operations),
    }


def _reason(state: Row) -> str:
    """Why the source's last document is not the one that serves; nothing if it is."""
    if state["failure"]:
        return str(state["failure"])
    if state["unusable"]:
        return "the document that came last cannot be used"
    if state["refused"]:
        return "the document that came last breaks operations in use"
    return "" if state["tried"] else "not asked for yet"
