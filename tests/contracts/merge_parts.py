"""Contracts and routes by few words, for tests of the one document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from altlas.contracts.merging import Part, merged
from altlas.routing.reach import Reach
from altlas.settings.tree import Rewrite, Route

Node = dict[str, Any]


def document(paths: Node, **more: Any) -> Node:
    """An OpenAPI document; `more` is beside its paths."""
    return {"openapi": "3.1.1", "info": {"title": "T", "version": "1"}, "paths": paths, **more}


def get(**more: Any) -> Node:
    """A path item with a GET that is answered somehow."""
    return {"get": {"responses": {"200": {"description": "fine"}}, **more}}


def answering(schema: Any, **more: Any) -> Node:
    """A path item with a GET that is answered by JSON of that schema."""
    content = {"application/json": {"schema": schema}}
    return get(responses={"200": {"description": "fine", "content": content}}, **more)


def schema_of(operation: Node) -> Any:
    """The schema of such an answer."""
    return operation["responses"]["200"]["content"]["application/json"]["schema"]


def route(name: str, path: str = "", to: str | None = "/", **more: Any) -> Route:
    """A route to the backend of that name, rewritten to `to`."""
    given = {"name": name, "path": path or f"/{name}/", "backend": name, **more}
    return Route(rewrite=Rewrite(prefix=to), **given)


def parts(
    held: Iterable[tuple[Route, Node | None]], others: Iterable[Route] = (), contract: str = ""
) -> list[Part]:
    """Parts for routes with their contracts, each of the backend's name or else `contract`."""
    held = list(held)
    reach = Reach((*(one for one, _ in held), *others))
    return [
        Part(one, contract or str(one.backend), said, lambda m, p, one=one: reach.takes(one, m, p))
        for one, said in held
    ]


def of(*held: tuple[Route, Node | None], others: Iterable[Route] = ()) -> Node:
    """The one document."""
    return merged(parts(held, others), "All")
