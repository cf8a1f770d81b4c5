"""What the gateway does on signals that would otherwise end it, or pass it by."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from attrs import define, field
from twisted.logger import Logger

log = Logger()


@define(eq=False)
class Signals:
    """USR1 reopens the logs; HUP does not kill. Others are twistd's.

    twistd's own answer to USR1 (to rotate its log) is given as well.
    """

    _reactor: Any
    _reopen: Callable[[], object]
    _before: dict[int, Any] = field(factory=dict, init=False)

    def install(self) -> None:
        """Take the signals over. Only the main thread may; elsewhere nothing happens."""
        if threading.current_thread() is threading.main_thread():
            for number, handler in ((signal.SIGUSR1, self._usr1), (signal.SIGHUP, self._hup)):
                self._before[number] = signal.signal(number, handler)

    def restore(self) -> None:
        """Give them back."""
        before, self._before = self._before, {}
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _usr1(self, number: int, frame: FrameType | None) -> None:
        # A handler may run between any two bytecodes: the work waits for the reactor.
        self._reactor.callFromThread(self._reopen)
        earlier = self._before.get(number)
        if callable(earlier):
            earlier(number, frame)

    def _hup(self, number: int, frame: FrameType | None) -> None:
        self._reactor.callFromThread(
            log.warn, "HUP is ignored: this version reads its configuration at start only"
        )
