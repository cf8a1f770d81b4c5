"""What a field's name means to a forwarder, looked up once a spelling."""

from __future__ import annotations

from typing import Final

from altlas.wire.hop_by_hop import HOP_BY_HOP

#: the field is end-to-end, passed on as it is
PASSES: Final = b""
#: the field goes no further
DROPPED: Final = b"-"
#: the field claims something of the client that only a trusted peer may say
CLAIM: Final = b"claim"

#: Names that a forwarder says something with itself; each is its own role.
_OWN: Final = (
    b"expect",
    b"forwarded",
    b"te",
    b"trailer",
    b"via",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"x-forwarded-proto",
)
_REQUEST: Final = {
    **dict.fromkeys(HOP_BY_HOP, DROPPED),
    **{name: name for name in _OWN},
    # A CGI backend would take it for its own proxy setting (CVE-2016-5385).
    b"proxy": DROPPED,
    # The one that is sent on is put in its place, believed or made.
    b"x-request-id": DROPPED,
    b"x-real-ip": CLAIM,
}
_RESPONSE: Final = {**dict.fromkeys(HOP_BY_HOP, DROPPED), b"trailer": b"trailer"}
#: How names begin that tell who the client is: of X-Forwarded-*, and of what is said of its
#: certificate (RFC 9440, and what gateways said before it).
_CLAIMS: Final = (b"x-forwarded", b"client-cert", b"x-client-cert", b"ssl-client", b"x-ssl-client")
#: Passed on in their own spelling, but not with ``_`` for ``-``.
_NO_ALIAS: Final = frozenset({b"content-length", b"content-type"})

#: Bounds of what is remembered, so that no sender fills our memory with names.
_MOST_NAMES: Final = 2048
_LONGEST_NAME: Final = 64

_request_roles: dict[bytes, bytes] = {}
_response_roles: dict[bytes, bytes] = {}

#: Roles of spellings seen before; on None ask `request_role`, `response_role`.
known_request_role = _request_roles.get
known_response_role = _response_roles.get


def request_role(name: bytes) -> bytes:
    """The role of a request field: PASSES, DROPPED, CLAIM or, in lower case, its own name.

    CGI and WSGI see no difference between ``-`` and ``_``: with the latter a name that
    means something to us is dropped, from whomever it comes.
    """
    lower = name.lower()
    plain = lower.replace(b"_", b"-")
    role = _REQUEST.get(plain)
    if role is None:
        role = CLAIM if plain.startswith(_CLAIMS) else PASSES
    if plain != lower and (role != PASSES or plain in _NO_ALIAS):
        role = DROPPED
    return _remember(_request_roles, name, role)


def response_role(name: bytes) -> bytes:
    """The role of a response field: PASSES, DROPPED or ``trailer``."""
    return _remember(_response_roles, name, _RESPONSE.get(name.lower(), PASSES))


def _remember(roles: dict[bytes, bytes], name: bytes, role: bytes) -> bytes:
    if len(roles) < _MOST_NAMES and len(name) <= _LONGEST_NAME:
        roles[name] = role
    return role
