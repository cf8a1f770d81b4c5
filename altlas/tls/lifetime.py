"""How long certificates are good for, and when somebody ought to hear that they end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from cryptography import x509

#: seconds before its end from which on a certificate is spoken of,
EARLY = 14 * 86400.0
#: or this part of its lifetime, for those that live for days only
PART = 1 / 3


def begins(certificate: x509.Certificate) -> float:
    """The first second of its validity, since the epoch."""
    return certificate.not_valid_before_utc.timestamp()


def ends(certificate: x509.Certificate) -> float:
    """The last second of its validity, since the epoch."""
    return certificate.not_valid_after_utc.timestamp()


def untimely(certificate: x509.Certificate, now: float) -> str:
    """Why it is not valid now, or nothing."""
    if now > ends(certificate):
        return f"it ended on {_day(ends(certificate))}"
    if now < begins(certificate):
        return f"it begins only on {_day(begins(certificate))}"
    return ""


def chain_untimely(chain: Iterable[x509.Certificate], now: float) -> str:
    """The same of a certificate and those that follow it."""
    for place, certificate in enumerate(chain):
        reason = untimely(certificate, now)
        if reason:
            return f"certificate number {place + 1} in it: {reason}" if place else reason
    return ""


def ending(chain: Iterable[x509.Certificate], now: float) -> str:
    """That the first of them to end will do so soon, or nothing."""
    first = min(chain, key=ends)
    left = ends(first) - now
    if left > min(EARLY, (ends(first) - begins(first)) * PART):
        return ""
    if left < 0:
        return f"it ended on {_day(ends(first))}"
    return f"it ends on {_day(ends(first))}, in {_span(left)}"


def _span(seconds: float) -> str:
    for length, noun in ((86400, "day"), (3600, "hour"), (60, "minute")):
        count = int(seconds // length)
        if count:
            return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
    return "less than a minute"


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")
