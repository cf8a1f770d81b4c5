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

Handler = Callable[[int, FrameType | None], None]


@define(eq=False)
class Signals:
    """USR1 reopens the access log, HUP reads certificates and contracts again.

    The first TERM or INT is twistd's.
    twistd's own answer to USR1 (to rotate its log) is given as well.
    """

    _reactor: Any
    _reopen: Callable[[], object]
    _renew: Callable[[], object]
    _before: dict[int, Any] = field(factory=dict, init=False)

    def install(self) -> None:
        """Take USR1 and HUP over. Only the main thread may; elsewhere nothing happens."""
        self._take(signal.SIGUSR1, self._usr1)
        self._take(signal.SIGHUP, self._hup)

    def hurry(self, call: Callable[[], object]) -> None:
        """From now on TERM and INT make `call`: to Twisted, a second one is an error."""
        for number in (signal.SIGTERM, signal.SIGINT):
            self._take(number, lambda *_: self._reactor.callFromThread(call))

    def restore(self) -> None:
        """Give back all that was taken."""
        before, self._before = self._before, {}
        for number, handler in before.items():
            # None is one that was not installed from Python, and cannot be given back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _take(self, number: int, handler: Handler) -> None:
        if threading.current_thread() is threading.main_thread():
            self._before[number] = signal.signal(number, handler)

    # A handler may run between any two bytecodes: the work waits for the reactor.

    def _usr1(self, number: int, frame: FrameType | None) -> None:
        self._reactor.callFromThread(self._reopen)
        earlier = self._before.get(number)
        if callable(earlier):
            earlier(number, frame)

    def _hup(self, number: int, frame: FrameType | None) -> None:
        self._reactor.callFromThread(self._hung_up)

    def _hung_up(self) -> None:
        log.warn(
            "HUP: certificates and contracts are read again; "
            "the configuration is read at start only"
        )
        self._renew()
