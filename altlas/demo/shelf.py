"""JSON values by name in a folder, which several processes may share."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from attrs import frozen

_NAME = re.compile(r"\w[\w.-]{0,99}", re.ASCII)


class BadName(ValueError):
    """A name that cannot stand on a shelf."""


@frozen
class Shelf:
    """Keeps a JSON value under each name, in one file each.

    A name is up to 100 letters, digits, ``_``, ``-`` and ``.``, and begins with none of
    the last two; else `BadName`. Readers see a value whole or not at all.
    """

    folder: Path

    def names(self) -> list[str]:
        """All names on the shelf, sorted."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def put(self, name: str, value: Any) -> bool:
        """Keep `value` as `name`; whether the name is new."""
        path = self._path(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        new = not path.exists()
        with NamedTemporaryFile("w", dir=self.folder, delete=False) as file:
            file.write(json.dumps(value))
        os.replace(file.name, path)
        return new

    def get(self, name: str) -> Any:
        """What is kept as `name`, or `KeyError`."""
        try:
            return json.loads(self._path(name).read_text())
        except FileNotFoundError:
            raise KeyError(name) from None

    def take(self, name: str) -> None:
        """Keep nothing as `name` any longer; `KeyError` when nothing was."""
        try:
            self._path(name).unlink()
        except FileNotFoundError:
            raise KeyError(name) from None

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise BadName(name)
        return self.folder / f"{name}.json"
