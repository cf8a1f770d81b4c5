"""The gateway's own contract, kept as it is while those of the backends change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from altlas.contracts.merging import Part, merged
from altlas.edge.pages.content import FRESH, Content, ContentLeaf
from altlas.edge.pages.swagger import page
from altlas.routing.reach import Reach
from altlas.settings.tree import Listener, Route, Settings

if TYPE_CHECKING:
    from altlas.contracts.kept import Kept

log = Logger()

_MEDIA_TYPE = b"application/json"


@define(eq=False)
class Publishing:
    """Makes the document of each listener that has one, and makes it anew after each change.

    That takes a second for 10 MB of contracts, hence a thread. What changes meanwhile is in the
    next one. A gateway without such listeners has nothing of it.
    """

    _settings: Settings
    _contracts: Mapping[str, Kept]
    #: calls what would keep the reactor busy for too long
    _in_thread: Callable[[Callable[[], Any]], Deferred[Any]]
    #: by title: listeners of one title have one document
    _leaves: dict[str, ContentLeaf] = field(factory=dict, init=False)
    _busy: bool = field(default=False, init=False)
    _again: bool = field(default=False, init=False)
    _stopped: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        for listener in self._settings.listeners:
            if listener.openapi.path is not None:
                self._leaves[listener.openapi.title] = ContentLeaf("openapi", _nothing())
        for title, content in self._made().items():
            self._leaves[title].content = content

    def leaves(self, listener: Listener) -> dict[bytes, ContentLeaf]:
        """What is answered at a listener before any route is asked, by path."""
        openapi = listener.openapi
        if openapi.path is None:
            return {}
        found = {openapi.path.encode(): self._leaves[openapi.title]}
        if openapi.docs is not None:
            found.update(page(openapi.docs, openapi.path, openapi.title))
        return found

    # --- in the course of time -------------------------------------------------------------

    def changed(self, _: str) -> None:
        """A contract is another one now."""
        self._again = bool(self._leaves)
        self._make()

    def stop(self) -> None:
        """Make no more."""
        self._stopped = True

    def _make(self) -> None:
        if self._busy or self._stopped or not self._again:
            return
        self._busy, self._again = True, False
        self._in_thread(self._made).addCallbacks(self._replace, self._failed)

    def _replace(self, contents: dict[str, Content]) -> None:
        self._busy = False
        for title, content in contents.items():
            self._leaves[title].content = content
        self._make()

    def _failed(self, failure: Failure) -> None:
        self._busy = False
        log.failure("The contracts could not be merged; what was served before stays", failure)
        self._make()

    def _made(self) -> dict[str, Content]:
        if not self._leaves:
            return {}
        parts = list(_parts(self._settings, self._contracts))
        return {
            title: Content.of(serialised(merged(parts, title)), _MEDIA_TYPE, FRESH)
            for title in self._leaves
        }


def _nothing() -> Content:
    return Content.of(b"", _MEDIA_TYPE, FRESH)


def _parts(settings: Settings, contracts: Mapping[str, Kept]) -> Iterator[Part]:
    reach = Reach(settings.routes)
    for route in settings.routes:
        name = None if route.backend is None else settings.contract_of(route)
        if name is not None:
            contract = contracts[name].contract
            document: Any = None if contract is None else contract.document
            base_path = contracts[name].settings.base_path
            yield Part(route, name, document, _takes(reach, route), base_path)


def _takes(reach: Reach, route: Route) -> Callable[[str, str], bool]:
    return lambda method, path: reach.takes(route, method, path)


def serialised(document: Mapping[str, Any]) -> bytes:
    """The document as JSON, in pieces: a big one at once would stall all other threads."""
    return b"".join(_pieces(document, 3)) + b"\n"


def _pieces(value: Any, depth: int) -> Iterator[bytes]:
    if depth == 0 or not isinstance(value, Mapping) or not value:
        yield json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return
    mark = b"{"
    for key, inner in value.items():
        yield mark + json.dumps(key, ensure_ascii=False).encode() + b":"
        yield from _pieces(inner, depth - 1)
        mark = b","
    yield b"}"
