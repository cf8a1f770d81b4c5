"""Where a body ends, for each framing."""

from __future__ import annotations

from typing import Protocol

from altlas.wire.chunked import ChunkedBody
from altlas.wire.fields import Fields
from altlas.wire.framing import CHUNKED, UNTIL_CLOSE
from altlas.wire.guilt import REQUEST, RESPONSE, Guilt
from altlas.wire.limits import Limits

__all__ = ["REQUEST", "RESPONSE", "BodyReader", "Guilt", "body_reader"]


class BodyReader(Protocol):
    """Takes the bytes after a head until the body's end."""

    #: of the bytes to come so many are payload; who feeds fewer at once may count them down here
    #: himself instead, since they are not the end of anything
    left: int

    @property
    def done(self) -> bool:
        """Whether the body is complete."""

    @property
    def rest(self) -> bytes:
        """The bytes that came after the end; of use once `done`."""

    #: the fields after the body; of use once `done`
    trailers: Fields

    def feed(self, data: bytes) -> bytes:
        """Take bytes; give the payload among them (joined, may be empty).

        Once `done`, all goes to `rest`. Raises the malformed error of its Guilt.
        """

    def end(self) -> None:
        """The connection closed: done for an until-close body, else the cut error."""


def body_reader(framing: int, limits: Limits, guilt: Guilt = REQUEST) -> BodyReader:
    """A reader of one body. Raises nothing; a body of 0 bytes is done at once."""
    if framing >= 0:
        return SizedBody(framing, guilt)
    if framing == CHUNKED:
        return ChunkedBody(limits, guilt)
    assert framing == UNTIL_CLOSE, framing
    return UntilCloseBody()


class SizedBody:
    """A body whose length was told before."""

    __slots__ = ("_guilt", "left", "rest", "trailers")

    def __init__(self, length: int, guilt: Guilt) -> None:
        self.left = length
        self._guilt = guilt
        self.rest = b""
        self.trailers: Fields = []

    @property
    def done(self) -> bool:
        """Whether the body is complete."""
        return not self.left

    def feed(self, data: bytes) -> bytes:
        """Take bytes; give those of the body."""
        left = self.left
        if len(data) <= left:
            self.left = left - len(data)
            return data
        self.left = 0
        self.rest += data[left:]
        return data[:left]

    def end(self) -> None:
        """The connection closed. Raises the cut error while bytes are missing."""
        if self.left:
            raise self._guilt.cut(f"The body ended {self.left} bytes too early.")


class UntilCloseBody:
    """A body that ends with its connection (RFC 9112, 6.3, case 8)."""

    __slots__ = ("done", "left", "rest", "trailers")

    def __init__(self) -> None:
        self.left = 0  # it needs no counting
        self.done = False
        self.rest = b""
        self.trailers: Fields = []

    def feed(self, data: bytes) -> bytes:
        """Take bytes; all are of the body."""
        return data

    def end(self) -> None:
        """The connection closed: that is the end."""
        self.done = True
