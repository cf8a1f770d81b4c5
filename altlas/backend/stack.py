"""The way of a call to a backend: the one place where its layers are put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred

from altlas.backend.accounting import Accounting
from altlas.backend.call import Call
from altlas.backend.guarding import Guard, Guarding
from altlas.backend.picking import Layer, Picker, Picking
from altlas.backend.retrying import Retrying
from altlas.backend.sending import PlainSending, Sending
from altlas.backend.timing import Deadline, TryLimits
from altlas.errors import GatewayError
from altlas.observability.metrics import Metrics
from altlas.resilience.budget import RetryBudget
from altlas.settings.tree import Backend
from altlas.timers import Timers
from altlas.upstream.client import GatewayClient


@frozen(kw_only=True)
class Parts:
    """What a stack is made of: one backend's state, and what the gateway lends it."""

    settings: Backend
    picker: Picker
    guard: Guard
    budget: RetryBudget
    #: `GatewayClient`, or any treq client
    client: Any
    timers: Timers
    random: Callable[[], float]
    metrics: Metrics


@frozen
class Stack:
    """A backend's layers. `send` a call; tell `broken` should the response's body break off."""

    _top: Layer
    _accounting: Accounting
    _guarding: Guarding | None

    def send(self, call: Call) -> Deferred[Any]:
        """The response to `call`, its body not delivered yet (an `IResponse`).

        Fails with a `GatewayError`. After a response the call holds its lease until
        `Call.finish`, which whoever takes the body must call, once it ended in any way.
        """
        return self._top.send(call)

    def broken(self, call: Call, error: GatewayError) -> None:
        """The body of the response to `call` broke off, with `error`."""
        outcome = self._accounting.broken(call, error)
        if self._guarding is not None:
            self._guarding.broken(call, outcome)


def stack(parts: Parts) -> Stack:
    """The layers of a backend, innermost first."""
    settings, timers, metrics = parts.settings, parts.timers, parts.metrics
    clock = timers.clock
    layer: Layer
    # The client. Ours passes target and 1xx heads through untouched; a stub cannot.
    ours = isinstance(parts.client, GatewayClient)
    layer = Sending(parts.client) if ours else PlainSending(parts.client)
    # Around a single try, so that what it cancels is that try and not the call,
    layer = TryLimits(timers, layer)
    # and below accounting, so that a timeout is classified like any other failure.
    layer = accounting = Accounting(settings.name, clock, metrics, parts.picker.roster, layer)
    # The breaker reads that verdict, hence just above. It is asked after the lease is there,
    # since what it knows may change while a call waits in the queue.
    guarding = Guarding(parts.guard, layer) if settings.breaker.enabled else None
    layer = guarding or layer
    # Below the retries: each try picks anew, and another instance than the last.
    layer = Picking(parts.picker, timers, layer)
    # Sees what all of the above made of a try.
    layer = Retrying(settings.retry, parts.budget, clock, parts.random, layer)
    # Outermost: it covers waiting, tries and the pauses between them.
    layer = Deadline(timers, layer)
    return Stack(layer, accounting, guarding)
