"""What becomes of header fields whose names have underscores in them.

CGI, and WSGI after it, turn ``-`` into ``_``: to their programs ``X-User`` and ``X_User`` are one
field, and whoever may send the one can forge the other (CVE-2026-35051 and its kin). No standard
field has an underscore, a few clients use them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from altlas.errors import BadRequest
from altlas.wire.fields import Fields

#: takes the fields of a request's head as they came, gives those that count
Names = Callable[[Fields], Fields]


def keep(fields: Fields) -> Fields:
    """All of them. Those that could be taken for fields of ours are still not passed on."""
    return fields


def drop(fields: Fields) -> Fields:
    """Those without an underscore in their names."""
    for name, _ in fields:
        if 95 in name:  # a number: a third of the price of a bytes object
            return [field for field in fields if 95 not in field[0]]
    return fields


def refuse(fields: Fields) -> Fields:
    """All of them, if none has an underscore in its name; else raises BadRequest."""
    for name, _ in fields:
        if 95 in name:
            raise BadRequest("A header field has an underscore in its name.")
    return fields


#: by the words of ``headers.underscores``
UNDERSCORES: Final[dict[str, Names]] = {"drop": drop, "keep": keep, "refuse": refuse}
