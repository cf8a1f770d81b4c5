"""What contracts are renewed by."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.contracts.means import QuietPool


class Endpoint:
    """Begins to connect, and gets no further."""

    def connect(self, factory: Any) -> Deferred[Any]:
        """See `IStreamClientEndpoint`."""
        factory.doStart()
        factory.doStop()
        return Deferred()


class PoolTests(SynchronousTestCase):
    """Connections for documents."""

    def test_quiet(self) -> None:
        """To connect at each poll is nothing to tell: the log has no line of it."""
        said: list[Any] = []
        globalLogPublisher.addObserver(said.append)
        self.addCleanup(globalLogPublisher.removeObserver, said.append)
        pool: Any = QuietPool(MemoryReactorClock(), persistent=False)
        pool.getConnection("key", Endpoint())
        self.assertEqual(said, [])
