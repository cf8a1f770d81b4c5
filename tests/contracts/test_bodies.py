"""Bodies held against their content types' schemas."""

from __future__ import annotations

import gzip
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.bodies import BodyRule, Examined
from altlas.errors import UnsupportedMediaType
from tests.contracts.documents import asked, operation, with_schema
from tests.work import counted

THING = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "name": {"type": "string", "maxLength": 5}},
    "required": ["id"],
    "additionalProperties": False,
}


def rule(schema: Any = THING, media: str = "application/json", said: str = "") -> BodyRule:
    """The rule for a body with this schema."""
    found = with_schema(schema, media).body_rule((said or media).encode())
    assert found is not None
    return found


def pointers(examined: Examined) -> list[str]:
    """Where something is wrong."""
    assert all(mismatch.where == "body" for mismatch in examined.mismatches)
    return [mismatch.pointer for mismatch in examined.mismatches]


class JsonTests(SynchronousTestCase):
    """Bodies that are JSON."""

    def test_right(self) -> None:
        """A body that keeps to its schema has its value and nothing wrong."""
        examined = rule().check(b'{"id": 18446744073709551617}')
        self.assertEqual((examined.mismatches, examined.looked), ((), True))
        self.assertEqual(examined.value, {"id": 18446744073709551617})

    def test_wrong(self) -> None:
        """What is wrong is told by pointer; the value is there for who wants it."""
        examined = rule().check(b'{"id":"1","name":"abcdef","x/y":1}')
        self.assertEqual(sorted(pointers(examined)), ["/id", "/name", "/x~1y"])
        self.assertEqual(pointers(rule().check(b"{}")), ["/id"])

    def test_malformed(self) -> None:
        """What is no JSON, or not to every reader, is one mismatch of the whole."""
        for data in (
            b"",
            b"{",
            b'{"id":1,"id":1}',
            b'\xef\xbb\xbf{"id":1}',
            b'{"id":NaN}',
            b"[" * 9999,
        ):
            self.assertEqual(pointers(rule().check(data)), [""], data[:20])

    def test_codings(self) -> None:
        """Codings are undone within a bound; unknown ones are refused of requests."""
        good = gzip.compress(b'{"id":1}')
        self.assertEqual(rule().check(good, b"gzip").mismatches, ())
        self.assertEqual(rule().check(b'{"id":1}', b"identity").mismatches, ())
        self.assertEqual(pointers(rule().check(b"{}", b"gzip")), [""])
        examined = rule().check(gzip.compress(bytes(99)), b"gzip", 50)
        self.assertEqual((examined.mismatches, examined.looked, examined.long), ((), False, True))
        with self.assertRaises(UnsupportedMediaType) as caught:
            rule().check(b"", b"br")
        self.assertEqual(caught.exception.status, 415)

    def test_answers(self) -> None:
        """Of answers, unknown codings and long contents are not looked into."""
        content = {"application/json": {"schema": THING}}
        made = operation({"responses": {"200": {"description": "", "content": content}}})
        answer = made.answer(200)
        found = answer and answer.body_rule(b"application/json")
        assert found is not None
        self.assertEqual(
            [found.check(b"", b"br").looked, found.check(b"", b"br").long], [False] * 2
        )
        examined = found.check(gzip.compress(bytes(99)), b"gzip", 50)
        self.assertEqual((examined.looked, examined.long), (False, True))
        self.assertEqual(pointers(found.check(b"x", b"gzip")), [""])

    def test_directions(self) -> None:
        """What is only for answers is not asked of requests."""
        schema = {
            "type": "object",
            "properties": {"id": {"type": "integer", "readOnly": True}},
            "required": ["id"],
        }
        content = {"application/json": {"schema": schema}}
        node = {"requestBody": {"content": content}, "responses": {"200": {"content": content}}}
        made = operation(node)
        answer = made.answer(200)
        asking, answering = (
            made.body_rule(b"application/json"),
            answer and answer.body_rule(b"application/json"),
        )
        assert asking is not None and answering is not None
        self.assertEqual(pointers(answering.check(b"{}")), ["/id"])


class RuleTests(SynchronousTestCase):
    """Which rule a body has."""

    def unsupported(self, media: str, said: bytes | None) -> None:
        """A body of that type is refused."""
        with self.assertRaises(UnsupportedMediaType) as caught:
            with_schema(THING, media).body_rule(said)
        self.assertEqual([m.where for m in caught.exception.mismatches], ["content-type"])

    def test_types(self) -> None:
        """A type that is not there, or is no type, is refused; so is none at all."""
        for said in (b"text/plain", b"application/problem+json", b"nonsense", None, b""):
            self.unsupported("application/json", said)
        self.unsupported("application/json", b"application/json; charset=utf-16")
        self.unsupported(
            "application/x-www-form-urlencoded", b"application/x-www-form-urlencoded;charset=koi8-r"
        )

    def test_known(self) -> None:
        """Parameters and a charset that is UTF-8 change nothing; a wildcard takes its types."""
        for said in ("application/json;charset=UTF-8", 'application/JSON; v="1"'):
            self.assertEqual(pointers(rule(said=said).check(b"{}")), ["/id"])
        self.assertEqual(pointers(rule(media="*/*", said="a/b+json").check(b"{}")), ["/id"])
        self.assertEqual(
            pointers(rule(media="application/*", said="application/json").check(b"{}")), ["/id"]
        )

    def test_nothing(self) -> None:
        """Where nothing can be said of a body there is no rule."""
        self.assertIsNone(operation({}).body_rule(b"text/plain"))
        self.assertIsNone(with_schema({}).body_rule(b"application/json"))
        for media in ("application/octet-stream", "image/png", "application/xml", "text/xml"):
            self.assertIsNone(with_schema(THING, media).body_rule(media.encode()))
        self.assertIsNone(with_schema(THING, "*/*").body_rule(None))
        self.assertIsNone(with_schema(THING, "text/plain").body_rule(b"text/plain"))

    def test_required(self) -> None:
        """A body that must be there and is not is told without a body."""
        body = {"required": True, "content": {"application/json": {"schema": THING}}}
        made = operation({"requestBody": body})
        self.assertEqual([m.where for m in made.check(asked())], ["body"])
        self.assertEqual(made.check(asked(has_body=True)), ())
        self.assertEqual(with_schema(THING).check(asked()), ())

    def test_text(self) -> None:
        """Text is held to its schema in its charset."""
        made = rule({"type": "string", "maxLength": 3}, "text/plain")
        self.assertEqual(made.check("äöü".encode()).mismatches, ())
        self.assertEqual(pointers(made.check(b"abcd")), [""])
        self.assertEqual(pointers(made.check(b"\xff")), [""])
        latin = with_schema({"type": "string", "maxLength": 3}, "text/plain")
        found = latin.body_rule(b"text/plain; charset=iso-8859-1")
        assert found is not None
        self.assertEqual(found.check(b"\xe4\xf6\xfc").value, "äöü")
        self.assertEqual(rule({"type": "integer"}, "text/plain").check(b"12").value, 12)

    def test_schema(self) -> None:
        """The schema is there for who looks for its fields."""
        self.assertTrue(rule().schema.valid({"id": 1}))


class HostileTests(SynchronousTestCase):
    """Bodies that mean harm."""

    @given(
        st.binary(max_size=80),
        st.sampled_from(
            [
                "application/json",
                "application/x-www-form-urlencoded",
                "text/plain",
                "multipart/form-data; boundary=b",
            ]
        ),
        st.sampled_from([None, b"gzip", b"deflate", b"identity"]),
    )
    def test_whatever(self, data: bytes, said: str, encoding: bytes | None) -> None:
        """Whatever comes is examined."""
        made = with_schema({"type": ["object", "string"]}, said.partition(";")[0])
        found = made.body_rule(said.encode())
        assert found is not None
        found.check(data, encoding)
        found.check(b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n" + data + b"\r\n--b--")

    def test_linear(self) -> None:
        """Bodies of a megabyte that are wrong throughout cost work in proportion."""
        array = rule({"type": "array", "items": THING})
        with counted() as work:
            array.check(json.dumps([{"id": "x"}] * 60_000).encode())
            array.check(json.dumps([0] * 300_000).encode())
        self.assertLess(work.calls, 200_000)  # of 1.7 MB
