"""Chunked bodies are read strictly and written plainly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import BadRequest, UpstreamMalformed, UpstreamReset
from altlas.wire.chunked import ChunkedBody, chunk, last_chunk
from altlas.wire.fields import Fields
from altlas.wire.guilt import REQUEST, RESPONSE
from altlas.wire.limits import Limits
from tests.wire import messages

#: published case or section: the bytes of a body
BROKEN: dict[str, bytes] = {
    "sign, CVE-2022-24801": b"+3\r\nabc\r\n0\r\n\r\n",
    "prefix, CVE-2022-24801": b"0x3\r\nabc\r\n0\r\n\r\n",
    "underscore": b"1_0\r\n" + b"a" * 16 + b"\r\n0\r\n\r\n",
    "blank before": b" 3\r\nabc\r\n0\r\n\r\n",
    "blank after": b"3 \r\nabc\r\n0\r\n\r\n",
    "no size": b"\r\nabc\r\n0\r\n\r\n",
    "no size but an extension": b";a\r\nabc\r\n0\r\n\r\n",
    "no hex": b"g\r\nabc\r\n0\r\n\r\n",
    "seventeen digits": b"00000000000000003\r\nabc\r\n0\r\n\r\n",
    "bare LF after the size": b"3\nabc\r\n0\r\n\r\n",
    "bare LF after the data": b"3\r\nabc\n0\r\n\r\n",
    "bare LF in an extension": b"3;a\nb\r\nabc\r\n0\r\n\r\n",
    "bare CR in an extension": b"3;a\rb\r\nabc\r\n0\r\n\r\n",
    "NUL in an extension": b"3;a\x00\r\nabc\r\n0\r\n\r\n",
    "blank in an extension": b"3; a\r\nabc\r\n0\r\n\r\n",
    "extension without name": b"3;\r\nabc\r\n0\r\n\r\n",
    "extension that is no token": b"3;a=[\r\nabc\r\n0\r\n\r\n",
    "open quote": b'3;a="b\r\nabc\r\n0\r\n\r\n',
    "data longer than told, CVE-2025-43859": b"3\r\nabcXX0\r\n\r\n",
    "data shorter than told": b"5\r\nabc\r\n0\r\n\r\n",
    "long line, CVE-2023-39326": b"3;" + b"a" * 256 + b"\r\nabc\r\n0\r\n\r\n",
    "many extensions, CVE-2023-39326": (b"1;" + b"a" * 200 + b"\r\nx\r\n") * 100 + b"0\r\n\r\n",
    "trailer with a blank before the colon": b"0\r\nA : b\r\n\r\n",
    "trailer that is folded": b"0\r\nA: b\r\n c\r\n\r\n",
    "trailer without colon": b"0\r\nA\r\n\r\n",
    "trailer with a NUL": b"0\r\nA: \x00\r\n\r\n",
    "trailer with a bare LF": b"0\r\nA: b\nC: d\r\n\r\n",
    "trailer with a bare CR": b"0\r\nA: b\rC: d\r\n\r\n",
    "long trailers": b"0\r\nA: " + b"b" * 8192 + b"\r\n\r\n",
    "many trailers": b"0\r\n" + b"A: b\r\n" * 101 + b"\r\n",
}

SOUND: dict[bytes, tuple[bytes, Fields]] = {
    b"0\r\n\r\n": (b"", []),
    b"000\r\n\r\n": (b"", []),
    b"3\r\nabc\r\n0\r\n\r\n": (b"abc", []),
    b"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n": (b"01234567890123456789", []),
    b"0000000000000003\r\nabc\r\n0\r\n\r\n": (b"abc", []),
    b'3;a;b=c;d="e f;\\"\xff"\r\nabc\r\n0;z\r\n\r\n': (b"abc", []),
    b"2\r\n\r\n\r\n0\r\n\r\n": (b"\r\n", []),
    b"0\r\nA: b\r\nC:\t d e \r\n\r\n": (b"", [(b"A", b"b"), (b"C", b"d e")]),
}


class ChunkedBodyTests(SynchronousTestCase):
    """A chunked body on its way in."""

    def test_sound_bodies(self) -> None:
        """Sound bodies give their payload and trailers, in any pieces; extensions are dropped."""
        for data, (payload, trailers) in SOUND.items():
            for size in (len(data) + 3, 2, 1):
                body = ChunkedBody(Limits(), REQUEST)
                seen = b""
                for at in range(0, len(data), size):
                    self.assertFalse(body.done)
                    seen += body.feed((data + b"GET")[at : at + size])
                self.assertTrue(body.done)
                self.assertEqual((seen, body.trailers), (payload, trailers))
                body.end()

    def test_broken_bodies(self) -> None:
        """Each published trick is refused, whole and byte by byte."""
        for case, data in BROKEN.items():
            for size in (len(data), 1):
                body = ChunkedBody(Limits(), REQUEST)
                with self.assertRaises(BadRequest, msg=case):
                    for at in range(0, len(data), size):
                        body.feed(data[at : at + size])

    def test_limits_are_exact(self) -> None:
        """A line and trailers of exactly the limits pass, one byte more does not."""
        data = b"1;abc\r\nx\r\n0\r\nA: b\r\n\r\n"
        for line, trailers, passes in ((5, 6, True), (4, 6, False), (5, 5, False)):
            for size in (len(data), 1):
                body = ChunkedBody(Limits(chunk_line=line, trailers=trailers), REQUEST)
                try:
                    for at in range(0, len(data), size):
                        body.feed(data[at : at + size])
                except BadRequest:
                    self.assertFalse(passes)
                else:
                    self.assertTrue(passes and body.done)

    def test_rest(self) -> None:
        """The bytes after the end are kept apart, also those of later pieces."""
        body = ChunkedBody(Limits(), REQUEST)
        self.assertEqual(body.feed(b"1\r\na\r\n0\r\n\r\nGET"), b"a")
        self.assertEqual(body.feed(b" /"), b"")
        self.assertEqual(body.rest, b"GET /")

    def test_data_is_not_held_back(self) -> None:
        """The payload of a chunk comes out as it comes in."""
        body = ChunkedBody(Limits(), REQUEST)
        self.assertEqual(body.feed(b"100\r\nab"), b"ab")
        self.assertEqual(body.feed(b"c"), b"c")

    def test_cut_short(self) -> None:
        """A body whose connection closes before its end is cut, wherever that is."""
        data = b"3\r\nabc\r\n0\r\nA: b\r\n\r\n"
        for length in range(len(data)):
            body = ChunkedBody(Limits(), RESPONSE)
            body.feed(data[:length])
            self.assertRaises(UpstreamReset, body.end)

    def test_guilt(self) -> None:
        """A broken body is the fault of the one whose body it is."""
        body = ChunkedBody(Limits(), RESPONSE)
        self.assertRaises(UpstreamMalformed, body.feed, b"x\r\n")

    def test_extensions_with_enough_data(self) -> None:
        """Extensions are no harm where they bring data along."""
        body = ChunkedBody(Limits(), REQUEST)
        data = (b"c8;" + b"a" * 200 + b"\r\n" + b"x" * 200 + b"\r\n") * 1000
        self.assertEqual(len(body.feed(data)), 200_000)

    @given(st.lists(messages.bodies), messages.plain_fields, messages.cuts)
    def test_round_trip(self, parts: list[bytes], trailers: Fields, cuts: list[int]) -> None:
        """What is written as chunks is read back, in any pieces, with its trailers."""
        data = b"".join(map(chunk, parts)) + last_chunk(trailers) + b"rest"
        body = ChunkedBody(Limits(), REQUEST)
        seen = b"".join(body.feed(piece) for piece in messages.pieces(data, cuts))
        self.assertEqual((seen, body.trailers, body.rest), (b"".join(parts), trailers, b"rest"))

    @given(st.binary(max_size=60), messages.cuts)
    def test_noise(self, noise: bytes, cuts: list[int]) -> None:
        """Noise raises nothing but the malformed error, in any pieces or in none."""
        verdicts = set()
        for pieces in ([noise], messages.pieces(noise, cuts)):
            body = ChunkedBody(Limits(), REQUEST)
            try:
                for piece in pieces:
                    body.feed(piece)
                verdicts.add("done" if body.done else "waits")
            except BadRequest:
                verdicts.add("refused")
        self.assertEqual(len(verdicts), 1)


class ChunkTests(SynchronousTestCase):
    """Chunks on their way out."""

    def test_no_data_is_no_chunk(self) -> None:
        """An empty piece of a body does not end it."""
        self.assertEqual(chunk(b""), b"")

    def test_trailers_cannot_break_out(self) -> None:
        """A trailer with a line end is an error, not two trailers."""
        self.assertRaises(ValueError, last_chunk, [(b"A", b"b\r\nC: d")])
