"""Where the frames of a WebSocket end (RFC 6455, 5.2), and the one frame that we send ourselves.

Nothing of a payload is looked at. Only between two frames may a word of ours stand: anywhere else
it would be read as somebody's payload.
"""

from __future__ import annotations

from typing import Final

#: the endpoint goes away (RFC 6455, 7.4.1)
GOING_AWAY: Final = 1001
_CLOSE: Final = 8
#: a header's bytes before its longer length and its mask
_SHORTEST: Final = 2
#: by the seven bits of the length: how many bytes of a longer one follow
_MORE: Final = {126: 2, 127: 8}
#: Frames that are followed within one read. To follow many tiny ones costs more than to pass
#: them on: who sends more is no longer followed.
MOST_FRAMES: Final = 512


class FrameTrail:
    """Follows the frames of one direction, from its first byte on."""

    __slots__ = ("_header", "_left", "closed", "lost")

    def __init__(self) -> None:
        self._left = 0  # bytes of a payload that are still to come
        self._header = b""  # of a frame whose header is not here whole
        #: whether the sender has sent its Close: nothing may follow it
        self.closed = False
        #: whether it is no longer known where a frame ends
        self.lost = False

    @property
    def between(self) -> bool:
        """Whether a frame of ours may follow what was sent so far."""
        return not (self._left or self._header or self.closed or self.lost)

    def follow(self, data: bytes) -> None:
        """Take the next bytes of the direction."""
        size = len(data)
        if self._left >= size:
            self._left -= size
        elif not self.lost:
            self._follow(data, size)

    def _follow(self, data: bytes, size: int) -> None:
        place, self._left = self._left, 0
        if self._header:
            data = self._header + data[place:]
            size, place, self._header = len(data), 0, b""
        for _ in range(MOST_FRAMES):
            if place >= size:
                self._left = place - size
                return
            length = _length(data, place, size)
            if length < 0:
                self._header = data[place:]
                return
            if data[place] & 15 == _CLOSE:
                self.closed = True
            place += length
        if place > size:
            self._left = place - size
        elif place < size:
            self.lost = True


def _length(data: bytes, place: int, size: int) -> int:
    """Bytes of the frame at `place`, its header included; -1 if the header is not here whole."""
    if place + _SHORTEST > size:
        return -1
    second = data[place + 1]
    header = _SHORTEST + (4 if second & 128 else 0)
    length = second & 127
    if length > 125:
        more = _MORE[length]
        header += more
        if place + header > size:
            return -1
        length = int.from_bytes(data[place + 2 : place + 2 + more], "big")
    return -1 if place + header > size else header + length


def close_frame(code: int, mask: bytes | None = None) -> bytes:
    """A Close with that code; with a `mask` of four bytes as clients send it (RFC 6455, 5.3)."""
    payload = code.to_bytes(2, "big")
    if mask is None:
        return b"\x88\x02" + payload
    masked = bytes(byte ^ key for byte, key in zip(payload, mask, strict=False))
    return b"\x88\x82" + mask + masked
