"""Fields that concern one connection only (RFC 9110, 7.6.1)."""

from __future__ import annotations

from typing import Final

#: Never passed on, whether or not Connection lists them. `TE` and `Trailer` are in
#: here too, though a forwarder may say something like them again on its own account.
#: `Proxy-*` are addressed to the proxy that we are (RFC 9110, 11.7).
HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"http2-settings",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authentication-info",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)

#: Connection cannot make us forget these: who asks, for what, and what the body is are
#: not the sender's connection's business (CVE-2024-45410, CVE-2026-29054).
_LASTING: Final = frozenset(
    {
        b"accept",
        b"authorization",
        b"cache-control",
        b"cookie",
        b"date",
        b"expect",
        b"forwarded",
        b"host",
        b"location",
        b"origin",
        b"range",
        b"server",
        b"set-cookie",
        b"vary",
        b"via",
        b"www-authenticate",
        b"x-real-ip",
        b"x-request-id",
    }
)
_LASTING_BEGINNINGS: Final = (b"content-", b"if-", b"sec-", b"x-forwarded")

_NONE: Final[frozenset[bytes]] = frozenset()
_KEEP: Final = frozenset({b"keep-alive"})
_CLOSE: Final = frozenset({b"close"})
_UPGRADE: Final = frozenset({b"upgrade"})

#: What nearly every Connection field says; the rest is taken apart each time, so that
#: no sender fills a cache of ours.
_USUAL: Final = {
    b"keep-alive": _KEEP,
    b"Keep-Alive": _KEEP,
    b"close": _CLOSE,
    b"Close": _CLOSE,
    b"upgrade": _UPGRADE,
    b"Upgrade": _UPGRADE,
}


def connection_options(value: bytes | None) -> frozenset[bytes]:
    """The lower-case names that a Connection field lists; none where there is no field."""
    if value is None:
        return _NONE
    usual = _USUAL.get(value)
    if usual is not None:
        return usual
    options = (option.strip(b" \t").lower() for option in value.split(b","))
    return frozenset(option for option in options if option)


def removable(listed: frozenset[bytes]) -> frozenset[bytes]:
    """Those of the listed names that are really to be removed, on top of HOP_BY_HOP."""
    if not listed or listed is _KEEP or listed is _CLOSE:
        return _NONE
    return frozenset(
        name
        for name in listed
        if name not in HOP_BY_HOP
        and name not in _LASTING
        and not name.startswith(_LASTING_BEGINNINGS)
    )
