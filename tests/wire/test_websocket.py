"""Promises of following the frames of a WebSocket."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.websocket import MOST_FRAMES, FrameTrail, close_frame


def frame(size: int, opcode: int = 2, masked: bool = False, last: bool = True) -> bytes:
    """A frame with so long a payload."""
    mask = 128 if masked else 0
    if size < 126:
        length = bytes([mask | size])
    elif size < 1 << 16:
        length = bytes([mask | 126]) + size.to_bytes(2, "big")
    else:
        length = bytes([mask | 127]) + size.to_bytes(8, "big")
    key = b"mask" if masked else b""
    return bytes([opcode | (128 if last else 0)]) + length + key + b"\x88" * size


FRAMES = st.lists(
    st.builds(
        frame,
        st.sampled_from([0, 1, 2, 125, 126, 127, 300, 65535, 65536]),
        st.sampled_from([0, 1, 2, 9, 10]),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


class TrailTests(SynchronousTestCase):
    """Where frames end."""

    @given(FRAMES, st.lists(st.integers(0, 200_000), max_size=8))
    def test_boundaries(self, frames: list[bytes], cuts: list[int]) -> None:
        """Between frames is where one ends, and nowhere else, whatever pieces they come in."""
        data = b"".join(frames)
        ends = {0}
        for one in frames:
            ends.add(max(ends) + len(one))
        trail = FrameTrail()
        places = [0, *sorted({cut for cut in cuts if cut < len(data)}), len(data)]
        for start, end in pairwise(places):
            trail.follow(data[start:end])
            self.assertEqual(trail.between, end in ends)

    def test_byte_by_byte(self) -> None:
        """Nor does it matter when they come byte by byte."""
        for masked in (False, True):
            for size in (0, 5, 126, 70_000):
                trail, data = FrameTrail(), frame(size, masked=masked)
                for place in range(len(data)):
                    self.assertEqual(trail.between, place == 0)
                    trail.follow(data[place : place + 1])
                self.assertTrue(trail.between)

    def test_after_a_close(self) -> None:
        """Nothing may follow a Close."""
        trail = FrameTrail()
        trail.follow(frame(2, 1) + close_frame(1000))
        self.assertEqual((trail.between, trail.closed), (False, True))

    def test_too_many(self) -> None:
        """Who sends swarms of tiny frames in one piece is no longer followed."""
        trail = FrameTrail()
        trail.follow(frame(0) * MOST_FRAMES)
        self.assertTrue(trail.between)
        trail.follow(frame(0) * (MOST_FRAMES + 1))
        trail.follow(b"")
        trail.follow(frame(0))
        self.assertEqual((trail.between, trail.lost), (False, True))

    def test_close_frame(self) -> None:
        """A Close of ours is a frame with its code, masked where clients must mask."""
        self.assertEqual(close_frame(1001), b"\x88\x02\x03\xe9")
        self.assertEqual(
            close_frame(1001, b"\x01\x02\x03\x04"), b"\x88\x82\x01\x02\x03\x04\x02\xeb"
        )
        for data in (close_frame(1001), close_frame(1001, b"abcd")):
            trail = FrameTrail()
            trail.follow(data)
            self.assertTrue(trail.closed)
