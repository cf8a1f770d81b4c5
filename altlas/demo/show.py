"""The show that ``make run`` puts on: backends, gateway, guide, and a clean end."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field
from treq.client import HTTPClient
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IReactorCore,
    IReactorFromThreads,
    IReactorProcess,
    IReactorTime,
)
from twisted.internet.task import deferLater
from twisted.web.client import Agent

from altlas.demo.children import Child, end
from altlas.demo.guide import command, guide
from altlas.demo.plan import Plan
from altlas.demo.serving import INTERFACE

#: seconds that a process may take until it answers, and between two looks
START = 30.0
LOOK = 0.1
#: seconds that backends may take to end
PATIENCE = 5.0


class Stage(IReactorCore, IReactorFromThreads, IReactorProcess, IReactorTime):
    """What the show wants of the reactor."""


class Spoiled(Exception):
    """The show cannot go on; the message says in one line why."""


@define(eq=False)
class Show:
    """Starts everything in `plan`, and ends everything that it started.

    `gateway` is the gateway's command line, `drain` the seconds that its exchanges may
    take when it ends. Every line for the spectator goes to `say`.
    """

    _reactor: Stage
    _plan: Plan
    _gateway: list[str]
    _drain: float
    _say: Callable[[str], None]
    _backends: dict[str, Child] = field(factory=dict, init=False)
    _front: Child | None = field(default=None, init=False)
    _ending: bool = field(default=False, init=False)

    async def run(self) -> None:
        """Put on the show; `Spoiled` when something does not start, or the gateway ends."""
        taken = list(self._plan.taken())
        if taken:
            raise Spoiled("\n".join(taken))
        self._reactor.addSystemEventTrigger("before", "shutdown", self.end)
        await self._open_backends()
        if not self._ending:
            await self._open_gateway()

    async def _open_backends(self) -> None:
        for place in self._plan.places:
            self._backends[place.name] = self._started(place.name, command(place))
        for place in self._plan.places:
            url = f"http://{INTERFACE}:{place.port}/health"
            await self._answers(self._backends[place.name], url)

    async def _open_gateway(self) -> None:
        self._front = self._started("the gateway", self._gateway)
        await self._answers(self._front, f"{self._plan.admin.url}/readyz")
        pids = {name: child.pid for name, child in self._backends.items()}
        if not self._ending:
            self._say(guide(self._plan, pids))
        await self._front.gone()
        if not self._ending:
            raise Spoiled("the gateway is no more, so the demo ends")

    def stop(self) -> None:
        """What Ctrl-C does: stop the reactor, and with it everything; again: kill at once."""
        if not self._ending:
            self._reactor.stop()
            return
        for child in self._children():
            child.signal("KILL")

    def end(self) -> Deferred[None]:
        """End the gateway, and then, when nothing is under way any more, the backends."""
        self._ending = True
        return Deferred.fromCoroutine(self._end())

    async def _end(self) -> None:
        if self._front is not None:
            await end(self._reactor, [self._front], self._drain + PATIENCE)
        await end(self._reactor, self._backends.values(), PATIENCE)

    def _children(self) -> list[Child]:
        front = [] if self._front is None else [self._front]
        return [*front, *self._backends.values()]

    def _started(self, name: str, words: list[str]) -> Child:
        child = Child(name, self._left)
        child.start(self._reactor, words)
        return child

    def _left(self, child: Child, how: str) -> None:
        if not self._ending:
            self._say(f"{child.name} {how}")

    async def _answers(self, child: Child, url: str) -> None:
        """Wait until `child` answers at `url` with 200, or the show is over."""
        # Not a pooled connection: one that is kept would be the first to be cut.
        client = HTTPClient(Agent(self._reactor, connectTimeout=1))
        deadline = self._reactor.seconds() + START
        while child.alive and not self._ending:
            if await _is_well(client, url):
                return
            if self._reactor.seconds() > deadline:
                raise Spoiled(f"{child.name} does not answer at {url} after {START:g} s")
            await deferLater(self._reactor, LOOK)
        if not self._ending:
            raise Spoiled(f"{child.name} did not start")


async def _is_well(client: HTTPClient, url: str) -> bool:
    try:
        response = await client.get(url, timeout=1)
        await response.content()
    except Exception:
        return False
    return bool(response.code == 200)
