"""Heads are read the same however they arrive, and say what they should."""

from __future__ import annotations

import httptools
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import BadRequest, ClientError, HeadersTooLarge, TargetTooLong
from altlas.wire.fields import Fields
from altlas.wire.framing import CHUNKED, UNTIL_CLOSE
from altlas.wire.heads import RequestHead, ResponseHead
from altlas.wire.limits import Limits
from altlas.wire.methods import METHODS
from altlas.wire.reading import RequestReader, ResponseReader
from tests.wire import messages
from tests.wire.messages import slots
from tests.wire.test_gate import AMBIGUOUS, HARMLESS, OTHERWISE


def request(data: bytes) -> RequestHead:
    """The head of that request, which has to be complete."""
    head = RequestReader(Limits()).feed(data)
    assert head is not None
    return head


def response(data: bytes, method: bytes = b"GET") -> ResponseHead:
    """The head of that response to `method`, which has to be complete."""
    reader = ResponseReader(Limits())
    reader.expect(method)
    head = reader.feed(data)
    assert head is not None
    return head


class RequestHeadTests(SynchronousTestCase):
    """What one request head says."""

    def test_the_parts(self) -> None:
        """A usual request gives its parts as they came, the host in lower case."""
        data = b"GET /a%2F//b?x=[1]? HTTP/1.1\r\nhOST: Example.COM:80\r\nA: b\r\n\r\n"
        head = request(data)
        self.assertEqual(
            slots(head),
            [
                b"GET",
                b"/a%2F//b?x=[1]?",
                1,
                [(b"hOST", b"Example.COM:80"), (b"A", b"b")],
                b"example.com:80",
                b"/a%2F//b",
                b"x=[1]?",
                0,
                True,
                False,
                frozenset(),
                False,
                len(data),
            ],
        )

    def test_queries(self) -> None:
        """No query, an empty query and a query are three different things."""
        for target, query in ((b"/a", None), (b"/a?", b""), (b"/a?b?c", b"b?c")):
            head = request(b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertEqual((head.path, head.query), (b"/a", query))
            self.assertEqual(head.origin_form, target)

    def test_absolute_form(self) -> None:
        """An absolute target gives host and path, and origin form is what goes on."""
        cases = (
            (b"GET", b"http://A:81/x?y", b"/x", b"/x?y"),
            (b"GET", b"http://A:81", b"/", b"/"),
            (b"GET", b"HTTPS://A:81?y", b"/", b"/?y"),
            (b"OPTIONS", b"http://A:81", b"*", b"*"),
        )
        for method, target, path, origin in cases:
            head = request(method + b" " + target + b" HTTP/1.1\r\nHost: a:81\r\n\r\n")
            self.assertEqual((head.target, head.host), (target, b"a:81"))
            self.assertEqual((head.path, head.origin_form), (path, origin))

    def test_hosts_of_1_0(self) -> None:
        """HTTP/1.0 may name its host in the target, in Host, or not at all."""
        self.assertEqual(request(b"GET http://A/ HTTP/1.0\r\n\r\n").host, b"a")
        self.assertEqual(request(b"GET / HTTP/1.0\r\nHost: A\r\n\r\n").host, b"a")
        self.assertEqual(request(b"GET / HTTP/1.0\r\n\r\n").host, b"")

    def test_asterisk_form(self) -> None:
        """OPTIONS of the whole server has the path *."""
        head = request(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertEqual((head.path, head.query, head.target), (b"*", None, b"*"))

    def test_framing(self) -> None:
        """The framing is what the fields tell, and no body where they tell nothing."""
        for field, framing in (
            (b"", 0),
            (b"Content-Length: 0\r\n", 0),
            (b"Content-Length: 12\r\n", 12),
            (b"Content-Length: 0012\r\n", 12),
            (b"Transfer-Encoding: chunked\r\n", CHUNKED),
        ):
            head = request(b"POST / HTTP/1.1\r\nHost: a\r\n" + field + b"\r\n")
            self.assertEqual(head.framing, framing)

    def test_keep_alive(self) -> None:
        """1.1 goes on unless it says close, 1.0 ends unless it says keep-alive."""
        for version, connection, keep_alive in (
            (b"1.1", b"", True),
            (b"1.1", b"Connection: keep-alive\r\n", True),
            (b"1.1", b"Connection: close\r\n", False),
            (b"1.1", b"Connection: Keep-Alive , ,CLOSE\r\n", False),
            (b"1.1", b"Connection: a\r\nConnection: close\r\n", False),
            (b"1.0", b"", False),
            (b"1.0", b"Connection: Keep-Alive\r\n", True),
            (b"1.0", b"Connection: keep-alive, close\r\n", False),
        ):
            head = request(b"GET / HTTP/" + version + b"\r\nHost: a\r\n" + connection + b"\r\n")
            self.assertEqual(head.keep_alive, keep_alive, (version, connection))

    def test_listed_names(self) -> None:
        """The names that Connection lists are told in lower case, over all its fields."""
        head = request(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: A, b\r\nconnection: C\r\n\r\n")
        self.assertEqual(head.listed, {b"a", b"b", b"c"})

    def test_upgrade(self) -> None:
        """A change of protocol is offered only if Connection says so too."""
        begin = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
        self.assertTrue(request(begin + b"Connection: Upgrade\r\n\r\n").upgrade)
        self.assertFalse(request(begin + b"\r\n").upgrade)

    def test_expectation(self) -> None:
        """A 100 is waited for by HTTP/1.1 with a body, and by nobody else."""
        field = b"Host: a\r\nExpect: 100-Continue\r\n"
        length = b"Content-Length: 3\r\n"
        for version, length_field, expects in (
            (b"1.1", length, True),
            (b"1.1", b"", False),
            (b"1.0", length, False),
        ):
            head = request(b"POST / HTTP/" + version + b"\r\n" + field + length_field + b"\r\n")
            self.assertEqual(head.expects_continue, expects)

    def test_blanks_around_values(self) -> None:
        """The blanks around a value are no part of it."""
        head = request(b"GET / HTTP/1.1\r\nHost: \t a \t\r\nX:  b c \r\n\r\n")
        self.assertEqual(head.fields, [(b"Host", b"a"), (b"X", b"b c")])

    def test_methods(self) -> None:
        """Every method that is let through is one that httptools reads, and they all pass."""
        for method in METHODS:
            head = request(method + b" / HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertEqual(head.method, method)


class RequestReaderTests(SynchronousTestCase):
    """One head after another, in any pieces."""

    def test_started(self) -> None:
        """A reader has started once a byte of a head is there, and not by empty lines."""
        reader = RequestReader(Limits())
        self.assertFalse(reader.started)
        self.assertIsNone(reader.feed(b"\r\n\r\n"))
        self.assertFalse(reader.started)
        self.assertIsNone(reader.feed(b"G"))
        self.assertTrue(reader.started)
        self.assertIsNotNone(reader.feed(b"ET / HTTP/1.1\r\nHost: a\r\n\r\n"))
        self.assertFalse(reader.started)

    def test_rest(self) -> None:
        """What follows a head is handed out once."""
        reader = RequestReader(Limits())
        reader.feed(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET")
        self.assertEqual(reader.take_rest(), b"abcGET")
        self.assertEqual(reader.take_rest(), b"")

    def test_blank_lines_are_counted_for_each_request(self) -> None:
        """A connection may have an empty line before each of many requests."""
        reader = RequestReader(Limits())
        for _ in range(20):
            self.assertIsNotNone(reader.feed(b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"))

    def test_limits_do_not_wait(self) -> None:
        """A head that cannot fit any more is refused before its end."""
        limits = Limits(request_line=20, headers=30)
        with self.assertRaises(TargetTooLong):
            RequestReader(limits).feed(b"GET /aaaaaaaaaaaaaaaaa")
        with self.assertRaises(HeadersTooLarge):
            RequestReader(limits).feed(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 20)
        with self.assertRaises(BadRequest):
            RequestReader(limits).feed(b"\x16")
        with self.assertRaises(BadRequest):
            RequestReader(limits).feed(b"GET /\r\n")

    def test_limits_are_exact(self) -> None:
        """Heads of exactly the limits pass, one byte more does not, in any pieces."""
        data = b"GET /abc HTTP/1.1\r\nHost: a\r\n\r\n"
        for line, headers, error in (
            (17, 9, None),
            (16, 9, TargetTooLong),
            (17, 8, HeadersTooLarge),
        ):
            for size in (len(data), 1):
                reader = RequestReader(Limits(request_line=line, headers=headers))
                caught: type[ClientError] | None = None
                try:
                    for at in range(0, len(data), size):
                        reader.feed(data[at : at + size])
                except ClientError as raised:
                    caught = type(raised)
                self.assertIs(caught, error)

    def test_parsers_are_never_stale(self) -> None:
        """After any harmless request the same reader reads any other as a new one would."""
        for before in HARMLESS.values():
            for after in HARMLESS.values():
                reader = RequestReader(Limits())
                reader.feed(before + b"\r\n")
                head = reader.feed(after + b"\r\n")
                self.assertIsNotNone(head)
                self.assertEqual(slots(head), slots(request(after.lstrip(b"\r\n") + b"\r\n")))

    @given(
        st.lists(
            st.sampled_from([*HARMLESS.values(), *AMBIGUOUS.values(), OTHERWISE["HTTP/1.2"][0]])
        ),
        messages.cuts,
    )
    def test_pieces_do_not_matter(self, heads: list[bytes], cuts: list[int]) -> None:
        """Any cutting of the same bytes gives the same heads, and the same refusal."""
        data = b"".join(head + b"\r\n" for head in heads)
        self.assertEqual(self._all([data]), self._all(messages.pieces(data, cuts)))

    @given(st.binary(max_size=80), messages.cuts)
    def test_noise(self, noise: bytes, cuts: list[int]) -> None:
        """Noise raises nothing but a ClientError, and the same one in any pieces."""
        self.assertEqual(self._all([noise]), self._all(messages.pieces(noise, cuts)))

    @given(messages.methods, messages.paths, messages.queries, messages.plain_fields)
    def test_agrees_with_httptools(
        self, method: bytes, path: bytes, query: bytes | None, fields: Fields
    ) -> None:
        """What passes the gate is what bare httptools reads."""
        target = path if query is None else path + b"?" + query
        fields = [(b"Host", b"a"), *fields]
        data = messages.head(method + b" " + target + b" HTTP/1.1", fields)
        seen: list[tuple[bytes, bytes]] = []

        class Sink:
            def on_header(self, name: bytes, value: bytes) -> None:
                seen.append((name, value))

        parser = httptools.HttpRequestParser(Sink())
        parser.feed_data(data)
        head = request(data)
        self.assertEqual((head.method, head.target, head.fields), (method, target, seen))
        self.assertEqual(parser.get_method(), head.method)
        self.assertEqual(head.origin_form, target)

    def _all(self, data: list[bytes]) -> list[object]:
        reader = RequestReader(Limits())
        events: list[object] = []
        try:
            for piece in data:
                head = reader.feed(piece)
                while head is not None:
                    events.append(slots(head))
                    head = reader.feed(b"")
        except ClientError as refusal:
            return [*events, type(refusal)]
        return [*events, reader.started]


class ResponseReaderTests(SynchronousTestCase):
    """Responses of a backend."""

    def test_the_parts(self) -> None:
        """A usual response gives its parts as they came."""
        data = b"HTTP/1.1 200 All right\r\nA: b\r\nContent-Length: 3\r\n\r\n"
        self.assertEqual(
            slots(response(data + b"abc")),
            [
                200,
                b"All right",
                1,
                [(b"A", b"b"), (b"Content-Length", b"3")],
                3,
                True,
                frozenset(),
                len(data),
            ],
        )

    def test_no_reason(self) -> None:
        """A reason may be empty, and its blank may be missing."""
        for line in (b"HTTP/1.1 200 ", b"HTTP/1.1 200"):
            self.assertEqual(response(line + b"\r\nContent-Length: 0\r\n\r\n").reason, b"")

    def test_framing(self) -> None:
        """The framing follows method, status and fields in the order of RFC 9112, 6.3."""
        chunked = b"Transfer-Encoding: chunked\r\n"
        sized = b"Content-Length: 5\r\n"
        for method, status, field, framing in (
            (b"GET", b"200", b"", UNTIL_CLOSE),
            (b"GET", b"200", sized, 5),
            (b"GET", b"200", chunked, CHUNKED),
            (b"HEAD", b"200", sized, 0),
            (b"HEAD", b"200", chunked, 0),
            (b"HEAD", b"200", b"", 0),
            (b"GET", b"204", sized, 0),
            (b"GET", b"304", sized, 0),
            (b"GET", b"304", b"", 0),
            (b"GET", b"103", b"", 0),
            (b"GET", b"205", b"", UNTIL_CLOSE),
            (b"GET", b"999", b"", UNTIL_CLOSE),
        ):
            head = response(b"HTTP/1.1 " + status + b" X\r\n" + field + b"\r\n", method)
            self.assertEqual(head.framing, framing, (method, status, field))

    def test_length_of_bodiless_responses(self) -> None:
        """An answer to HEAD keeps the length that it tells of."""
        head = response(b"HTTP/1.1 200 X\r\nContent-Length: 5\r\n\r\n", b"HEAD")
        self.assertEqual(head.fields, [(b"Content-Length", b"5")])

    def test_keep_alive(self) -> None:
        """A connection goes on only where the body's end is told apart from its own."""
        sized = b"Content-Length: 5\r\n"
        for version, fields, keep_alive in (
            (b"1.1", sized, True),
            (b"1.1", sized + b"Connection: close\r\n", False),
            (b"1.1", b"", False),
            (b"1.0", sized, False),
            (b"1.0", sized + b"Connection: keep-alive\r\n", True),
        ):
            head = response(b"HTTP/" + version + b" 200 X\r\n" + fields + b"\r\n")
            self.assertEqual(head.keep_alive, keep_alive, (version, fields))

    def test_interim_responses(self) -> None:
        """1xx heads come out one by one before the final one, and the body is the rest."""
        reader = ResponseReader(Limits())
        data = (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
        )
        heads = [reader.feed(data), reader.feed(b""), reader.feed(b"")]
        self.assertEqual([head.status for head in heads if head], [100, 103, 200])
        self.assertEqual(reader.take_rest(), b"abc")

    def test_switching_protocols(self) -> None:
        """A 101 is read like any other head; whether it was wanted is not decided here."""
        head = response(
            b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x00"
        )
        self.assertEqual((head.status, head.framing), (101, 0))
        self.assertEqual(response(b"HTTP/1.1 101 X\r\nUpgrade: a\r\n\r\n").status, 101)

    @given(st.sampled_from([b"200 OK", b"404", b"503 "]), messages.plain_fields, messages.cuts)
    def test_pieces_do_not_matter(self, status: bytes, fields: Fields, cuts: list[int]) -> None:
        """Any cutting of the same bytes gives the same head and rest."""
        data = messages.head(b"HTTP/1.1 " + status, fields) + b"rest"
        heads: list[list[object]] = []
        reader = ResponseReader(Limits())
        rest = b""
        for piece in messages.pieces(data, cuts):
            if heads:
                rest += piece
                continue
            head = reader.feed(piece)
            if head is not None:
                heads.append(slots(head))
                rest = reader.take_rest()
        self.assertEqual(heads, [slots(response(data))])
        self.assertEqual(rest, b"rest")
