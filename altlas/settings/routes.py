"""A route as configured: what it takes, and what follows."""

# ruff: noqa: RUF009 - what these calls return are declarations, and frozen
from __future__ import annotations

import re
from enum import Enum
from typing import Literal

from attrs import frozen

from altlas.settings.keys import Takes, group, key, optional, required
from altlas.settings.predicates import Predicate, header, host, method
from altlas.settings.statuses import final_status, redirect_status
from altlas.settings.units import (
    above_zero,
    between,
    choice,
    duration,
    integer,
    items,
    lines,
    prose,
    regex,
    size,
    text,
    unless_off,
)
from altlas.settings.upgrades import UpgradeLimits, protocol


class Inherit(Enum):
    """The type of `INHERIT`."""

    INHERIT = "as the backend says"


#: what a route's timeout is when the route says nothing about it
INHERIT = Inherit.INHERIT

#: what a redirect says that leads to the same address, by TLS
HTTPS = "https:"

# RFC 3986, 3.3: what may stand in a path; `|` and its like are seen in real ones.
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%|^`{}/-]*")
_ESCAPE = re.compile(r"%(.{0,2})")
_RESERVED = re.compile(r"[0-9A-F]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_MEDIA_TYPE = re.compile(r"[!#-.0-9A-Z^-z|~]+/[!#-.0-9A-Z^-z|~]+ *(?:; *[\x21-\x7e][\x20-\x7e]*)?")
_LOCATION = re.compile(r"(?:https?://[^\s/]|/)[\x21-\x7e]*")


def path(written: str) -> str:
    """A path in its normal form, or ``~`` and a regex: what requests are compared with."""
    if written.startswith("~"):
        return "~" + regex(written[1:].strip())
    if _PATH.fullmatch(written) is None:
        raise ValueError("a path from / on, or ~ and a regex")
    if "//" in written or {".", ".."} & set(written.split("/")):
        raise ValueError("a path in its normal form: without //, /./ and /../")
    if not all(map(_normal, _ESCAPE.findall(written))):
        raise ValueError("a path in its normal form: escapes such as %2F, only where needed")
    return written


def prefix(written: str) -> str:
    """The path that takes the place of the route's own."""
    if _PATH.fullmatch(written) is None:
        raise ValueError("a path such as / or /v2/")
    return written


def location(written: str) -> str:
    """Where a redirect leads: a path, a whole address, or the same one with `https:`."""
    if written != HTTPS and _LOCATION.fullmatch(written) is None:
        raise ValueError(
            "a path such as /docs/, an address such as https://example.com/, or https: alone"
        )
    return written


def media_type(written: str) -> str:
    """What a Content-Type field may say (RFC 9110, 8.3.1), as far as its letters go."""
    if _MEDIA_TYPE.fullmatch(text(written)) is None:
        raise ValueError("a media type such as application/json")
    return written


def _normal(escape: str) -> bool:
    return bool(_RESERVED.fullmatch(escape)) and not _UNRESERVED.fullmatch(chr(int(escape, 16)))


@frozen(kw_only=True)
class Redirect:
    """An answer that sends the client elsewhere."""

    to: str | None = optional(
        location,
        help="where to, as the Location field has it; "
        "the rest of the request's path, and its query, are dropped. `https:` alone is the same "
        "address by TLS, for requests that came without",
    )
    status: int = key(redirect_status, default="308", help="301, 302, 303, 307 or 308")
    port: int = key(between(1, 65535), default="443", help="the port of `redirect.to = https:`")


@frozen(kw_only=True)
class Respond:
    """A fixed answer."""

    status: int | None = optional(final_status, help="the status of a fixed answer")
    body: str = key(prose, default="", help="its body", takes=Takes.LINES)
    type: str = key(media_type, default="text/plain; charset=utf-8", help="its Content-Type")


@frozen(kw_only=True)
class Rewrite:
    """What becomes of the path on its way to the backend."""

    prefix: str | None = optional(prefix, help="what takes the place of the route's path")
    regex: str | None = optional(regex, help="what is looked for in the path, once")
    to: str | None = optional(
        text, help=r"what takes the place of what was found; `\1` and `\g<name>` are its groups"
    )


@frozen(kw_only=True)
class RouteLimits:
    """How much a request may bring."""

    body: int = key(size, default="10MiB", help="the longest body; a longer one gets a 413")


@frozen(kw_only=True)
class RouteTimeouts:
    """What a route says otherwise than its backend; None is for ever (``off``)."""

    connect: float | Inherit = optional(
        above_zero(duration), help="instead of the backend's", unset=INHERIT
    )
    response: float | Inherit | None = optional(
        unless_off(above_zero(duration)), help="instead of the backend's", unset=INHERIT
    )
    idle: float | Inherit | None = optional(
        unless_off(above_zero(duration)), help="instead of the backend's", unset=INHERIT
    )
    per_try: float | Inherit | None = optional(
        unless_off(above_zero(duration)), help="instead of the backend's", unset=INHERIT
    )
    total: float | Inherit | None = optional(
        unless_off(above_zero(duration)), help="instead of the backend's", unset=INHERIT
    )
    stream: float | Inherit | None = optional(
        unless_off(above_zero(duration)), help="instead of the backend's", unset=INHERIT
    )


@frozen(kw_only=True)
class Route:
    """A match and what follows: exactly one of backend, redirect and fixed answer."""

    name: str
    path: str = required(
        path,
        example="/api/",
        help="`/api/` takes all below it, `/api` only itself, `~^/v[0-9]+/` what the regex finds; "
        "the longest wins, regexes come after",
    )
    host: tuple[str, ...] = key(
        items(host), default="", help="the hosts it is for; `*.example.com` for all below it"
    )
    method: tuple[str, ...] = key(
        items(method), default="", help="the methods it is for; GET also stands for HEAD"
    )
    header: tuple[Predicate, ...] = key(
        lines(header),
        default="",
        help="header fields asked for, one a line: `Name`, `Name = value` or `Name = ~regex`",
        takes=Takes.LINES,
    )
    query: tuple[Predicate, ...] = key(
        lines(Predicate.parse),
        default="",
        help="query parameters asked for, written in the same way",
        takes=Takes.LINES,
    )
    scheme: str = key(
        choice("any", "http", "https"),
        default="any",
        help="the scheme it is for; what a trusted peer's X-Forwarded-Proto says counts, if any",
    )
    priority: int = key(integer, default="0", help="the higher goes first, whatever the paths")
    backend: str | None = optional(text, help="which backend answers")
    contract: str | Inherit = optional(
        text, help="the contract instead of the backend's, by name, or `none`", unset=INHERIT
    )
    routes: str = key(
        choice("itself", "from-contract"),
        default="itself",
        help="`from-contract` makes a route of each operation of the contract, below the path; "
        "what is no operation is none of this route's",
    )
    redirect: Redirect = group(Redirect)
    respond: Respond = group(Respond)
    rewrite: Rewrite = group(Rewrite)
    limit: RouteLimits = group(RouteLimits)
    path_profile: str = key(
        choice("faithful", "strict"),
        default="faithful",
        help="what becomes of paths that servers read in different ways. `faithful`: the path goes "
        "on as it came, unless a common reading of it leads to another route: then it gets a 400. "
        "`strict`: escaped slashes, backslashes, control characters, dot segments, `;` parameters, "
        "double escapes and what is no UTF-8 get a 400 whatever they lead to",
        name="path.profile",
    )
    escapes: str = key(
        choice("keep", "reject"),
        default="keep",
        help="`reject` adds to a `faithful` profile that an escaped slash or backslash gets a 400 "
        "even where it leads nowhere else; a `strict` one has that already",
    )
    timeout: RouteTimeouts = group(RouteTimeouts)
    upgrade: tuple[str, ...] = key(
        items(protocol),
        default="",
        help="protocols that a client may ask to go on in, `websocket` say; "
        "what else it offers is dropped, and the request goes on as plain HTTP",
    )
    upgrade_: UpgradeLimits = group(UpgradeLimits)

    @property
    def match_kind(self) -> Literal["prefix", "exact", "regex"]:
        """How `path` is compared."""
        if self.path.startswith("~"):
            return "regex"
        return "prefix" if self.path.endswith("/") else "exact"

    @property
    def schemes(self) -> frozenset[str]:
        """The schemes it is for: a redirect to TLS is for who came without."""
        if self.scheme == "any":
            return frozenset({"http"} if self.redirect.to == HTTPS else {"http", "https"})
        return frozenset({self.scheme})

    @property
    def target(self) -> str:
        """What follows, in words for tables: ``backend NAME``, ``redirect TO`` or a status."""
        if self.backend is not None:
            return f"backend {self.backend}"
        if self.redirect.to is not None:
            return f"redirect {self.redirect.to}"
        return f"respond {self.respond.status}"
