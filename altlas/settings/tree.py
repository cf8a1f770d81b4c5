"""The whole configuration as one frozen tree, and the sections of a file that it is made of.

A key ``a-b.c-d`` of a section is the attribute ``a_b.c_d`` here. Durations are seconds
(None for ``off``), sizes are bytes, percentages are fractions from 0 to 1, lists
are tuples. Every class can be built by hand with what differs from the defaults.
"""

# ruff: noqa: RUF009 - what these calls return are declarations, and frozen
from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from attrs import field, frozen

from altlas.settings.admin import AdminAccess
from altlas.settings.backends import (
    Backend,
    BreakerSettings,
    PoolSettings,
    ProbeSettings,
    QueueSettings,
    RetrySettings,
    Timeouts,
)
from altlas.settings.contracts import Contract, ListenerOpenapi, Validation
from altlas.settings.http2 import ListenerHttp2
from altlas.settings.instances import Instance
from altlas.settings.keys import Takes, group, key, optional, required
from altlas.settings.predicates import Predicate
from altlas.settings.routes import (
    INHERIT,
    Inherit,
    Redirect,
    Respond,
    Rewrite,
    Route,
    RouteLimits,
    RouteTimeouts,
)
from altlas.settings.statuses import StatusRange
from altlas.settings.tls import ListenerTls, TlsSettings
from altlas.settings.units import (
    above_zero,
    between,
    boolean,
    choice,
    duration,
    items,
    size,
    text,
    unless_off,
)
from altlas.settings.upgrades import UpgradeLimits

__all__ = [
    "INHERIT",
    "AccessLog",
    "AdminAccess",
    "Backend",
    "BreakerSettings",
    "Contract",
    "Drain",
    "Gateway",
    "Include",
    "Inherit",
    "Instance",
    "Listener",
    "ListenerHeaders",
    "ListenerHttp2",
    "ListenerLimits",
    "ListenerOpenapi",
    "ListenerTimeouts",
    "ListenerTls",
    "Network",
    "PoolSettings",
    "Predicate",
    "ProbeSettings",
    "ProxyProtocol",
    "QueueSettings",
    "Redirect",
    "Respond",
    "RetrySettings",
    "Rewrite",
    "Route",
    "RouteLimits",
    "RouteTimeouts",
    "Settings",
    "StatusRange",
    "Timeouts",
    "TlsSettings",
    "UpgradeLimits",
    "Validation",
]

Network = IPv4Network | IPv6Network
_PROXY_VERSIONS = {
    "off": frozenset[int](),
    "on": frozenset({1, 2}),
    "v1": frozenset({1}),
    "v2": frozenset({2}),
}
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def workers(written: str) -> int:
    """How many processes serve. More than one is for a later version, and said so."""
    if written == "auto" or (written.isdecimal() and int(written) > 1):
        raise ValueError("1 (more workers are not available in this version)")
    return between(1, 1)(written)


def token(written: str) -> str:
    """A token (RFC 9110, 5.6.2)."""
    if _TOKEN.fullmatch(written) is None:
        raise ValueError("a word without blanks, such as altlas")
    return written


def network(written: str) -> Network:
    """A network, or one address, of either IP version."""
    try:
        return ip_network(written)
    except ValueError:
        raise ValueError("an address or network such as 127.0.0.0/8 or ::1") from None


def endpoint(written: str) -> str:
    """A Twisted server endpoint; what it means is for who knows Twisted to check."""
    if not written:
        raise ValueError("an endpoint such as tcp:8080 or tcp:8080:interface=127.0.0.1")
    return text(written)


def _log_path(written: str) -> str:
    if not written:
        raise ValueError("a file, or - for standard output")
    return text(written)


@frozen(kw_only=True)
class Drain:
    """How the gateway goes down."""

    grace: float = key(
        duration, default="0s", help="how long it accepts on while `/readyz` is red already"
    )
    timeout: float = key(
        duration, default="30s", help="how long exchanges may take after that until they are cut"
    )
    tunnels: float = key(
        duration,
        default="10s",
        help="how long tunnels (WebSockets) may go on after that until they are closed with a word",
    )


@frozen(kw_only=True)
class Gateway:
    """What holds for the whole process."""

    workers: int = key(workers, default="1", help="how many processes serve; only 1 for now")
    via: str = key(token, default="altlas", help="the gateway's name in the Via field")
    state: str | None = optional(
        text,
        help="a folder for what outlives the process, such as copies of contracts; else what "
        "systemd names, or `altlas-gateway` in `~/.local/state`",
        takes=Takes.FILE,
    )
    drain: Drain = group(Drain)


@frozen(kw_only=True)
class ListenerLimits:
    """How much there may be: of a request's head (more gets a 4xx), of connections, of haste."""

    request_line: int = key(above_zero(size), default="8KiB", help="longer ones get a 414")
    headers: int = key(above_zero(size), default="16KiB", help="all fields; more gets a 431")
    header_count: int = key(between(1), default="100", help="fields; more gets a 431")
    connections: int | None = key(
        unless_off(between(1)),
        default="10000",
        help="at once; at the limit accepting pauses until one ends. Shortly before it, those that "
        "are idle longest are closed. The descriptors that the process may have are a limit too",
    )
    connections_per_client: int | None = key(
        unless_off(between(1)),
        default="off",
        help="at once from one address (IPv6: one /64); one more is closed at once. Peers of "
        "`trust` may have any number",
    )
    requests_per_connection: int | None = key(
        unless_off(between(1)),
        default="off",
        help="the answer to the last says `Connection: close`, in HTTP/2 GOAWAY",
    )
    pipelined: int = key(
        above_zero(size),
        default="64KiB",
        help="bytes of requests that wait behind the one under way; who sends more is read no "
        "further",
    )
    exchanges: int | None = key(
        unless_off(between(1)),
        default="off",
        help="at once on all connections; one more gets a 503 with `Retry-After`",
    )
    body_rate: int | None = key(
        unless_off(above_zero(size)),
        default="240B",
        help="what must come of a request's body each second, measured over `limit.body-grace` "
        "while we would take it; else a 408",
    )
    body_grace: float = key(
        above_zero(duration), default="5s", help="how long a body may be slower than its rate"
    )
    answer_rate: int | None = key(
        unless_off(above_zero(size)),
        default="240B",
        help="what a client that keeps us waiting must take of an answer each second, beyond the "
        "256 KiB that may stand in buffers; else it is cut. `timeout.idle` is mostly sooner",
    )


@frozen(kw_only=True)
class ListenerTimeouts:
    """How long a client may take."""

    first_byte: float = key(
        above_zero(duration),
        default="15s",
        help="for the first byte of a new connection (behind TLS: after the handshake), "
        "in HTTP/2 for its first request",
    )
    headers: float = key(
        above_zero(duration), default="15s", help="for a whole head from its first byte on"
    )
    keep_alive: float = key(
        above_zero(duration), default="75s", help="between two requests of a connection"
    )


@frozen(kw_only=True)
class ListenerHeaders:
    """Which header fields of a request count."""

    underscores: str = key(
        choice("drop", "keep", "refuse"),
        default="drop",
        help="fields with `_` in their names, which many backends cannot tell from `-`: "
        "dropped, kept, or refused with a 400",
    )


@frozen(kw_only=True)
class ProxyProtocol:
    """Who may say for whom it speaks."""

    from_: tuple[Network, ...] = key(
        items(network),
        default="",
        help="the balancers whose PROXY headers are believed; nobody else may connect",
    )


@frozen(kw_only=True)
class Listener:
    """An address that clients connect to."""

    name: str
    bind: str = required(
        endpoint,
        example="tcp:8080",
        help="any Twisted server endpoint, `tcp:8080` say; paths in it are relative to this file",
    )
    serves: str = key(
        choice("routes", "admin"),
        default="routes",
        help="`routes`, or the `admin` interface, to which `trust`, `limit.*`, `timeout.*` and "
        "`http2.*` mean nothing",
    )
    trust: tuple[Network, ...] = key(
        items(network), default="", help="peers whose X-Forwarded-* and X-Request-ID are believed"
    )
    proxy_protocol: str = key(
        choice("off", "on", "v1", "v2"),
        default="off",
        help="`on`, or one version: each connection begins with a PROXY header, before TLS too, "
        "and the client that it names counts in all that follows; `timeout.headers` is its limit",
    )
    proxy_protocol_: ProxyProtocol = group(ProxyProtocol)
    headers: ListenerHeaders = group(ListenerHeaders)
    limit: ListenerLimits = group(ListenerLimits)
    timeout: ListenerTimeouts = group(ListenerTimeouts)
    tls: ListenerTls = group(ListenerTls)
    admin: AdminAccess = group(AdminAccess)
    http2: ListenerHttp2 = group(ListenerHttp2)
    openapi: ListenerOpenapi = group(ListenerOpenapi)

    @property
    def proxy_versions(self) -> frozenset[int]:
        """The versions of the PROXY protocol that a connection must begin with one of."""
        return _PROXY_VERSIONS[self.proxy_protocol]


@frozen(kw_only=True)
class AccessLog:
    """Where each exchange is written down."""

    enabled: bool = key(boolean, default="yes", help="whether there is an access log")
    path: str = key(
        _log_path,
        default="-",
        help="a file, relative to this ini file, or `-` for standard output",
        takes=Takes.FILE,
    )
    format: str = key(choice("json", "combined"), default="json", help="`json` or `combined`")
    buffer: int = key(size, default="64KiB", help="written at this size")
    flush: float = key(above_zero(duration), default="1s", help="and at least this often")


@frozen(kw_only=True)
class Include:
    """Further files of sections. Included files may not include."""

    files: tuple[str, ...] = key(
        items(text), default="", help="patterns such as `conf.d/*.ini`, beside the including file"
    )


@frozen(kw_only=True)
class Settings:
    """Everything that was configured."""

    gateway: Gateway = field(factory=Gateway)
    listeners: tuple[Listener, ...] = ()
    backends: tuple[Backend, ...] = ()
    contracts: tuple[Contract, ...] = ()
    routes: tuple[Route, ...] = ()
    access_log: AccessLog = field(factory=AccessLog)

    def backend(self, name: str) -> Backend:
        """The backend of that name; `KeyError` if there is none."""
        for backend in self.backends:
            if backend.name == name:
                return backend
        raise KeyError(name)

    def contract_of(self, route: Route) -> str | None:
        """The name of the contract that requests of `route` are held to, if there is one."""
        if route.contract is not INHERIT:
            return None if route.contract == "none" else str(route.contract)
        return None if route.backend is None else self.backend(route.backend).contract


#: sections that stand once, and those that stand once a name
SINGLE: dict[str, type[Any]] = {"gateway": Gateway, "access-log": AccessLog, "include": Include}
NAMED: dict[str, type[Any]] = {
    "listener": Listener,
    "backend": Backend,
    "contract": Contract,
    "route": Route,
}
