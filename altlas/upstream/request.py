"""One request to an instance, as the agent sends it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer, IClientRequest
from zope.interface import implementer

from altlas.upstream.headers import FieldHeaders
from altlas.wire.fields import Fields
from altlas.wire.framing import CHUNKED
from altlas.wire.heads import ResponseHead
from altlas.wire.section import Section
from altlas.wire.upgrades import Offer
from altlas.wire.writing import request_bytes

#: Is called with every 1xx head that comes before the final one (RFC 9110, 15.2).
Informational = Callable[[ResponseHead], None]


@implementer(IClientRequest)
@define(eq=False)
class UpstreamRequest:
    """What is sent: `target` and `fields` go out byte for byte.

    `body` is nothing, the whole body, or its producer. A producer whose `length` is
    unknown is sent chunked, and its `trailers` (if it has such an attribute) are
    read when it ended. A `Section` whose framing agrees with the body is written as it is.
    """

    method: bytes
    origin: bytes
    target: bytes
    fields: Fields | Section
    body: IBodyProducer | bytes | None = None
    informational: Informational | None = None
    #: seconds that a new connection may take; None for what its pool says
    connect_timeout: float | None = None
    #: other protocols that the fields offer to go on in; only to those may a 101 go
    offer: Offer | None = None

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
        body = self.body
        if body is None:
            return request_bytes(self.method, self.target, self.fields, 0)
        if isinstance(body, bytes):
            return request_bytes(self.method, self.target, self.fields, len(body)) + body
        length = CHUNKED if body.length is UNKNOWN_LENGTH else body.length
        return request_bytes(self.method, self.target, self.fields, length)
