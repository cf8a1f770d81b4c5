"""Frames that cost more than they bring are counted, however they arrive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.http2.toll import (
    BYTES_A_STEER,
    PREFACE,
    RESETS,
    RESETS_A_SECOND,
    STEERING,
    Nuisance,
    Toll,
)

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = (
    range(10)
)
END_STREAM, END_HEADERS, PADDED = 1, 4, 8
MOST = 1000


def frame(kind: int, length: int = 0, flags: int = 0, stream: int = 1) -> bytes:
    """One frame with that much content."""
    return b"%b%c%c%b%b" % (
        length.to_bytes(3, "big"),
        kind,
        flags,
        stream.to_bytes(4, "big"),
        bytes(length),
    )


def toll(now: float = 0.0) -> Toll:
    """One of a connection that has begun."""
    made = Toll(MOST, now)
    made.feed(PREFACE, now)
    return made


FRAMES = st.builds(frame, st.integers(0, 12), st.integers(0, 300), st.integers(0, 15))


def verdict(pieces: list[bytes]) -> str:
    """What is said of these bytes, in these pieces."""
    judge = Toll(MOST, 0.0)
    try:
        for piece in pieces:
            judge.feed(piece, 0.0)
    except Nuisance as nuisance:
        return str(nuisance)
    return f"{judge.in_block} {judge._resets.left} {judge._steering.left}"


class TollTests(SynchronousTestCase):
    """What is counted."""

    @given(st.lists(FRAMES, max_size=30), st.lists(st.integers(0, 3000), max_size=8))
    def test_splits(self, frames: list[bytes], cuts: list[int]) -> None:
        """The verdict is the same wherever the bytes are cut."""
        data = PREFACE + b"".join(frames)
        ends = sorted(min(cut, len(data)) for cut in cuts)
        pieces = [data[a:b] for a, b in zip([0, *ends], [*ends, len(data)], strict=True)]
        self.assertEqual(verdict(pieces), verdict([data]))

    def test_byte_by_byte(self) -> None:
        """Nor does it matter when each byte comes alone."""
        data = PREFACE + frame(HEADERS, 20) + frame(PING, 8) * 3 + frame(RST_STREAM, 4)
        self.assertEqual(verdict([data[at : at + 1] for at in range(len(data))]), verdict([data]))

    def flood(self, piece: bytes, most: float = STEERING) -> None:
        """So much of a kind is borne, and no more."""
        judge = toll()
        judge.feed(piece * int(most), 0.0)
        with self.assertRaises(Nuisance):
            judge.feed(piece, 0.0)

    def test_steering(self) -> None:
        """PING, PRIORITY, WINDOW_UPDATE, empty SETTINGS and frames of unknown types."""
        for piece in (frame(PING, 8), frame(PRIORITY, 5), frame(WINDOW_UPDATE, 4), frame(77, 3)):
            self.flood(piece)
        self.flood(frame(SETTINGS))

    def test_empty_data(self) -> None:
        """DATA without a byte of data, padded or not."""
        self.flood(frame(DATA))
        self.flood(frame(DATA, 200, PADDED))

    def test_full_data(self) -> None:
        """DATA that carries something, or ends its stream, costs nothing."""
        toll().feed((frame(DATA, 1) + frame(DATA, 0, END_STREAM)) * 5000, 0.0)

    def test_many_settings(self) -> None:
        """A SETTINGS frame costs by the settings in it."""
        judge = toll()
        with self.assertRaises(Nuisance):
            judge.feed(frame(SETTINGS, 6 * int(STEERING)), 0.0)

    def test_resets(self) -> None:
        """Requests that are taken back (CVE-2023-44487), by the client or because of it."""
        self.flood(frame(RST_STREAM, 4), RESETS)
        judge = toll()
        for _ in range(int(RESETS)):
            judge.reset()
        with self.assertRaises(Nuisance):
            judge.reset()

    def test_time_heals(self) -> None:
        """What was spent comes back with time, and never more than there was."""
        judge = toll()
        judge.feed(frame(RST_STREAM, 4) * int(RESETS), 0.0)
        judge.feed(frame(RST_STREAM, 4) * int(RESETS_A_SECOND), 1.0)
        with self.assertRaises(Nuisance):
            judge.feed(frame(RST_STREAM, 4), 1.0)
        judge = toll()
        with self.assertRaises(Nuisance):
            judge.feed(frame(RST_STREAM, 4) * (int(RESETS) + 1), 1e9)

    def test_service_pays(self) -> None:
        """Who lets itself be served may take back, and acknowledge, more."""
        judge = toll()
        for _ in range(10):
            judge.feed(frame(RST_STREAM, 4) * 100, 0.0)
            for _ in range(200):
                judge.answered()
        for _ in range(10):
            judge.feed(frame(WINDOW_UPDATE, 4) * int(STEERING), 0.0)
            judge.sent(int(STEERING) * BYTES_A_STEER)

    def test_block_in_one_frame(self) -> None:
        """A block has not ended before the last byte of its last frame has come."""
        judge = toll()
        whole = frame(HEADERS, 500, END_HEADERS)
        judge.feed(whole[:-1], 0.0)
        self.assertTrue(judge.in_block)
        judge.feed(whole[-1:], 0.0)
        self.assertFalse(judge.in_block)
        judge.feed(frame(DATA, 500)[:-1], 0.0)
        self.assertFalse(judge.in_block)

    def test_block(self) -> None:
        """Fields may be in many frames, but not longer than they may be; each one costs."""
        judge = toll()
        judge.feed(frame(HEADERS, 500), 0.0)
        self.assertTrue(judge.in_block)
        judge.feed(frame(CONTINUATION, 500, END_HEADERS), 0.0)
        self.assertFalse(judge.in_block)
        judge.feed(frame(HEADERS, 500), 0.0)
        with self.assertRaises(Nuisance):
            judge.feed(frame(CONTINUATION, 501), 0.0)
        judge = toll()
        judge.feed(frame(HEADERS, 1), 0.0)
        with self.assertRaises(Nuisance):
            judge.feed(frame(CONTINUATION) * (int(STEERING) + 1), 0.0)
