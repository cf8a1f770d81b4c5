"""What is the same in two documents, all that it refers to included: nobody needs to look there."""

from __future__ import annotations

from attrs import define, field

from altlas.contracts.changes.edition import Edition, targets
from altlas.contracts.changes.finding import Pointer


@define(eq=False)
class Sameness:
    """Compares by text, and knows which targets of references differ, over references too.

    References in a circle are no trouble: a target differs if its own text does, or that of any
    target that can be reached from it.
    """

    old: Edition
    new: Edition
    _changed: frozenset[Pointer] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._changed = self._find()

    def same(self, old: Pointer, new: Pointer) -> bool:
        """Whether two nodes mean the same to machines."""
        if not self._alike(old, new):
            return False
        return self._changed.isdisjoint(targets(self.old.raw(old)))

    def _alike(self, old: Pointer, new: Pointer) -> bool:
        return self.old.raw(old) == self.new.raw(new) or self.old.plain(old) == self.new.plain(new)

    def _find(self) -> frozenset[Pointer]:
        known = targets(self.old.raw(())) | targets(self.new.raw(()))
        users: dict[Pointer, list[Pointer]] = {}
        for pointer in known:
            for each in targets(self.old.raw(pointer)) | targets(self.new.raw(pointer)):
                users.setdefault(each, []).append(pointer)
        waiting = [pointer for pointer in known if not self._alike(pointer, pointer)]
        changed = set(waiting)
        while waiting:
            more = [each for each in users.get(waiting.pop(), ()) if each not in changed]
            changed.update(more)
            waiting += more
        return frozenset(changed)
