"""Noticing that child processes ended."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from attrs import define
from twisted.internet import process

if TYPE_CHECKING:
    from altlas.reactor.reactor import UvloopReactor


@define(eq=False)
class ChildSignals:
    """Twisted's handling of SIGCHLD, in a way that lives with uvloop.

    Twisted has the C handler write to a pipe of its own (`set_wakeup_fd`), but uvloop takes
    that place while it runs; it calls Python's handlers instead, so there is one here.
    """

    _reactor: UvloopReactor

    def install(self) -> None:
        """Reap children from now on, those first that have ended already."""
        signal.signal(signal.SIGCHLD, self._noticed)
        signal.siginterrupt(signal.SIGCHLD, False)
        process.reapAllProcesses()

    def uninstall(self) -> None:
        """Leave the signal as it was."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)

    def _noticed(self, signum: int, frame: Any) -> None:
        self._reactor.loop.call_soon_threadsafe(process.reapAllProcesses)
