"""Forms held against schemas."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.contracts.documents import with_schema
from tests.contracts.test_bodies import pointers
from tests.work import counted

FORM = "application/x-www-form-urlencoded"
SCHEMA = {
    "type": "object",
    "properties": {
        "count": {"type": "integer"},
        "on": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "sizes": {"type": "array", "items": {"type": "integer"}},
        "where": {"type": "object", "properties": {"x": {"type": "number"}}},
        "name": {"type": "string"},
        "either": {"anyOf": [{"type": "integer", "maximum": 5}, {"type": "string"}]},
        "file": {"type": "string", "format": "binary"},
    },
    "required": ["count"],
    "additionalProperties": False,
}


def examined(data: bytes, encoding: Any = None, schema: Any = SCHEMA, media: str = FORM) -> Any:
    """What is found in a form."""
    more = {} if encoding is None else {"encoding": encoding}
    made = with_schema(schema, media.partition(";")[0], **more)
    found = made.body_rule(media.encode())
    assert found is not None
    return found.check(data)


def multipart(*parts: tuple[str, bytes], encoding: Any = None) -> Any:
    """What is found in parts, each given by what follows its ``name=``, and its content."""
    lines = [
        b"--XX\r\nContent-Disposition: form-data; name=%b\r\n\r\n%b\r\n" % (head.encode(), data)
        for head, data in parts
    ]
    return examined(
        b"".join(lines) + b"--XX--\r\n", encoding, media="multipart/form-data; boundary=XX"
    )


class UrlencodedTests(SynchronousTestCase):
    """``application/x-www-form-urlencoded``."""

    def test_values(self) -> None:
        """Each field becomes what its property is; repeated ones an array, objects are JSON."""
        found = examined(
            b"count=5&on=true&tags=a&tags=b%26&sizes=1&where=%7B%22x%22%3A1.5%7D&name=5+6"
        )
        value = {
            "count": 5,
            "on": True,
            "tags": ["a", "b&"],
            "sizes": [1],
            "where": {"x": 1.5},
            "name": "5 6",
        }
        self.assertEqual((found.mismatches, found.value), ((), value))

    def test_either(self) -> None:
        """What may be a number or a string is right as either."""
        for text in (b"5", b"6", b"x"):
            self.assertEqual(examined(b"count=1&either=" + text).mismatches, ())

    def test_wrong(self) -> None:
        """What is wrong is told by pointer, what cannot be read as well."""
        for data, where in (
            (b"count=x", "/count"),
            (b"", "/count"),
            (b"count=1&other=2", "/other"),
            (b"count=1&count=2", "/count"),
            (b"count=1&name=%ff", "/name"),
            (b"count=1&where=%7B", "/where"),
            (b"count=1&where=%7B%22x%22%3A%22%22%7D", "/where/x"),
            (b"count=1&%ff=1", ""),
        ):
            self.assertEqual(pointers(examined(data)), [where], data)

    def test_styles(self) -> None:
        """Encoding objects say how a property is written."""
        encoding = {
            "tags": {"style": "form", "explode": False},
            "sizes": {"style": "deepObject", "explode": True},
            "where": {"style": "deepObject"},
        }
        found = examined(b"count=1&tags=a,b&sizes[]=1&sizes[]=2&where[x]=7", encoding)
        value = {"count": 1, "tags": ["a", "b"], "sizes": [1, 2], "where": {"x": 7}}
        self.assertEqual((found.mismatches, found.value), ((), value))
        found = examined(b"count=1&x=7", {"where": {"style": "form", "explode": True}})
        self.assertEqual((found.mismatches, found.value), ((), {"count": 1, "where": {"x": 7}}))

    @given(st.dictionaries(st.sampled_from(["name", "either"]), st.text(min_size=1)), st.integers())
    def test_round(self, texts: dict[str, str], count: int) -> None:
        """What was written as a form is read as it was."""
        found = examined(urlencode({**texts, "count": count}).encode())
        self.assertEqual(found.mismatches, ())
        self.assertEqual(found.value["count"], count)
        self.assertEqual(found.value.get("name"), texts.get("name"))

    def test_many(self) -> None:
        """More fields than anybody fills in are not looked at."""
        self.assertEqual(examined(b"count=1" + b"&" * 9_000).mismatches, ())
        told = examined(b"&" * 10_000).mismatches
        self.assertEqual([each.message for each in told], ["has more than 10000 fields"])


class MultipartTests(SynchronousTestCase):
    """``multipart/form-data``."""

    def test_values(self) -> None:
        """Parts become what their properties are; files are a character for each byte."""
        found = multipart(
            ('"count"', b"5"),
            ('"tags"', b"a"),
            ('"tags"', b"b"),
            ('"where"', b'{"x":1}'),
            ('"file"; filename="f"\r\nContent-Type: image/png', b"\x89\xff\r\n"),
            ("name\r\nContent-Type: text/plain", "ä".encode()),
        )
        value = {
            "count": 5,
            "tags": ["a", "b"],
            "where": {"x": 1},
            "file": "\x89\xff\r\n",
            "name": "ä",
        }
        self.assertEqual((found.mismatches, found.value), ((), value))

    def test_json(self) -> None:
        """A part that says it is JSON is, an array as a whole too."""
        found = multipart(("count", b"1"), ("sizes\r\nContent-Type: application/json", b"[1,2]"))
        self.assertEqual((found.mismatches, found.value), ((), {"count": 1, "sizes": [1, 2]}))
        found = multipart(("count", b"1"), ("where", b"{"))
        self.assertEqual(pointers(found), ["/where"])

    def test_types(self) -> None:
        """A part is of one of the types that its encoding object has."""
        encoding = {"file": {"contentType": "image/png, application/*"}}
        for media, wrong in (("image/png", []), ("application/pdf", []), ("image/gif", ["/file"])):
            part = (f"file; filename=f\r\nContent-Type: {media}", b"x")
            self.assertEqual(pointers(multipart(("count", b"1"), part, encoding=encoding)), wrong)

    def test_wrong(self) -> None:
        """What is wrong is told by pointer; what is no such body, as a whole."""
        self.assertEqual(pointers(multipart(("name", b"x"))), ["/count"])
        self.assertEqual(pointers(multipart(("count", b"1"), ("count", b"1"))), ["/count"])
        self.assertEqual(pointers(multipart(("count", b"x"))), ["/count"])
        for media in ("multipart/form-data", "multipart/form-data; boundary=YY"):
            self.assertEqual(pointers(examined(b"--XX--", media=media)), [""])

    def test_linear(self) -> None:
        """Forms of a megabyte cost work in proportion."""
        part = b"--XX\r\nContent-Disposition: form-data; name=tags\r\n\r\na\r\n"
        with counted() as work:
            for data in (part * 9_000 + b"--XX--", part * 20_000 + b"--XX--", b"\r\n--X" * 200_000):
                examined(data, media="multipart/form-data; boundary=XX")
            for data in (b"&" * 999_999, b"tags=a&" * 100_000, b"count=" + b"9" * 999_999):
                examined(data)
            deep = {"sizes": {"style": "deepObject"}}
            examined(b"&".join(b"sizes[%d]=1" % number for number in range(50_000)), deep)
            examined(b"where=" + json.dumps([[0]] * 99_999).encode())
        self.assertLess(work.calls, 12_000_000)  # of 7 MB
