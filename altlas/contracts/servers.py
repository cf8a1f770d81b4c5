"""Where a contract's paths begin, as its servers say."""

from __future__ import annotations

import re
from typing import Any

from altlas.contracts.place import Place

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_ORIGIN = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*")


def base_paths(servers: Place) -> tuple[str, ...]:
    """What stands before the paths, without a slash at its end: the path of each server's URL.

    Variables have their default values. No servers are one at ``/`` (OpenAPI 3.1, 4.8.1.1).
    """
    found = dict.fromkeys(base_path(server) for server in servers.items())
    return tuple(found) or ("",)


def bases_of(
    document: Place, template: str, method: str, given: str | None = None
) -> tuple[str, ...]:
    """What stands before the path of an operation.

    `given` is what the settings say instead; else an operation with servers of its own is there
    only, and then one whose path item has some (OpenAPI 3.1, 4.8.9.1 and 4.8.10.1).
    """
    if given is not None:
        return (given,)
    path = document.to("paths", template)
    for place in (path.to(method.lower()), path):
        if place.get("servers"):
            return base_paths(place.to("servers"))
    return base_paths(document.to("servers"))


def base_path(server: Place) -> str:
    """The path of one server's URL, without a slash at its end."""

    def default(match: re.Match[str]) -> str:
        said: Any = server.to("variables", match[1]).get("default", "")
        return str(said)

    url = _VARIABLE.sub(default, str(server.get("url", "")))
    path = re.split(r"[?#]", _ORIGIN.sub("", url, count=1))[0]
    # A URL without a slash is relative to where the document is, which nobody told us.
    return "/" + path.strip("/") if path.strip("/") else ""
