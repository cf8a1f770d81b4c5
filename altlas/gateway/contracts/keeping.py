"""All contracts of a gateway: read at its start, renewed while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from attrs import define, field
from twisted.logger import Logger
from twisted.python.failure import Failure

from altlas.contracts.digesting import Unusable
from altlas.contracts.drift import Drift
from altlas.contracts.kept import Kept
from altlas.gateway.contracts.copies import Copies, Copy
from altlas.gateway.contracts.documents import FileOrigin
from altlas.gateway.contracts.fetching import UrlOrigin
from altlas.gateway.contracts.means import Means
from altlas.gateway.contracts.origins import Found, Origin
from altlas.gateway.contracts.readings import Readings, compiled_of
from altlas.gateway.contracts.renewal import Renewal
from altlas.gateway.contracts.state import State, first_of
from altlas.settings import tree

log = Logger()

#: seconds after the start in which who asks for contracts is waited for
FIRST = 10.0


@define(eq=False)
class Contracts:
    """The contracts by name, in `kept`. `on_change` is called with the name after every swap."""

    _means: Means
    _copies: Copies
    kept: dict[str, Kept] = field(factory=dict, init=False)
    on_change: Callable[[str], object] = field(default=lambda _: None, init=False)
    #: called after every swap too, by who owns the process
    replaced: Callable[[], object] = field(default=lambda: None, init=False)
    _renewals: dict[str, Renewal] = field(factory=dict, init=False)
    _began: float | None = field(default=None, init=False)
    #: why copies could not be written the last time
    _unkept: str = field(default="", init=False)

    @classmethod
    def of(
        cls,
        settings: Iterable[tree.Contract],
        means: Means,
        state: str | None = None,
        readings: Readings | None = None,
    ) -> Contracts:
        """Read the files, and the copies in the folder `state` of what has to be fetched.

        Raises `Unusable` for files that cannot be used. `readings` is what was read of them
        before; they are forgotten there.
        """
        made = cls(means, Copies(None if state is None else Path(state)))
        read = readings or Readings()
        for one in settings:
            made._add(one, read)
        read.forget()
        return made

    def _add(self, settings: tree.Contract, readings: Readings) -> None:
        kept = Kept(settings, Drift(self._means.wall_clock))
        state = State(settings.name, str(settings.file or settings.url))
        renewal = Renewal(
            kept, state, self._origin(settings), self._means, partial(self._swapped, settings)
        )
        self.kept[settings.name], self._renewals[settings.name] = kept, renewal
        if settings.file is not None:
            renewal.begin(_of_file(settings, readings), self._means.wall_clock())
            state.tried = True
        else:
            self._begin_by_copy(renewal)

    def _origin(self, settings: tree.Contract) -> Origin:
        clock, in_thread = self._means.clock, self._means.in_thread
        if settings.file is not None:
            return FileOrigin(settings.file, settings.max_size, clock, in_thread)
        return UrlOrigin(settings, self._means.client, clock, in_thread)

    def _begin_by_copy(self, renewal: Renewal) -> None:
        settings = renewal.kept.settings
        copy = self._copies.load(settings)
        if copy is None:
            return
        try:
            reading = compiled_of(settings, Found.of(copy.data, copy.validators))
        except Unusable as error:
            log.warn(
                "The copy of contract {name} cannot be used: {problems}",
                name=settings.name,
                problems="; ".join(first_of(error.flaws)),
            )
        else:
            renewal.begin(reading, copy.fetched)
            renewal.state.copied = True
            log.info(
                "The contract {name} is the copy of {source}: {title} {version}, {fingerprint}",
                name=settings.name,
                source=settings.url,
                title=reading.contract.title,
                version=reading.contract.version,
                fingerprint=reading.fingerprint[:12],
            )

    # --- in the course of time -----------------------------------------------------------

    def start(self) -> None:
        """Ask for what has to be fetched, and look at files when it is time."""
        self._began = self._means.clock.seconds()
        for renewal in self._renewals.values():
            renewal.start(at_once=renewal.kept.settings.file is None)

    def stop(self) -> None:
        """Ask no more, and give up what is under way."""
        for renewal in self._renewals.values():
            renewal.stop()

    def renew(self) -> None:
        """Ask for all of them, now."""
        for renewal in self._renewals.values():
            renewal.ask(hurried=True)

    def _swapped(self, settings: tree.Contract, found: Found) -> None:
        if settings.url is not None:
            now = self._means.wall_clock()
            copy = Copy(settings.url, found.version, now, found.data)
            saved = self._means.in_thread(partial(self._copies.save, settings, copy))
            saved.addCallbacks(self._saved, self._unsaved)
        self.on_change(settings.name)
        self.replaced()

    def _saved(self, _: object) -> None:
        self._unkept = ""

    def _unsaved(self, failure: Failure) -> None:
        reason = failure.getErrorMessage()
        if reason != self._unkept:
            self._unkept = reason
            log.error("Copies of contracts cannot be kept: {reason}", reason=reason)

    # --- what is told --------------------------------------------------------------------

    def awaited(self) -> list[str]:
        """The contracts that are asked for the first time, in the first seconds of a gateway."""
        if self._began is None or self._means.clock.seconds() - self._began >= FIRST:
            return []
        return [one.state.name for one in self._renewals.values() if not one.state.tried]

    def rows(self) -> list[dict[str, Any]]:
        """One row a contract; see `State.row`."""
        return [renewal.state.row() for renewal in self._renewals.values()]


def _of_file(settings: tree.Contract, readings: Readings) -> Any:
    try:
        return readings.of_file(settings)
    except Unusable as error:
        lines = "; ".join(first_of(error.flaws))
        raise ValueError(f"[contract:{settings.name}] file = {settings.file}: {lines}") from None
