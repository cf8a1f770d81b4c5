"""One request to an instance, as the agent sends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, field
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer, IClientRequest
from zope.interface import implementer

from altlas.upstream.headers import FieldHeaders
from altlas.wire.fields import Fields
from altlas.wire.framing import CHUNKED
from altlas.wire.heads import ResponseHead
from altlas.wire.plainness import plainly_framed, saying_close
from altlas.wire.section import Section
from altlas.wire.upgrades import Offer
from altlas.wire.writing import request_bytes

#: Is called with every 1xx head that comes before the final one (RFC 9110, 15.2).
Informational = Callable[[ResponseHead], None]


@implementer(IClientRequest)
class Outgoing:
    """What the agent sends: `target` and `fields` go out byte for byte.

    `body` is nothing, the whole body, or its producer. A producer whose `length` is
    unknown is sent chunked, and its `trailers` (if it has such an attribute) are
    read when it ended. A `Section` whose framing agrees with the body is written as it is.
    """

    __slots__ = ()

    method: bytes
    origin: bytes
    target: bytes
    fields: Fields | Section
    body: Any
    informational: Informational | None
    #: whether its connection is to serve no other after it, since an instance might not find its
    #: end; known once it is `encoded`
    alone: bool
    #: other protocols that the fields offer to go on in; only to those may a 101 go
    offer: Offer | None

    @property
    def connect_timeout(self) -> float | None:
        """Seconds that a new connection may take; None for what its pool says."""
        return None

    @property
    def absoluteURI(self) -> bytes:
        """The whole address, for those who know requests by it."""
        return self.origin + (b"" if self.target == b"*" else self.target)

    @property
    def headers(self) -> FieldHeaders:
        """The fields as `Headers`."""
        fields = self.fields
        return FieldHeaders(fields.fields if isinstance(fields, Section) else fields)

    def encoded(self) -> bytes:
        """Return the bytes to begin with: the head, and the body where it is here whole.

        Raises `ValueError` for a method, target or field that would break the head.
        """
        body, fields = self.body, self.fields
        if body is None:
            return request_bytes(self.method, self.target, fields, 0)
        whole = body if isinstance(body, bytes) else b""
        framing = len(whole) if whole is body else _framing_of(body)
        if framing and not plainly_framed(self.method, framing, fields):
            self.alone = True  # type: ignore[misc]  # whose slot it is varies
            fields = saying_close(fields)
        return request_bytes(self.method, self.target, fields, framing) + whole


@define(eq=False)
class UpstreamRequest(Outgoing):
    """A request that is nothing else."""

    method: bytes
    origin: bytes
    target: bytes
    fields: Fields | Section
    body: IBodyProducer | bytes | None = None
    informational: Informational | None = None
    connect_timeout: float | None = None
    alone: bool = field(default=False, init=False)
    offer: Offer | None = None


def _framing_of(body: Any) -> int:
    return CHUNKED if body.length is UNKNOWN_LENGTH else int(body.length)
