"""Tests for `altlas.gateway.contract_rows`."""

from __future__ import annotations

import json
from typing import Any

from attrs import frozen
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.drift import Drift
from altlas.contracts.kept import Kept
from altlas.gateway.contract_rows import contract_rows
from altlas.settings import tree
from tests.observability.fixed_view import CONTRACT


@frozen
class Operation:
    """As much of an operation as is counted by."""

    id: str
    method: str = "GET"
    template: str = "/pets"


@frozen
class Doubt:
    """As much of a flaw as is shown."""

    pointer: str
    message: str


@frozen(eq=False)
class Contract:
    """As much of a contract as is shown."""

    title: str = "Pets"
    version: str = "1"
    base_paths: tuple[str, ...] = ("/v1",)
    operations: tuple[Operation, ...] = (Operation("listPets"), Operation("addPet", "POST"))
    doubts: tuple[Doubt, ...] = (Doubt("/paths", "odd"),)


STATE: dict[str, Any] = {
    "name": "pets",
    "source": "pets.yaml",
    "tried": True,
    "fetched": 1.0,
    "changed": 1.0,
    "fingerprint": "ab",
    "copied": False,
    "failure": "",
    "unusable": None,
    "refused": None,
    "changes": {"accepted": 0, "broke": 0, "refused": 0, "unusable": 0},
}


class RowTests(SynchronousTestCase):
    """Where contracts stand."""

    def setUp(self) -> None:
        contract: Any = Contract()
        self.kept = Kept(tree.Contract(name="pets"), Drift(lambda: 1000.0), contract)

    def row(self, **state: Any) -> dict[str, Any]:
        """The row of the one contract."""
        (row,) = contract_rows([STATE | state], {"pets": self.kept})
        return row

    def test_shape(self) -> None:
        """It has the members that the interface promises, ready for JSON."""
        row = self.row()
        self.assertEqual(list(sorted(row)), list(sorted(CONTRACT)))
        self.assertEqual({*row["operations"][0]}, {*CONTRACT["operations"][0]})  # type: ignore[index]
        self.assertEqual(json.loads(json.dumps(row)), row)

    def test_drift(self) -> None:
        """It has what traffic showed, operation by operation and in sum."""
        (used, _) = Contract().operations
        self.kept.drift.request(used)
        self.kept.drift.undocumented(used, "query", ["verbose"])
        self.kept.drift.unknown(b"GET", b"/cats/1", "path")
        row = self.row()
        self.assertEqual(row["operations"][0]["requests"], 1)
        self.assertEqual(row["unused"], ["addPet"])
        totals = {"path": 1, "method": 0, "status": 0, "query": 1, "request": 0, "response": 0}
        self.assertEqual(row["undocumented"]["totals"], totals)
        paths = {"seen": {"GET /cats/{number}": 1}, "others": 0}
        self.assertEqual(row["undocumented"]["paths"], paths)

    def test_reasons(self) -> None:
        """It is up as long as the source's last document serves, else the reason is there."""
        self.assertEqual((self.row()["up"], self.row()["reason"]), (True, ""))
        for state in (
            {"failure": "status 500"},
            {"unusable": {"fingerprint": "x", "problems": []}},
            {"refused": {"fingerprint": "x", "breaking": []}},
            {"tried": False},
        ):
            row = self.row(**state)
            self.assertEqual((row["up"], bool(row["reason"])), (False, True), state)

    def test_none(self) -> None:
        """A contract that could not be read yet has no operations."""
        self.kept.contract = None
        row = self.row(failure="refused")
        self.assertEqual((row["up"], row["title"], row["operations"]), (False, None, []))
