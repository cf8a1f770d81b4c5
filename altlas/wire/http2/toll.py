"""What a client's frames cost us beyond what they bring.

Every flood that HTTP/2 is known for is a kind of frame that is cheap to send, makes work and
carries nothing: a request that is taken back at once (CVE-2023-44487), PING, SETTINGS, PRIORITY
and WINDOW_UPDATE without end, empty DATA, heads in a thousand CONTINUATIONs (CVE-2019-9511 to
9518, VU#421644). So those kinds are counted, by their frames' first nine bytes, before anybody
parses them: an allowance that fills with time, and with what is really served, pays for them.
"""

from __future__ import annotations

from typing import Final

from attrs import define, field

#: what a client of HTTP/2 says first (RFC 9113, 3.4)
PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

#: streams taken back: so many at once (a browser may leave a page while a hundred are open),
RESETS: Final = 200.0
#: so many more each second,
RESETS_A_SECOND: Final = 20.0
#: and one for each two that were answered
RESETS_AN_ANSWER: Final = 0.5
#: frames that only steer: so many at once, so many more each second,
STEERING: Final = 2000.0
STEERING_A_SECOND: Final = 200.0
#: and one for so many bytes that we sent, which clients have reason to acknowledge
BYTES_A_STEER: Final = 512

_FRAME_HEAD: Final = 9
# types of frames (RFC 9113, 6)
_DATA: Final = 0
_HEADERS: Final = 1
_RST_STREAM: Final = 3
_SETTINGS: Final = 4
_CONTINUATION: Final = 9
_END_STREAM: Final = 1
_END_HEADERS: Final = 4
_PADDED: Final = 8
_SETTING: Final = 6  # bytes
_MOST_PADDING: Final = 256


class Nuisance(Exception):
    """The client costs more than it may; the message says by what."""


@define
class Allowance:
    """A number that time fills up, to a limit. `most` at once, `rate` a second."""

    most: float
    rate: float
    left: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.left = self.most

    def fill(self, amount: float) -> None:
        """Add to what is left, which is never more than `most`."""
        self.left = min(self.most, self.left + amount)


class Toll:
    """Counts the frames of one connection, however its bytes are cut up."""

    __slots__ = (
        "_begun",
        "_block",
        "_last_fields",
        "_most_block",
        "_resets",
        "_seen",
        "_skip",
        "_steering",
    )

    def __init__(self, most_block: int, now: float) -> None:
        """`most_block` bytes may be in one block of compressed fields; `now` is in seconds."""
        self._most_block = most_block
        self._resets = Allowance(RESETS, RESETS_A_SECOND)
        self._steering = Allowance(STEERING, STEERING_A_SECOND)
        self._seen = now
        self._skip = len(PREFACE)  # bytes until the next frame's head
        self._begun = b""  # of a frame's head
        self._block = -1  # bytes of the fields that are under way
        self._last_fields = False  # whether the last frame has the end of them

    @property
    def in_block(self) -> bool:
        """Whether a block of fields has begun that is not complete."""
        return self._block >= 0 or (self._last_fields and self._skip > 0)

    def feed(self, data: bytes, now: float) -> None:
        """Count what is in these bytes. Raises `Nuisance`; it is of no use after that."""
        if now != self._seen:
            for allowance in (self._resets, self._steering):
                allowance.fill((now - self._seen) * allowance.rate)
            self._seen = now
        if self._begun:
            data = self._begun + data
            self._begun = b""
        at, end = self._skip, len(data)
        while at + _FRAME_HEAD <= end:
            length = int.from_bytes(data[at : at + 3], "big")
            self._count(data[at + 3], length, data[at + 4])
            at += _FRAME_HEAD + length
        self._skip = max(0, at - end)
        if at < end:
            self._begun = data[at:]

    def answered(self) -> None:
        """A stream was served."""
        self._resets.fill(RESETS_AN_ANSWER)

    def sent(self, size: int) -> None:
        """So many bytes were sent."""
        self._steering.fill(size / BYTES_A_STEER)

    def reset(self) -> None:
        """A stream was ended early, by the client or because of it. Raises `Nuisance`."""
        allowance = self._resets
        allowance.left -= 1
        if allowance.left < 0:
            raise Nuisance("too many streams that were taken back")

    def _count(self, kind: int, length: int, flags: int) -> None:
        self._last_fields = kind in (_HEADERS, _CONTINUATION)
        if kind == _DATA:
            bare = length == 0 or (flags & _PADDED and length <= _MOST_PADDING)
            if bare and not flags & _END_STREAM:
                self._steer(1)
        elif kind == _HEADERS:
            self._block = 0
            self._fields(length, flags)
        elif kind == _CONTINUATION:
            self._steer(1)
            self._fields(length, flags)
        elif kind == _RST_STREAM:
            self.reset()
        elif kind == _SETTINGS:
            self._steer(1 + length // _SETTING)
        else:  # also of types that nobody knows, which are to be ignored (RFC 9113, 4.1)
            self._steer(1 + length // BYTES_A_STEER)

    def _fields(self, length: int, flags: int) -> None:
        self._block += length
        if self._block > self._most_block:
            raise Nuisance("too long a block of fields")
        if flags & _END_HEADERS:
            self._block = -1

    def _steer(self, amount: int) -> None:
        allowance = self._steering
        allowance.left -= amount
        if allowance.left < 0:
            raise Nuisance("too many frames that carry nothing")
