"""Heads of HTTP/2 mean what the HTTP/1.1 means that they are passed on as."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import (
    BadRequest,
    ClientError,
    ExpectationFailed,
    HeadersTooLarge,
    MethodUnknown,
    TargetTooLong,
)
from altlas.wire.fields import Fields, values
from altlas.wire.forwarding import Forwarding, Peer
from altlas.wire.framing import CHUNKED, UNTIL_CLOSE
from altlas.wire.heads import RequestHead
from altlas.wire.http2.heads import StreamHeads, beginning
from altlas.wire.limits import Limits
from altlas.wire.reading import RequestReader
from altlas.wire.writing import request_bytes

LIMITS = Limits()
PEER = Peer("192.0.2.1", 5000, "https", 8443, trusted=False)


def fields(*more: tuple[bytes, bytes], **pseudo: bytes | None) -> Fields:
    """The fields of a plain GET, with other pseudo-fields where given (None for without)."""
    plain = {"method": b"GET", "scheme": b"https", "authority": b"h.test", "path": b"/"}
    told = {**plain, **pseudo}
    heads = [(b":" + name.encode(), value) for name, value in told.items() if value is not None]
    return [*heads, *more]


def head(received: Fields, ended: bool = True, limits: Limits = LIMITS) -> RequestHead:
    """The head of these fields, as the first of a connection."""
    return StreamHeads(limits).read(received, ended)


def onward(one: RequestHead) -> RequestHead:
    """What an instance reads of it."""
    section = Forwarding("altlas").request_section(one, PEER, b"id")
    read = RequestReader(LIMITS).feed(request_bytes(one.method, one.target, section, one.framing))
    assert read is not None
    return read


PSEUDO = st.sampled_from([b":method", b":scheme", b":authority", b":path", b":protocol", b":x"])
NAMES = st.one_of(
    PSEUDO,
    st.sampled_from(
        b" host content-length te expect cookie connection transfer-encoding upgrade trailer"
        b" http2-settings Upper x-a".split(b" ")
    ),
    st.binary(max_size=4),
)
VALUES = st.one_of(
    st.sampled_from([b"GET", b"POST", b"https", b"h.test", b"/", b"/a?b", b"*", b"0", b"3", b"a,b"])
    | st.sampled_from([b"100-continue", b"trailers", b" a", b"chunked", b"H.TEST", b"CONNECT"]),
    st.binary(max_size=6),
)
RANDOM = st.lists(st.tuples(NAMES, VALUES), max_size=8)
PLAIN = st.builds(
    lambda method, path, more: fields(*more, method=method, path=path),
    st.sampled_from([b"GET", b"POST", b"OPTIONS", b"TRACE", b"HEAD"]) | VALUES,
    st.sampled_from([b"/", b"/a", b"/a?b=c", b"*", b"/x HTTP/1.1\r\n\r\nGET /"]) | VALUES,
    RANDOM,
)


class ReadTests(SynchronousTestCase):
    """What passes, and as what."""

    def test_plain(self) -> None:
        """Method, path and authority are those of the pseudo-fields; Host is made of the last."""
        one = head(fields((b"x-a", b"1"), authority=b"H.test:8080", path=b"/a/b?c=%20"))
        self.assertEqual(
            (one.method, one.target, one.path, one.query),
            (b"GET", b"/a/b?c=%20", b"/a/b", b"c=%20"),
        )
        self.assertEqual((one.host, one.minor, one.framing), (b"h.test:8080", 2, 0))
        self.assertEqual(one.fields, [(b"host", b"H.test:8080"), (b"x-a", b"1")])
        self.assertTrue(one.keep_alive)

    @given(PLAIN | RANDOM, st.booleans())
    def test_one_meaning(self, received: Fields, ended: bool) -> None:
        """Whatever the fields are: they are refused, or an instance reads one request that means
        what we decided on.
        """
        try:
            one = head(received, ended)
        except ClientError:
            return
        read = onward(one)
        self.assertEqual(
            (read.method, read.target, read.host, read.framing, read.path, read.query),
            (one.method, one.target, one.host, one.framing, one.path, one.query),
        )
        self.assertEqual(one.framing == 0, ended or values(received, b"content-length") == [b"0"])

    @given(st.lists(st.tuples(PLAIN, st.booleans()), min_size=2, max_size=5))
    def test_one_after_another(self, row: list[tuple[Fields, bool]]) -> None:
        """What came before on the connection makes no difference to a head."""
        reader = StreamHeads(LIMITS)
        for received, ended in [*row, *row]:
            self.assertEqual(
                said(reader, received, ended), said(StreamHeads(LIMITS), received, ended)
            )

    def test_again(self) -> None:
        """The same fields with another path share what was made of them."""
        reader = StreamHeads(LIMITS)
        one, other = (
            reader.read(fields((b"x-a", b"1"), path=path), True) for path in (b"/1", b"/2")
        )
        self.assertIs(one.block, other.block)
        self.assertEqual((one.target, other.target, other.minor), (b"/1", b"/2", 2))

    def test_via(self) -> None:
        """Instances are told what the client spoke."""
        self.assertEqual(values(onward(head(fields())).fields, b"via"), [b"2.0 altlas"])

    def test_host(self) -> None:
        """Host may stand for the authority, or beside it where it says the same."""
        self.assertEqual(head(fields((b"host", b"a"), authority=None)).host, b"a")
        both = head(fields((b"host", b"A"), authority=b"a"))
        self.assertEqual((both.host, values(both.fields, b"host")), (b"a", [b"A"]))
        for bad in (
            fields(authority=None),
            fields((b"host", b"b")),
            fields((b"host", b"h.test"), (b"host", b"h.test")),
            fields(authority=b"user@h.test"),
            fields(authority=b""),
        ):
            self.assertRaises(BadRequest, head, bad)

    def test_cookies(self) -> None:
        """Crumbs become one cookie (RFC 9113, 8.2.3)."""
        one = head(fields((b"cookie", b"a=1"), (b"x", b"y"), (b"cookie", b"b=2")))
        self.assertEqual(values(one.fields, b"cookie"), [b"a=1; b=2"])

    def test_bodies(self) -> None:
        """A body's length is what was told, else it ends with the stream; none may be told of."""
        one = head(fields((b"content-length", b"3"), method=b"PUT"), ended=False)
        self.assertEqual((one.framing, one.body_framing), (3, 3))
        one = head(fields(method=b"PUT"), ended=False)
        self.assertEqual((one.framing, one.body_framing), (CHUNKED, UNTIL_CLOSE))
        self.assertEqual(head(fields((b"content-length", b"0"))).framing, 0)
        self.assertRaises(BadRequest, head, fields((b"content-length", b"3")))
        self.assertRaises(BadRequest, head, fields((b"content-length", b"+3")), False)
        self.assertRaises(BadRequest, head, fields(method=b"TRACE"), False)

    def test_length_of_nothing(self) -> None:
        """A POST without a body says so to instances, which else may ask for a length."""
        self.assertEqual(
            values(onward(head(fields(method=b"POST"))).fields, b"content-length"), [b"0"]
        )
        self.assertEqual(values(onward(head(fields())).fields, b"content-length"), [])

    def test_expectations(self) -> None:
        """100-continue is waited for where a body is to come; others cannot be met."""
        for ended in (True, False):
            one = head(fields((b"expect", b"100-continue"), method=b"PUT"), ended)
            self.assertEqual(one.expects_continue, not ended)
        self.assertRaises(ExpectationFailed, head, fields((b"expect", b"more")))

    def test_te(self) -> None:
        """TE may say that trailers are understood, and instances hear it."""
        said = onward(head(fields((b"te", b"trailers")))).fields
        self.assertEqual(values(said, b"te"), [b"trailers"])
        self.assertRaises(BadRequest, head, fields((b"te", b"gzip")))

    def test_methods(self) -> None:
        """Unknown methods, and CONNECT in either form, are not implemented."""
        for bad in (
            fields(method=b"BREW"),
            fields(method=b"CONNECT"),
            fields(method=b"CONNECT", path=None, scheme=None),
        ):
            self.assertRaises(MethodUnknown, head, bad)

    def test_pseudo(self) -> None:
        """Pseudo-fields come first, once each, all that there must be and no others."""
        for bad in (
            fields(path=None),
            fields(scheme=None),
            fields(method=None),
            fields((b":path", b"/")),
            fields((b"x", b"y"), (b":path", b"/"), path=None),
            fields((b":status", b"200")),
            fields((b":protocol", b"websocket")),
            fields(scheme=b"ftp"),
            [],
        ):
            self.assertRaises(BadRequest, head, bad)

    def test_targets(self) -> None:
        """The path is origin-form, or * for OPTIONS, in the grammar of HTTP/1.1."""
        self.assertEqual(head(fields(method=b"OPTIONS", path=b"*")).path, b"*")
        for path in (
            b"",
            b"*",
            b"a",
            b"http://h.test/",
            b"/#",
            b"/ ",
            b"/\r\n",
            b"/a HTTP/1.1\r\nX:",
        ):
            self.assertRaises(BadRequest, head, fields(path=path))
        self.assertRaises(BadRequest, head, fields(method=b"GET / HTTP/1.1\r\n\r\nGET"))
        self.assertRaises(BadRequest, head, fields(method=b"GET /"))

    def test_fields(self) -> None:
        """Names are lower-case tokens, values have no line ends and no blanks around them, and
        nothing speaks of connections.
        """
        for name in (b"", b"X", b"a b", b"a:", b"a\n", b"\x80", b"a\x00"):
            self.assertRaises(BadRequest, head, fields((name, b"v")))
        for value in (b" a", b"a ", b"\ta", b"a\r\nb: c", b"a\n", b"\x00", b"\x7f"):
            self.assertRaises(BadRequest, head, fields((b"x", value)))
        for name in (b"connection", b"keep-alive", b"proxy-connection", b"upgrade"):
            self.assertRaises(BadRequest, head, fields((name, b"x")))
        self.assertRaises(BadRequest, head, fields((b"transfer-encoding", b"chunked")), False)
        self.assertEqual(
            head(fields((b"x", b""), (b"y", b"a\tb \xff"))).fields[1:],
            [(b"x", b""), (b"y", b"a\tb \xff")],
        )

    def test_limits(self) -> None:
        """The limits are those of HTTP/1.1."""
        small = Limits(request_line=30, headers=60, header_count=3)
        head(fields((b"x", b"y"), (b"z", b"y"), path=b"/123456789012345"), limits=small)
        with self.assertRaises(TargetTooLong):
            head(fields(path=b"/12345678901234567"), limits=small)
        with self.assertRaises(HeadersTooLarge):
            head(fields(*[(b"x", b"y")] * 4), limits=small)
        with self.assertRaises(HeadersTooLarge):
            head(fields((b"x", b"y" * 60)), limits=small)

    def test_beginning(self) -> None:
        """Of what is refused the line is known as far as it goes."""
        self.assertEqual(beginning(fields((b":path", b"/2"))), b"GET / HTTP/1.1\r\n")
        self.assertEqual(beginning([]), b"  HTTP/1.1\r\n")


def said(reader: StreamHeads, received: Fields, ended: bool) -> tuple[object, ...]:
    """What a reader makes of the fields."""
    try:
        one = reader.read(list(received), ended)
    except ClientError as error:
        return type(error), str(error)
    return one.method, one.target, one.path, one.query, one.host, one.framing, one.fields, one.minor
