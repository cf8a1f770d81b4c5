"""Which trailer fields may pass (RFC 9110, 6.5.1)."""

from __future__ import annotations

from typing import Final

from altlas.wire.fields import Fields
from altlas.wire.hop_by_hop import HOP_BY_HOP

#: Fields that something was decided by before the body: framing, routing, who asks,
#: what is asked, how the answer is to be taken. After the body they come too late
#: for us and may still be believed by the next (CVE-2026-88004).
_TOO_LATE: Final = HOP_BY_HOP | {
    b"age",
    b"authentication-info",
    b"authorization",
    b"cache-control",
    b"cookie",
    b"date",
    b"expect",
    b"expires",
    b"forwarded",
    b"host",
    b"location",
    b"max-forwards",
    b"origin",
    b"pragma",
    b"proxy",
    b"range",
    b"referer",
    b"retry-after",
    b"set-cookie",
    b"status",
    b"strict-transport-security",
    b"vary",
    b"via",
    b"warning",
    b"www-authenticate",
    b"x-real-ip",
    b"x-request-id",
}
_TOO_LATE_BEGINNINGS: Final = (
    b"access-control-",
    b"client-cert",
    b"content-",
    b"if-",
    b"proxy-",
    b"sec-",
    b"ssl-client",
    b"x-client-cert",
    b"x-forwarded",
    b"x-ssl-client",
)


def safe_trailers(fields: Fields, withheld: frozenset[bytes] = frozenset()) -> Fields:
    """The fields that mean no harm after a body, in their order; none that are `withheld`.

    None with a ``_`` in its name does: to some backends it is another one, with a ``-``.
    """
    named = ((field, field[0].lower()) for field in fields)
    return [
        field
        for field, name in named
        if name not in withheld and b"_" not in name and _is_safe(name)
    ]


def _is_safe(name: bytes) -> bool:
    return name not in _TOO_LATE and not name.startswith(_TOO_LATE_BEGINNINGS)
