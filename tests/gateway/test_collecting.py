"""The garbage collector leaves alone what stays."""

from __future__ import annotations

import gc
import weakref

from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.collecting import YOUNG, collect_rarely, spare


class Knot:
    """Refers to itself."""

    def __init__(self) -> None:
        self.knot = self


class CollectingTests(SynchronousTestCase):
    """`collect_rarely`, whose doings are undone after each test."""

    def setUp(self) -> None:
        self.addCleanup(gc.set_threshold, *gc.get_threshold())
        self.addCleanup(gc.unfreeze)

    def test_start_is_spared(self) -> None:
        """What is there already is never looked through again; the young are, but rarely."""
        collect_rarely()
        self.assertGreater(gc.get_freeze_count(), 1000)
        self.assertLess(len(gc.get_objects()), gc.get_freeze_count())
        self.assertEqual(gc.get_threshold()[0], YOUNG)

    def test_garbage_goes(self) -> None:
        """Garbage of before goes, even when an earlier call had set it aside."""
        knot = Knot()
        gone = weakref.ref(knot)
        collect_rarely()
        del knot
        self.assertIsNotNone(gone())
        collect_rarely()
        self.assertIsNone(gone())

    def test_spared(self) -> None:
        """What was made since the start can be left out too, at once; later garbage goes."""
        collect_rarely()
        before = gc.get_freeze_count()
        kept = [[] for _ in range(1000)]  # type: ignore[var-annotated]
        spare()
        self.assertGreaterEqual(gc.get_freeze_count() - before, len(kept))
        gone = weakref.ref(Knot())
        gc.collect()
        self.assertIsNone(gone())

    def test_further_garbage_goes(self) -> None:
        """What becomes garbage later is collected as ever."""
        collect_rarely()
        gone = weakref.ref(Knot())
        gc.collect()
        self.assertIsNone(gone())
