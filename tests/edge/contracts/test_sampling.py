"""Names that a contract does not have."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.contracts.sampling import FieldSampling, later
from tests.edge.contracts.promised import Numbered, Operation, Told


class SamplingTests(SynchronousTestCase):
    """In which bodies they are looked for."""

    def setUp(self) -> None:
        self.clock, self.drift = Clock(), Told()

    def offer(self, sampling: FieldSampling, side: str = "request", name: str = "a") -> None:
        """One body with a field too many."""
        known: Any = Numbered.schema()
        operation: Any = Operation(id=name)
        sampling.offer(self.clock, operation, side, known, {"x": 1})

    def test_share(self) -> None:
        """So many a second of each operation and side, and none where that is none."""
        for most, found in ((0, 0), (1, 3), (2, 6)):
            self.drift.said.clear()
            self.clock.advance(1)
            sampling = FieldSampling(self.drift, most)  # type: ignore[arg-type]
            for _ in range(3):
                self.offer(sampling)
                self.offer(sampling, "response")
                self.offer(sampling, name="b")
            self.assertEqual(self.drift.said, [])
            self.clock.advance(0)
            self.assertEqual(len(self.drift.said), found)
            self.clock.advance(1)
            self.offer(sampling)
            self.clock.advance(0)
            self.assertEqual(len(self.drift.said), found + (most > 0))

    def test_queries(self) -> None:
        """Queries are looked at as bodies are, beside these; what is documented is not told."""
        for most, found in ((0, []), (1, ["x"]), (2, ["x", "y"])):
            self.drift.said.clear()
            self.clock.advance(1)
            sampling = FieldSampling(self.drift, most)  # type: ignore[arg-type]
            for query in (b"x=1&a=2", b"y", b"z"):
                sampling.offer_query(self.clock, Operation(), query)  # type: ignore[arg-type]
            self.assertEqual(self.drift.said, [])
            self.clock.advance(1)
            self.assertEqual([names for _, _, (names,) in self.drift.said], found)
            sampling.offer_query(self.clock, Operation(), b"a=1")  # type: ignore[arg-type]
            self.clock.advance(0)
            self.assertEqual(len(self.drift.said), len(found))

    def test_mistake(self) -> None:
        """What fails when nobody waits for it is logged."""
        later(self.clock, lambda: {}["x"])
        self.clock.advance(0)
        self.assertEqual(len(self.flushLoggedErrors(KeyError)), 1)
