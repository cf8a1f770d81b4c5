"""What the keys of one section owe to one another.

`complaints` is open: who brings a settings class of its own (a kind, say) registers
a function for it here in the same way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import singledispatch

from attrs import frozen

from altlas.settings.admin import AdminAccess
from altlas.settings.backends import (
    Backend,
    BreakerSettings,
    RetrySettings,
    Timeouts,
)
from altlas.settings.contracts import Contract, ListenerOpenapi
from altlas.settings.routes import HTTPS, Respond, Rewrite, Route
from altlas.settings.tls import ListenerTls, TlsSettings
from altlas.settings.tree import Listener

_BODILESS = (204, 304)


@frozen
class Complaint:
    """Keys (as attributes with dots) that do not fit together, and what was expected.

    It is reported at the first of the keys that somebody wrote.
    """

    keys: tuple[str, ...]
    expected: str


@singledispatch
def complaints(_settings: object) -> Iterator[Complaint]:
    """What does not fit together within a settings class; its groups are asked on their own."""
    yield from ()


@complaints.register
def _backend(backend: Backend) -> Iterator[Complaint]:
    counts = Counter(instance.address for instance in backend.instances)
    for address, count in counts.items():
        if count > 1:
            yield Complaint(("instances",), f"each address once; {address} is there {count} times")


@complaints.register
def _retry(retry: RetrySettings) -> Iterator[Complaint]:
    if retry.backoff > retry.backoff_max:
        wanted = f"backoff of no more than backoff-max, {retry.backoff:g}s is above"
        yield Complaint(("backoff", "backoff_max"), f"{wanted} {retry.backoff_max:g}s")


@complaints.register
def _breaker(breaker: BreakerSettings) -> Iterator[Complaint]:
    if breaker.open_for > breaker.open_for_max:
        wanted = f"open-for of no more than open-for-max, {breaker.open_for:g}s is above"
        yield Complaint(("open_for", "open_for_max"), f"{wanted} {breaker.open_for_max:g}s")


@complaints.register
def timeouts(timeout: Timeouts) -> Iterator[Complaint]:
    """A try that may take longer than all tries together is a mistake."""
    if timeout.per_try and timeout.total and timeout.per_try > timeout.total:
        wanted = f"per-try of no more than total, {timeout.per_try:g}s is above"
        yield Complaint(("per_try", "total"), f"{wanted} {timeout.total:g}s")


@complaints.register
def _contract(contract: Contract) -> Iterator[Complaint]:
    if (contract.file is None) == (contract.url is None):
        yield Complaint(("url", "file"), "exactly one of file and url")
    if contract.name == "none":
        yield Complaint(("file", "url"), "another name: contract = none means that there is none")
    if contract.on_mismatch == "replace" and not contract.responses:
        yield Complaint(("on_mismatch",), "responses = all, or sample, with it")


@complaints.register
def _openapi(openapi: ListenerOpenapi) -> Iterator[Complaint]:
    if openapi.docs is None:
        return
    if openapi.path is None:
        yield Complaint(("docs",), "path with it: the document that is shown")
    elif f"{openapi.path}/".startswith(openapi.docs.rstrip("/") + "/"):
        yield Complaint(("docs", "path"), "a path of its own, that path is not below")


@complaints.register
def _tls(tls: TlsSettings) -> Iterator[Complaint]:
    if not tls.verify and (tls.ca or tls.name):
        yield Complaint(("verify", "ca", "name"), "verify = yes where ca or name is given")
    if tls.key and not tls.certificate:
        yield Complaint(("key",), "certificate with it")


#: binds that speak TLS by themselves
_SECURE_BINDS = ("ssl:", "tls:", "haproxy:ssl:", "haproxy:tls:")
#: the shortest that browsers ship with, by those who keep their list
_PRELOADED = 365 * 86400.0


@complaints.register
def _listener(listener: Listener) -> Iterator[Complaint]:
    if listener.serves != "admin" and listener.admin != AdminAccess():
        keys = [f"admin.{key}" for key in ("token_file", "hosts") if getattr(listener.admin, key)]
        yield Complaint(tuple(keys), "serves = admin with it")
    if listener.serves == "admin" and listener.openapi != ListenerOpenapi():
        keys = [f"openapi.{key}" for key in ("path", "docs", "title")]
        yield Complaint(tuple(keys), "openapi.* only where routes are served")
    yield from _fronted(listener)
    tls, secure = listener.tls, listener.bind.startswith(_SECURE_BINDS)
    if tls.certificate and secure:
        wanted = "a bind without TLS of its own where tls.certificate is given, such as tcp:8443"
        yield Complaint(("bind",), wanted)
    if tls.certificate:
        return
    needless = [name for name in _OF_CERTIFICATES if getattr(tls, name) != getattr(_PLAIN, name)]
    if tls.hsts is not None and not secure:
        needless.append("hsts")
    if needless:
        keys = [f"tls.{name}" for name in (*needless, "certificate")]
        yield Complaint(tuple(keys), "tls.certificate with it")


def _fronted(listener: Listener) -> Iterator[Complaint]:
    spoken_for, believed = listener.proxy_protocol != "off", bool(listener.proxy_protocol_.from_)
    if spoken_for and not believed:
        yield Complaint(("proxy_protocol",), "proxy-protocol.from with it: whom to believe")
    elif believed and not spoken_for:
        yield Complaint(("proxy_protocol_.from_",), "proxy-protocol = on with it")
    if spoken_for and listener.serves == "admin":
        yield Complaint(("proxy_protocol",), "proxy-protocol only where routes are served")


#: what says nothing without a certificate
_OF_CERTIFICATES = (
    *("key", "minimum", "ciphers", "handshake_timeout", "client_ca", "client_verify"),
    *("client_header", "client_fingerprint_header"),
)
_PLAIN = ListenerTls()


@complaints.register
def _listener_tls(tls: ListenerTls) -> Iterator[Complaint]:
    if tls.certificate and tls.key and len(tls.key) != len(tls.certificate):
        counts = f"there are {len(tls.certificate)} and {len(tls.key)}"
        yield Complaint(("key",), f"one key for each certificate, in their order; {counts}")
    if tls.client_verify != "off" and tls.client_ca is None:
        wanted = "client-ca with it: the authorities whose clients are let in"
        yield Complaint(("client_verify",), wanted)
    if tls.client_verify == "off" and tls.client_ca is not None:
        yield Complaint(("client_ca",), "client-verify = optional or required with it")
    names = [tls.client_header, tls.client_fingerprint_header]
    if names[0] and names[1] and names[0].lower() == names[1].lower():
        wanted = "two names, one for the subject and one for the fingerprint"
        yield Complaint(("client_fingerprint_header", "client_header"), wanted)
    yield from _hsts(tls)


def _hsts(tls: ListenerTls) -> Iterator[Complaint]:
    if tls.hsts is None and (tls.hsts_subdomains or tls.hsts_preload):
        key = "hsts_subdomains" if tls.hsts_subdomains else "hsts_preload"
        yield Complaint((key,), "hsts with it")
    elif tls.hsts_preload and not (tls.hsts_subdomains and (tls.hsts or 0.0) >= _PRELOADED):
        yield Complaint(("hsts_preload",), "hsts = 365d at least and hsts-subdomains = yes with it")


@complaints.register
def _route(route: Route) -> Iterator[Complaint]:
    given = {
        "backend": route.backend is not None,
        "redirect.to": route.redirect.to is not None,
        "respond.status": route.respond.status is not None,
    }
    if sum(given.values()) != 1:
        # The first of several may stand; where there is none, the section itself is at fault.
        extra = tuple(key for key, there in given.items() if there)[1:]
        yield Complaint(
            extra or tuple(given), "exactly one of backend, redirect.to and respond.status"
        )
    rewrites = [f"rewrite.{key}" for key, there in _rewrites(route.rewrite).items() if there]
    if rewrites and not given["backend"]:
        yield Complaint(tuple(rewrites), "a rewrite only where a backend answers")
    if route.rewrite.prefix is not None and route.match_kind == "regex":
        yield Complaint(("rewrite.prefix",), "rewrite.regex where the path is a regex")
    if route.upgrade and not given["backend"]:
        yield Complaint(("upgrade",), "an upgrade only where a backend answers")
    if isinstance(route.contract, str) and not given["backend"]:
        yield Complaint(("contract",), "a contract only where a backend answers")
    if route.routes == "from-contract":
        yield from _made_of_contract(route)
    yield from _needless(route, given)


def _made_of_contract(route: Route) -> Iterator[Complaint]:
    if route.backend is None:
        yield Complaint(("routes",), "a backend, and its contract, with it")
    if route.match_kind != "prefix" or route.rewrite.regex is not None:
        wanted = "a path that ends in /, and no rewrite.regex, with it"
        yield Complaint(("routes", "rewrite.regex"), wanted)


def _needless(route: Route, given: dict[str, bool]) -> Iterator[Complaint]:
    """Details of an answer that is not given; a default that was written out harms nobody."""
    if route.redirect.status != 308 and not given["redirect.to"]:
        yield Complaint(("redirect.status",), "redirect.to with it")
    if route.redirect.port != 443 and route.redirect.to != HTTPS:
        yield Complaint(("redirect.port",), "redirect.to = https: with it")
    if route.scheme == "https" and route.redirect.to == HTTPS:
        yield Complaint(("scheme",), "scheme = http where redirect.to = https:")
    if route.respond.body and not given["respond.status"]:
        yield Complaint(("respond.body",), "respond.status with it")


@complaints.register
def _respond(respond: Respond) -> Iterator[Complaint]:
    if respond.status in _BODILESS and respond.body:
        yield Complaint(("body",), f"no body with status {respond.status}")


@complaints.register
def _rewrite(rewrite: Rewrite) -> Iterator[Complaint]:
    given = _rewrites(rewrite)
    if given["prefix"] and (given["regex"] or given["to"]):
        yield Complaint(("prefix", "regex", "to"), "either rewrite.prefix or rewrite.regex")
    elif given["regex"] != given["to"]:
        yield Complaint(("regex", "to"), "rewrite.regex and rewrite.to together")
    elif rewrite.regex is not None and rewrite.to is not None:
        yield from _template(rewrite.regex, rewrite.to)


def _template(pattern: str, template: str) -> Iterator[Complaint]:
    try:
        # The template is read whether or not anything is found.
        re.compile(pattern.encode()).sub(template.encode(), b"")
    except (re.error, IndexError) as error:
        yield Complaint(("to", "regex"), f"a replacement that fits rewrite.regex ({error})")


def _rewrites(rewrite: Rewrite) -> dict[str, bool]:
    return {
        "prefix": rewrite.prefix is not None,
        "regex": rewrite.regex is not None,
        "to": rewrite.to is not None,
    }
