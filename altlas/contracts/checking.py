"""Whether a contract can be made of a document, and all that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from altlas.contracts.flaws import Flaw, Unusable, pointer_to
from altlas.contracts.grammar import METHODS, Way, all_in
from altlas.contracts.linking import linking_flaws
from altlas.contracts.place import Place
from altlas.contracts.references import resolved
from altlas.contracts.specification import form_flaws, rule_flaws
from altlas.contracts.wishes import misnamed, wishes

_PARAMETER = re.compile(r"\{[^{}]*\}")

#: dialects that are read: what OpenAPI 3.1 has unless told otherwise, and what that stands on
_DIALECTS = re.compile(
    r"https://spec\.openapis\.org/oas/3\.1/dialect/.*|https://json-schema\.org/draft/2020-12/schema#?"
)


def checked(document: dict[str, Any]) -> tuple[Flaw, ...]:
    """What is odd about a document, and not enforced. Unusable if it is wrong.

    References are looked at before the form, since nothing can be said of what they lead to, and
    the form before the rules.
    """
    flaws = form_flaws(document)
    _refuse([*flaws, *_linking(document, flaws)])
    broken, odd = rule_flaws(document)
    _refuse([*broken, *_operation_flaws(document), *_security_flaws(document)])
    return (*odd, *_wish_doubts(document), *_dialect_doubts(document))


def _linking(document: dict[str, Any], flaws: list[Flaw]) -> list[Flaw]:
    try:
        return linking_flaws(document)
    except (TypeError, AttributeError, ValueError, LookupError):
        # A document that is not of the right form may be of any other.
        if flaws:
            return []
        raise


def _refuse(flaws: list[Flaw]) -> None:
    if flaws:
        raise Unusable(sorted(set(flaws)))


def operations(document: Mapping[str, Any]) -> Iterator[tuple[Way, Mapping[str, Any]]]:
    """The operations under ``paths``, each with the way to where its path and method stand."""
    for template, item in document.get("paths", {}).items():
        if template.startswith("/"):
            node = resolved(document, item)
            yield from ((("paths", template, m), node[m]) for m in METHODS if m in node)


def _operation_flaws(document: Mapping[str, Any]) -> Iterator[Flaw]:
    """Operations that cannot be told apart."""
    ids: dict[str, Way] = {}
    forms: dict[tuple[str, str], str] = {}
    for way, operation in operations(document):
        name = operation.get("operationId")
        if name is not None and ids.setdefault(name, way) != way:
            first = pointer_to(ids[name])
            yield Flaw(pointer_to((*way, "operationId")), f"is the id of {first[:200]} too")
        try:
            wishes(Place(document, way, operation))
        except ValueError as error:
            yield Flaw(pointer_to(way), str(error))
        # Of other methods they can: GitHub's document has such.
        _, template, method = way
        same = forms.setdefault((_PARAMETER.sub("{}", template), method), template)
        if same != template:
            yield Flaw(pointer_to(way), f"takes the same paths as {same[:200]}")


def _wish_doubts(document: Mapping[str, Any]) -> Iterator[Flaw]:
    for way, operation in operations(document):
        for name, message in misnamed(Place(document, way, operation)):
            yield Flaw(pointer_to((*way, name)), message)


def _security_flaws(document: Mapping[str, Any]) -> Iterator[Flaw]:
    """Security schemes that are asked for, and are not there."""
    known = document.get("components", {}).get("securitySchemes", {})
    asking = [((), document), *operations(document)]
    for way, node in asking:
        for number, requirement in enumerate(node.get("security", ())):
            for name in requirement:
                if name not in known:
                    yield Flaw(
                        pointer_to((*way, "security", number, name)), "is no security scheme here"
                    )


def _dialect_doubts(document: Mapping[str, Any]) -> Iterator[Flaw]:
    if document["openapi"].startswith("3.0"):
        return
    message = "is another dialect; the schemas are read as JSON Schema 2020-12"
    if not _DIALECTS.fullmatch(document.get("jsonSchemaDialect", _OWN)):
        yield Flaw("/jsonSchemaDialect", message)
    for kind, node, way in all_in(document):
        dialect = node.get("$schema", _OWN) if isinstance(node, Mapping) else _OWN
        if kind == "schema" and not (isinstance(dialect, str) and _DIALECTS.fullmatch(dialect)):
            yield Flaw(pointer_to((*way, "$schema")), message)


_OWN = "https://spec.openapis.org/oas/3.1/dialect/base"
