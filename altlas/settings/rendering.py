"""The merged configuration as a file again, each value with where it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from altlas.settings.assembly import Value
from altlas.settings.drafts import Loaded

_DOLLAR = re.compile(r"\$(?=[${])")
#: what has been merged already; naming it again would merge it twice
_MERGED = "include"


def render(loaded: Loaded) -> str:
    """An ini file that says what `loaded` says, with ``; from FILE:LINE`` above each value.

    Loading it gives the same settings, whatever the environment has.
    """
    blocks = []
    for title, values in groupby(loaded.provenance, key=lambda value: value.section):
        lines = [f"[{title}]"]
        for value in values:
            lines += _lines(value)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _lines(value: Value) -> Iterator[str]:
    if value.written is None:
        yield f"; {value.key} is not set"
        return
    yield f"; {_source(value)}"
    commented = "; " if value.section == _MERGED else ""
    first, *more = _DOLLAR.sub("$$", value.written).split("\n")
    yield f"{commented}{value.key} = {first}".rstrip()
    yield from (f"{commented}    {line}".rstrip() for line in more)


def _source(value: Value) -> str:
    return f"from {value.place}" if value.place.line else str(value.place)
