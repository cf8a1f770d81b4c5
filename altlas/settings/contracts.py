"""What backends have promised, as configured: where contracts are and how they are held to."""

# ruff: noqa: RUF009 - what these calls return are declarations, and frozen
from __future__ import annotations

import re

from attrs import frozen

from altlas.settings.keys import Takes, group, key, optional
from altlas.settings.units import (
    above_zero,
    between,
    choice,
    duration,
    percent,
    size,
    text,
    unless_off,
)

_URL = re.compile(r"https?://[^\s/?#@]+(?:/[\x21\x22\x24-\x7e]*)?")
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%-][A-Za-z0-9._~!$&'()*+,;=:@%/-]*|/")
_SAMPLE = re.compile(r"sample\s+(.*)")


def address(written: str) -> str:
    """Where a contract is asked for."""
    if _URL.fullmatch(written) is None:
        raise ValueError("an address such as http://127.0.0.1:9001/openapi.json")
    return written


def own_path(written: str) -> str:
    """A path that is answered by the gateway itself, in its normal form."""
    if _PATH.fullmatch(written) is None or "//" in written or {".", ".."} & {*written.split("/")}:
        raise ValueError("a path such as /openapi.json")
    return written


def base_path(written: str) -> str:
    """What stands before each path of a contract; nothing for ``/``."""
    return own_path(written).rstrip("/")


def share(written: str) -> float:
    """How many answers are looked at: ``off``, ``all`` or ``sample 1%``, as a fraction."""
    if written in ("off", "all"):
        return float(written == "all")
    match = _SAMPLE.fullmatch(written)
    if match is None:
        raise ValueError("off, all, or a share such as sample 1%")
    return percent(match[1])


@frozen(kw_only=True)
class Validation:
    """How far bodies are looked into."""

    max_body: int = key(
        above_zero(size),
        default="1MiB",
        help="the longest body that is held and looked into, of requests and of answers",
    )
    longer: str = key(
        choice("refuse", "pass"),
        default="refuse",
        help="what becomes of a request with a longer one: a 413 (if `requests` is `refuse`), "
        "or it goes on as it is",
    )


@frozen(kw_only=True)
class Contract:
    """An OpenAPI document that a backend has promised to keep to."""

    name: str
    file: str | None = optional(
        text, help="the document, OpenAPI 3.0 or 3.1 in JSON or YAML", takes=Takes.FILE
    )
    url: str | None = optional(
        address,
        help="where it is asked for instead, mostly the backend's own `/openapi.json`; "
        "the last good copy is kept in `gateway.state`",
    )
    poll: float | None = key(
        unless_off(above_zero(duration)),
        default="60s",
        help="how often a `url` is asked again (by ETag, where there is one), "
        "and a `file` looked at; a HUP does so at once",
    )
    timeout: float = key(above_zero(duration), default="10s", help="how long the `url` may take")
    max_size: int = key(above_zero(size), default="16MiB", help="the longest document")
    base_path: str | None = optional(
        base_path,
        help="what stands before its paths in requests as the backend gets them; "
        "else the paths of its `servers`",
    )
    requests: str = key(
        choice("refuse", "report", "off"),
        default="refuse",
        help="what becomes of a request that breaks the contract: "
        "a 4xx before any instance is asked; with `report` it is counted and goes on, as does "
        "all that `unknown`, `missing` and `validate.longer` would refuse; `off` does not look",
    )
    unknown: str = key(
        choice("refuse", "pass"),
        default="refuse",
        help="what becomes of paths and methods that are not in the contract: "
        "404 or 405 (if `requests` is `refuse`), or they go on",
    )
    missing: str = key(
        choice("refuse", "pass"),
        default="refuse",
        help="what becomes of requests as long as there is no readable contract: "
        "503 (if `requests` is `refuse`), or they go on",
    )
    validate: Validation = group(Validation)
    responses: float = key(
        share, default="off", help="which answers are looked at: `off`, `sample 1%` or `all`"
    )
    on_mismatch: str = key(
        choice("report", "replace"),
        default="report",
        help="what becomes of an answer that breaks the contract: it is counted, or it is held "
        "until it is known, and a 502 takes its place",
    )
    on_breaking: str = key(
        choice("accept", "warn", "refuse"),
        default="warn",
        help="what becomes of a new document that takes from an operation in use what clients "
        "rely on; `refuse` keeps the old one",
    )
    field_samples: int = key(
        between(0, 1000),
        default="1",
        help="bodies and queries a second of each operation in which undocumented names are "
        "looked for",
    )


@frozen(kw_only=True)
class ListenerOpenapi:
    """The gateway's own contract: those of all backends in one document."""

    path: str | None = optional(
        own_path, help="where all contracts are served as one document, `/openapi.json` say"
    )
    docs: str | None = optional(
        own_path,
        help="where a browser is shown that document, `/docs` say; "
        "wants `pip install altlas-gateway[docs]`",
    )
    title: str = key(text, default="altlas-gateway", help="the title of that document")
