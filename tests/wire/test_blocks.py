"""A block of fields is worked out once, and means the same each time."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import GatewayError, UpstreamMalformed
from altlas.wire.blocks import FieldBlock
from altlas.wire.forwarding import Forwarding, Peer
from altlas.wire.framing import CHUNKED, UNTIL_CLOSE, Ambiguous, bodiless
from altlas.wire.heads import RequestHead, ResponseHead
from altlas.wire.limits import Limits
from altlas.wire.reading import RequestReader, ResponseReader
from altlas.wire.section import Section
from altlas.wire.writing import request_bytes, response_bytes, response_head
from tests.wire import messages
from tests.wire.messages import slots

FIELDS = [
    b"Host: h\r\n",
    b"Host: h\r\nX-Forwarded-For: 1.2.3.4\r\nX-Request-ID: theirs\r\n",
    b"Host: h\r\nConnection: close, x-odd\r\nX-Odd: 1\r\n",
    b"Host: h\r\nTE: trailers\r\nConnection: TE\r\n",
    b"Host: h\r\nConnection: keep-alive\r\n",
    b"Host: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n",
    b"Host: h\r\nContent-Length: 0\r\n",
    b"Host: h\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n",
    b"Host: h\r\nUpgrade: a\r\nConnection: upgrade\r\n",
    b"",
]
LINES = [
    b"GET / HTTP/1.1\r\n",
    b"GET /x?y=1 HTTP/1.1\r\n",
    b"HEAD /x? HTTP/1.1\r\n",
    b"GET /x HTTP/1.0\r\n",
    b"PUT http://h/y HTTP/1.1\r\n",
    b"PUT http://h/y HTTP/1.0\r\n",
    b"OPTIONS * HTTP/1.1\r\n",
    b"TRACE / HTTP/1.1\r\n",
    b"FROB / HTTP/1.1\r\n",
    b"GET /a b HTTP/1.1\r\n",
    b"GET /%b HTTP/1.1\r\n" % (b"a" * 40),
    b"\r\nGET / HTTP/1.1\r\n",
]
STATUS_LINES = [
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 200 OK\r\n",
    b"HTTP/1.1 200 Fine\r\n",
    b"HTTP/1.1 304 Not Modified\r\n",
    b"HTTP/1.1 204 No Content\r\n",
    b"HTTP/1.1 103 Early Hints\r\n",
]
ANSWERS = [
    b"Content-Length: 0\r\nDate: now\r\n",
    b"Content-Length: 7\r\n",
    b"Content-Length: 0\r\nTrailer: x\r\n",
    b"Transfer-Encoding: chunked\r\nTrailer: x\r\n",
    b"Connection: x-odd\r\nX-Odd: 1\r\n",
    b"Connection: close\r\nContent-Length: 1\r\n",
    b"",
]
LIMITS = Limits(request_line=40)
FORWARDINGS = [Forwarding("g"), Forwarding("h")]
PEERS = [Peer("1.1.1.1", 1, "http", 80, trusted) for trusted in (True, False)]
PEERS.append(Peer("2.2.2.2", 2, "https", 443, False))


Asked = tuple[bytes, bytes, Peer, Forwarding, bytes]
Answered = tuple[bytes, bytes, bytes, Forwarding, bool]
#: the first lines more often, since what is refused ends a connection
lines = st.sampled_from([*LINES[:3] * 5, *LINES])
rests = st.sampled_from([b"", b"", b"abc", b"GET / HTTP/1.1\r\n"])


def few(choices: list[bytes]) -> st.SearchStrategy[st.SearchStrategy[bytes]]:
    """One or two of the choices, so that the same come again and again."""
    return st.lists(st.sampled_from(choices), min_size=1, max_size=2).map(st.sampled_from)


def asked(fields: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[Asked]]:
    """Requests of one connection."""
    forwardings = st.sampled_from(FORWARDINGS)
    return st.lists(st.tuples(lines, fields, st.sampled_from(PEERS), forwardings, rests))


def answered(fields: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[Answered]]:
    """Responses of one connection."""
    first, forwardings = st.sampled_from(STATUS_LINES), st.sampled_from(FORWARDINGS)
    methods = st.sampled_from([b"GET", b"HEAD", b"PUT"])
    return st.lists(st.tuples(first, fields, methods, forwardings, st.booleans()))


def read(
    reader: RequestReader | ResponseReader, pieces: list[bytes]
) -> RequestHead | ResponseHead | type[GatewayError] | None:
    """What a reader makes of a head that comes in those pieces; it gets none beyond its end."""
    head: RequestHead | ResponseHead | None = None
    try:
        for piece in pieces:
            head = head or reader.feed(piece)
    except GatewayError as error:
        return type(error)
    return head


def by_line(head: bytes) -> list[bytes]:
    """What a head says, whatever the place of its fields: that of a framing field which was
    added is not always the same."""
    line, *fields = head.split(b"\r\n")
    return [line, *sorted(fields)]


class FieldBlockTests(SynchronousTestCase):
    """What a block keeps, and that nobody is told anything else for it."""

    def test_told(self) -> None:
        """It knows what says how the message is to be read."""
        block = FieldBlock(b"", [(b"HOST", b"h"), (b"Connection", b"A, b"), (b"X", b"1")])
        self.assertEqual(block.told, {b"host": b"h", b"connection": b"A, b"})
        self.assertEqual(block.listed, {b"a", b"b"})

    def test_names(self) -> None:
        """It knows its names, and of each the first value."""
        block = FieldBlock(b"", [(b"A", b"1"), (b"b", b"2"), (b"a", b"3")])
        self.assertEqual(block.firsts, {b"a": b"1", b"b": b"2"})
        self.assertEqual(block.names, {b"a", b"b"})

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


class RequestsAgainTests(SynchronousTestCase):
    """Requests of one connection, held against each of them alone."""

    @given(few(FIELDS).flatmap(asked), messages.cuts)
    def test_as_if_alone(self, requests: list[Asked], cuts: list[int]) -> None:
        """Whatever came before on its connection, and however it was cut, a request says the
        same, leaves the same rest, and goes on with the same bytes.
        """
        reader = RequestReader(LIMITS)
        for line, fields, peer, forwarding, rest in requests:
            data = line + fields + b"\r\n" + rest
            alone = RequestReader(LIMITS)
            wanted, head = read(alone, [data]), read(reader, messages.pieces(data, cuts))
            if not isinstance(head, RequestHead) or not isinstance(wanted, RequestHead):
                self.assertIs(head, wanted)
                return  # after a refusal there is nothing more to read
            self.assertEqual(slots(head), slots(wanted))
            self.assertTrue(alone.take_rest().startswith(reader.take_rest()))
            self._goes_on(head, wanted, peer, forwarding)

    def test_each_after_each(self) -> None:
        """Each line with the same fields is judged as it would be alone, after each other."""
        for fields, before, line in product(FIELDS, LINES, LINES):
            reader = RequestReader(LIMITS)
            if not isinstance(read(reader, [before + fields + b"\r\n"]), RequestHead):
                continue
            data = line + fields + b"\r\nrest"
            head, alone = read(reader, [data]), read(RequestReader(LIMITS), [data])
            if isinstance(head, RequestHead) and isinstance(alone, RequestHead):
                self.assertEqual(slots(head), slots(alone))
                self.assertEqual(reader.rest, b"rest")
            else:
                self.assertIs(head, alone, (fields, before, line))

    def test_kept_bytes_come_first(self) -> None:
        """What is kept stands before what comes, be that a whole request with the same fields."""
        data = LINES[0] + FIELDS[0] + b"\r\n"
        for kept in (data[:-1], data[:3], b"\r\n" + data[:3]):
            reader, alone = RequestReader(Limits()), RequestReader(Limits())
            reader.feed(data)
            self.assertIs(read(reader, [kept, data]), read(alone, [kept, data]))

    def test_blank_lines(self) -> None:
        """Empty lines are counted anew after a request that was the same as the one before."""
        reader = RequestReader(Limits())
        data = LINES[0] + FIELDS[0] + b"\r\n"
        reader.feed(data)
        for _ in range(3):
            self.assertIsNone(reader.feed(b"\r\n" * 3))
            self.assertIsNotNone(reader.feed(data))

    def _goes_on(
        self, head: RequestHead, alone: RequestHead, peer: Peer, forwarding: Forwarding
    ) -> None:
        listed = forwarding.request_fields(alone, peer, b"id")
        section = forwarding.request_section(head, peer, b"id")
        self.assertEqual(section.lines, Section.of(section.fields).lines)
        written = request_bytes(head.method, head.origin_form, section, head.framing)
        plain = request_bytes(alone.method, alone.origin_form, listed, alone.framing)
        self.assertEqual(by_line(written), by_line(plain))
        again = read(RequestReader(Limits()), [written])
        if isinstance(again, RequestHead):
            self.assertEqual((again.framing, again.fields), (head.framing, section.fields))
        else:
            self.assertEqual(head.host, b"")  # only HTTP/1.0 may name no host

    def test_id_that_breaks_out(self) -> None:
        """Nothing that is put behind the remembered lines breaks them."""
        reader = RequestReader(Limits())
        for _ in range(2):
            head = reader.feed(LINES[0] + FIELDS[0] + b"\r\n")
            assert head is not None
            for evil in (b"a\r\nB: c", b"a\n", b"\r", b"\0"):
                with self.assertRaises(ValueError):
                    FORWARDINGS[0].request_section(head, PEERS[0], evil)


class ResponsesAgainTests(SynchronousTestCase):
    """Responses of one connection, held against each of them alone."""

    @given(few(ANSWERS).flatmap(answered), messages.cuts)
    def test_as_if_alone(self, responses: list[Answered], cuts: list[int]) -> None:
        """Whatever came before on its connection, a response says the same, leaves the same
        rest, and goes on with the same bytes, to clients of either version.
        """
        reader = ResponseReader(Limits())
        for line, fields, method, forwarding, old_client in responses:
            data = line + fields + b"\r\nrest"
            alone = ResponseReader(Limits())
            reader.expect(method)
            alone.expect(method)
            wanted, head = read(alone, [data]), read(reader, messages.pieces(data, cuts))
            if not isinstance(head, ResponseHead) or not isinstance(wanted, ResponseHead):
                self.assertIs(head, wanted)
                return  # after a refusal there is nothing more to read
            self.assertEqual(slots(head), slots(wanted))
            self.assertTrue(alone.take_rest().startswith(reader.take_rest()))
            framing = head.framing
            if framing < 0:
                framing = UNTIL_CLOSE if old_client else CHUNKED
            self._goes_on(head, wanted, framing, method, forwarding)

    def test_each_after_each(self) -> None:
        """Each response is judged as it would be alone, after each with the same fields."""
        methods = (b"GET", b"HEAD")
        for fields, before, line in product(ANSWERS, STATUS_LINES, STATUS_LINES):
            for method, other in product(methods, methods):
                reader, alone = ResponseReader(Limits()), ResponseReader(Limits())
                reader.expect(method)
                if not isinstance(read(reader, [before + fields + b"\r\n"]), ResponseHead):
                    continue
                reader.expect(other)
                alone.expect(other)
                data = line + fields + b"\r\nrest"
                head, wanted = read(reader, [data]), read(alone, [data])
                if isinstance(head, ResponseHead) and isinstance(wanted, ResponseHead):
                    self.assertEqual(slots(head), slots(wanted))
                    self.assertEqual(reader.rest, b"rest")
                else:
                    self.assertIs(head, wanted)

    def test_kept_bytes_come_first(self) -> None:
        """What is kept stands before what comes, be that the same response once more."""
        data = STATUS_LINES[0] + ANSWERS[0] + b"\r\n"
        reader = ResponseReader(Limits())
        reader.feed(data)
        self.assertIsNone(reader.feed(data[:-2]))
        self.assertRaises(UpstreamMalformed, reader.feed, data)

    def _goes_on(
        self,
        head: ResponseHead,
        alone: ResponseHead,
        framing: int,
        method: bytes,
        forwarding: Forwarding,
    ) -> None:
        listed = [*forwarding.response_fields(alone), (b"Date", b"now")]
        section = forwarding.response_section(head, framing, method)
        self.assertEqual(section.lines, Section.of(section.fields).lines)
        written = response_head(head, section.lines + b"Date: now\r\n")
        plain = response_bytes(alone.status, alone.reason, listed, framing, method)
        self.assertEqual(by_line(written), by_line(plain))
        reader = ResponseReader(Limits())
        reader.expect(method)
        again = reader.feed(written)
        assert again is not None
        self.assertEqual(again.framing, 0 if bodiless(head.status, method) else framing)

    def test_each_client_gets_its_own(self) -> None:
        """One response goes to clients of either version, and to any method, each in its way."""
        data = STATUS_LINES[0] + b"Content-Length: 7\r\n\r\n"
        forwarding, head = FORWARDINGS[0], ResponseReader(Limits()).feed(data)
        for framing, method in product((7, UNTIL_CLOSE, CHUNKED, 0, 7), (b"GET", b"HEAD", b"GET")):
            alone = ResponseReader(Limits()).feed(data)
            assert head is not None and alone is not None
            section = forwarding.response_section(head, framing, method)
            wanted = forwarding.response_section(alone, framing, method)
            self.assertEqual((section.lines, section.framing), (wanted.lines, framing))

    def test_taken_fields_are_the_takers(self) -> None:
        """Who adds to the fields of one response adds nothing to the next's."""
        reader = ResponseReader(Limits())
        found = []
        for _ in range(2):
            head = reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            assert isinstance(head, ResponseHead)
            found.append(FORWARDINGS[0].response_fields(head))
            found[-1].append((b"Connection", b"close"))
        self.assertEqual(*found)
