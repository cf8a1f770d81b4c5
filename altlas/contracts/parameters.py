"""The parameters of an operation, compiled once, and requests held against them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from attrs import evolve, field, frozen

from altlas.contracts.asked import Asked
from altlas.contracts.coercion import Shape, coerced, readings
from altlas.contracts.detours import likenesses, mistakable, overriding
from altlas.contracts.flaws import pointer_to
from altlas.contracts.media import media_type
from altlas.contracts.place import Place
from altlas.contracts.references import resolved
from altlas.contracts.remembering import Remembered
from altlas.contracts.schemas import Direction, Schema, Schemas
from altlas.contracts.strict_json import Malformed, parsed
from altlas.contracts.styles import (
    STYLES,
    Decode,
    Kind,
    Pairs,
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
from altlas.errors import Mismatch
from altlas.wire.fields import Fields, values

_DECODE: dict[str, Decode] = {
    "path": decoded,
    "query": form_decoded,
    "header": plain,
    "cookie": cookie_decoded,
}

#: fields that other parts of a contract speak of (OpenAPI 3.1, 4.8.12.1)
_NOT_HERE = ("accept", "content-type", "authorization")

#: makes a text of a parameter out of what was given
Read = Callable[[Kind], Text | None]


@frozen(eq=False)
class Parameter:
    """One parameter: where it is, how it is written, what it may be.

    Its value is right if one way to read it is: where a schema takes strings beside numbers,
    and where commas between items are escaped, which RFC 6570 has for a part of the item and
    most servers for what parts the items.
    """

    name: str
    where: str
    required: bool
    writing: Writing
    _kinds: tuple[Kind, ...]
    #: whether an empty text will do (`allowEmptyValue`)
    _empty: bool
    _schema: Schema | None
    _readings: Callable[[Text], Iterable[Any]]
    #: the likeliest value of one text that is as it stands, where texts are like that
    _value: Callable[[str], Any] | None = None
    _right: Remembered = field(factory=Remembered, init=False)

    def check_text(self, given: bytes | None) -> tuple[Mismatch, ...]:
        """What is wrong with the text of a path's variable or of a field; None: it is absent."""
        if given is None:
            return self._absent()
        if self._is_right(given):
            return ()
        found = self._told(partial(self.writing.read, given))
        if (
            found
            and b"%2" in given
            and self._told(partial(self.writing.read, loosened(given))) == ()
        ):
            return ()
        return found

    def check_pairs(self, pairs: Pairs) -> tuple[Mismatch, ...]:
        """What is wrong with the parameter in a query or in cookies."""
        given = pairs.get(self.name)
        if given is None and not self.is_scattered:
            return self._absent()
        if self._empty and given == [b""]:
            return ()
        if given is not None and len(given) == 1 and self._is_right(given[0]):
            return ()
        found = self._told(partial(self.writing.gathered, pairs))
        if found and given is not None and len(given) == 1 and b"%2" in given[0]:
            again = {self.name: [loosened(given[0])]}
            if self.writing.style == "form" and not self.writing.explode:
                return found if self._told(partial(self.writing.gathered, again)) else ()
        return found

    @property
    def is_scattered(self) -> bool:
        """Whether it stands in a query under other names than its own."""
        return self.is_spread or self.writing.style == "deepObject"

    @property
    def is_spread(self) -> bool:
        """Whether its properties stand in a query by their own names."""
        writing = self.writing
        return writing.style == "form" and writing.explode and Kind.OBJECT in self._kinds

    def _is_right(self, given: bytes) -> bool:
        # Nearly all parameters are one plain text, and right: to look at once whether this is
        # such a one costs half of what the whole way does. Many come again.
        if given in self._right.texts:
            return True
        if self._value is None or self._schema is None:
            return False
        try:
            right = self._schema.valid(self._value(self.writing.decode(given)))
        except Unreadable:
            return False
        if right:
            self._right.add(given)
        return right

    def _told(self, read: Read) -> tuple[Mismatch, ...]:
        found: tuple[Mismatch, ...] = ()
        for kind in self._kinds:
            wrong = self._told_as(read, kind)
            if not wrong:
                return ()
            found = found or wrong
        return found

    def _told_as(self, read: Read, kind: Kind) -> tuple[Mismatch, ...]:
        try:
            text = read(kind)
            if text is None:
                return self._absent()
            return () if self._schema is None else self._judged(self._schema, text)
        except (Unreadable, Malformed) as why:
            return (self._mismatch("", str(why)),)

    def _judged(self, schema: Schema, text: Text) -> tuple[Mismatch, ...]:
        first: Any = None
        for number, value in enumerate(self._readings(text)):
            if schema.valid(value):
                return ()
            first = first if number else value
        # An array of nothing and one of an empty text are written alike.
        if text == [""] and schema.valid([]):
            return ()
        faults = schema.faults(first)
        return tuple(self._mismatch(fault.pointer, fault.message) for fault in faults)

    def _absent(self) -> tuple[Mismatch, ...]:
        return (self._mismatch("", "is required"),) if self.required else ()

    def _mismatch(self, pointer: str, message: str) -> Mismatch:
        return Mismatch(self.where, pointer_to([self.name]) + pointer, message)


def parameter(
    place: Place, where: str, name: str, schemas: Schemas, direction: Direction
) -> Parameter:
    """The parameter or header that stands at `place`.

    ValueError for one whose schema cannot be compiled, or whose style is none.
    """
    style = place.get("style", STYLES[where][0])
    if style not in STYLES[where]:
        raise ValueError(f"{style} is no style of a {where} parameter")
    explode = place.get("explode", style in ("form", "deepObject"))
    schema, read, shape = _schema(place, schemas, direction)
    own = shape.names or None
    writing = Writing(name, style, explode, _DECODE[where], own)
    # What is described by its content type is one text, whatever comes out of it.
    kinds = shape.kinds if place.get("content") is None else (Kind.SCALAR,)
    plainly = kinds == (Kind.SCALAR,) and style in ("simple", "form") and read is not _json
    return Parameter(
        name,
        where,
        required=place.get("required") is True,
        writing=writing,
        kinds=kinds,
        empty=place.get("allowEmptyValue") is True,
        schema=schema,
        readings=read,
        value=partial(coerced, shape, strings=False) if plainly else None,
    )


def _schema(
    place: Place, schemas: Schemas, direction: Direction
) -> tuple[Schema | None, Callable[[Text], Iterable[Any]], Shape]:
    key, content = next(place.to("content").members(), ("", place))
    node = content.beneath("schema").shared()
    document = place.document
    shape = Shape(() if node.node is None else (node.node,), lambda ref: resolved(document, ref))
    schema = None if node.node is None else schemas.at(node.way, direction)
    return schema, _json if _is_json(key) else partial(readings, shape), shape


def _is_json(key: str) -> bool:
    try:
        return media_type(key.encode()).is_json
    except ValueError:
        return False


def _json(text: Text) -> tuple[Any]:
    return (parsed(str(text).encode()),)


@frozen(eq=False)
class Parameters:
    """All parameters of an operation, by where they are.

    Nothing is read that no parameter asks for. `query_names` are the documented names of the
    query; with `is_open`, there may be any other.
    """

    _path: tuple[tuple[int, Parameter], ...]
    _query: tuple[Parameter, ...]
    _fields: tuple[tuple[bytes, Parameter], ...]
    _cookies: tuple[Parameter, ...]
    query_names: frozenset[str]
    is_open: bool
    #: what no other name of the query may be taken for
    _likenesses: frozenset[str]
    _fields_known: frozenset[bytes]
    #: whole queries
    _right: Remembered = field(factory=Remembered, init=False)

    @property
    def has_matrix(self) -> bool:
        """Whether one in the path is written in the style ``matrix``."""
        return any(each.writing.style == "matrix" for _, each in self._path)

    def check(self, asked: Asked) -> list[Mismatch]:
        """What is wrong with the parameters of a request."""
        found = [*overriding(asked.firsts, self._fields_known)]
        for position, each in self._path:
            found += each.check_text(asked.values[position])
        if self._query and (asked.query or b"") not in self._right.texts:
            found += self._of_query(asked.query or b"")
        for name, each in self._fields:
            found += each.check_text(_line(name, asked.firsts, asked.fields))
        if self._cookies:
            pairs = cookie_pairs(values(asked.fields, b"cookie"))
            for each in self._cookies:
                found += each.check_pairs(pairs)
        return found

    def undocumented(self, query: bytes | None, most: int = 20) -> tuple[str, ...]:
        """Names in a query that no parameter has: no mismatch, but drift."""
        if not query or self.is_open:
            return ()
        try:
            names = form_pairs(query)
        except Unreadable:
            return ()
        unknown = [name for name in names if name not in self.query_names and not self._deep(name)]
        return tuple(unknown[:most])

    def _of_query(self, query: bytes) -> list[Mismatch]:
        try:
            pairs = form_pairs(query)
        except Unreadable as why:
            return [Mismatch("query", "", f"has a name that {why}")]
        found = [wrong for each in self._query for wrong in each.check_pairs(pairs)]
        found += mistakable(pairs, self.query_names, self._likenesses)
        if not found:
            self._right.add(query)
        return found

    def _deep(self, name: str) -> bool:
        owner, bracket, _ = name.partition("[")
        deep = (each.name for each in self._query if each.writing.style == "deepObject")
        return bool(bracket) and owner in deep


def _line(name: bytes, firsts: Mapping[bytes, bytes], fields: Fields) -> bytes | None:
    """All lines of a field as one (RFC 9110, 5.3)."""
    if name not in firsts:
        return None
    lines = values(fields, name)
    return lines[0] if len(lines) == 1 else b", ".join(lines)


def parameters(
    places: Iterable[Place], variables: tuple[str, ...], schemas: Schemas, keys: frozenset[str]
) -> Parameters:
    """The parameters at `grammar`; a later one goes before an earlier one of the same name.

    `variables` are those of the path, `keys` names of the query that belong to security.
    ValueError as of `parameter`.
    """
    merged = {(str(place.get("in")), _folded(place)): place for place in places}
    made = {where: _of(where, merged, schemas) for where in STYLES}
    at = {name: number for number, name in enumerate(variables)}
    query, is_open = _apart(made["query"], keys)
    own = (each.writing.own or frozenset() for each in query if each.is_spread)
    return Parameters(
        tuple((at[each.name], each) for each in made["path"] if each.name in at),
        query,
        tuple((each.name.lower().encode(), each) for each in made["header"]),
        _apart(made["cookie"], frozenset())[0],
        keys.union((each.name for each in query), *own),
        is_open,
        likenesses(each.name for each in query if each.writing.style != "deepObject"),
        frozenset(each.name.lower().encode() for each in made["header"]),
    )


def _folded(place: Place) -> str:
    name = str(place.get("name"))
    return name.lower() if place.get("in") == "header" else name


def _of(
    where: str, merged: Mapping[tuple[str, str], Place], schemas: Schemas
) -> tuple[Parameter, ...]:
    found = ((name, place) for (there, name), place in merged.items() if there == where)
    return tuple(
        parameter(place, where, str(place.get("name")), schemas, Direction.REQUEST)
        for name, place in found
        if where != "header" or name not in _NOT_HERE
    )


def _apart(made: tuple[Parameter, ...], keys: frozenset[str]) -> tuple[tuple[Parameter, ...], bool]:
    """Objects without names of their own know which names are not theirs; is there such a one?"""
    spread = [each.writing.own for each in made if each.is_spread]
    others = keys.union(each.name for each in made if not each.is_spread)
    others = others.union(*(own for own in spread if own))
    is_open = not all(spread)
    apart = (evolve(each, writing=evolve(each.writing, others=others)) for each in made)
    return tuple(apart), is_open
