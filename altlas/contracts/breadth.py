"""How many schemas may be asked about one place of a value: what a document makes of a byte.

Branches multiply: where two branches of an ``anyOf`` lead back to it, 2**n faults may have to be
told of n levels. Whether a value is valid is known sooner, since the validator remembers what it
has judged on its way round; it forgets where no way leads round. This finds which schemas are
like that, without any value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define, field

from altlas.contracts.references import found, steps

#: more than any value is worth
MOST = 1 << 40
#: what a fraction in ``multipleOf`` costs beside an ordinary rule
FRACTION = 20

Node = Mapping[str, Any]

_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("if", "then", "else", "not")


@define(eq=False)
class Joints:
    """How the schemas of one document hang together. What it gives is worked out once."""

    _document: Mapping[str, Any]
    _beside: dict[int, tuple[Node, ...]] = field(init=False, factory=dict)
    _targets: dict[str, Any] = field(init=False, factory=dict)

    def beside(self, node: Node) -> tuple[Node, ...]:
        """The schemas that are asked about the same place of a value as `node` is."""
        found = self._beside.get(id(node))
        if found is None:
            found = self._beside[id(node)] = tuple(only_nodes(self._asked_beside(node)))
        return found

    def _asked_beside(self, node: Node) -> Iterator[Any]:
        yield self.target(node)
        for keyword in _LISTS:
            yield from node.get(keyword, ())
        for keyword in _SINGLE:
            yield node.get(keyword)
        yield from members(node, "dependentSchemas").values()

    def target(self, node: Node) -> Any:
        """Where a reference leads, within the document; nothing if there is none."""
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return None
        if reference not in self._targets:
            try:
                self._targets[reference] = found(self._document, steps(reference))
            except (LookupError, ValueError):
                self._targets[reference] = None
        return self._targets[reference]


def members(node: Node, keyword: str) -> Mapping[str, Any]:
    """The schemas by name under a keyword."""
    there = node.get(keyword)
    return there if isinstance(there, Mapping) else {}


def only_nodes(schemas: Any) -> Iterator[Node]:
    """Those that are more than ``true`` or ``false``."""
    return (each for each in schemas if isinstance(each, Mapping))


def beneath(node: Node) -> Iterator[list[Node]]:
    """The schemas that are asked about what is in a value, by place: those of one list together."""
    for_any = [node.get("additionalProperties"), node.get("unevaluatedProperties")]
    patterns = [*members(node, "patternProperties").values()]
    yield [*only_nodes([*for_any, *patterns, node.get("propertyNames")])]
    for inner in members(node, "properties").values():
        yield [*only_nodes([inner, *patterns, node.get("propertyNames")])]
    every = [node.get("contains"), node.get("unevaluatedItems")]
    yield [*only_nodes([node.get("items"), *every])]
    for inner in node.get("prefixItems", ()):
        yield [*only_nodes([inner, *every])]


def own(node: Node) -> int:
    """What the rules of a schema cost that are its own."""
    return 1 + FRACTION * isinstance(node.get("multipleOf"), float)


@define(eq=False)
class Breadths:
    """The breadth of each schema: the most that may be asked about one place below it."""

    joints: Joints
    _known: dict[int, int] = field(init=False, factory=dict)
    #: those whose branches multiply with the depth of a value, or that lead to such
    _growing: set[int] = field(init=False, factory=set)
    #: those that do dear things with numbers, or lead to such
    _comparing: set[int] = field(init=False, factory=set)
    #: Tarjan's numbers, by which schemas that lead to each other are found
    _index: dict[int, int] = field(init=False, factory=dict)
    _low: dict[int, int] = field(init=False, factory=dict)
    _open: list[Node] = field(init=False, factory=list)

    def of(self, node: Any) -> int:
        """The breadth of a schema, in which what leads round counts once."""
        if not isinstance(node, Mapping):
            return 1
        if id(node) not in self._known:
            self._search(node)
        return self._known[id(node)]

    def grows(self, node: Any) -> bool:
        """Whether more is asked about a place the deeper it is, without a bound."""
        self.of(node)
        return id(node) in self._growing

    def compares(self, node: Any) -> bool:
        """Whether a schema, or one that it leads to, compares items, or divides by fractions."""
        self.of(node)
        return id(node) in self._comparing

    def _search(self, root: Node) -> None:
        walk = [(root, self._enter(root))]
        while walk:
            node, rest = walk[-1]
            for following in rest:
                if id(following) not in self._index:
                    walk.append((following, self._enter(following)))
                    break
                if id(following) not in self._known:
                    self._lower(node, self._index[id(following)])
            else:
                walk.pop()
                if walk:
                    self._lower(walk[-1][0], self._low[id(node)])
                self._leave(node)

    def _enter(self, node: Node) -> Iterator[Node]:
        self._index[id(node)] = self._low[id(node)] = len(self._index)
        self._open.append(node)
        return iter(self._following(node))

    def _following(self, node: Node) -> list[Node]:
        return [*self.joints.beside(node), *(one for place in beneath(node) for one in place)]

    def _lower(self, node: Node, index: int) -> None:
        self._low[id(node)] = min(self._low[id(node)], index)

    def _leave(self, node: Node) -> None:
        if self._low[id(node)] != self._index[id(node)]:
            return
        together: dict[int, Node] = {}
        while id(node) not in together:
            last = self._open.pop()
            together[id(last)] = last
        self._known.update(dict.fromkeys(together, self._widest(together)))
        if any(self._grows(each, together) for each in together.values()):
            self._growing.update(together)
        if any(self._compares(each) for each in together.values()):
            self._comparing.update(together)

    def _grows(self, node: Node, together: Mapping[int, Node]) -> bool:
        if any(id(one) in self._growing for one in self._following(node)):
            return True
        return self._comes_back(node, together) > 1

    def _compares(self, node: Node) -> bool:
        if node.get("uniqueItems") is True or isinstance(node.get("multipleOf"), float):
            return True
        return any(id(one) in self._comparing for one in self._following(node))

    def _comes_back(self, node: Node, together: Mapping[int, Node]) -> int:
        """How many ways lead from one place of a value back into the circle at another."""
        ways, waiting, asked = 0, [node], 0
        # Asked as often as it is led to; two ways are enough to know, and so is a circle.
        while waiting and ways < 2 and asked <= len(together):
            one = waiting.pop()
            asked += 1
            ways += max(sum(id(each) in together for each in place) for place in beneath(one))
            waiting += [each for each in self.joints.beside(one) if id(each) in together]
        return 2 if waiting else ways

    def _widest(self, together: Mapping[int, Node]) -> int:
        total = 0
        for node in together.values():
            inner = (sum(self._known.get(id(one), 1) for one in place) for place in beneath(node))
            beside = sum(self._known.get(id(one), 1) for one in self.joints.beside(node))
            total = max(total, max(inner), own(node)) + beside
        return min(total, MOST)
