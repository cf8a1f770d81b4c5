"""How parameters are written: the tables of `style` and `explode` (OpenAPI 3.1, 4.8.12), read.

What comes out is text still: a string, a list of strings, or strings by name; `coercion` makes
values of it. Delimiters are looked for before escapes are undone, as RFC 6570 has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum
from urllib.parse import unquote_to_bytes

from attrs import frozen

Text = str | list["Text"] | dict[str, "Text"]
#: names, and all that was given for each, still escaped
Pairs = dict[str, list[bytes]]
Decode = Callable[[bytes], str]

#: how deep brackets may nest in a name: ``a[b][c]`` is 2 deep
DEEPEST = 20

_BROKEN = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")


class Unreadable(ValueError):
    """A text that is not written in the style that its parameter has."""


class Kind(Enum):
    """What a text is to be read as."""

    SCALAR = "scalar"
    ARRAY = "array"
    OBJECT = "object"


def decoded(text: bytes) -> str:
    """The text with its escapes undone. Raises Unreadable unless it is UTF-8 then."""
    if b"%" in text:
        if _BROKEN.search(text):
            raise Unreadable("has a % that begins no escape")
        text = unquote_to_bytes(text)
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8") from None


def form_decoded(text: bytes) -> str:
    """The same in a query or a form, where ``+`` is a blank to nearly all who read it."""
    return decoded(text.replace(b"+", b" ") if b"+" in text else text)


def plain(text: bytes) -> str:
    """The text as it is, in a field, where nothing is escaped (OpenAPI 3.1.1, 4.8.12.2)."""
    try:
        return text.decode().strip(" \t")
    except UnicodeDecodeError:
        return text.decode("latin-1").strip(" \t")


def cookie_decoded(text: bytes) -> str:
    """A cookie's value: escaped by some, not by others, so that no escape stands for itself."""
    text = text[1:-1] if len(text) > 1 and text[:1] == text[-1:] == b'"' else text
    try:
        return decoded(text)
    except Unreadable:
        return text.decode("latin-1")


# --- one text ------------------------------------------------------------------------


@frozen
class Writing:
    """How one parameter is written: `name` is its own, `decode` what undoes its escapes.

    An exploded object takes pairs named in `own`; where that is None, it has no names of its
    own and takes all but `others`, which belong to other parameters.
    """

    name: str
    style: str
    explode: bool
    decode: Decode
    own: frozenset[str] | None = None
    others: frozenset[str] = frozenset()

    def read(self, text: bytes, kind: Kind) -> Text:
        """One text in the style ``simple``, ``label``, ``matrix``, or a delimited one.

        Raises Unreadable.
        """
        return _READERS[self.style](self, text, kind)

    def gathered(self, pairs: Pairs, kind: Kind) -> Text | None:
        """What the pairs of a query, a form or of cookies say, or None if nothing.

        Raises Unreadable.
        """
        if self.style == "deepObject":
            return _bracketed(self, pairs)
        if kind is Kind.OBJECT and self.explode:
            return _spread(self, pairs)
        given = pairs.get(self.name)
        if given is None:
            return None
        if kind is Kind.ARRAY and self.explode:
            return [self.decode(each) for each in given]
        if len(given) > 1:
            raise Unreadable("is there more than once")
        return self.read(given[0], kind)


def _delimited(writing: Writing, text: bytes, kind: Kind, by: bytes = b",") -> Text:
    """``a,b``, or for an object ``R,100,G,200`` or exploded ``R=100,G=200``."""
    if kind is Kind.SCALAR:
        return writing.decode(text)
    if kind is Kind.OBJECT and writing.explode:
        return _assigned(writing, text.split(by))
    parts: list[Text] = [writing.decode(each) for each in text.split(by)]
    return parts if kind is Kind.ARRAY else _alternating(parts)


def _label(writing: Writing, text: bytes, kind: Kind) -> Text:
    """``.a,b`` or exploded ``.a.b`` (RFC 6570, 3.2.5; so the tables since OpenAPI 3.1.1)."""
    if not text.startswith(b"."):
        raise Unreadable("does not begin with a dot")
    return _delimited(writing, text[1:], kind, b"." if writing.explode else b",")


def _matrix(writing: Writing, text: bytes, kind: Kind) -> Text:
    """``;name=a,b`` or exploded ``;name=a;name=b`` (RFC 6570, 3.2.7)."""
    if not text.startswith(b";"):
        raise Unreadable("does not begin with a semicolon")
    parts = text[1:].split(b";")
    if kind is Kind.OBJECT and writing.explode:
        return _assigned(writing, parts)
    split = [part.partition(b"=") for part in parts]
    if any(decoded(name) != writing.name for name, _, _ in split):
        raise Unreadable(f"has another name than {writing.name}")
    if kind is Kind.ARRAY and writing.explode:
        return [writing.decode(value) for _, _, value in split]
    if len(split) > 1:
        raise Unreadable("is there more than once")
    return _delimited(writing, split[0][2], kind)


def _space(writing: Writing, text: bytes, kind: Kind) -> Text:
    return _delimited(writing, text.replace(b"+", b"%20"), kind, b"%20")


def _pipe(writing: Writing, text: bytes, kind: Kind) -> Text:
    text = text.replace(b"%7C", b"|").replace(b"%7c", b"|")
    return _delimited(writing, text, kind, b"|")


_READERS: dict[str, Callable[[Writing, bytes, Kind], Text]] = {
    "simple": _delimited,
    "form": _delimited,
    "label": _label,
    "matrix": _matrix,
    "spaceDelimited": _space,
    "pipeDelimited": _pipe,
}

#: the styles of each place, the default one first
STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}


def _alternating(parts: list[Text]) -> Text:
    if len(parts) % 2:
        raise Unreadable("has a name without a value")
    names = map(str, parts[::2])
    return _distinct(zip(names, parts[1::2], strict=True))


def _assigned(writing: Writing, parts: Iterable[bytes]) -> Text:
    split = [part.partition(b"=") for part in parts]
    if any(not equals for _, equals, _ in split):
        raise Unreadable("has a name without a value")
    return _distinct((writing.decode(name), writing.decode(value)) for name, _, value in split)


def _distinct(pairs: Iterable[tuple[str, Text]]) -> Text:
    found: dict[str, Text] = {}
    for name, value in pairs:
        if name in found:
            raise Unreadable(f"has {name} more than once")
        found[name] = value
    return found


# --- many pairs ------------------------------------------------------------------------


def form_pairs(text: bytes | None) -> Pairs:
    """The names of a query or a form with what was given for each.

    Raises Unreadable for a name that cannot be read.
    """
    found: Pairs = {}
    for part in text.split(b"&") if text else ():
        if part:
            name, _, value = part.partition(b"=")
            found.setdefault(form_decoded(name), []).append(value)
    return found


def cookie_pairs(lines: Iterable[bytes]) -> Pairs:
    """The names of cookies with what was given for each (RFC 6265, 5.4)."""
    found: Pairs = {}
    for line in lines:
        for part in line.split(b";"):
            name, equals, value = part.strip(b" \t").partition(b"=")
            if equals:
                # Blanks before the equals sign are none of the name to all who read cookies.
                found.setdefault(name.rstrip(b" \t").decode("latin-1"), []).append(value)
    return found


def _spread(writing: Writing, pairs: Pairs) -> Text | None:
    """An exploded object in a query: its properties stand there by their own names."""
    found: dict[str, Text] = {}
    own, others = writing.own, writing.others
    for name, given in pairs.items():
        if name in own if own is not None else name not in others:
            texts: list[Text] = [writing.decode(each) for each in given]
            found[name] = texts[0] if len(texts) == 1 else texts
    return found or None


def _bracketed(writing: Writing, pairs: Pairs) -> Text | None:
    """``name[R]=100``. OpenAPI leaves open what goes deeper, and many write it: ``name[a][b]``
    is an object in an object, ``name[]`` an item of an array."""
    beginning = writing.name + "["
    found: dict[str, Text] = {}
    for name, given in pairs.items():
        if name.startswith(beginning):
            steps = _steps(name[len(writing.name) :])
            for text in map(writing.decode, given):
                _put(found, steps, text)
    return found or None


def _steps(brackets: str) -> list[str]:
    steps = _BRACKETS.findall(brackets)
    if len(brackets) != sum(len(step) + 2 for step in steps):
        raise Unreadable("has brackets that do not match")
    if len(steps) > DEEPEST:
        raise Unreadable("is too deep")
    return steps


def _put(found: dict[str, Text], steps: list[str], text: str) -> None:
    for step in steps[:-1]:
        inner = found.setdefault(step, {})
        if not isinstance(inner, dict):
            raise Unreadable(f"has {step} both with a value and with brackets")
        found = inner
    last = steps[-1]
    known = found.get(last)
    if isinstance(known, dict):
        raise Unreadable(f"has {last} both with a value and with brackets")
    if isinstance(known, list):
        known.append(text)
    elif known is None and last:
        found[last] = text
    else:
        found[last] = [text] if known is None else [known, text]


def loosened(text: bytes) -> bytes:
    """The same with escaped commas as delimiters: many clients escape those too."""
    return text.replace(b"%2C", b",").replace(b"%2c", b",")
