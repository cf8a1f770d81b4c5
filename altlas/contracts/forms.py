"""Bodies that are pairs of names and values: forms, whichever way they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, evolve, field, frozen

from altlas.contracts.coercion import Shape, coerced
from altlas.contracts.media import MediaType, media_type
from altlas.contracts.multipart import Part, parts
from altlas.contracts.strict_json import Malformed, parsed
from altlas.contracts.styles import (
    Kind,
    Pairs,
    Text,
    Unreadable,
    Writing,
    form_decoded,
    form_pairs,
)

#: pairs of one body
MOST_FIELDS = 10_000


class Misread(ValueError):
    """A field of a form that cannot be read; `name` is its own."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@define(eq=False)
class Form:
    """What was in a form: `texts` to be made into values, and values that are `ready`."""

    texts: dict[str, Text] = field(factory=dict)
    ready: dict[str, Any] = field(factory=dict)

    def readings(self, shape: Shape) -> Iterator[dict[str, Any]]:
        """The objects that it may stand for, the likeliest first, two at most."""
        value = self._read(shape, strings=False)
        yield value
        other = self._read(shape, strings=True)
        if other != value:
            yield other

    def _read(self, shape: Shape, *, strings: bool) -> dict[str, Any]:
        texts = self.texts.items()
        read = {name: coerced(shape.member(name), text, strings=strings) for name, text in texts}
        return {**read, **self.ready}


@frozen(eq=False)
class FormRule:
    """How the fields of a form are to be read: by the schema, and by ``encoding`` (4.8.15)."""

    shape: Shape
    _writings: Mapping[str, Writing]
    #: what a part may be, where that is said
    _types: Mapping[str, tuple[str, ...]]

    def urlencoded(self, data: bytes) -> Iterator[dict[str, Any]]:
        """The objects that an ``application/x-www-form-urlencoded`` body may stand for.

        Raises Misread, and Malformed for more fields than are looked at.
        """
        if data.count(b"&") >= MOST_FIELDS:
            raise Malformed(f"has more than {MOST_FIELDS} fields")
        try:
            pairs = form_pairs(data)
        except Unreadable as why:
            raise Misread("", f"has a name that {why}") from None
        form = Form()
        for name, writing in self._writings.items():
            self._read(name, writing, pairs, form)
        taken = self._taken(pairs)
        for name in pairs:
            if name not in taken:
                self._read(name, Writing(name, "form", True, form_decoded), pairs, form)
        return form.readings(self.shape)

    def multipart(self, data: bytes, boundary: str) -> Iterator[dict[str, Any]]:
        """The objects that a ``multipart/form-data`` body may stand for (RFC 7578).

        A part is JSON, text, or bytes; those are a string with a character for each. Raises
        Misread, and Malformed for what is no such body.
        """
        found: dict[str, list[Part]] = {}
        for part in parts(data, boundary):
            found.setdefault(part.name, []).append(part)
        form = Form()
        for name, same in found.items():
            self._assemble(name, same, form)
        return form.readings(self.shape)

    def _read(self, name: str, writing: Writing, pairs: Pairs, form: Form) -> None:
        member = self.shape.member(name)
        kind = member.kinds[0]
        try:
            if kind is Kind.OBJECT and writing.style == "form" and writing.own is None:
                # No style is said: then it is JSON (4.8.15.1.1).
                given = evolve(writing, explode=False).gathered(pairs, Kind.SCALAR)
                if given is not None:
                    form.ready[name] = parsed(str(given).encode())
                return
            text = writing.gathered(pairs, _fitting(member, writing, pairs))
        except (Unreadable, Malformed) as why:
            raise Misread(name, str(why)) from None
        if text is not None:
            form.texts[name] = text

    def _taken(self, pairs: Pairs) -> set[str]:
        taken = set(self._writings)
        for writing in self._writings.values():
            taken |= writing.own or set()
            if writing.style == "deepObject":
                taken |= {name for name in pairs if name.startswith(writing.name + "[")}
        return taken

    def _assemble(self, name: str, same: list[Part], form: Form) -> None:
        member = self.shape.member(name)
        listed = Kind.ARRAY in member.kinds
        if len(same) > 1 and not listed:
            raise Misread(name, "is there more than once")
        inner = member.items() if listed else member
        read = [self._value(part, inner) for part in same]
        if all(is_text for is_text, _ in read):
            texts: list[Text] = [text for _, text in read]
            form.texts[name] = texts if listed and not _is_scalar(member, same) else texts[0]
        else:
            values = [value for _, value in read]
            whole = len(values) == 1 and (not listed or isinstance(values[0], list))
            form.ready[name] = values[0] if whole else values

    def _value(self, part: Part, shape: Shape) -> tuple[bool, Any]:
        """Whether it is text that is to be coerced, and what it is."""
        media = self._judged(part)
        compound = not shape.types & {"string", "integer", "number", "boolean", "null"}
        if media.is_json if media is not None else compound:
            try:
                return False, parsed(part.data)
            except Malformed as why:
                raise Misread(part.name, str(why)) from None
        if part.is_file or (media is not None and not media.essence.startswith("text/")):
            return False, part.data.decode("latin-1")
        try:
            return True, part.data.decode()
        except UnicodeDecodeError:
            return False, part.data.decode("latin-1")

    def _judged(self, part: Part) -> MediaType | None:
        if part.content_type is None:
            return None
        try:
            media = media_type(part.content_type)
        except ValueError as why:
            raise Misread(part.name, f"has a content type that is {why}") from None
        wanted = self._types.get(part.name)
        if wanted and not any(_takes(each, media) for each in wanted):
            raise Misread(part.name, f"is of another type than {', '.join(wanted)}")
        return media


def _takes(wanted: str, media: MediaType) -> bool:
    major = media.essence.partition("/")[0]
    return wanted in (media.essence, f"{major}/*", "*/*")


def _is_scalar(member: Shape, same: list[Part]) -> bool:
    return len(same) == 1 and member.kinds[0] is Kind.SCALAR


def _fitting(member: Shape, writing: Writing, pairs: Pairs) -> Kind:
    """An array or an object, or a scalar where there is no more than one text for it."""
    if len(pairs.get(writing.name, ())) == 1 and Kind.SCALAR in member.kinds:
        return Kind.SCALAR
    if Kind.ARRAY in member.kinds:
        return Kind.ARRAY
    return member.kinds[0]


def form_rule(shape: Shape, encoding: Mapping[str, Any]) -> FormRule:
    """The rule for a schema, and for what ``encoding`` says of its properties."""
    writings: dict[str, Writing] = {}
    types: dict[str, tuple[str, ...]] = {}
    for name in sorted(shape.names | {*encoding}):
        said = encoding.get(name, {})
        styled = {"style", "explode", "allowReserved"} & {*said}
        style = said.get("style", "form")
        own = shape.member(name).names if styled else None
        explode = said.get("explode", style in ("form", "deepObject"))
        writings[name] = Writing(name, style, explode, form_decoded, own)
        if "contentType" in said:
            types[name] = tuple(each.strip().lower() for each in said["contentType"].split(","))
    return FormRule(shape, writings, types)
