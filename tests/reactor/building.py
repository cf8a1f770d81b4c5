"""A reactor for each of Twisted's reactor tests."""

from __future__ import annotations

import uvloop
from twisted.trial.unittest import SynchronousTestCase

from altlas.reactor.reactor import UvloopReactor as Reactor


def UvloopReactor(test: SynchronousTestCase) -> Reactor:
    """A reactor on a loop of its own, which goes with the test."""
    loop = uvloop.new_event_loop()
    test.addCleanup(loop.close)
    return Reactor(loop)
