"""What some servers read otherwise than it is written, so that it would go past a contract."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from altlas.contracts.flaws import pointer_to
from altlas.errors import Mismatch

#: fields by which frameworks let a request say that it is another one, after it was judged
OVERRIDES = frozenset(
    (
        b"x-http-method-override",
        b"x-http-method",
        b"x-method-override",
        b"x-original-url",
        b"x-rewrite-url",
    )
)

_LONGEST = 60


def overriding(firsts: Mapping[bytes, bytes], documented: Collection[bytes]) -> Iterator[Mismatch]:
    """The fields of a request by which it would become another one, unless they are documented."""
    if OVERRIDES.isdisjoint(firsts):
        return
    for name in sorted(OVERRIDES.difference(documented).intersection(firsts)):
        yield Mismatch("header", pointer_to([name.decode()]), "would make it another request")


def folded(name: str) -> str:
    """A name as the most careless servers take it.

    PHP and Rails end it at a bracket, PHP at a NUL too, drops blanks before it and makes an
    underscore of dots and blanks within; ASP.NET knows no case.
    """
    plain = name.partition("[")[0].partition("\0")[0].strip()
    return plain.replace(".", "_").replace(" ", "_").casefold()


def likenesses(names: Iterable[str]) -> frozenset[str]:
    """What no other name may be taken for; names with brackets of their own are left alone."""
    return frozenset(folded(name) for name in names if "[" not in name)


def mistakable(
    names: Collection[str], known: frozenset[str], taken: frozenset[str]
) -> Iterator[Mismatch]:
    """Names in a query that the contract does not know, and some servers take for one of its own.

    `taken` are the likenesses of those that it knows.
    """
    if known.issuperset(names):
        return
    for name in names:
        if name not in known and folded(name) in taken:
            pointer = pointer_to([name[:_LONGEST]])
            yield Mismatch("query", pointer, "would be taken for a parameter of the contract")
