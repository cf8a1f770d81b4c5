"""The fields that a schema knows of, to find those in a body that it does not.

Whether a value is valid is asked of `altlas.contracts.schemas`; here it is whether its names are
in the contract at all. JSON Schema lets pass what it does not name unless told otherwise, so
valid bodies may well have such fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from attrs import define, field

from altlas.contracts.references import found, steps

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

#: members of objects and items of arrays that are looked at in one value
STEPS = 2000
#: pointers that are given of one value
MOST = 20

_Schema = Mapping[str, Any]

#: what stands for a schema that cannot be followed: then nothing is undocumented below it
_ANYTHING: _Schema = {"additionalProperties": True}

#: keywords whose schemas describe the very value that the schema does: one, or a list of them
_SAME = ("if", "then", "else")
_SAME_LISTS = ("allOf", "anyOf", "oneOf")


@define(eq=False)
class Fields:
    """What is known of the fields of a value, by all schemas that may be asked about it.

    A name that any branch of ``allOf``, ``anyOf``, ``oneOf``, ``if`` knows is documented.
    Resolved when first asked for, once for each set of schemas, so that recursion ends.
    """

    _trees: Trees
    _schemas: tuple[_Schema, ...]
    _children: dict[str, Fields | None] = field(init=False, factory=dict)
    _items: dict[int, Fields] = field(init=False, factory=dict)
    _named: dict[str, list[Any]] = field(init=False, factory=dict)
    _patterns: list[tuple[str, Any]] = field(init=False, factory=list)
    _extra: list[Any] = field(init=False, factory=list)
    _described: bool = field(init=False, default=False)
    _open: bool = field(init=False, default=False)

    def __attrs_post_init__(self) -> None:
        for schema in self._schemas:
            self._gather(schema)

    def undocumented(self, value: Any, most: int = MOST) -> list[str]:
        """Pointers (RFC 6901, ``*`` for the items of an array) to fields that nothing names.

        At most `most`, each once; of a value with more than `STEPS` members only the first
        are looked at. An object of whose fields the contract says nothing has none.
        """
        found: dict[str, None] = {}
        waiting: list[tuple[Fields, Any, str]] = [(self, value, "")]
        steps = STEPS
        while waiting and steps > 0 and len(found) < most:
            tree, inner, pointer = waiting.pop()
            if isinstance(inner, dict):
                steps -= len(inner)
                _members(tree, inner, pointer, found, waiting)
            elif isinstance(inner, list):
                steps -= len(inner)
                waiting += tree._elements(inner[:STEPS], f"{pointer}/*")
        return list(found)[:most]

    def _gather(self, schema: _Schema) -> None:
        properties = schema.get("properties")
        if isinstance(properties, dict):
            self._described = True
            for name, inner in properties.items():
                self._named.setdefault(name, []).append(inner)
        patterns = schema.get("patternProperties")
        if isinstance(patterns, dict):
            self._described = True
            self._patterns += patterns.items()
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            if keyword in schema:
                self._described = True
                self._open = self._open or schema[keyword] is not False
                self._extra += [schema[keyword]] if isinstance(schema[keyword], dict) else []

    def _child(self, name: str) -> Fields | None:
        """What is known below this name; nothing if the name is not."""
        if name not in self._named:
            return self._other(name)
        if name not in self._children:
            self._children[name] = self._trees.of(self._named[name])
        return self._children[name]

    def _other(self, name: str) -> Fields | None:
        """Of a name that stands in no ``properties``; not kept, since clients make such names."""
        schemas = [inner for pattern, inner in self._patterns if self._trees.fits(pattern, name)]
        if schemas:
            return self._trees.of(schemas)
        return self._trees.of(self._extra) if self._open or not self._described else None

    def _elements(self, values: list[Any], pointer: str) -> Iterator[tuple[Fields, Any, str]]:
        width = self._trees.width(self._schemas)
        for index, value in enumerate(values):
            if isinstance(value, dict | list):
                place = min(index, width)
                if place not in self._items:
                    self._items[place] = self._trees.of(_at(self._schemas, place))
                yield self._items[place], value, pointer


def _members(
    tree: Fields,
    value: dict[str, Any],
    pointer: str,
    found: dict[str, None],
    waiting: list[tuple[Fields, Any, str]],
) -> None:
    for name, inner in islice(value.items(), STEPS):
        child = tree._child(name)
        if child is None:
            found[f"{pointer}/{_escaped(name)}"] = None
        elif isinstance(inner, dict | list):
            waiting.append((child, inner, f"{pointer}/{_escaped(name)}"))


def _at(schemas: Iterable[_Schema], index: int) -> list[Any]:
    """The schemas of the item at `index`, in all of `schemas`."""
    found = []
    for schema in schemas:
        first = schema.get("prefixItems", ())
        found.append(first[index] if index < len(first) else schema.get("items"))
        found += [schema.get("contains"), schema.get("unevaluatedItems")]
    return found


@define(eq=False)
class Trees:
    """The trees of one document (in OpenAPI 3.1's form)."""

    _document: Mapping[str, Any]
    _known: dict[frozenset[int], Fields] = field(init=False, factory=dict)
    _expressions: dict[str, Draft202012Validator | None] = field(init=False, factory=dict)

    def of(self, schemas: Iterable[Any]) -> Fields:
        """The tree of a value that any of these schemas may describe."""
        parts = tuple(self._parts(schemas))
        key = frozenset(map(id, parts))
        if key not in self._known:
            self._known[key] = Fields(self, parts)
        return self._known[key]

    def at(self, pointer: Iterable[str]) -> Fields:
        """The tree of the schema that stands at `pointer` in the document."""
        node: Any = self._document
        for part in pointer:
            node = node[int(part)] if isinstance(node, list) else node[part]
        return self.of([node])

    def fits(self, pattern: str, name: str) -> bool:
        """Whether a name matches a pattern; one that cannot be compiled matches all."""
        if pattern not in self._expressions:
            self._expressions[pattern] = _compiled(pattern)
        expression = self._expressions[pattern]
        return expression is None or expression.is_valid(name)

    def width(self, schemas: Iterable[_Schema]) -> int:
        """How many items have schemas of their own."""
        return max((len(schema.get("prefixItems", ())) for schema in schemas), default=0)

    def _parts(self, schemas: Iterable[Any]) -> Iterator[_Schema]:
        """All schemas that may describe the same value, each once."""
        waiting, seen = [*schemas], set()
        while waiting:
            schema = waiting.pop()
            if not isinstance(schema, dict) or id(schema) in seen:
                continue
            seen.add(id(schema))
            yield schema
            waiting += [schema.get(keyword) for keyword in _SAME]
            for keyword in _SAME_LISTS:
                waiting += schema.get(keyword, ())
            waiting += schema.get("dependentSchemas", {}).values()
            waiting.append(self._target(schema.get("$ref")))

    def _target(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return None if reference is None else _ANYTHING
        try:
            return found(self._document, steps(reference))
        except LookupError:
            return _ANYTHING


def _compiled(pattern: str) -> Draft202012Validator | None:
    from jsonschema_rs import Draft202012Validator, RegexOptions

    # The engine of linear time, since names are the client's. Python's own is none.
    try:
        return Draft202012Validator({"pattern": pattern}, pattern_options=RegexOptions())
    except ValueError:
        return None


def _escaped(name: str) -> str:
    return name[:100].replace("~", "~0").replace("/", "~1")
