"""What is remembered of HPACK makes no difference to what is said."""

from __future__ import annotations

from hpack import Decoder, Encoder, HeaderTuple, NeverIndexedHeaderTuple
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.http2.compression import RememberingDecoder, RememberingEncoder

FIELD = st.builds(
    lambda name, value, never: (NeverIndexedHeaderTuple if never else HeaderTuple)(name, value),
    st.sampled_from([b":status", b"server", b"x-a", b"x-b", b"date", b"set-cookie", b"n" * 130]),
    st.sampled_from([b"200", b"404", b"", b"a", b"b" * 200, b"c" * 3000]),
    st.booleans(),
)
#: blocks that come again, and changes of the table's size between them
ROW = st.lists(st.lists(FIELD, max_size=6) | st.sampled_from([0, 50, 200, 4096]), max_size=25)


class RememberingTests(SynchronousTestCase):
    """Both directions, against the library's own."""

    @given(ROW)
    def test_encoder(self, row: list[list[HeaderTuple] | int]) -> None:
        """Any decoder reads what was meant: what is kept in its order, then what is not."""
        encoder, decoder = RememberingEncoder(), Decoder()
        for block in [*row, *row]:
            if isinstance(block, int):
                encoder.header_table_size = block
                continue
            read = [
                (bytes(name), bytes(value))
                for name, value in decoder.decode(encoder.encode(block), raw=True)
            ]
            ordered = sorted(block, key=lambda field: type(field) is NeverIndexedHeaderTuple)
            self.assertEqual(read, [tuple(field) for field in ordered])

    @given(ROW)
    def test_decoder(self, row: list[list[HeaderTuple] | int]) -> None:
        """It reads what any encoder wrote."""
        encoder, decoder = Encoder(), RememberingDecoder()
        for block in [*row, *row]:
            if isinstance(block, int):
                if block != encoder.header_table_size:  # which the library would forget to tell
                    encoder.header_table_size = block
                continue
            read = [tuple(field) for field in decoder.decode(encoder.encode(block), raw=True)]
            self.assertEqual(read, [tuple(field) for field in block])

    def test_size_twice(self) -> None:
        """A size of the table that is set twice is told all the same."""
        encoder, decoder = RememberingEncoder(), Decoder()
        for size in (0, 50, 50):
            encoder.header_table_size = size
            if not size:
                decoder.decode(encoder.encode([]), raw=True)
        field = HeaderTuple(b"x-a", b"b")
        for _ in range(3):
            (read,) = decoder.decode(encoder.encode([field]), raw=True)
            self.assertEqual(read, field)

    def test_remembers(self) -> None:
        """What comes again is not read, or written, again."""
        encoder, decoder = RememberingEncoder(), RememberingDecoder()
        fields = [HeaderTuple(b":status", b"200"), HeaderTuple(b"x-a", b"b")]
        blocks = [encoder.encode(fields) for _ in range(3)]
        self.assertIs(blocks[1], blocks[2])
        read = [decoder.decode(block, raw=True) for block in blocks]
        self.assertIs(read[1], read[2])

    def test_secrets(self) -> None:
        """What is never to be remembered is written as such, and in nobody's table."""
        encoder, decoder = RememberingEncoder(), Decoder()
        field = NeverIndexedHeaderTuple(b"set-cookie", b"secret")
        (read,) = decoder.decode(encoder.encode([field]), raw=True)
        self.assertIsInstance(read, NeverIndexedHeaderTuple)
        self.assertEqual(len(decoder.header_table.dynamic_entries), 0)
