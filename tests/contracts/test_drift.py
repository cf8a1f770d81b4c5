"""Tests for `altlas.contracts.drift`."""

from __future__ import annotations

import json
from timeit import repeat
from typing import Any

from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.drift import MOST_NAMES, MOST_PATHS, MOST_STRANGERS, Drift, totals
from altlas.errors import Mismatch


@frozen
class Asked:
    """As much of an operation as is counted by."""

    id: str
    method: str = "GET"
    template: str = "/pets"


LIST, ADD = Asked("listPets"), Asked("addPet", "POST")
QUERY = Mismatch("query", "/limit", "is not a number")
BODY = Mismatch("body", "/name", "is missing")
STATUS = Mismatch("status", "", "is not in the contract")


class DriftTests(SynchronousTestCase):
    """What traffic shows."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000.0)
        self.drift = Drift(self.clock.seconds)

    def row(self, operation: Asked = LIST) -> dict[str, Any]:
        """The counts of one operation."""
        (row,) = self.drift.rows([operation])
        return row

    def test_nothing_yet(self) -> None:
        """An operation that nobody used has zeros, and was never used."""
        row = self.row()
        self.assertEqual((row["operation"], row["method"]), ("listPets", "GET"))
        self.assertEqual((row["requests"], row["invalid"]["total"], row["last_used"]), (0, 0, None))
        self.assertEqual(self.drift.unused([LIST, ADD]), ["listPets", "addPet"])
        self.assertEqual(self.drift.since, 1000.0)

    def test_requests(self) -> None:
        """Requests are counted by operation, with the moment of the last."""
        self.drift.request(LIST)
        self.clock.advance(5.0)
        self.drift.request(LIST)
        self.assertEqual((self.row()["requests"], self.row()["last_used"]), (2, 1005.0))
        self.assertEqual(self.row(ADD)["requests"], 0)
        self.assertEqual(self.drift.unused([LIST, ADD]), ["addPet"])

    def test_invalid(self) -> None:
        """An invalid request counts once by each place that is wrong, as refused or reported."""
        self.drift.request(ADD, (QUERY, BODY, BODY), refused=True)
        self.drift.request(ADD, (BODY,))
        told = self.row(ADD)["invalid"]
        del told["places"]
        self.assertEqual(
            told, {"total": 2, "refused": 1, "reported": 1, "by": {"query": 1, "body": 2}}
        )

    def test_places(self) -> None:
        """Where in a message it was wrong is told, folded and bounded as all that clients send."""
        wrong = [Mismatch("body", f"/pets/{number}/name", "must be a string") for number in (1, 22)]
        self.drift.request(ADD, (*wrong, Mismatch("method", "", "PUT")))
        self.drift.answer(ADD, 200, (wrong[0],))
        row = self.row(ADD)
        seen = {"body /pets/{number}/name": 1, "method": 1}
        self.assertEqual(row["invalid"]["places"], {"seen": seen, "others": 0})
        self.assertEqual(row["invalid_answers"]["places"]["seen"], {"body /pets/{number}/name": 1})
        for number in range(2 * MOST_NAMES):
            self.drift.request(ADD, (Mismatch("body", f"/n{'x' * (number % 30)}y{number}", "x"),))
        self.assertEqual(len(self.row(ADD)["invalid"]["places"]["seen"]), MOST_NAMES)

    def test_answers(self) -> None:
        """Answers are counted by class, invalid ones by what is wrong, odd statuses by number."""
        self.drift.answer(LIST, 200)
        self.drift.answer(LIST, 204, (BODY,))
        self.drift.answer(LIST, 418, (STATUS,))
        row = self.row()
        self.assertEqual(row["answers"], {"2xx": 2, "4xx": 1})
        told = row["invalid_answers"]
        self.assertEqual((told["total"], told["by"]), (2, {"body": 1, "status": 1}))
        self.assertEqual(row["undocumented"]["statuses"], {"418": 1})

    def test_unlooked(self) -> None:
        """Bodies that were not looked into are counted by side and reason."""
        self.drift.unlooked(LIST, "response", "long")
        self.drift.unlooked(LIST, "response", "long")
        self.drift.unlooked(LIST, "request", "encoded")
        told = {"response": {"long": 2}, "request": {"encoded": 1}}
        self.assertEqual(self.row()["unlooked"], told)

    def test_undocumented(self) -> None:
        """Names that the contract does not have are kept by side, values in them folded."""
        self.drift.undocumented(LIST, "request", ["/pets/*/colour", "/pets/*/colour"])
        self.drift.undocumented(LIST, "response", ["/by/6f1c2b54-0b8f-4d2a-9a43-0f6b6f7d1a11"])
        self.drift.undocumented(LIST, "query", ["verbose"])
        found = self.row()["undocumented"]
        self.assertEqual(found["request"], {"seen": {"/pets/*/colour": 2}, "others": 0})
        self.assertEqual(found["response"]["seen"], {"/by/{uuid}": 1})
        self.assertEqual(found["query"]["seen"], {"verbose": 1})
        totalled = {"status": 0, "query": 1, "request": 2, "response": 1}
        self.assertEqual(totals([self.row()]), totalled)

    def test_unknown(self) -> None:
        """Paths and methods that are not in the contract are kept by their shape."""
        self.drift.unknown(b"GET", b"/cats/17", "path")
        self.drift.unknown(b"GET", b"/cats/18", "path")
        self.drift.unknown(b"PATCH", b"/pets", "method")
        told = {"GET /cats/{number}": 2, "PATCH /pets": 1}
        self.assertEqual(self.drift.unknowns(), {"path": 2, "method": 1, "seen": told, "others": 0})

    @given(st.lists(st.tuples(st.binary(), st.binary()), max_size=300))
    def test_hostile_paths(self, asked: list[tuple[bytes, bytes]]) -> None:
        """Whatever clients ask for, so many shapes are kept and no more; none is lost."""
        drift = Drift(self.clock.seconds)
        for number, (method, path) in enumerate(asked):
            drift.unknown(method, b"/%s/x%s" % (path, bytes([97 + number % 26])), "path")
        found = drift.unknowns()
        self.assertLessEqual(len(found["seen"]), MOST_PATHS)
        self.assertEqual(sum(found["seen"].values()) + found["others"], len(asked))

    def test_hostile_names(self) -> None:
        """So many names are kept of an operation and side; the others are counted together."""
        self.drift.undocumented(LIST, "request", [f"/f{'x' * n}" for n in range(60)])
        found = self.row()["undocumented"]["request"]
        self.assertLessEqual(len(found["seen"]), MOST_NAMES)
        self.assertEqual(sum(found["seen"].values()) + found["others"], 60)

    def test_swap(self) -> None:
        """Counts stay when a document takes another's place, but those of gone operations go."""
        self.drift.renewed([LIST, ADD])
        self.drift.request(LIST)
        self.drift.request(ADD)
        self.drift.renewed([Asked("listPets", "GET", "/v2/pets")])
        self.assertEqual(self.row()["requests"], 1)
        self.assertEqual(self.row(ADD)["requests"], 0)
        self.assertTrue(self.drift.used("listPets"))
        self.assertFalse(self.drift.used("addPet"))

    def test_strangers(self) -> None:
        """Operations of contracts that are gone are counted, but not without end."""
        self.drift.renewed([LIST])
        for n in range(500):
            self.drift.request(Asked(f"old{n}"))
        kept = [n for n in range(500) if self.drift.used(f"old{n}")]
        self.assertLessEqual(len(kept), MOST_STRANGERS + 1)
        self.drift.request(LIST)
        self.assertEqual(self.row()["requests"], 1)

    def test_used(self) -> None:
        """What is said of all operations is said of one in use as soon as any is."""
        self.assertFalse(self.drift.used(""))
        self.drift.request(LIST)
        self.assertTrue(self.drift.used(""))

    def test_plain(self) -> None:
        """What is told is ready for JSON, and is the asker's own."""
        self.drift.request(LIST, (BODY,), True)
        row = self.row()
        self.assertEqual(json.loads(json.dumps(row)), row)
        row["invalid"]["by"].clear()
        self.assertEqual(self.row()["invalid"]["by"], {"body": 1})

    def test_price(self) -> None:
        """A valid request costs well under a microsecond, nearly nothing beside its check."""
        drift = Drift(lambda: 0.0)
        ask = drift.request
        took = min(repeat(lambda: ask(LIST), number=2000, repeat=20)) / 2000
        self.assertLess(took, 2e-6)
