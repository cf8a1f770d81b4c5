"""What an operation asks for as credentials: those that were enough must still be."""

from __future__ import annotations

from collections.abc import Iterator

from altlas.contracts.changes.documents import Documents
from altlas.contracts.changes.edition import Edition, canonical
from altlas.contracts.changes.finding import Finding, Pointer, Verdict

#: an alternative: every scheme by what it is, with the scopes that are wanted
Wanted = dict[str, frozenset[str]]


def credentials(documents: Documents, old: Pointer, new: Pointer) -> Iterator[Finding]:
    """The changes of ``security`` of the operations at `old` and `new`, the documents' included.

    Schemes are told apart by what they are. Their names are the document's own.
    """
    before, after = _wanted(documents.old, old), _wanted(documents.new, new)
    place = (*new, "security") if documents.new.at((*new, "security")) is not None else new
    if any(not _enough(each, after) for each in before):
        nothing = before == [{}]
        words = "asks for credentials now" if nothing else "asks for other credentials or scopes"
        yield Finding(place, Verdict.BREAKING, words)
    elif any(not _enough(each, before) for each in after):
        yield Finding(place, Verdict.HARMLESS, "asks for fewer credentials, or lets choose")


def _enough(brought: Wanted, alternatives: list[Wanted]) -> bool:
    """Whether who brings this meets one of the alternatives."""
    return any(
        all(scheme in brought and scopes <= brought[scheme] for scheme, scopes in each.items())
        for each in alternatives
    )


def _wanted(edition: Edition, place: Pointer) -> list[Wanted]:
    said = edition.at((*place, "security"))
    if said is None:
        said = edition.at(("security",))
    found = [
        {_scheme(edition, name): frozenset(scopes) for name, scopes in each.items()}
        for each in said or ()
    ]
    return found or [{}]


def _scheme(edition: Edition, name: str) -> str:
    node = edition.at(edition.followed(("components", "securitySchemes", name)))
    if not isinstance(node, dict):
        return name
    told = {key: node.get(key) for key in ("type", "in", "name", "scheme")}
    if isinstance(told["scheme"], str):
        told["scheme"] = told["scheme"].lower()
    return canonical(told)
