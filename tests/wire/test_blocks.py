"""A block of fields is worked out once, and means the same each time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.blocks import FieldBlock
from altlas.wire.forwarding import Forwarding, Peer
from altlas.wire.framing import Ambiguous
from altlas.wire.heads import RequestHead, ResponseHead
from altlas.wire.limits import Limits
from altlas.wire.reading import RequestReader, ResponseReader

FIELDS = [
    b"Host: h\r\n",
    b"Host: h\r\nX-Forwarded-For: 1.2.3.4\r\nX-Request-ID: theirs\r\n",
    b"Host: h\r\nConnection: close, x-odd\r\nX-Odd: 1\r\n",
    b"Host: h\r\nTE: trailers\r\nConnection: TE\r\n",
    b"Host: h\r\nConnection: keep-alive\r\n",
]
LINES = [
    b"GET / HTTP/1.1\r\n",
    b"GET /x HTTP/1.0\r\n",
    b"PUT http://h/y HTTP/1.1\r\n",
    b"OPTIONS * HTTP/1.1\r\n",
]
STATUS_LINES = [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 304 Not Modified\r\n"]
ANSWERS = [
    b"Content-Length: 0\r\nDate: now\r\n",
    b"Content-Length: 0\r\nTrailer: x\r\n",
    b"Connection: x-odd\r\nX-Odd: 1\r\n",
]
FORWARDING = Forwarding("g")
PEERS = [Peer("1.1.1.1", 1, "http", 80, trusted) for trusted in (True, False)]


class FieldBlockTests(SynchronousTestCase):
    """What a block keeps, and that nobody is told anything else for it."""

    def test_told(self) -> None:
        """It knows what says how the message is to be read."""
        block = FieldBlock(b"", [(b"HOST", b"h"), (b"Connection", b"A, b"), (b"X", b"1")])
        self.assertEqual(block.told, {b"host": b"h", b"connection": b"A, b"})
        self.assertEqual(block.listed, {b"a", b"b"})
        self.assertEqual(block.firsts, {b"host": b"h", b"connection": b"A, b", b"x": b"1"})
        self.assertEqual(block.names, {b"host", b"connection", b"x"})

    def test_ambiguous(self) -> None:
        """Fields that contradict each other make no block."""
        self.assertRaises(Ambiguous, FieldBlock, b"", [(b"Host", b"a"), (b"Host", b"b")])

    def test_used_again(self) -> None:
        """The same bytes give the same fields, not parsed again; others do not."""
        reader = RequestReader(Limits())
        heads = []
        for path, fields in ((b"/1", FIELDS[1]), (b"/2", FIELDS[1]), (b"/3", FIELDS[0])):
            heads.append(reader.feed(b"GET %b HTTP/1.1\r\n%b\r\n" % (path, fields)))
        first, second, third = [head and head.block for head in heads]
        self.assertIs(first, second)
        self.assertIsNot(second, third)

    @given(st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(FIELDS)), max_size=6))
    def test_requests_go_on_as_if_alone(self, requests: list[tuple[bytes, bytes]]) -> None:
        """Whatever came before on its connection, a request goes on with the same fields."""
        for peer in PEERS:
            reader = RequestReader(Limits())
            for line, fields in requests:
                head = reader.feed(line + fields + b"\r\n")
                alone = RequestReader(Limits()).feed(line + fields + b"\r\n")
                assert isinstance(head, RequestHead) and isinstance(alone, RequestHead)
                self.assertEqual(
                    FORWARDING.request_fields(head, peer, b"id"),
                    FORWARDING.request_fields(alone, peer, b"id"),
                )

    @given(st.lists(st.tuples(st.sampled_from(STATUS_LINES), st.sampled_from(ANSWERS))))
    def test_responses_go_on_as_if_alone(self, responses: list[tuple[bytes, bytes]]) -> None:
        """Whatever came before on its connection, a response goes on with the same fields."""
        reader = ResponseReader(Limits())
        for line, fields in responses:
            head = reader.feed(line + fields + b"\r\n")
            alone = ResponseReader(Limits()).feed(line + fields + b"\r\n")
            assert isinstance(head, ResponseHead) and isinstance(alone, ResponseHead)
            self.assertEqual(FORWARDING.response_fields(head), FORWARDING.response_fields(alone))

    def test_taken_fields_are_the_takers(self) -> None:
        """Who adds to the fields of one response adds nothing to the next's."""
        reader = ResponseReader(Limits())
        found = []
        for _ in range(2):
            head = reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            assert isinstance(head, ResponseHead)
            found.append(FORWARDING.response_fields(head))
            found[-1].append((b"Connection", b"close"))
        self.assertEqual(*found)
