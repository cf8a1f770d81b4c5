"""What the gateway answers by itself: fixed responses and redirects."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from attrs import define, frozen

from altlas.wire.fields import Fields

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange


#: phrases that `http.HTTPStatus` learnt late (RFC 9110, 15.5)
_RENAMED = {
    413: b"Content Too Large",
    414: b"URI Too Long",
    416: b"Range Not Satisfiable",
    422: b"Unprocessable Content",
}


def phrase(status: int) -> bytes:
    """The usual reason phrase of a status (RFC 9110, 15); nothing for an unusual one."""
    if status in _RENAMED:
        return _RENAMED[status]
    try:
        return HTTPStatus(status).phrase.encode("ascii")
    except ValueError:
        return b""


@define
class Reply:
    """A whole response of the gateway's own. Its fields are its receiver's to add to."""

    status: int
    reason: bytes
    fields: Fields
    body: bytes

    @classmethod
    def of(cls, status: int, fields: Fields, body: bytes = b"") -> Reply:
        """A reply with its usual phrase; some statuses have no body (RFC 9110, 6.4.1)."""
        return cls(status, phrase(status), list(fields), b"" if status in (204, 304) else body)


@frozen
class RespondLeaf:
    """The end of a route that answers always the same (``respond.status``)."""

    status: int
    content_type: bytes
    body: bytes

    def serve(self, exchange: Exchange) -> None:
        """Answer, whatever the request was."""
        fields: Fields = [(b"Content-Type", self.content_type)] if self.body else []
        exchange.reply(Reply.of(self.status, fields, self.body))


@frozen
class RedirectLeaf:
    """The end of a route that sends the client elsewhere (``redirect.to``)."""

    status: int
    location: bytes

    def serve(self, exchange: Exchange) -> None:
        """Answer with the new place."""
        exchange.reply(Reply.of(self.status, [(b"Location", self.location)]))
