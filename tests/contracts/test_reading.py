"""Tests for `altlas.contracts.reading`, and the texts that it reads."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts import json_text, yaml_text
from altlas.contracts.flaws import Unusable
from altlas.contracts.reading import read
from tests.work import counted

_HEAD = b"openapi: 3.1.0\n"

_TEXT = st.text("aZ09 .:#-?&*!|>%@,~=<'\"[]{}\\\né☃", max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def message(data: bytes) -> str:
    """What is first said of bytes that are no document."""
    try:
        read(data)
    except Unusable as unusable:
        return str(unusable)
    return ""


class FormTests(SynchronousTestCase):
    """Bytes become a document, or it is told why not."""

    def test_both_forms(self) -> None:
        """JSON and YAML are told apart by how they begin; a byte order mark is passed over."""
        for data in (b'{"openapi": "3.1.0"}', b"openapi: 3.1.0", b"\xef\xbb\xbfopenapi: 3.1.0\n"):
            self.assertEqual(read(data), {"openapi": "3.1.0"})

    def test_what_is_none(self) -> None:
        """What is no document is told as such, with the place where that shows."""
        for data, said in {
            b"": "is not an OpenAPI document, but something else",
            b"[]": "is not an OpenAPI document, but something else",
            b"hello": "is not an OpenAPI document, but something else",
            b"\xff{}": "is not UTF-8, at byte 0",
            b'{"a": }': "is not JSON: Expecting value (line 1, column 7)",
            b"a: b: c": "is not YAML: mapping values are not allowed in this context"
            " (line 1, column 5)",
            b"a: 1\n---\nb: 2": "holds more than one document",
            b"a: 1": "has no 'openapi', and so is not an OpenAPI document",
        }.items():
            self.assertEqual(message(data), said)

    def test_versions(self) -> None:
        """Other versions, and other descriptions, are told by name."""
        for data, said in {
            b'{"swagger": "2.0"}': "/swagger: Swagger 2.0 is not read here",
            b"openapi: 3.2.0": "/openapi: OpenAPI 3.2.0 is not read here",
            b"openapi: 4.0.0": "/openapi: OpenAPI 4.0.0 is not read here",
            b"openapi: 3.1": "/openapi: must be a text such as '3.1.0'",
            b"asyncapi: 2.6.0": "/asyncapi: AsyncAPI is not read here",
        }.items():
            self.assertEqual(message(data).split(",")[0], said)

    @given(st.binary(max_size=200))
    @example(b"&a [*a]")
    @example(b"? {a: 1}\n: 2")
    def test_any_bytes(self, data: bytes) -> None:
        """No bytes do anything but become a document or be told to be none."""
        message(data)
        message(_HEAD + data)


class NumberTests(SynchronousTestCase):
    """What JSON does not have, or readers read in two ways."""

    def test_not_finite(self) -> None:
        """Numbers that JSON does not have are told of in both forms."""
        for data in (b'{"a": NaN}', b'{"a": 1e999}', b"a: .inf", b"a: .nan", b"a: 1e999"):
            self.assertEqual(message(data), "/a: is not a number that JSON has")

    def test_long_ones(self) -> None:
        """Whole numbers of over 64 bits are floats, as most readers have them."""
        long = b"36893488147419103232"
        for data in (b'{"openapi": "3.1.0", "a": %s}' % long, _HEAD + b"a: " + long):
            self.assertEqual(read(data)["a"], 2.0**65)

    def test_doubles(self) -> None:
        """A name that is there twice is told of with its place, however deep."""
        data = b'{"a": 1, "a": 2, "b": [{"c": 1, "c": 1}]}'
        with self.assertRaises(Unusable) as caught:
            read(data)
        found = [flaw.pointer for flaw in caught.exception.flaws]
        self.assertEqual(found, ["/a", "/b/0/c"])
        self.assertEqual(message(b"a:\n  b: 1\n  b: 2"), "/a/b: is there twice")

    def test_surrogates(self) -> None:
        """Half of a surrogate pair, which no UTF-8 has, is told of."""
        self.assertEqual(message(b'{"a": "\\ud800"}'), "has half of a surrogate pair in it")


class DepthTests(SynchronousTestCase):
    """What is too deep or too much is refused before it costs anything."""

    def test_deep(self) -> None:
        """Any depth is told to be too much, with little work, in all forms."""
        with counted() as work:
            for data in (
                b'{"a":' * 100_000,
                b"[" * 100_000,
                b"- " * 100_000,
                b"a: " + b"[" * 100_000,
                b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}",
                b"".join(b" " * level + b"a:\n" for level in range(1000)),
            ):
                self.assertIn("is nested deeper than 100 levels", message(data))
        self.assertLess(work.calls, 20_000)  # whatever was nested

    def test_aliases(self) -> None:
        """Aliases that come to too much, or stand for what they are in, are refused."""
        lines = [b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        for level in range(1, 10):
            inner = b", ".join([b"*a%d" % (level - 1)] * 10)
            lines.append(b"a%d: &a%d [%s]" % (level, level, inner))
        self.assertEqual(message(b"\n".join(lines)), "comes to too much by its aliases")
        self.assertIn("stands for nothing, or for what it is in", message(b"a: &a [*a]"))


class YamlTests(SynchronousTestCase):
    """YAML is that of 1.2, which is a JSON with fewer marks."""

    def test_words(self) -> None:
        """Only JSON's words are other than text; dates, ``on`` and ``yes`` are text."""
        text = "a: 2020-01-01\nb: on\nc: yes\nd: 1_000\ne: 012\nf: 0x1f\ng: 1e3\nh: ~\ni: True\nj:"
        self.assertEqual(
            yaml_text.value_of(text),
            {"a": "2020-01-01", "b": "on", "c": "yes", "d": "1_000", "e": 12, "f": 31, "g": 1000.0}
            | {"h": None, "i": True, "j": None},
        )

    def test_names(self) -> None:
        """Names are text, as they are written."""
        found = yaml_text.value_of("200: a\non: b\n~: c\n1.10: d\n!!str x: e")
        self.assertEqual([*found], ["200", "on", "~", "1.10", "x"])
        with self.assertRaises(Unusable):
            yaml_text.value_of("[1]: a")

    def test_aliases(self) -> None:
        """What an alias stands for is copied; ``<<`` brings in what is not there."""
        found = yaml_text.value_of("a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, x: 3}\nd: {<<: [*a]}")
        self.assertEqual(found["c"], {"x": 3, "y": 2})
        self.assertEqual(found["b"], found["d"])
        self.assertIsNot(found["a"], found["b"])

    def test_tags(self) -> None:
        """Tags of JSON's types are taken at their word, others refused: nothing is run."""
        self.assertEqual(yaml_text.value_of("a: !!str 12"), {"a": "12"})
        self.assertEqual(yaml_text.value_of("!!python/object/apply:os.system [x]"), ["x"])
        self.assertIn("is not known here", message(b"a: !!binary aGk="))

    @given(_VALUES)
    def test_json_is_yaml(self, value: Any) -> None:
        """A text of JSON is read alike as JSON and as YAML."""
        text = json.dumps({"a": value}, ensure_ascii=False)
        try:
            expected = json_text.value_of(text)
        except Unusable:
            return
        self.assertEqual(yaml_text.value_of(text), expected)
