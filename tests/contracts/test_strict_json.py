"""JSON, read strictly."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts import strict_json
from altlas.contracts.strict_json import DEEPEST, Malformed, parsed
from tests.work import counted

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(codec="utf-8")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4),
    ),
    max_leaves=20,
)

REFUSED = (
    b"",
    b" ",
    b"\xef\xbb\xbf1",
    b"\xff\xfe1\x00",
    b'"\xff"',
    b'"\xed\xa0\x80"',
    b'"\\ud800"',
    b'{"a": "\\udc00x"}',
    b"NaN",
    b"[Infinity]",
    b"-Infinity",
    b"1e400",
    b"[-1e999]",
    b"01",
    b"1.",
    b"+1",
    b"0x1",
    b"1_0",
    b"'a'",
    b'"\t"',
    b"[1,]",
    b'{"a":1,}',
    b"[1] 2",
    b"\x0c1",
    b"nul",
    b'{"a":1,"a":1}',
    b'{"a":1,"\\u0061":2}',
    b'[{"x":{"b":1,"c":2,"b":3}}]',
    b'{"a":{"b":1},"a":2}',
    # An escaped colon that would stand in for the one that was lost with a name.
    b'{"a":1,"a":"\\u003a"}',
    b'{"a":1,"a":"\\u003A"}',
    b'{"a:b":1,"a:b":2}',
    b'{"":1,"":2}',
    b"1" * 5000,
    b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b"[" * 1_000_000,
)


def either(data: bytes) -> tuple[Any, Any]:
    """What the fast and the slow way make of it: a value, or the error's class."""
    found = []
    for read in (parsed, strict_json._slowly):
        try:
            found.append(read(data))
        except Malformed:
            found.append(Malformed)
    return found[0], found[1]


class StrictJsonTests(SynchronousTestCase):
    """What is JSON to every reader."""

    def test_refused(self) -> None:
        """What readers take in different ways, or not at all, is refused both ways."""
        for data in REFUSED:
            self.assertEqual(either(data), (Malformed, Malformed), data[:40])

    def test_messages(self) -> None:
        """A name that is there twice is told, long ones in part."""
        error = self.assertRaises(Malformed, parsed, b'{"abc":1,"abc":2}')
        self.assertEqual(str(error), "has the name 'abc' twice in one object")
        long = b'"' + b"x" * 500 + b'":1'
        error = self.assertRaises(Malformed, parsed, b"{" + long + b"," + long + b"}")
        self.assertLess(len(str(error)), 100)

    def test_exact(self) -> None:
        """Integers of any size are exact, colons in strings no names, depth goes to its limit."""
        big = 2**64 + 1
        self.assertEqual(parsed(b"[%d]" % big), [big])
        self.assertEqual(parsed(b"%d" % (-(10**100))), -(10**100))
        self.assertEqual(parsed(b'{"a":"::", "b":"\\u003a"}'), {"a": "::", "b": ":"})
        self.assertEqual(parsed(b'{"a":{"b":1},"c":{"b":2}}'), {"a": {"b": 1}, "c": {"b": 2}})
        deep = b"[" * DEEPEST + b"]" * DEEPEST
        self.assertEqual(*either(deep))
        self.assertEqual(parsed(b'"\\ud83d\\ude00"'), "\U0001f600")

    @given(VALUES)
    def test_round(self, value: Any) -> None:
        """What is written as JSON is read as it was, both ways, escaped or not."""
        for plain in (False, True):
            data = json.dumps(value, ensure_ascii=plain).encode()
            self.assertEqual(either(data), (value, value))

    @given(st.lists(st.sampled_from([*'{}[],:"\\u003a1e.-', "\\ud8", '"a":', "true", "9" * 19])))
    def test_hostile(self, pieces: list[str]) -> None:
        """Whatever comes is read alike both ways, or refused both ways."""
        fast, slow = either("".join(pieces).encode())
        self.assertEqual(repr(fast), repr(slow))

    def test_doubles(self) -> None:
        """A name twice is found wherever it is, as the standard library would find it."""
        for count in (2, 50, 500):
            names = [f'"n{number}":{number}' for number in range(count)]
            self.assertEqual(len(parsed(("{" + ",".join(names) + "}").encode())), count)
            names.insert(count // 2, names[-1])
            self.assertRaises(Malformed, parsed, ("{" + ",".join(names) + "}").encode())

    def test_linear(self) -> None:
        """A megabyte of anything costs work in proportion."""
        pieces = (b"[", b'{"a":1},', b'"a":1,', b"1", b'"\\u003a",', b"9" * 19 + b",", b":")
        with counted() as work:
            for piece in pieces:
                for around in (b"[%b0]", b"{%b}", b'"%b"'):
                    either(around % (piece * (1_000_000 // len(piece))))
        self.assertLess(work.calls, 5_000_000)  # of 21 MB
