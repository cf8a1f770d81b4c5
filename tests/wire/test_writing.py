"""Heads are written so that only one message can be read from them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.fields import Fields
from altlas.wire.framing import CHUNKED, UNTIL_CLOSE, bodiless
from altlas.wire.limits import Limits
from altlas.wire.reading import RequestReader, ResponseReader
from altlas.wire.section import Section
from altlas.wire.writing import framed_request, request_bytes, response_bytes, response_head
from tests.wire import messages

# 0 and 7 often, since the fields below say these
framings = st.sampled_from([0, 7, 123456, CHUNKED])
framing_fields = st.lists(
    st.sampled_from(
        [
            (b"Content-Length", b"0"),
            (b"content-length", b"7"),
            (b"CONTENT-LENGTH", b"x"),
            (b"Transfer-Encoding", b"chunked"),
            (b"transfer-encoding", b"identity"),
        ]
    ),
    max_size=3,
)


class RequestBytesTests(SynchronousTestCase):
    """Requests on their way to an instance."""

    def test_as_given(self) -> None:
        """Target and fields go out byte for byte, in their order and spelling."""
        fields = [(b"hOst", b"a"), (b"B", b"\xff"), (b"b", b"")]
        self.assertEqual(
            request_bytes(b"GET", b"//a%2f|?", fields, 0),
            b"GET //a%2f|? HTTP/1.1\r\nhOst: a\r\nB: \xff\r\nb: \r\n\r\n",
        )

    def test_length_in_place(self) -> None:
        """A length that is right stays where it was, one that is missing comes last."""
        fields = [(b"content-length", b"3"), (b"A", b"b")]
        for given_fields in (fields, fields[::-1]):
            self.assertIn(
                b"\r\n".join(name + b": " + value for name, value in given_fields),
                request_bytes(b"PUT", b"/", given_fields, 3),
            )
        self.assertIn(b"\r\nContent-Length: 3\r\n\r\n", request_bytes(b"PUT", b"/", [], 3))

    def test_no_length_without_body(self) -> None:
        """A request without body is sent as it came: without a length, or with 0."""
        self.assertEqual(request_bytes(b"POST", b"/", [], 0), b"POST / HTTP/1.1\r\n\r\n")
        self.assertIn(b"-Length: 0", request_bytes(b"POST", b"/", [(b"Content-Length", b"0")], 0))

    def test_breaking_out(self) -> None:
        """No part can end its line or the request."""
        for evil in (b"a\r\nB: c", b"a\nb", b"a\rb", b"a\x00b"):
            for case in (
                (b"GET", b"/" + evil, []),
                (b"GET" + evil, b"/", []),
                (b"GET", b"/", [(b"A", evil)]),
                (b"GET", b"/", [(evil, b"a")]),
            ):
                self.assertRaises(ValueError, request_bytes, *case, 0)
        for method, target in ((b"GET", b"/a b"), (b"GE T", b"/"), (b"GET", b""), (b"", b"/")):
            self.assertRaises(ValueError, request_bytes, method, target, [], 0)

    def test_section(self) -> None:
        """A section goes out as its fields would, whatever framing it was made for."""
        fields = [(b"Host", b"a"), (b"Content-Length", b"3")]
        for made in (3, 0, CHUNKED, None):
            for framing in (3, 0, CHUNKED):
                section = Section.of(framed_request(fields, 0 if made is None else made), made)
                for method in (b"PUT", b"STRANGE"):
                    self.assertEqual(
                        request_bytes(method, b"/a|?", section, framing),
                        request_bytes(method, b"/a|?", section.fields, framing),
                    )

    def test_breaking_out_beside_a_section(self) -> None:
        """No method or target breaks out because the fields were checked before."""
        section = Section.of([(b"Host", b"a")], 0)
        for evil in (b"a\r\nB: c", b"a\nb", b"a\rb", b"a\x00b", b"a b", b""):
            for method, target in ((b"GET", evil), (evil, b"/"), (evil, evil)):
                self.assertRaises(ValueError, request_bytes, method, target, section, 0)
        endless = Section.of([], UNTIL_CLOSE)
        self.assertRaises(ValueError, request_bytes, b"GET", b"/", endless, UNTIL_CLOSE)

    def test_no_end_by_closing(self) -> None:
        """A request cannot be ended by closing the connection."""
        self.assertRaises(ValueError, request_bytes, b"GET", b"/", [], UNTIL_CLOSE)

    @given(messages.methods, framings, messages.plain_fields, framing_fields)
    def test_reads_back(self, method: bytes, framing: int, fields: Fields, evil: Fields) -> None:
        """Whatever the framing fields were, the reader finds the framing, and one field for it."""
        fields = [(b"Host", b"a"), *fields]
        data = request_bytes(method, b"/", [*evil, *fields], framing)
        head = RequestReader(Limits()).feed(data)
        assert head is not None
        self.assertEqual((head.method, head.framing, head.size), (method, framing, len(data)))
        told = framing_of(head.fields)
        self.assertLessEqual(len(told), 1)
        self.assertEqual([field for field in head.fields if field not in told], fields)


class ResponseBytesTests(SynchronousTestCase):
    """Responses on their way to the client."""

    def test_as_given(self) -> None:
        """Status, reason and fields go out as they are."""
        self.assertEqual(
            response_bytes(200, b"All \xff", [(b"a", b"b"), (b"Content-Length", b"0")], 0),
            b"HTTP/1.1 200 All \xff\r\na: b\r\nContent-Length: 0\r\n\r\n",
        )

    def test_empty_body(self) -> None:
        """A response that could have a body and has none says so."""
        self.assertIn(b"\r\nContent-Length: 0\r\n", response_bytes(200, b"OK", [], 0))

    def test_bodiless(self) -> None:
        """HEAD and 304 keep a length, 1xx and 204 have none, and no coding is left on any."""
        fields = [(b"A", b"b"), (b"Content-Length", b"5"), (b"Transfer-Encoding", b"chunked")]
        for status, method, left in (
            (200, b"HEAD", fields[:2]),
            (304, b"GET", fields[:2]),
            (204, b"GET", fields[:1]),
            (204, b"HEAD", fields[:1]),
            (103, b"GET", fields[:1]),
        ):
            data = response_bytes(status, b"X", fields, 0, method)
            self.assertEqual(data, messages.head(b"HTTP/1.1 %d X" % status, left))

    def test_until_close(self) -> None:
        """A body that ends with the connection has no framing field."""
        fields = [(b"Content-Length", b"5"), (b"A", b"b")]
        self.assertEqual(
            response_bytes(200, b"OK", fields, UNTIL_CLOSE), b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"
        )

    def test_breaking_out(self) -> None:
        """No part can end its line or the head."""
        for evil in (b"a\r\nB: c", b"a\nb", b"a\rb", b"a\x00b"):
            self.assertRaises(ValueError, response_bytes, 200, evil, [], 0)
            self.assertRaises(ValueError, response_bytes, 200, b"OK", [(b"A", evil)], 0)

    @given(
        st.sampled_from([200, 204, 304, 404, 500]),
        st.sampled_from([b"GET", b"HEAD"]),
        framings | st.just(UNTIL_CLOSE),
        messages.plain_fields,
        framing_fields.filter(lambda fields: (b"CONTENT-LENGTH", b"x") not in fields),
    )
    def test_reads_back(
        self, status: int, method: bytes, framing: int, fields: Fields, evil: Fields
    ) -> None:
        """Whatever the framing fields were, never both are out, and the framing is read back."""
        lengths = [field for field in evil if field[0].lower() == b"content-length"]
        data = response_bytes(status, b"", [*evil, *fields], framing, method)
        reader = ResponseReader(Limits())
        reader.expect(method)
        if bodiless(status, method) and len(lengths) > 1:
            return  # what a filter made of a HEAD's lengths is not for us to choose from
        head = reader.feed(data)
        assert head is not None
        self.assertEqual(head.framing, 0 if bodiless(status, method) else framing)
        self.assertLessEqual(len(framing_of(head.fields)), 1)


class ResponseHeadTests(SynchronousTestCase):
    """Heads out of lines that are there already."""

    def test_lines(self) -> None:
        """What is passed on is the status line that came, with other lines after it."""
        head = ResponseReader(Limits()).feed(b"HTTP/1.0 404 All \xff\r\nX: y\r\n\r\n")
        assert head is not None
        self.assertEqual(
            response_head(head, Section.of([(b"A", b"b")]).lines),
            b"HTTP/1.1 404 All \xff\r\nA: b\r\n\r\n",
        )


def framing_of(fields: Fields) -> Fields:
    """The framing fields among those."""
    names = (b"content-length", b"transfer-encoding")
    return [field for field in fields if field[0].lower() in names]
