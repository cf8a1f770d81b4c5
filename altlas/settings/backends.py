"""A backend as configured: where its instances are and how they are used."""

# ruff: noqa: RUF009 - what these calls return are declarations, and frozen
from __future__ import annotations

import re
from typing import Any

from attrs import frozen

from altlas.settings.instances import Instance
from altlas.settings.keys import chosen, group, key, optional, required
from altlas.settings.routes import INHERIT, RouteTimeouts
from altlas.settings.statuses import StatusRange, cause
from altlas.settings.tls import TlsSettings
from altlas.settings.units import (
    above_zero,
    between,
    boolean,
    choice,
    duration,
    items,
    lines,
    percent,
    regex,
    size,
    text,
    unless_off,
)

_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_PATH = re.compile(r"/[\x21-\x22\x24-\x7e]*")


def host_header(written: str) -> str:
    """``pass``, ``instance``, or a literal value for the Host field."""
    if _HOST.fullmatch(written) is None:
        raise ValueError("pass, instance or a host such as api.example.com")
    return written


def target(written: str) -> str:
    """A request target in origin-form: a path, with a query if need be."""
    if _PATH.fullmatch(written) is None:
        raise ValueError("a path such as /health")
    return written


def one_instance_at_least(written: str) -> tuple[Instance, ...]:
    """One instance a line, or parted by commas (which is handy in the environment)."""
    found = _instances(written)
    if not found:
        raise ValueError("one address a line, such as http://127.0.0.1:9001 weight=2")
    return found


def causes(written: str) -> frozenset[str]:
    """The failures that a retry may follow; ``none`` for the empty set."""
    return frozenset(() if written in ("none", "off") else items(cause)(written))


# A comma also stands between tags, hence not every comma parts two instances.
_instances = lines(Instance.parse, also=r",\s+|,(?=https?://)")


@frozen(kw_only=True)
class QueueSettings:
    """Where requests wait when every instance has `max_requests` in flight."""

    size: int = key(between(0), default="1024", help="how many requests may wait; 0 for none")
    timeout: float = key(
        above_zero(duration), default="3s", help="how long a request may wait before it gets a 503"
    )


@frozen(kw_only=True)
class ProbeSettings:
    """The active health check of every instance."""

    enabled: bool = key(boolean, default="yes", help="whether instances are probed at all")
    kind: str = key(choice("http"), default="http", help="how an instance is asked")
    path: str = key(target, default="/health", help="what is asked for")
    interval: float = key(
        above_zero(duration), default="5s", help="the time between two probes of an instance"
    )
    fast_interval: float = key(
        above_zero(duration),
        default="1s",
        help="the same while the instance is about to leave or to return",
    )
    timeout: float = key(
        above_zero(duration), default="2s", help="how long a probe may take, its body included"
    )
    fall: int = key(
        between(1),
        default="3",
        help="failures in a row that take an instance out; "
        "connects of requests that fail count too",
    )
    rise: int = key(between(1), default="2", help="successes in a row that bring it back")
    jitter: float = key(percent, default="20%", help="how far each interval is spread at random")
    status: tuple[StatusRange, ...] = key(
        items(StatusRange.parse), default="2xx", help="which answers are a success"
    )
    body: str | None = optional(
        regex, help="a regex that must be found in the first 64 KiB of the answer's body"
    )
    host: str | None = optional(
        host_header, help="the Host that is asked for; else the instance's address"
    )


@frozen(kw_only=True)
class RetrySettings:
    """When a failed try is followed by another."""

    tries: int = key(between(0, 100), default="2", help="tries after the first; 0 for none")
    on: frozenset[str] = key(
        causes,
        default="connect, reset, 502, 503, 504",
        help="after what: connect (safe with any method), reset, timeout, 429 or a 5xx status; "
        "none for nothing",
    )
    budget: float = key(
        percent,
        default="20%",
        help="how many of the requests of the last 10 s may be retries; "
        "those after a failed connect are not counted",
    )
    budget_minimum: int = key(
        between(0), default="3", help="retries every 10 s that need no budget"
    )
    backoff: float = key(
        duration, default="25ms", help="the longest pause before the second try; it doubles"
    )
    backoff_max: float = key(duration, default="250ms", help="the longest pause at all")
    body_limit: int = key(
        size, default="64KiB", help="how much of a request's body is kept to be sent again"
    )


@frozen(kw_only=True)
class BreakerSettings:
    """When a backend that keeps failing is left alone for a while."""

    enabled: bool = key(boolean, default="yes", help="whether there is a breaker")
    error_rate: float = key(
        percent, default="50%", help="opens above this share of failures, or when all fail"
    )
    slow_rate: float = key(
        percent, default="100%", help="opens above this share of slow calls, or when all are"
    )
    slow_after: float | None = key(
        unless_off(above_zero(duration)), default="off", help="from when on a call is slow"
    )
    minimum: int = key(between(1), default="20", help="calls in the window before any verdict")
    window: float = key(above_zero(duration), default="10s", help="how far back calls count")
    buckets: int = key(between(1, 1000), default="10", help="parts that the window moves on by")
    open_for: float = key(
        above_zero(duration), default="30s", help="how long it stays open; doubles each time"
    )
    open_for_max: float = key(above_zero(duration), default="300s", help="the longest of these")
    trials: int = key(
        between(1), default="3", help="calls let through when half-open; all must succeed to close"
    )
    ramp: float = key(
        duration, default="10s", help="how long it takes after that until all calls pass"
    )


@frozen(kw_only=True)
class Timeouts:
    """How long each step of an exchange may take, in seconds; None is for ever."""

    connect: float = key(above_zero(duration), default="3s", help="until a connection is there")
    response: float | None = key(
        unless_off(above_zero(duration)), default="15s", help="until the answer's head is in"
    )
    idle: float | None = key(
        unless_off(above_zero(duration)), default="60s", help="without a byte either way"
    )
    per_try: float | None = key(
        unless_off(above_zero(duration)), default="off", help="one try until the answer's head"
    )
    total: float | None = key(
        unless_off(above_zero(duration)),
        default="30s",
        help="all tries, pauses and waiting until the answer's head",
    )
    stream: float | None = key(
        unless_off(above_zero(duration)), default="off", help="the exchange to its last byte"
    )

    def overridden(self, route: RouteTimeouts) -> Timeouts:
        """These with what the route says otherwise."""
        return Timeouts(
            connect=self.connect if route.connect is INHERIT else route.connect,
            response=self.response if route.response is INHERIT else route.response,
            idle=self.idle if route.idle is INHERIT else route.idle,
            per_try=self.per_try if route.per_try is INHERIT else route.per_try,
            total=self.total if route.total is INHERIT else route.total,
            stream=self.stream if route.stream is INHERIT else route.stream,
        )


@frozen(kw_only=True)
class PoolSettings:
    """The connections kept open to every instance."""

    idle: int = key(between(0), default="32", help="idle connections kept to an instance")
    idle_timeout: float = key(
        above_zero(duration),
        default="4s",
        help="how long one is kept; should be less than what the instance allows",
    )
    lifetime: float | None = key(
        unless_off(above_zero(duration)), default="off", help="the oldest age of a connection"
    )


@frozen(kw_only=True)
class Backend:
    """A named service behind the gateway."""

    name: str
    instances: tuple[Instance, ...] = required(
        one_instance_at_least,
        example="http://127.0.0.1:9001",
        help="one a line: `URL`, then perhaps `weight=2`, `zone=eu-1`, `tags=fast,new`",
    )
    balancer: Any = chosen(
        "balancer", default="round-robin", help="how an instance is picked for a request"
    )
    max_requests: int | None = key(
        unless_off(between(1)), default="off", help="requests in flight to one instance"
    )
    host: str = key(
        host_header,
        default="pass",
        help="the Host an instance sees: `pass` (the client's), `instance` (its own address) "
        "or a literal",
    )
    contract: str | None = optional(text, help="the contract that it keeps to, by name")
    queue: QueueSettings = group(QueueSettings)
    probe: ProbeSettings = group(ProbeSettings)
    retry: RetrySettings = group(RetrySettings)
    breaker: BreakerSettings = group(BreakerSettings)
    timeout: Timeouts = group(Timeouts)
    pool: PoolSettings = group(PoolSettings)
    tls: TlsSettings = group(TlsSettings)
