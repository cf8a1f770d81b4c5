"""One contract in the course of time: asked for, judged, held against the old one, swapped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from attrs import define, field, frozen
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from altlas.contracts.contract import Contract, compiled
from altlas.contracts.digesting import Flaw, Unusable, from_json
from altlas.contracts.kept import Kept
from altlas.gateway.contracts.child import Trouble
from altlas.gateway.contracts.means import Means
from altlas.gateway.contracts.origins import Found, Origin, Unreachable
from altlas.gateway.contracts.readings import Reading
from altlas.gateway.contracts.retirement import Retirement
from altlas.gateway.contracts.state import State, first_of
from altlas.settings import tree

log = Logger()

#: how far from ``poll`` the pauses are spread, so that many gateways do not ask at once
JITTER = 0.1
#: seconds until a source that failed is asked again; twice as long each time, up to the longer of
#: `LONGEST` and ``poll``
SHORTEST, LONGEST = 1.0, 60.0
#: changes that one line of the log names
NAMED = 5


@frozen(eq=False)
class Verdict:
    """What became of a document off the reactor's thread."""

    contract: Contract
    doubts: tuple[Flaw, ...]
    #: changes against the one before that break clients
    breaking: tuple[Any, ...]


@define(eq=False)
class Renewal:
    """Keeps one contract as its source has it. What is bad never takes a good one's place.

    `swapped` is called with the document after each swap.
    """

    kept: Kept
    state: State
    origin: Origin
    _means: Means
    _swapped: Callable[[Found], object]
    _retirement: Retirement = field(init=False)
    #: the document that was judged last
    _judged: str = field(default="", init=False)
    _failures: int = field(default=0, init=False)
    _waiting: Any = field(default=None, init=False)
    _asking: Deferred[None] | None = field(default=None, init=False)
    #: whether somebody wants it asked at once, while it is asked already
    _again: bool = field(default=False, init=False)
    _running: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._retirement = Retirement(self._means.clock, self._means.in_thread)

    def begin(self, reading: Reading, changed: float) -> None:
        """Serve what was read before the start; nothing is called."""
        self._judged = reading.fingerprint
        self.origin.keep(reading.version)
        self._serve(reading.contract, reading.fingerprint, changed)
        self._tell_doubts(reading.doubts)

    # --- when ---------------------------------------------------------------------------

    def start(self, at_once: bool) -> None:
        """Ask now, or when it is time."""
        self._running = True
        if at_once:
            self.ask()
        else:
            self._wait()

    def stop(self) -> None:
        """End, with what is under way; nothing more is heard of it."""
        self._running = False
        self._wake()
        self._retirement.stop()
        if self._asking is not None:
            self._asking.cancel()

    def ask(self, hurried: bool = False) -> None:
        """Ask at once; after what is under way, if it is `hurried`."""
        if self._asking is not None:
            self._again = self._again or hurried
        elif self._running:
            self._wake()
            asking = self._asking = Deferred.fromCoroutine(self._ask(hurried))
            # Never fails: every error is a result.
            asking.addBoth(self._asked)

    def _asked(self, _: object) -> None:
        self._asking = None
        if self._running:
            self.state.tried = True
            again, self._again = self._again, False
            if again:
                self.ask(hurried=True)
            else:
                self._wait()

    def _wait(self) -> None:
        pause = self._pause()
        if pause is not None:
            spread = 1.0 + JITTER * (2.0 * self._means.random() - 1.0)
            self._waiting = self._means.clock.callLater(pause * spread, self._due)

    def _pause(self) -> float | None:
        poll = self.kept.settings.poll
        if not self._failures:
            return poll
        usual = poll or LONGEST
        return float(
            min(max(usual, LONGEST), min(SHORTEST, usual) * 2 ** min(self._failures - 1, 30))
        )

    def _due(self) -> None:
        self._waiting = None
        self.ask()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.cancel()

    # --- what ---------------------------------------------------------------------------

    async def _ask(self, hurried: bool) -> None:
        try:
            found = await self.origin.asked(hurried)
            if found is not None:
                await self._take(found)
                self.origin.keep(found.version)
            self._answered()
        except CancelledError:
            pass
        except (Unreachable, Trouble) as error:
            self._failed(str(error))
        except Exception as error:
            log.failure("The contract {name} could not be renewed", name=self.state.name)
            self._failed(f"{type(error).__name__}: {error}")

    def _answered(self) -> None:
        self._failures = 0
        self.state.fetched = self._means.wall_clock()
        if self.state.failure:
            log.info("The contract {name} can be had again", name=self.state.name)
        self.state.failure, self.state.copied = "", False

    def _failed(self, reason: str) -> None:
        self._failures += 1
        if reason != self.state.failure:
            self.state.failure = reason
            log.error(
                "The contract {name} cannot be had of {source}: {reason}; {rest}",
                name=self.state.name,
                source=self.state.source,
                reason=reason,
                rest=self._rest(),
            )

    def _rest(self) -> str:
        return "the one from before serves on" if self.kept.contract else "there is none yet"

    async def _take(self, found: Found) -> None:
        old = self.kept.contract
        if old is not None and found.fingerprint == self.state.fingerprint:
            self.state.settled()  # as it was, perhaps after others that were bad
        elif found.fingerprint != self._judged:
            try:
                verdict = await self._verdict(found, old)
            except Unusable as error:
                self._useless(found, error)
            else:
                self._decide(found, verdict)
        self._judged = found.fingerprint

    async def _verdict(self, found: Found, old: Contract | None) -> Verdict:
        said = await self._means.judge(found.data)
        weighs = self._means.differences if self.kept.settings.on_breaking != "accept" else None
        weighed = partial(_weighed, self.kept.settings, said, old, weighs)
        verdict: Verdict = await self._means.in_thread(weighed)
        return verdict

    def _useless(self, found: Found, error: Unusable) -> None:
        self.state.changes["unusable"] += 1
        self.state.unusable = found.fingerprint
        self.state.problems = first_of(error.flaws)
        self.state.refused, self.state.breaking = None, ()
        log.error(
            "The contract {name} of {source} cannot be used, {rest}: {problems}",
            name=self.state.name,
            source=self.state.source,
            rest=self._rest(),
            problems="; ".join(self.state.problems),
        )

    def _decide(self, found: Found, verdict: Verdict) -> None:
        breaking = [change for change in verdict.breaking if self._used(change.operation)]
        refuses = bool(breaking) and self.kept.settings.on_breaking == "refuse"
        if breaking:
            self._tell_breaking(breaking, refuses)
        result = "refused" if refuses else "broke" if breaking else "accepted"
        self.state.changes[result] += 1
        if refuses:
            self.state.refused, self.state.breaking = (
                found.fingerprint,
                first_of(map(_words, breaking)),
            )
            self.state.unusable, self.state.problems = None, ()
        else:
            self._swap(found, verdict.contract)
            self._tell_doubts(verdict.doubts)

    def _used(self, operation: str) -> bool:
        """Whether clients asked for it, or for any one where none is named."""
        drift, old = self.kept.drift, self.kept.contract
        if operation or old is None:
            return drift.used(operation)
        return any(drift.used(each.id) for each in old.operations)

    def _tell_breaking(self, breaking: Iterable[Any], refuses: bool) -> None:
        log.warn(
            "The contract {name} of {source} breaks operations in use, {then}: {changes}",
            name=self.state.name,
            source=self.state.source,
            then="so that the one from before serves on" if refuses else "and serves all the same",
            changes="; ".join(first_of(map(_words, breaking), NAMED)),
        )

    def _swap(self, found: Found, contract: Contract) -> None:
        self.state.settled()
        self._serve(contract, found.fingerprint, self._means.wall_clock())
        log.info(
            "The contract {name} is the one of {source} now: {title} {version}, {fingerprint}",
            name=self.state.name,
            source=self.state.source,
            title=contract.title,
            version=contract.version,
            fingerprint=found.fingerprint[:12],
        )
        self._swapped(found)

    def _serve(self, contract: Contract, fingerprint: str, changed: float) -> None:
        # The one assignment by which it serves.
        old, self.kept.contract = self.kept.contract, contract
        if old is not None:
            self._retirement.add(old)
        self.kept.drift.renewed(contract.operations)
        self.state.fingerprint, self.state.changed = fingerprint, changed

    def _tell_doubts(self, doubts: Iterable[Flaw]) -> None:
        for doubt in first_of(doubts):
            log.warn("The contract {name}: {doubt}", name=self.state.name, doubt=doubt)


def _weighed(
    settings: tree.Contract,
    said: bytes,
    old: Contract | None,
    differences: Callable[[Contract, Contract], Iterable[Any]] | None,
) -> Verdict:
    """What the child said made a contract, and held against the old one. Takes its time."""
    digest = from_json(said)
    new = compiled(settings.name, digest, settings.base_path)
    if old is None or differences is None:
        return Verdict(new, digest.doubts, ())
    breaking = tuple(each for each in differences(old, new) if each.breaking)
    return Verdict(new, digest.doubts, breaking)


def _words(change: Any) -> str:
    about = change.operation or "all operations"
    return f"{about}: {change.message} ({change.pointer})"
