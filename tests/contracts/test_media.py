"""Content types, and the ranges that they are held against."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.media import MediaRanges, MediaType, media_type
from tests.work import counted


class MediaTypeTests(SynchronousTestCase):
    """What a content type says."""

    def test_read(self) -> None:
        """Case of names does not matter, values may be quoted, blanks and semicolons are free."""
        for value, essence, parameters in (
            (b"application/json", "application/json", {}),
            (b" Text/HTML ;Charset=UTF-8", "text/html", {"charset": "UTF-8"}),
            (
                b'multipart/form-data; boundary="a b\\"c"',
                "multipart/form-data",
                {"boundary": 'a b"c'},
            ),
            (b"a/b;;x=1; ;x=1", "a/b", {"x": "1"}),
        ):
            self.assertEqual(media_type(value), MediaType(essence, parameters), value)
        self.assertEqual(media_type(b"a/b; charset=UTF-8").charset, "utf-8")

    def test_wrong(self) -> None:
        """What is no content type, or says two things at once, is refused."""
        for value in (b"", b"json", b"a/", b"/b", b"a/b/c", b"a/b c", b"a/b; x", b"a/b; x=1; x=2"):
            self.assertRaises(ValueError, media_type, value)
        for value in (b'a/b; x="', b"a/b, c/d", b"\xff/\xff"):
            self.assertRaises(ValueError, media_type, value)

    def test_sorts(self) -> None:
        """JSON is known by its suffix too; XML and streams are no text for schemas."""
        for value in (b"application/json", b"application/problem+json", b"text/json"):
            self.assertTrue(media_type(value).is_json)
        for value in (b"application/jsonl", b"application/json-seq", b"application/x-ndjson"):
            self.assertFalse(media_type(value).is_json)
        self.assertTrue(media_type(b"text/csv").is_text)
        for value in (b"text/xml", b"text/x+xml", b"text/event-stream", b"application/xml"):
            self.assertFalse(media_type(value).is_text)

    @given(st.binary(max_size=60))
    def test_hostile(self, value: bytes) -> None:
        """Whatever comes is a content type or none."""
        for each in (value, b"a/b;" + value, b'a/b;x="' + value):
            try:
                media_type(each)
            except ValueError:
                pass

    def test_linear(self) -> None:
        """Long ones cost work in proportion."""
        with counted() as work:
            for piece in (b"a", b";", b" ", b";x=1", b'x="\\', b'"', b"a/"):
                for before in (b"", b"a/b", b"a/b;", b'a/b;x="'):
                    try:
                        media_type(before + piece * 100_000)
                    except ValueError:
                        pass
        self.assertLess(work.calls, 6_000_000)  # of 6 MB


class MediaRangesTests(SynchronousTestCase):
    """Which key of a ``content`` object counts."""

    def test_specific(self) -> None:
        """The most specific key counts, and parameters do not matter."""
        ranges = MediaRanges(
            {key: key for key in ("*/*", "text/*", "Text/CSV", "application/*+json", "text/a;v=1")}
        )
        for value, key in (
            (b"text/csv; header=present", "Text/CSV"),
            (b"text/plain", "text/*"),
            (b"application/vnd.x+json", "application/*+json"),
            (b"application/json", "*/*"),
            (b"text/a", "text/a;v=1"),
        ):
            self.assertEqual(ranges.find(media_type(value)), key)

    def test_none(self) -> None:
        """A type that has no key is not found, even if it is JSON as well."""
        ranges = MediaRanges({"application/json": 1, "nonsense": 2})
        self.assertIsNone(ranges.find(media_type(b"application/problem+json")))
        self.assertEqual(str(ranges), "application/json, nonsense")

    def test_parameters(self) -> None:
        """Of keys that differ in parameters only, the one with the same ones counts."""
        ranges = MediaRanges({"a/b;v=1": 1, "a/b;v=2": 2})
        self.assertEqual(ranges.find(media_type(b"a/b; v=2")), 2)
        self.assertEqual(ranges.find(media_type(b"a/b")), 1)
