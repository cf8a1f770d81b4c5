"""Content codings undone."""

from __future__ import annotations

import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.codings import TooLong, Undecodable, UnknownCoding, undone
from tests.work import counted

MIB = 1 << 20


def raw(data: bytes) -> bytes:
    """Deflated without the zlib format around it."""
    making = zlib.compressobj(wbits=-15)
    return making.compress(data) + making.flush()


class CodingTests(SynchronousTestCase):
    """What comes out of a body's codings."""

    @given(st.binary(max_size=70_000))
    def test_round(self, data: bytes) -> None:
        """What was encoded comes out as it was, by each name, one coding over another."""
        once = gzip.compress(data)
        for encoding, body in (
            (b"gzip", once),
            (b"X-GZip", once),
            (b"identity", data),
            (b"", data),
            (b"deflate", zlib.compress(data)),
            (b"deflate", raw(data)),
            (b"deflate, gzip", gzip.compress(zlib.compress(data))),
            (b" identity ,gzip,", once),
        ):
            self.assertEqual(undone(body, encoding, MIB), data, encoding)

    def test_members(self) -> None:
        """Members of a gzip file are one content, up to a number of them."""
        self.assertEqual(undone(gzip.compress(b"a") * 3, b"gzip", 10), b"aaa")
        self.assertRaises(Undecodable, undone, gzip.compress(b"") * 5000, b"gzip", 10)

    def test_bombs(self) -> None:
        """What would be longer than it may is refused, in whichever layer, and never held."""
        bomb = gzip.compress(bytes(50 * MIB))
        self.assertRaises(TooLong, undone, bomb, b"gzip", MIB)
        self.assertRaises(TooLong, undone, gzip.compress(bomb), b"gzip, gzip", MIB)
        self.assertEqual(undone(gzip.compress(b"abc"), b"gzip", 3), b"abc")
        self.assertRaises(TooLong, undone, gzip.compress(b"abcd"), b"gzip", 3)

    def test_broken(self) -> None:
        """What is cut off, garbled or followed by something is refused."""
        good = gzip.compress(b"abc" * 100)
        for body in (
            b"",
            b"abc",
            good[:-1],
            good[:12],
            good + b"x",
            good[:20] + b"\xff" + good[21:],
        ):
            self.assertRaises(Undecodable, undone, body, b"gzip", MIB)
        for body in (b"", b"abc", zlib.compress(b"abc") + b"x"):
            self.assertRaises(Undecodable, undone, body, b"deflate", MIB)

    def test_unknown(self) -> None:
        """Other codings, or too many, are not known."""
        for encoding in (b"br", b"zstd", b"gzip;q=1", b"gzip, br", b"gzip," * 4, b"\xff"):
            self.assertRaises(UnknownCoding, undone, b"", encoding, MIB)

    @given(st.binary(max_size=200), st.sampled_from([b"gzip", b"deflate"]))
    def test_hostile(self, data: bytes, encoding: bytes) -> None:
        """Whatever comes is undone or refused."""
        for body in (data, gzip.compress(b"x")[:10] + data, zlib.compress(b"x")[:2] + data):
            try:
                undone(body, encoding, MIB)
            except (TooLong, Undecodable):
                pass

    def test_linear(self) -> None:
        """A megabyte of small members costs little."""
        with counted() as work:
            self.assertRaises(Undecodable, undone, gzip.compress(b"") * 50_000, b"gzip", MIB)
        self.assertLess(work.calls, 3_000)  # of 50,000 members
