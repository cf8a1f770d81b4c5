"""Fields of answers as streams carry them."""

from __future__ import annotations

from hpack import NeverIndexedHeaderTuple
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.fields import Fields
from altlas.wire.http2.answers import status_field, stream_field, stream_fields


class AnswerTests(SynchronousTestCase):
    """What becomes of them."""

    def test_names(self) -> None:
        """Names are in lower case, values without blanks around them."""
        self.assertEqual(stream_field((b"X-A", b" b ")), (b"x-a", b"b"))
        self.assertEqual(status_field(204), (b":status", b"204"))

    def test_connections(self) -> None:
        """Nothing speaks of a connection of HTTP/1.1."""
        said = [(b"Connection", b"close"), (b"Transfer-Encoding", b"chunked"), (b"X", b"y")]
        self.assertEqual(stream_fields(said), [(b"x", b"y")])

    def test_secrets(self) -> None:
        """Secrets are not for the compression to remember."""
        for name, kept in ((b"Set-Cookie", False), (b"X-Request-ID", False), (b"Server", True)):
            made = stream_field((name, b"v"))
            self.assertEqual(not isinstance(made, NeverIndexedHeaderTuple), kept)

    @given(st.lists(st.tuples(st.binary(max_size=4), st.binary(max_size=4))))
    def test_no_line_breaks(self, fields: Fields) -> None:
        """What would break a line of HTTP/1.1, for who passes it on again, is refused."""
        try:
            made = stream_fields(fields)
        except ValueError:
            return
        for name, value in made:
            self.assertEqual(name, name.lower())
            self.assertFalse({0, 10, 13} & {*value})
