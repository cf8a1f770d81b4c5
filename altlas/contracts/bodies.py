"""Bodies held against what a contract says of their content type."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from attrs import define, frozen

from altlas.contracts.codings import TooLong, Undecodable, UnknownCoding, undone
from altlas.contracts.coercion import Shape, readings
from altlas.contracts.flaws import pointer_to
from altlas.contracts.forms import FormRule, Misread, form_rule
from altlas.contracts.media import UTF8, MediaRanges, MediaType, media_type
from altlas.contracts.place import Place
from altlas.contracts.references import resolved
from altlas.contracts.schemas import Direction, Schema, Schemas
from altlas.contracts.strict_json import Malformed, parsed
from altlas.errors import Mismatch, UnsupportedMediaType

#: how long a body may be once its coding is undone, if nobody says otherwise
MOST = 16 * 1024 * 1024

#: makes the values that a body may stand for, the likeliest first
Readings = Callable[[bytes], Iterable[Any]]

_TEXTS = UTF8 | {"iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252"}


# Made once for each body; `frozen` would cost three times as much.
@define(eq=False)
class Examined:
    """What a body is: its mismatches, its value if it could be read, whether it was looked at.

    One that was not is `long`, or in a coding that is not undone here.
    """

    mismatches: tuple[Mismatch, ...]
    value: Any = None
    looked: bool = True
    long: bool = False


@frozen(eq=False)
class BodyRule:
    """What a body of one content type has to be."""

    schema: Schema
    _readings: Readings
    _direction: Direction

    def check(self, data: bytes, encoding: bytes | None = None, most: int = MOST) -> Examined:
        """Hold a whole body, as it was sent, against the schema.

        `encoding` is its Content-Encoding, which is undone up to `most` bytes; what is longer
        is not looked into. Raises UnsupportedMediaType for a request in a coding that is not
        known here; an answer in such a one is not looked into.
        """
        if encoding:
            try:
                data = undone(data, encoding, most)
            except (UnknownCoding, TooLong, Undecodable) as why:
                return self._coded(why)
        first: Any = None
        try:
            for number, value in enumerate(self._readings(data)):
                if self.schema.valid(value):
                    return Examined((), value)
                first = first if number else value
        except Misread as why:
            return _malformed(pointer_to([why.name] if why.name else ()), str(why))
        except Malformed as why:
            return _malformed("", str(why))
        if self._direction is Direction.RESPONSE and self.schema.leaves_out(first):
            return Examined((), looked=False)
        faults = self.schema.faults(first)
        return Examined(
            tuple(Mismatch("body", each.pointer, each.message) for each in faults), first
        )

    def _coded(self, why: UnknownCoding | TooLong | Undecodable) -> Examined:
        if self._direction is Direction.REQUEST and isinstance(why, UnknownCoding):
            detail = "The body is encoded in a way that is not taken here."
            raise UnsupportedMediaType([Mismatch("body", "", str(why))], detail)
        if isinstance(why, Undecodable):
            return _malformed("", str(why))
        return Examined((), looked=False, long=isinstance(why, TooLong))


def _malformed(pointer: str, message: str) -> Examined:
    return Examined((Mismatch("body", pointer, message),))


class Bodies:
    """The rules for bodies, by content type."""

    __slots__ = ("_direction", "_known", "_ranges")

    def __init__(self, content: Place, schemas: Schemas, direction: Direction) -> None:
        """Compile a ``content`` object. ValueError for a schema that cannot be compiled."""
        self._direction = direction
        contents = {key: _Content(place, schemas, direction) for key, place in content.members()}
        self._ranges = MediaRanges(contents)
        #: what nearly all send, so that it is read once only
        self._known: dict[bytes | None, BodyRule | None] = {}
        for key in contents:
            for written in (key, f"{key}; charset=utf-8", f"{key};charset=utf-8"):
                self._learn(written.encode())

    def rule(self, content_type: bytes | None) -> BodyRule | None:
        """The rule for a body of that type; None if there is nothing to look into.

        Raises UnsupportedMediaType for a type that the contract does not have; what is not
        said is ``application/octet-stream`` (RFC 9110, 8.3).
        """
        if content_type in self._known:
            return self._known[content_type]
        return self._rule(content_type)

    def _learn(self, content_type: bytes) -> None:
        if b"*" not in content_type:
            try:
                self._known[content_type] = self._rule(content_type)
            except UnsupportedMediaType:
                pass

    def _rule(self, content_type: bytes | None) -> BodyRule | None:
        try:
            media = media_type(
                b"application/octet-stream" if content_type is None else content_type
            )
        except ValueError as why:
            raise self._unsupported(f"is {why}") from None
        found = self._ranges.find(media)
        if found is None:
            absent = "is missing, and" if content_type is None else "is"
            raise self._unsupported(f"{absent} none of {self._ranges}")
        if media.charset is not None and not _is_readable(media):
            raise self._unsupported("names a charset that is not taken here")
        return found.rule(media)

    def _unsupported(self, message: str) -> UnsupportedMediaType:
        return UnsupportedMediaType([Mismatch("content-type", "", message)])


def _is_readable(media: MediaType) -> bool:
    """JSON is UTF-8 (RFC 8259, 8.1), and so are forms; text may be what Python reads alike."""
    if media.is_json or media.essence == _FORM:
        return media.charset in UTF8
    return not media.is_text or media.charset in _TEXTS


_OCTETS = b"application/octet-stream"
_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class _Content:
    """What is under one key of ``content``."""

    __slots__ = ("_direction", "_form", "_place", "_schema", "_shape")

    def __init__(self, place: Place, schemas: Schemas, direction: Direction) -> None:
        self._place = place
        self._direction = direction
        schema = place.beneath("schema").shared()
        self._schema: Schema | None = None
        if schema.node is not None and schema.node is not True and schema.node != {}:
            self._schema = schemas.at(schema.way, direction)
            document = place.document
            self._shape = Shape((schema.node,), lambda node: resolved(document, node))
        self._form: FormRule | None = None

    def rule(self, media: MediaType) -> BodyRule | None:
        """The rule for a body whose content type is `media`."""
        if self._schema is None:
            return None
        reading = self._reading(media)
        return None if reading is None else BodyRule(self._schema, reading, self._direction)

    def _reading(self, media: MediaType) -> Readings | None:
        if media.is_json:
            return _json
        if media.essence == _FORM:
            return self._forms().urlencoded
        if media.essence == _MULTIPART:
            boundary = media.parameters.get("boundary", "")
            return partial(self._forms().multipart, boundary=boundary)
        if media.is_text and self._shape.types - {"array", "object"}:
            return partial(_text, self._shape, media.charset or "utf-8")
        return None

    def _forms(self) -> FormRule:
        if self._form is None:
            encoding = self._place.to("encoding").node
            self._form = form_rule(self._shape, encoding if isinstance(encoding, dict) else {})
        return self._form


def _json(data: bytes) -> tuple[Any]:
    return (parsed(data),)


def _text(shape: Shape, charset: str, data: bytes) -> Iterable[Any]:
    try:
        text = data.decode(charset)
    except UnicodeDecodeError:
        raise Malformed(f"is not {charset}") from None
    return readings(shape, text)
