"""Requests, one theme a file; each file has its `CASES`."""

from __future__ import annotations

from collections.abc import Sequence

from tests.wire.corpus.cases import Request
from tests.wire.corpus.requests import (
    bodies,
    chunks,
    codings,
    connections,
    fields,
    hops,
    hosts,
    identity,
    lengths,
    pipelines,
    request_lines,
    trailers,
)

#: by the names of their files
TABLES: dict[str, Sequence[Request]] = {
    theme.__name__.rpartition(".")[2]: theme.CASES
    for theme in (
        bodies,
        chunks,
        codings,
        connections,
        fields,
        hops,
        hosts,
        identity,
        lengths,
        pipelines,
        request_lines,
        trailers,
    )
}
ALL: tuple[Request, ...] = tuple(case for table in TABLES.values() for case in table)
