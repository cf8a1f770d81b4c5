"""The answers that an operation may give."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, field, frozen

from altlas.contracts.bodies import Bodies, BodyRule
from altlas.contracts.parameters import Parameter, parameter
from altlas.contracts.place import Place
from altlas.contracts.schemas import Direction, Schemas
from altlas.errors import Mismatch, UnsupportedMediaType
from altlas.wire.fields import Fields, first, values


@frozen(eq=False)
class Answer:
    """What an answer with one status has to be."""

    _headers: tuple[tuple[bytes, Parameter], ...] = ()
    _bodies: Bodies | None = None

    def check(self, fields: Fields) -> tuple[Mismatch, ...]:
        """What is wrong with the fields of an answer: its headers, its content type.

        A content type that is not there is wrong only beside a length above 0.
        """
        found: list[Mismatch] = []
        for name, header in self._headers:
            found += header.check_text(_value(name, fields))
        if self._bodies is not None:
            found += self._content_type(self._bodies, fields)
        return tuple(found)

    def body_rule(self, content_type: bytes | None) -> BodyRule | None:
        """The rule for a body of that type; None if there is nothing to look into.

        That is so for a type that `check` has found wrong, too.
        """
        if self._bodies is None:
            return None
        try:
            return self._bodies.rule(content_type)
        except UnsupportedMediaType:
            return None

    def _content_type(self, bodies: Bodies, fields: Fields) -> tuple[Mismatch, ...]:
        said = first(fields, b"content-type")
        if said is None and first(fields, b"content-length") in (None, b"0"):
            return ()
        try:
            bodies.rule(said)
        except UnsupportedMediaType as error:
            return error.mismatches
        return ()


def _value(name: bytes, fields: Fields) -> bytes | None:
    lines = values(fields, name)
    if len(lines) > 1 and name != b"set-cookie":  # the one that is no list (RFC 9110, 5.3)
        return b", ".join(lines)
    return lines[0] if lines else None


@frozen(eq=False)
class Answers:
    """All answers of an operation, by status."""

    _exact: Mapping[int, Answer]
    #: by the first digit
    _ranges: Mapping[int, Answer]
    _default: Answer | None
    #: the same for statuses that have no body, whatever is said of them (RFC 9110, 6.4.1)
    _bodiless: Mapping[int, Answer | None] = field(init=False)

    @_bodiless.default
    def _without_bodies(self) -> Mapping[int, Answer | None]:
        found = {status: self._find(status) for status in (*range(100, 200), 204, 205, 304)}
        return {status: each and evolve(each, bodies=None) for status, each in found.items()}

    def find(self, status: int) -> Answer | None:
        """The answer with that status: itself, else its range (``4XX``), else the default."""
        if status in self._bodiless:
            return self._bodiless[status]
        return self._find(status)

    def _find(self, status: int) -> Answer | None:
        return self._exact.get(status) or self._ranges.get(status // 100) or self._default


def answers(responses: Place, schemas: Schemas) -> Answers:
    """The answers of a ``responses`` object. ValueError for what cannot be compiled."""
    exact: dict[int, Answer] = {}
    ranges: dict[int, Answer] = {}
    default = None
    for key, place in responses.members():
        if key == "default":
            default = _answer(place, schemas)
        elif len(key) == 3 and key[1:].upper() == "XX" and key[0] in "12345":
            ranges[int(key[0])] = _answer(place, schemas)
        elif len(key) == 3 and key.isascii() and key.isdigit():
            exact[int(key)] = _answer(place, schemas)
    return Answers(exact, ranges, default)


def _answer(place: Place, schemas: Schemas) -> Answer:
    headers = (
        (name.lower().encode(), parameter(each, "header", name, schemas, Direction.RESPONSE))
        for name, each in place.to("headers").members()
        if name.lower() != "content-type"
    )
    content = place.to("content")
    bodies = Bodies(content, schemas, Direction.RESPONSE) if content.node else None
    return Answer(tuple(headers), bodies)
