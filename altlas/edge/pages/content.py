"""Something that is fetched: made once, compressed once, known by its ETag."""

from __future__ import annotations

import gzip
import re
from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import define, frozen

from altlas.edge.replying import Reply
from altlas.errors import MethodNotAllowed
from altlas.wire.fields import Fields, values

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange

#: asked again each time, which costs a 304 mostly
FRESH = b"no-cache"
#: never asked again: what changes has another name
FOR_EVER = b"public, max-age=31536000, immutable"

_CODING = re.compile(rb"\s*([^\s;]+)\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?", re.IGNORECASE)


@frozen(eq=False)
class Content:
    """One resource in both encodings, with the fields that go with it.

    The ETags are strong (RFC 9110, 8.8.3): each encoding has its own.
    """

    plain: bytes
    gzipped: bytes
    version: bytes
    fields: Fields
    status: int = 200

    @classmethod
    def of(cls, data: bytes, media_type: bytes, caching: bytes, more: Fields = ()) -> Content:  # type: ignore[assignment]
        """The content with its usual fields and `more`. Half a second for 10 MB."""
        fields = [
            (b"Content-Type", media_type),
            (b"Cache-Control", caching),
            (b"Vary", b"Accept-Encoding"),
            (b"X-Content-Type-Options", b"nosniff"),
            *more,
        ]
        version = sha256(data).hexdigest()[:32].encode()
        return cls(data, gzip.compress(data, 6, mtime=0), version, fields)

    def reply(self, request: Fields) -> Reply:
        """The answer to a GET with these fields: a 304 to who has it already."""
        zipped = takes_gzip(request)
        tag = b'"%b-gzip"' % self.version if zipped else b'"%b"' % self.version
        fields = [*self.fields, (b"ETag", tag)]
        if self.status == 200 and has(request, self.version):
            return Reply.of(304, fields[1:])
        if zipped:
            fields.append((b"Content-Encoding", b"gzip"))
        return Reply.of(self.status, fields, self.gzipped if zipped else self.plain)


@define(eq=False)
class ContentLeaf:
    """Answers with what `content` is at the time; in log and metrics it is the route `name`."""

    name: str
    content: Content

    def serve(self, exchange: Exchange) -> None:
        """Answer GET and HEAD."""
        exchange.record.route = self.name
        if exchange.head.method not in (b"GET", b"HEAD"):
            exchange.fail(MethodNotAllowed(("GET", "HEAD")))
        else:
            exchange.reply(self.content.reply(exchange.head.fields))


def takes_gzip(request: Fields) -> bool:
    """Whether the client takes gzip (RFC 9110, 12.5.3): only if it says so."""
    weights: dict[bytes, float] = {}
    for each in b",".join(values(request, b"accept-encoding")).split(b","):
        found = _CODING.fullmatch(each)
        if found:
            weights[found[1].lower()] = _weight(found[2])
    return weights.get(b"gzip", weights.get(b"x-gzip", weights.get(b"*", 0.0))) > 0


def _weight(written: bytes | None) -> float:
    try:
        return 1.0 if written is None else float(written)
    except ValueError:
        return 0.0


def has(request: Fields, version: bytes) -> bool:
    """Whether If-None-Match names this version in either encoding (RFC 9110, 13.1.2)."""
    tags = b",".join(values(request, b"if-none-match")).split(b",")
    named = {tag.strip().removeprefix(b"W/") for tag in tags}
    return bool(named & {b"*", b'"%b"' % version, b'"%b-gzip"' % version})
