"""The reference of all sections and keys, generated from their declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from inspect import getdoc
from typing import Any

from altlas.kinds import Catalog
from altlas.settings.keys import Choosing, Key
from altlas.settings.schema import Slot, slots
from altlas.settings.tree import NAMED, SINGLE

_OPENING = """\
# Settings

Every section and key of the configuration. This page is generated from the code that
reads it.

- Durations are written `250ms`, `5s`, `2m`, `1h`, sizes `512B`, `64KiB`, `10MiB`, shares
  `20%`, switches `yes` or `no`.
- Lists are parted by commas, blanks or lines; continued lines are indented. Comments stand on
  lines of their own, after `;` or `#`.
- `${NAME}` and `${NAME:-default}` stand for a variable of the environment, `$$` for a `$`.
- Every key can be set whole from the environment: `probe.interval` of `[backend:runner]` is
  `ALTLAS_BACKEND__RUNNER__PROBE_INTERVAL`, `path` of `[access-log]` is
  `ALTLAS_ACCESS_LOG__PATH`. `ALTLAS_BACKEND__NAME__INSTANCES` makes a backend where there
  is none.
- An included file may add to the sections of the including one and change its keys. Otherwise
  each section stands once a file, and each key is set once.
"""


def describe(catalog: Catalog) -> str:
    """The reference page in Markdown: section, key, default and meaning, kinds included."""
    parts = [_OPENING]
    for name, settings in SINGLE.items():
        parts.append(_section(f"[{name}]", settings, catalog))
    for name, settings in NAMED.items():
        parts.append(_section(f"[{name}:NAME]", settings, catalog))
    return "\n".join(parts)


def _section(title: str, settings: type[Any], catalog: Catalog) -> str:
    parts = [f"## {title}", "", _meaning(settings), "", *_table(slots(settings))]
    for slot in slots(settings):
        if isinstance(slot.declaration, Choosing):
            parts += _kinds(slot, slot.declaration, catalog)
    return "\n".join(parts) + "\n"


def _kinds(slot: Slot, choosing: Choosing, catalog: Catalog) -> Iterator[str]:
    for name in catalog.names(choosing.group):
        settings = catalog.get(choosing.group, name).settings
        inner = slots(settings, slot.path)
        yield from ("", f"### {slot.name} = {name}", "", _meaning(settings))
        if inner:
            yield from ("", *_table(inner))


def _table(found: Iterable[Slot]) -> Iterator[str]:
    yield "| Key | Default | Meaning |"
    yield "| --- | --- | --- |"
    for slot in found:
        yield f"| `{slot.name}` | {_default(slot.declaration)} | {_cell(slot.declaration.help)} |"


def _default(declaration: Key | Choosing) -> str:
    if isinstance(declaration, Key) and declaration.required:
        return "required"
    return f"`{_cell(declaration.written)}`" if declaration.written else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _meaning(settings: type[Any]) -> str:
    return (getdoc(settings) or "").split("\n\n")[0].replace("\n", " ").replace("``", "`")
