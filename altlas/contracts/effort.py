"""How much work it is to hold a value against a schema, before anybody does it.

A validator cannot be stopped: what it would take too long for is not given to it. Whether a value
is valid costs at most its members times the schema's breadth. Its faults may be far more: for them
it is estimated how many schemas are asked about how many places, where what leads to the same
schema at the same place on many ways is counted at once, so that the estimate is cheap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import define, field

from altlas.contracts.breadth import Breadths, Joints, Node, members, only_nodes, own

#: schemas asked about places, each of 50 to 150 ns, that one value may take to be judged
MOST = 4_000_000
#: the same where each fault is told, which takes 25 us
MOST_TOLD = 5_000
#: breadth at which a megabyte, of half a million members, is judged in good time
NARROW = 8
#: numbers that a validator takes for equal at first sight, since a float cannot tell them apart
_EXACT = 2**53
#: what it costs to divide floats that are larger than that
_FAR = 200
_NUMBERS = frozenset((int, float))

_Load = dict[int, tuple[Node, int]]


@define(eq=False)
class Efforts:
    """Estimates for the schemas of one document."""

    _document: Mapping[str, Any]
    _joints: Joints = field(init=False)
    _breadths: Breadths = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._joints = Joints(self._document)
        self._breadths = Breadths(self._joints)

    def of(self, node: Any) -> Effort:
        """The estimate for one schema."""
        breadth = self._breadths.of(node)
        grows, compares = self._breadths.grows(node), self._breadths.compares(node)
        return Effort(self._joints, node, breadth, grows, compares)


@define(eq=False)
class Effort:
    """The estimate for one schema. `breadth` is the most that is asked about one place."""

    _joints: Joints
    _node: Any
    breadth: int
    #: whether more may be told of a place the deeper it is
    _grows: bool
    #: whether numbers are compared with each other, or divided
    _compares: bool

    @property
    def is_small(self) -> bool:
        """Whether no value of a megabyte is too much."""
        return self.breadth <= NARROW and not self._grows and not self._compares

    def exceeds(self, value: Any) -> bool:
        """Whether it may take too long to find out if `value` is valid."""
        if self._compares and _dear(value) > MOST:
            return True
        return self.breadth > NARROW and _size(value) * self.breadth > MOST

    def tells_too_much(self, value: Any) -> bool:
        """Whether it may take too long to find all that is wrong with `value`."""
        if not self._grows and _size(value) * self.breadth <= MOST_TOLD:
            return False
        return _Walk(self._joints, MOST_TOLD).is_too_long(self._node, value)


def _size(value: Any) -> int:
    """How many members there are in a value, itself among them."""
    size, waiting = 1, [value]
    while waiting:
        node = waiting.pop()
        inner = node.values() if type(node) is dict else node if type(node) is list else ()
        size += len(inner)
        waiting += [each for each in inner if type(each) is dict or type(each) is list]
    return size


def _dear(value: Any) -> int:
    """What numbers cost to compare and to divide, beside what they cost anyhow."""
    alike: Counter[float] = Counter()
    far = 0
    waiting = [value]
    while waiting:
        node = waiting.pop()
        inner = node.values() if type(node) is dict else node if type(node) is list else ()
        odd = [each for each in inner if type(each) in _NUMBERS and not -_EXACT < each < _EXACT]
        alike.update(float(each) for each in odd if type(each) is int)
        far += sum(type(each) is float for each in odd)
        waiting += [each for each in inner if type(each) is dict or type(each) is list]
    # Integers beyond 64 bits cost about four times as much to compare as others.
    return 4 * sum(number * number for number in alike.values() if number > 1) + _FAR * far


@define(eq=False)
class _Walk:
    """One estimate under way."""

    _joints: Joints
    _left: int

    def is_too_long(self, node: Any, value: Any) -> bool:
        """Whether more is asked than was left."""
        waiting = [({id(node): (node, 1)}, value)]
        while waiting:
            load, inner = waiting.pop()
            asked = self._asked(load, inner)
            if self._left < 0:
                return True
            waiting += self._below(asked, inner)
        return False

    def _asked(self, load: _Load, value: Any) -> _Load:
        """All schemas that are asked about one place, and how often each."""
        asked: _Load = {}
        waiting = [*load.values()]
        while waiting and self._left >= 0:
            node, times = waiting.pop()
            self._left -= times * own(node)
            known = asked.get(id(node), (node, 0))[1]
            asked[id(node)] = (node, known + times)
            waiting += [(each, times) for each in self._beside(node, value)]
        return asked

    def _beside(self, node: Node, value: Any) -> Iterator[Node]:
        beside = self._joints.beside(node)
        chosen = _chosen(node, value) if "if" in node else None
        for each in beside:
            if chosen is not None and each is node.get("else" if chosen else "then"):
                continue
            if not _is_other(each, value):
                yield each

    def _below(self, asked: _Load, value: Any) -> Iterator[tuple[_Load, Any]]:
        for name, each in _inner(value):
            load: _Load = {}
            for node, times in asked.values():
                for one in _at(node, name):
                    load[id(one)] = (one, load.get(id(one), (one, 0))[1] + times)
            self._left -= 1
            if self._left < 0:
                return
            if load:
                yield load, each


def _inner(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _at(node: Node, name: str | int) -> list[Node]:
    """The schemas that `node` has for a member or an item."""
    return _of_member(node, name) if isinstance(name, str) else _of_item(node, name)


def _of_member(node: Node, name: str) -> list[Node]:
    named = members(node, "properties").get(name)
    further = [node.get("additionalProperties"), node.get("unevaluatedProperties")]
    known = [named] if named is not None else further
    patterns = members(node, "patternProperties").values()
    return [*only_nodes([*known, *patterns, node.get("propertyNames")])]


def _of_item(node: Node, index: int) -> list[Node]:
    first = node.get("prefixItems", ())
    here = first[index] if index < len(first) else node.get("items")
    return [*only_nodes([here, node.get("contains"), node.get("unevaluatedItems")])]


# --- what is known without asking -----------------------------------------------------------


def _is_other(node: Node, value: Any) -> bool:
    """Whether a schema is of another type than a value, so that nothing more is asked."""
    kind = node.get("type")
    return (kind == "object" and not isinstance(value, dict)) or (
        kind == "array" and not isinstance(value, list)
    )


def _chosen(node: Node, value: Any) -> bool | None:
    """What becomes of an ``if`` that asks for plain values only, as discriminators do."""
    asks = node["if"]
    if not isinstance(asks, Mapping) or asks.keys() - {"type", "required", "properties"}:
        return None
    if asks.get("type", "object") != "object" or not isinstance(value, dict):
        return None
    if any(name not in value for name in asks.get("required", ())):
        return False
    for name, inner in members(asks, "properties").items():
        if not isinstance(inner, Mapping) or inner.keys() != {"enum"}:
            return None
        if name in value and value[name] not in inner["enum"]:
            return False
    return True
