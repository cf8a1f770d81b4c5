"""How parameters are written."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.styles import (
    Kind,
    Text,
    Unreadable,
    Writing,
    cookie_decoded,
    cookie_pairs,
    decoded,
    form_decoded,
    form_pairs,
    loosened,
    plain,
)
from tests.work import counted

COLOURS = ["blue", "black", "brown"]
RGB = {"R": "100", "G": "200", "B": "150"}

#: The tables of OpenAPI 3.1.1, 4.8.12.6, for what is one text: style, explode, what is written.
ONE = [
    ("matrix", False, ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
    ("matrix", True, ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"),
    ("label", False, ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
    ("label", True, ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
    ("simple", False, "blue", "blue,black,brown", "R,100,G,200,B,150"),
    ("simple", True, "blue", "blue,black,brown", "R=100,G=200,B=150"),
]

#: The same for queries.
MANY = [
    ("form", False, "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
    ("form", True, "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
    (
        "spaceDelimited",
        False,
        None,
        "color=blue%20black%20brown",
        "color=R%20100%20G%20200%20B%20150",
    ),
    ("spaceDelimited", False, None, "color=blue+black+brown", "color=R+100+G+200+B+150"),
    ("pipeDelimited", False, None, "color=blue|black|brown", "color=R|100|G|200|B|150"),
    ("pipeDelimited", False, None, "color=blue%7Cblack%7cbrown", "color=R%7C100%7CG|200|B|150"),
    ("deepObject", True, None, None, "color[R]=100&color%5BG%5D=200&color[B]=150"),
]

TEXTS = st.text(min_size=1, max_size=8).filter(lambda text: text.isprintable())
TABLE = st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=4)


def writing(style: str, explode: bool, name: str = "color", **more: Any) -> Writing:
    """How a parameter is written in a path or a query."""
    many = style not in ("matrix", "label", "simple")
    return Writing(name, style, explode, form_decoded if many else decoded, **more)


def read(style: str, explode: bool, text: str, kind: Kind, **more: Any) -> Text | None:
    """What a text of that style says."""
    made = writing(style, explode, **more)
    if made.decode is form_decoded:
        return made.gathered(form_pairs(text.encode()), kind)
    return made.read(text.encode(), kind)


def escaped(text: str) -> str:
    """As a client escapes a value: everything but the unreserved (RFC 3986, 2.3)."""
    return quote(text, safe="").replace(".", "%2E")


def serialised(style: str, explode: bool, value: Text) -> str:
    """A value as the tables say, under the name ``color``."""
    named = style in ("matrix", "form", "spaceDelimited", "pipeDelimited")
    before = {"matrix": ";color=", "label": "."}.get(style, "color=" if named else "")
    if isinstance(value, str):
        return before + escaped(value)
    by = {"label": ".", "matrix": ";", "simple": ","}.get(style, "&") if explode else ","
    by = {"spaceDelimited": "%20", "pipeDelimited": "|"}.get(style, by)
    if isinstance(value, list):
        again = "color=" if explode and style in ("matrix", "form") else ""
        return before + (by + again).join(map(escaped, value))  # type: ignore[arg-type]
    pairs = [(escaped(name), escaped(str(text))) for name, text in value.items()]
    if style == "deepObject":
        return "&".join(f"color[{name}]={text}" for name, text in pairs)
    if explode:
        first = {"matrix": ";", "label": "."}.get(style, "")
        return first + by.join(f"{name}={text}" for name, text in pairs)
    return before + by.join(f"{name}{by}{text}" for name, text in pairs)


class TableTests(SynchronousTestCase):
    """The tables of the specification."""

    def test_rows(self) -> None:
        """Each example of the tables is read as what it stands for."""
        for style, explode, scalar, array, thing in [*ONE, *MANY]:
            cases = ((scalar, Kind.SCALAR, "blue"), (array, Kind.ARRAY, COLOURS))
            for text, kind, value in (*cases, (thing, Kind.OBJECT, RGB)):
                if text is not None:
                    found = read(style, explode, text, kind)
                    self.assertEqual(found, value, (style, explode, text))

    @given(st.sampled_from([*ONE, *MANY]), st.one_of(TEXTS, st.lists(TEXTS, min_size=1), TABLE))
    def test_round(self, row: tuple[str, bool, str | None, str | None, str], value: Text) -> None:
        """What is written by the tables is read as it was, whatever the value is."""
        style, explode, scalar, array, _ = row
        kind = {str: Kind.SCALAR, list: Kind.ARRAY, dict: Kind.OBJECT}[type(value)]
        if {Kind.SCALAR: scalar, Kind.ARRAY: array}.get(kind, "") is None:
            return
        told = str(value)
        if style in ("spaceDelimited", "pipeDelimited") and {" ", "|", "+"} & {*told}:
            return
        if style == "deepObject" and {"[", "]"} & {*told.strip("[]")}:
            return
        self.assertEqual(read(style, explode, serialised(style, explode, value), kind), value)


class OneTests(SynchronousTestCase):
    """What is one text."""

    def refused(self, style: str, explode: bool, text: str, kind: Kind) -> str:
        """The words by which a text is refused."""
        return str(self.assertRaises(Unreadable, read, style, explode, text, kind))

    def test_beginnings(self) -> None:
        """Label and matrix begin as they must, and matrix has the right name."""
        self.assertIn("dot", self.refused("label", False, "a", Kind.SCALAR))
        self.assertIn("semicolon", self.refused("matrix", False, "a", Kind.SCALAR))
        self.assertIn("color", self.refused("matrix", False, ";size=1", Kind.SCALAR))
        self.assertIn("once", self.refused("matrix", False, ";color=1;color=2", Kind.SCALAR))
        self.assertEqual(read("matrix", False, ";color", Kind.SCALAR), "")

    def test_halves(self) -> None:
        """An object whose names and values do not come in pairs is refused."""
        self.assertIn("value", self.refused("simple", False, "R,100,G", Kind.OBJECT))
        self.assertIn("value", self.refused("simple", True, "R=100,G", Kind.OBJECT))
        self.assertIn("once", self.refused("simple", True, "R=1,R=2", Kind.OBJECT))

    def test_escapes(self) -> None:
        """Escapes are undone after the split, as UTF-8; what is no escape or no UTF-8 is told."""
        self.assertEqual(read("simple", False, "a%2Cb,%C3%A9", Kind.ARRAY), ["a,b", "é"])
        for text in ("%ff", "%", "%4", "%zz", "%C3"):
            self.refused("simple", False, text, Kind.SCALAR)
        self.assertEqual(loosened(b"a%2Cb%2cc"), b"a,b,c")

    def test_fields(self) -> None:
        """In a field nothing is escaped; what is not UTF-8 is Latin-1."""
        made = Writing("X", "simple", False, plain)
        self.assertEqual(made.read(b"a%20b, c", Kind.ARRAY), ["a%20b", "c"])
        self.assertEqual(made.read(b"\xe9", Kind.SCALAR), "é")


class ManyTests(SynchronousTestCase):
    """What is pairs."""

    def test_absent(self) -> None:
        """What is not there is None, for every style and kind."""
        for style, explode, *_ in MANY:
            for kind in Kind:
                own = frozenset(RGB)
                self.assertIsNone(read(style, explode, "other=1&colour[a]=1", kind, own=own))

    def test_twice(self) -> None:
        """A name given twice is refused, unless it is an exploded array."""
        for kind in (Kind.SCALAR, Kind.ARRAY):
            self.assertRaises(Unreadable, read, "form", False, "color=1&color=2", kind)
        self.assertRaises(Unreadable, read, "form", True, "color=1&color=1", Kind.SCALAR)
        self.assertEqual(read("form", True, "color=1&color=1", Kind.ARRAY), ["1", "1"])

    def test_spread(self) -> None:
        """An exploded object takes its own names, or without such all that nobody else has."""
        found = read("form", True, "R=1&x=2", Kind.OBJECT, own=frozenset("RGB"))
        self.assertEqual(found, {"R": "1"})
        found = read("form", True, "R=1&x=2&y=3&y=4", Kind.OBJECT, others=frozenset("x"))
        self.assertEqual(found, {"R": "1", "y": ["3", "4"]})

    def test_deeper(self) -> None:
        """Brackets go deeper than the specification says, as clients write them."""
        text = "color[a][b]=1&color[c][]=2&color[c][]=3&color[d][0]=4&color[e]=5&color[e]=5"
        found = read("deepObject", True, text, Kind.OBJECT)
        expected = {"a": {"b": "1"}, "c": {"": ["2", "3"]}, "d": {"0": "4"}, "e": ["5", "5"]}
        self.assertEqual(found, expected)

    def test_brackets(self) -> None:
        """Brackets that do not match, contradict each other or go too deep are refused."""
        deep = "color" + "[a]" * 21
        for text in (
            "color[",
            "color[a",
            "color[a]b",
            "color[[a]]",
            "color[a]=1&color[a][b]=1",
            deep,
        ):
            self.assertRaises(Unreadable, read, "deepObject", True, text, Kind.OBJECT)
        contradicting = "color[a][b]=1&color[a]=1"
        self.assertRaises(Unreadable, read, "deepObject", True, contradicting, Kind.OBJECT)

    def test_queries(self) -> None:
        """Empty parts of a query are nothing, and a name without ``=`` has an empty value."""
        self.assertEqual(form_pairs(b"&a&&b=&c=1=2"), {"a": [b""], "b": [b""], "c": [b"1=2"]})
        self.assertEqual(form_pairs(None), {})
        self.assertEqual(form_pairs(b"a+b=c+d"), {"a b": [b"c+d"]})
        self.assertRaises(Unreadable, form_pairs, b"%ff=1")

    def test_cookies(self) -> None:
        """Cookies are parted at semicolons, unquoted, and unescaped where they are escaped."""
        pairs = cookie_pairs([b'a=1; b="x y";c', b"a=%C3%A9"])
        self.assertEqual(pairs, {"a": [b"1", b"%C3%A9"], "b": [b'"x y"']})
        self.assertEqual([*map(cookie_decoded, pairs["b"] + pairs["a"])], ["x y", "1", "é"])
        self.assertEqual(cookie_decoded(b"100%"), "100%")

    @given(st.binary(max_size=60), st.sampled_from(MANY), st.sampled_from(Kind))
    def test_hostile(self, query: bytes, row: tuple[str, bool], kind: Kind) -> None:
        """Whatever comes is read, absent or unreadable."""
        try:
            writing(row[0], row[1], "a").gathered(form_pairs(b"a" + query), kind)
        except Unreadable:
            pass

    def test_linear(self) -> None:
        """Many delimiters cost work in proportion."""
        with counted() as work:
            for delimiter in ("&", ",", "&color=", "&color[]=", "&color[a][b]=", "%20", "%7C", "["):
                text = "color=" + delimiter * (50_000 // len(delimiter))
                for style, explode, *_ in MANY:
                    for kind in Kind:
                        try:
                            read(style, explode, text, kind)
                        except Unreadable:
                            pass
        self.assertLess(work.calls, 15_000_000)
