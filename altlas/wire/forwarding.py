"""What changes in a message's fields when it is passed on (RFC 9110, 7.6).

One pass over the fields: what is end-to-end stays, in its order and spelling. What the
gateway itself says comes after.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from altlas.wire.fields import Field, Fields, first, values
from altlas.wire.framing import CHUNKED
from altlas.wire.heads import RequestHead, ResponseHead
from altlas.wire.hop_by_hop import removable
from altlas.wire.peer import Peer
from altlas.wire.roles import (
    CLAIM,
    DROPPED,
    known_request_role,
    known_response_role,
    request_role,
    response_role,
)
from altlas.wire.section import ResponseSection, Section
from altlas.wire.writing import FRAMING_NAMES, framed_request, framed_response, response_head

__all__ = ["Forwarding", "Peer", "request_id", "with_host"]

_REQUEST_ID = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
_TE: Final[Fields] = [(b"TE", b"trailers"), (b"Connection", b"TE")]
#: Claims that a trusted peer's own field stands for; ours only where it has none.
_KEPT_CLAIMS: Final = (b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port")

#: fields with a role, by role, in the order of the wire
_Special = list[tuple[bytes, Field]]


class Forwarding:
    """Passes fields on under a pseudonym of ours, `via` (RFC 9110, 7.6.3).

    `*_section` are for what goes through: remembered on the head, so that the next one with the
    same fields has them at once. `*_fields` are the same as lists, made anew for who wants
    to change them.

    Of requests nothing passes whose lower-case name is among `withheld`, whoever says it:
    only a peer's `claims` say those.
    """

    __slots__ = ("_pseudonym", "_via", "withheld")

    def __init__(self, via: str, withheld: frozenset[bytes] = frozenset()) -> None:
        pseudonym = self._pseudonym = via.encode("ascii")
        self.withheld: Final = withheld
        #: by the minor version of the message that was received
        self._via: Final[tuple[Field, Field, Field]] = (
            (b"Via", b"1.0 " + pseudonym),
            (b"Via", b"1.1 " + pseudonym),
            (b"Via", b"2.0 " + pseudonym),
        )

    def request_fields(self, head: RequestHead, peer: Peer, request_id: bytes) -> Fields:
        """The fields of the request to the instance.

        X-Forwarded-*, Forwarded, Via: a trusted peer's are believed and appended to, anybody
        else's are replaced. There is no Host only if the client named none (HTTP/1.0):
        then, and where another Host is wanted, use `with_host`.
        """
        return [*self._request_fields(head, peer), (b"X-Request-ID", request_id)]

    def request_section(self, head: RequestHead, peer: Peer, request_id: bytes) -> Section:
        """The same as `request_fields`, framed as the head is, with the lines to be written.

        Raises ValueError for a `request_id` that would break its line.
        """
        known = head.onward
        if known is not None and known[0] is peer and known[1] == self._pseudonym:
            return known[2].plus((b"X-Request-ID", request_id))
        framing = head.framing
        fields = self._request_fields(head, peer)
        # Nearly all requests have no body, and say nothing of one.
        if framing or head.block is None or not head.block.told.keys().isdisjoint(FRAMING_NAMES):
            fields = framed_request(fields, framing)
        section = Section.of(fields, framing)
        head.onward = (peer, self._pseudonym, section)
        return section.plus((b"X-Request-ID", request_id))

    def response_section(self, head: ResponseHead, framing: int, method: bytes) -> ResponseSection:
        """The same as `response_fields`, for an answer to `method` that is sent with `framing`,
        with the lines to be written. Nothing of this exchange alone is in it: neither a Date
        that is missing, nor X-Request-ID, nor Connection.
        """
        known = head.onward
        if (
            known is not None
            and known[0] == framing
            and known[1] == method
            and known[2] == self._pseudonym
        ):
            return known[3]
        fields = framed_response(self.response_fields(head), head.status, framing, method)
        section = ResponseSection.of(fields, framing)
        section.beginning = response_head(head, section.lines)[:-2]
        section.plain = b"date" in head.names and b"x-request-id" not in head.names
        head.onward = (framing, method, self._pseudonym, section)
        return section

    def _request_fields(self, head: RequestHead, peer: Peer) -> Fields:
        gone = removable(head.listed) | self.withheld
        fields: Fields = []
        special: _Special = []
        for field in head.fields:
            name = field[0]
            role = known_request_role(name)
            if role is None:
                role = request_role(name)
            if not role:
                if not gone or name.lower() not in gone:
                    fields.append(field)
            elif role is not DROPPED:
                special.append((role, field))
        if special and self.withheld:
            special = [one for one in special if one[1][0].lower() not in self.withheld]
        if head.minor == 0 and head.host and first(fields, b"host") is None:
            fields.insert(0, (b"Host", head.host))
        if special:
            fields += _repeated(special, head)
        if special and peer.trusted:
            fields += _believed(special, head, peer)
        else:
            fields += _own(head, peer)
        fields.append(self._via[head.minor])
        return fields

    def response_fields(self, head: ResponseHead) -> Fields:
        """The fields of the response to the client, in a list that is the caller's."""
        gone = removable(head.listed)
        fields: Fields = []
        for field in head.fields:
            name = field[0]
            role = known_response_role(name)
            if role is None:
                role = response_role(name)
            if not role:
                if not gone or name.lower() not in gone:
                    fields.append(field)
            elif role is not DROPPED and head.framing == CHUNKED:
                fields.append(field)
        fields.append(self._via[head.minor])
        return fields


def with_host(fields: Fields, host: bytes) -> Fields:
    """The fields with that Host, in the place of the one they had, else first."""
    changed = [(name, host if name.lower() == b"host" else value) for name, value in fields]
    return changed if first(fields, b"host") is not None else [(b"Host", host), *fields]


def request_id(head: RequestHead, peer: Peer, make: Callable[[], bytes]) -> bytes:
    """The trusted peer's X-Request-ID if it is a token of at most 128 bytes, else a new one."""
    if peer.trusted:
        claimed = values(head.fields, b"x-request-id")
        if len(claimed) == 1 and _REQUEST_ID.fullmatch(claimed[0]):
            return claimed[0]
    return make()


def _own(head: RequestHead, peer: Peer) -> Fields:
    """What we say of a client that nobody else is believed about."""
    if not head.host:
        return [*peer.claims, (b"Forwarded", peer.element(b""))]
    return [
        *peer.claims,
        (b"X-Forwarded-Host", head.host),
        (b"Forwarded", peer.element(head.host)),
    ]


def _repeated(special: _Special, head: RequestHead) -> Fields:
    """Hop-by-hop fields that we say again to the next hop, if they still hold."""
    fields: Fields = []
    for role, field in special:
        # A 1.0 client waits for no 100, and nobody does who has no body.
        expected = role == b"expect" and head.expects_continue
        announced = role == b"trailer" and head.framing == CHUNKED
        if expected or announced:
            fields.append(field)
    codings = b",".join([field[1] for role, field in special if role == b"te"])
    if any(coding.strip().lower() == b"trailers" for coding in codings.split(b",")):
        fields += _TE
    return fields


def _believed(special: _Special, head: RequestHead, peer: Peer) -> Fields:
    """A trusted peer's claims, with our own added where they are lists."""
    kept = (CLAIM, b"via", *_KEPT_CLAIMS)
    fields = [field for role, field in special if role in kept]
    claimed = {role for role, _ in special}
    for field in _own(head, peer):
        name = field[0].lower()
        if name in _KEPT_CLAIMS and name in claimed:
            continue
        before = [value for role, (_, value) in special if role == name and value]
        fields.append((field[0], b", ".join([*before, field[1]])))
    return fields
