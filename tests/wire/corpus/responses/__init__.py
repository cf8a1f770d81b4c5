"""What instances say, one theme a file; each file has its `CASES`."""

from __future__ import annotations

from collections.abc import Sequence

from tests.wire.corpus.cases import Response
from tests.wire.corpus.responses import bodies, fields, interim, status_lines

#: by the names of their files
TABLES: dict[str, Sequence[Response]] = {
    theme.__name__.rpartition(".")[2]: theme.CASES
    for theme in (bodies, fields, interim, status_lines)
}
ALL: tuple[Response, ...] = tuple(case for table in TABLES.values() for case in table)
