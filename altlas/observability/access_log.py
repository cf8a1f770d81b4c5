"""The access log: one line an exchange, refused ones included, written in blocks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from attrs import define, field
from twisted.logger import Logger

from altlas.observability.combined_lines import combined_lines
from altlas.observability.json_lines import json_lines
from altlas.observability.log_file import LogFile, Open, open_sink
from altlas.observability.record import ExchangeRecord
from altlas.settings.tree import AccessLog as AccessLogSettings
from altlas.timers import Timer, Timers

log = Logger()

FORMATS: dict[str, Callable[[], Callable[[ExchangeRecord], bytes]]] = {
    "json": json_lines,
    "combined": combined_lines,
}

#: bytes of the buffer for each record that waits for its line
LINE = 2048

#: seconds between two complaints about a log that cannot be written
COMPLAIN_EVERY = 60.0

#: what a deed that failed means for the lines
MEANING = {
    "written": "Lines are lost until it can.",
    "reopened": "Lines still go to the old file.",
    "closed": "The last lines may be lost.",
}


def _nobody() -> None:
    """Nobody wants to know."""


@define(eq=False)
class AccessLog:
    """Writes records, buffered: to the file goes what fills ``buffer`` or is ``flush`` old.

    Making one opens the file and raises `OSError` when that fails; from then on nothing that
    happens to the file is raised. Lines that cannot be written are lost; when the file cannot
    be reopened they still go to the old one. `failed` is called each time, and the log of events
    is told once a minute.
    """

    _settings: AccessLogSettings
    _timers: Timers
    _open: Open = open_sink
    #: called after a write that failed
    _failed: Callable[[], object] = _nobody

    _line: Callable[[ExchangeRecord], bytes] = field(init=False)
    _most: int = field(init=False)
    #: Lines are made so many at a time: one after another they cost half of what each costs
    #: between two exchanges, where its code and its members are no longer at hand.
    _batch: int = field(init=False)
    _records: list[ExchangeRecord] = field(factory=list, init=False)
    _file: LogFile | None = field(default=None, init=False)
    #: not a list of lines: keeping each costs twice as much as making it (fresh memory a line)
    _taken: bytearray = field(factory=bytearray, init=False)
    _flushing: Timer | None = field(default=None, init=False)
    _quiet_until: float = field(default=float("-inf"), init=False)

    def __attrs_post_init__(self) -> None:
        self._line = FORMATS[self._settings.format]()
        self._most = self._settings.buffer
        self._batch = max(1, self._most // LINE)
        if self._settings.enabled:
            self._file = LogFile(self._settings.path, self._open)

    def write(self, record: ExchangeRecord) -> None:
        """Take the line of `record`; it reaches the file within ``flush`` seconds."""
        if self._file is None:
            return
        records = self._records
        if self._flushing is None:
            self._flushing = self._timers.after(self._settings.flush, self.flush)
        records.append(record)
        if len(records) >= self._batch:
            self._make_lines()
            if len(self._taken) >= self._most:
                self.flush()

    def _make_lines(self) -> None:
        """Of the records that wait for it."""
        line, taken = self._line, self._taken
        for record in self._records:
            taken += line(record)
        self._records.clear()

    def flush(self) -> None:
        """Write out what was taken so far."""
        self._make_lines()
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        if self._file is None or not self._taken:
            return
        block = bytes(self._taken)
        # Emptied first: lines that failed are not kept, or a full disk would fill memory too.
        self._taken.clear()
        self._attempt("written", partial(self._file.write, block))

    def reopen(self) -> None:
        """Write out, then go on in a new file of the same name (after a rotation)."""
        self.flush()
        if self._file is not None:
            self._attempt("reopened", self._file.reopen)

    def close(self) -> None:
        """Write out and close; what comes after is dropped."""
        self.flush()
        if self._file is not None:
            self._attempt("closed", self._file.close)
            self._file = None

    def _attempt(self, deed: str, act: Callable[[], object]) -> None:
        try:
            act()
        except OSError as error:
            self._failed()
            self._complain(deed, error)

    def _complain(self, deed: str, error: OSError) -> None:
        now = self._timers.seconds()
        if now < self._quiet_until:
            return
        self._quiet_until = now + COMPLAIN_EVERY
        log.error(
            "The access log {path} could not be {deed}: {reason}. {meaning}",
            path=self._settings.path,
            deed=deed,
            reason=error.strerror or str(error),
            meaning=MEANING[deed],
        )
