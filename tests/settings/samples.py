"""Configurations for tests: written to a folder, loaded with a small catalog."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from altlas.kinds import Catalog, Kind
from altlas.settings import Loaded, SettingsError, load
from altlas.settings.keys import key
from altlas.settings.units import between, duration


@frozen
class Plain:
    """Turn by turn."""


@frozen
class Sticky:
    """Clients stay where they were."""

    stay_for: float = key(duration, default="5m", help="how long a client stays")
    choices: int = key(between(1), default="2", help="how many are compared")


CATALOG = Catalog.of(
    {"balancer": [Kind("round-robin", Plain, Plain), Kind("sticky", Sticky, Sticky)]}
)

#: the least that is a gateway
MINIMAL = """\
[listener:public]
bind = tcp:8080
[backend:a]
instances = http://127.0.0.1:9001
[route:a]
path = /a/
backend = a
"""


def written(folder: str, files: Mapping[str, str]) -> Path:
    """The path of ``main.ini`` in `folder`, after all files were written there."""
    for name, text in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Path(folder, "main.ini")


def loaded(
    folder: str, text: str, environ: Mapping[str, str] | None = None, **included: str
) -> Loaded:
    """`text` loaded as ``main.ini``, with ``conf.d/NAME.ini`` for each of `included`."""
    files = {f"conf.d/{name}.ini": more for name, more in included.items()}
    return load(written(folder, {"main.ini": text, **files}), environ or {}, CATALOG)


def told(
    folder: str, text: str, environ: Mapping[str, str] | None = None, **included: str
) -> list[str]:
    """The problems of `text`, as lines, without the folder's name."""
    try:
        loaded(folder, text, environ, **included)
    except SettingsError as error:
        return [str(problem).replace(f"{folder}/", "") for problem in error.problems]
    return []
