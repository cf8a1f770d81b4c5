"""How many more forwarders a TRACE or OPTIONS may pass (RFC 9110, 7.6.2)."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from altlas.errors import BadRequest
from altlas.wire.fields import values
from altlas.wire.heads import RequestHead

#: Of other methods the field means nothing, and passes as it is.
COUNTED: Final = frozenset({b"OPTIONS", b"TRACE"})

_NAME: Final = b"max-forwards"
#: digits of the largest number that is believed
_MOST_DIGITS: Final = 9


def hops_left(head: RequestHead) -> int | None:
    """How many forwarders may pass `head` on, us included; None where there is no limit.

    Raises BadRequest for what is not one plain number: the next one might count otherwise.
    """
    if head.method not in COUNTED or _NAME not in head.names:
        return None
    told = values(head.fields, _NAME)
    if len(told) != 1 or not told[0].isdigit() or len(told[0]) > _MOST_DIGITS:
        raise BadRequest("The Max-Forwards is not a plain number.")
    return int(told[0])


def one_hop_less(head: RequestHead, left: int) -> RequestHead:
    """The head as it is to be forwarded, of which `left` (at least 1) hops were left."""
    fields = [
        (name, b"%d" % (left - 1) if name.lower() == _NAME else value)
        for name, value in head.fields
    ]
    # It is not the head of these lines any more: nothing may be remembered by them.
    return evolve(head, fields=fields, block=None)
