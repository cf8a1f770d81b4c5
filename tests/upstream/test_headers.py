"""Promises of headers that keep the wire's order and spelling."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers, InvalidHeaderName

from altlas.upstream.headers import FieldHeaders, fields_of

FIELDS = [(b"HOST", b"a"), (b"x-one", b"1"), (b"Accept", b"b"), (b"X-One", b"2")]

NAMES = st.sampled_from([b"A", b"a", b"x-b", b"X-B", b"C"])
LISTS = st.lists(st.tuples(NAMES, st.binary(max_size=3).map(lambda v: v.hex().encode())))


class ReadingTests(SynchronousTestCase):
    """What `Headers` can tell is told."""

    def test_is_headers(self) -> None:
        """Whoever wants Twisted's class gets it."""
        self.assertIsInstance(FieldHeaders(FIELDS), Headers)

    def test_by_name_without_case(self) -> None:
        """All values of a name are found in order, however it was spelled."""
        headers = FieldHeaders(FIELDS)
        self.assertEqual(headers.getRawHeaders(b"X-ONE"), [b"1", b"2"])
        self.assertEqual(headers.getRawHeaders("x-one"), ["1", "2"])
        self.assertIsNone(headers.getRawHeaders(b"none"))
        self.assertTrue(headers.hasHeader("host"))

    def test_unread_costs_nothing(self) -> None:
        """No dictionary is made while nobody reads by name."""
        headers = FieldHeaders(FIELDS)
        self.assertIs(headers.fields, FIELDS)
        self.assertIsNone(headers._index)

    @given(LISTS)
    def test_equal_to_plain_headers(self, fields: list[tuple[bytes, bytes]]) -> None:
        """They compare and read as the plain headers with the same fields."""
        plain = Headers()
        for name, value in fields:
            plain.addRawHeader(name, value)
        headers = FieldHeaders(fields)
        self.assertEqual(headers, plain)
        self.assertEqual(list(headers.getAllRawHeaders()), list(plain.getAllRawHeaders()))


class ChangingTests(SynchronousTestCase):
    """Changes show on both faces and touch nobody else's list."""

    def test_set_keeps_the_place(self) -> None:
        """Set values stand where the first of the name stood; its others go."""
        headers = FieldHeaders(FIELDS)
        headers.setRawHeaders(b"X-ONE", [b"9"])
        self.assertEqual(headers.fields, [FIELDS[0], (b"X-ONE", b"9"), FIELDS[2]])
        self.assertEqual(headers.getRawHeaders(b"x-one"), [b"9"])

    def test_set_of_a_new_name(self) -> None:
        """A name that was not there comes last."""
        headers = FieldHeaders([])
        headers.setRawHeaders("a", ["1", "2"])
        self.assertEqual(headers.fields, [(b"a", b"1"), (b"a", b"2")])

    def test_add_and_remove(self) -> None:
        """Added comes last in its own spelling, removed goes in every spelling."""
        headers = FieldHeaders(FIELDS)
        headers.getRawHeaders(b"accept")
        headers.addRawHeader(b"aCCept", b"c")
        headers.removeHeader(b"x-ONE")
        self.assertEqual(headers.fields, [FIELDS[0], FIELDS[2], (b"aCCept", b"c")])
        self.assertEqual(headers.getRawHeaders(b"accept"), [b"b", b"c"])

    def test_given_list_is_not_written_to(self) -> None:
        """The list of a head stays as it came."""
        given_fields = list(FIELDS)
        headers = FieldHeaders(given_fields)
        copy = headers.copy()
        copy.removeHeader(b"host")
        headers.setRawHeaders(b"b", [b"1"])
        self.assertEqual(given_fields, FIELDS)
        self.assertNotEqual(headers, copy)

    def test_checks_as_twisted_does(self) -> None:
        """A name that is no token is refused, a line end in a value becomes a blank."""
        headers = FieldHeaders([])
        self.assertRaises(InvalidHeaderName, headers.addRawHeader, b"a b", b"1")
        headers.addRawHeader(b"a", b"1\r\nEvil: 2")
        self.assertEqual(headers.fields, [(b"a", b"1 Evil: 2")])


class FieldsOfTests(SynchronousTestCase):
    """Any sort of headers becomes fields."""

    def test_own_are_passed_as_they_are(self) -> None:
        """Nothing is copied on the way through."""
        self.assertIs(fields_of(FieldHeaders(FIELDS)), FIELDS)

    def test_others(self) -> None:
        """Plain headers, mappings and nothing are understood."""
        self.assertEqual(fields_of(None), [])
        self.assertEqual(fields_of({"A": "1"}), [(b"A", b"1")])
        self.assertEqual(fields_of({b"a": [b"1", b"2"]}), [(b"A", b"1"), (b"A", b"2")])
        self.assertEqual(fields_of(Headers({"b": ["1"]})), [(b"B", b"1")])

    def test_connection_matters_are_dropped(self) -> None:
        """How a connection is used is not for a caller's headers to say."""
        self.assertEqual(fields_of({"Connection": "close", "Transfer-Encoding": "chunked"}), [])

    def test_refused(self) -> None:
        """A NUL and a value that is neither text nor bytes are errors."""
        self.assertRaises(ValueError, fields_of, {b"a": b"\0"})
        self.assertRaises(TypeError, fields_of, {b"a": 5})
