"""Active health checks: asks every instance, again and again, whether it is well."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss

from altlas.backend.roster import Member, Roster
from altlas.errors import GatewayError
from altlas.observability.metrics import Metrics
from altlas.settings.tree import ProbeSettings
from altlas.timers import Clock

log = Logger()

#: how much of a body is searched, in bytes
BODY_SEARCHED = 64 * 1024


@define(eq=False)
class HttpProbe:
    """Asks one instance by HTTP; plain treq, since here a client is wanted and no proxy."""

    _settings: ProbeSettings
    _client: Any
    _clock: Clock

    def ask(self, member: Member) -> Deferred[str]:
        """The result in words; its failure is the probe's."""
        url = member.origin + self._settings.path.encode("ascii")
        headers = {"Host": self._settings.host or member.name}
        asked: Deferred[Any] = self._client.get(
            url, headers=headers, allow_redirects=False, unbuffered=True
        )
        asked.addCallback(self._judge)
        clock: Any = self._clock
        return asked.addTimeout(self._settings.timeout, clock, self._late)

    def _late(self, cancelled: object, timeout: float) -> Failure:
        # Clients differ in what they make of being cancelled.
        return Failure(Unwell(f"no answer within {timeout:g} s"))

    def _judge(self, response: Any) -> Deferred[str]:
        collected: Deferred[bytes] = Deferred(lambda _: start.give_up())
        start = _Start(collected)
        response.deliverBody(start)
        return collected.addCallback(self._verdict, response.code)

    def _verdict(self, body: bytes, status: int) -> str:
        if not any(status in wanted for wanted in self._settings.status):
            raise Unwell(f"status {status}")
        wanted = self._settings.body
        if wanted is not None and not re.search(wanted.encode(), body):
            raise Unwell(f"status {status}, but the body does not match")
        return f"status {status}"


class Unwell(Exception):
    """The instance did not answer as it should."""


class _Start(Protocol):
    """Collects the first bytes of a body and is not interested in more."""

    def __init__(self, collected: Deferred[bytes]) -> None:
        self._collected: Deferred[bytes] | None = collected
        self._body = b""

    def dataReceived(self, data: bytes) -> None:
        self._body += data
        if len(self._body) >= BODY_SEARCHED:
            self._end(None)
            self.give_up()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        whole = reason.check(ResponseDone, PotentialDataLoss)
        self._end(None if whole else reason)

    def _end(self, failure: Failure | None) -> None:
        collected, self._collected = self._collected, None
        if collected is None:
            return
        if failure is None:
            collected.callback(self._body[:BODY_SEARCHED])
        else:
            collected.errback(failure)

    def give_up(self) -> None:
        """Let go of the connection."""
        self._collected = None
        transport: Any = self.transport
        if transport is not None:
            transport.stopProducing()


@define(eq=False)
class _Round:
    """The probing of one member: one LoopingCall, whose interval is new each time."""

    member: Member
    _prober: Prober
    _loop: LoopingCall = field(init=False)
    _asking: Deferred[Any] | None = None

    def __attrs_post_init__(self) -> None:
        self._loop = LoopingCall(self._ask)
        self._loop.clock = self._prober.clock  # type: ignore[assignment]

    def start(self) -> None:
        self._loop.start(self._prober.settings.interval, now=True).addErrback(_unforeseen)

    def stop(self) -> None:
        if self._loop.running:
            self._loop.stop()
        if self._asking is not None:
            self._asking.cancel()

    def _ask(self) -> Deferred[Any]:
        started = self._prober.clock.seconds()
        # Whatever goes wrong in asking is a result: a loop that raised would end.
        asking = self._asking = maybeDeferred(self._prober.probe.ask, self.member)
        asking.addCallbacks(self._well, self._unwell)
        asking.addErrback(_unforeseen)
        return asking.addBoth(self._next, started)

    def _well(self, said: str) -> None:
        self._report(True, said)

    def _unwell(self, failure: Failure) -> None:
        self._report(False, _words(failure))

    def _report(self, ok: bool, reason: str) -> None:
        if self._loop.running:  # stopped ones are cancelled: that is no verdict
            self._prober.report(self.member, ok, reason)

    def _next(self, _: Any, started: float) -> None:
        self._asking = None
        now = self._prober.clock.seconds()
        self.member.probe_took = now - started
        # LoopingCall counts multiples of the interval from here on.
        self._loop.interval = self._prober.interval(self.member)
        self._loop.starttime = now


def _words(failure: Failure) -> str:
    if isinstance(failure.value, GatewayError):
        return failure.value.reason
    return failure.getErrorMessage() or type(failure.value).__name__


def _unforeseen(failure: Failure) -> None:
    log.failure("A probe failed in a way that was not foreseen", failure)


@define(eq=False)
class Prober:
    """Probes every member of a roster and reports the results there.

    The first probe of each goes out at `start`; after that the intervals are spread by
    ``probe.jitter``, and shorter while a member is about to leave or to return.
    """

    _backend: str
    settings: ProbeSettings
    _roster: Roster
    probe: HttpProbe
    clock: Clock
    _random: Callable[[], float]
    _metrics: Metrics
    _rounds: list[_Round] = field(factory=list, init=False)

    def start(self) -> None:
        """Begin, unless probes are off."""
        if self.settings.enabled:
            self._rounds = [_Round(member, self) for member in self._roster.members]
            for one in self._rounds:
                one.start()

    def stop(self) -> None:
        """End at once; probes under way are given up and say nothing."""
        rounds, self._rounds = self._rounds, []
        for one in rounds:
            one.stop()

    def report(self, member: Member, ok: bool, reason: str) -> None:
        """A result."""
        self._metrics.probed(self._backend, member.name, ok)
        self._roster.report(member, ok, reason)

    def interval(self, member: Member) -> float:
        """Seconds until the next probe of `member`."""
        settings = self.settings
        hurry = member.ledger.in_transition
        length = min(settings.fast_interval, settings.interval) if hurry else settings.interval
        return length * (1.0 + settings.jitter * (2.0 * self._random() - 1.0))
