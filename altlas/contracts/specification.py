"""Whether a document keeps to the specification of OpenAPI, as openapi-spec-validator judges it.

Its schemas of the specification are applied by ourselves, for pointers and for speed; its rules
that no schema can say are its own. It is given documents only whose references are known to be
local, and has no means to fetch anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from altlas.contracts.faults import told
from altlas.contracts.flaws import MOST, Flaw, pointer_to
from altlas.contracts.grammar import all_in, kind_at
from altlas.contracts.references import found, steps
from altlas.contracts.vocabulary import likely

#: the longest message of another's that is shown
_SHOWN = 200


def form_flaws(document: Mapping[str, Any]) -> list[Flaw]:
    """Where the document is not of the form that the specification gives it."""
    flaws = [*_misshapen(document)]
    if not flaws and not _is_30(document):
        # The form of 3.1 says of schemas only that they are objects or booleans.
        for kind, node, way in all_in(document):
            if kind == "schema" and not _in_schema(way):
                flaws += _told_by(_schema_form(), node, way)
    return sorted(set(flaws))[:MOST]


def rule_flaws(document: dict[str, Any]) -> tuple[list[Flaw], list[Flaw]]:
    """Rules that are broken beyond the form, and what is odd only: defaults that do not fit.

    For documents of the right form, all of whose references lead somewhere.
    """
    checking, odd = _rules(_is_30(document))
    flaws: list[Flaw] = []
    try:
        for error in islice(checking(document), MOST):
            flaws.append(Flaw(getattr(error, "pointer", ""), _cut(error.message)))
    except Exception as error:
        # It trips over rare documents that are right; what it could not say is then not known.
        (flaws or odd).append(Flaw("", f"could not be checked to the end: {_cut(str(error))}"))
    return _at_home(document, flaws), _at_home(document, odd)


def _at_home(document: Mapping[str, Any], flaws: list[Flaw]) -> list[Flaw]:
    """The flaws with pointers to where things stand, not the way over references to them."""
    return list(dict.fromkeys(Flaw(_home(document, f.pointer), f.message) for f in flaws))


def _home(document: Mapping[str, Any], pointer: str) -> str:
    way: tuple[str, ...] = ()
    node: Any = document
    for part in pointer.split("/")[1:]:
        step = part.replace("~1", "/").replace("~0", "~")
        while isinstance(node, Mapping) and step not in node and isinstance(node.get("$ref"), str):
            way = steps(node["$ref"])
            node = found(document, way)
        try:
            way, node = (*way, step), found(node, (step,))
        except LookupError:
            return pointer
    return pointer_to(way)


def _is_30(document: Mapping[str, Any]) -> bool:
    return str(document["openapi"]).startswith("3.0")


def _in_schema(way: tuple[str, ...]) -> bool:
    """Whether a schema stands in another, which is then looked at with it."""
    return any(kind_at(way[:length]) == "schema" for length in range(1, len(way)))


def _misshapen(document: Mapping[str, Any]) -> Iterator[Flaw]:
    schema, validator = _form(_is_30(document))
    for error in islice(validator.iter_errors(document), MOST):
        meant = likely(schema, error)
        for fault in told(error):
            hint = meant.get(fault.pointer)
            yield Flaw(fault.pointer, fault.message + (f"; did you mean {hint}?" if hint else ""))


def _told_by(validator: Any, node: Any, way: tuple[str, ...]) -> Iterator[Flaw]:
    errors = islice(validator.iter_errors(node), MOST)
    for fault in (fault for error in errors for fault in told(error)):
        yield Flaw(pointer_to(way) + fault.pointer, fault.message)


@cache
def _form(is_30: bool) -> tuple[Mapping[str, Any], Any]:
    """The specification's own schema of documents, and what judges by it."""
    from jsonschema_rs import validator_for
    from openapi_spec_validator.schemas import schema_v30, schema_v31

    schema = dict(schema_v30 if is_30 else schema_v31)
    return schema, validator_for(schema, offline=True)


@cache
def _schema_form() -> Any:
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(
        {"$ref": "https://json-schema.org/draft/2020-12/schema"}, offline=True
    )


def _cut(message: str) -> str:
    first = message.splitlines()[0] if message else "is not right"
    return first if len(first) <= _SHOWN else first[: _SHOWN - 3] + "..."


def _rules(is_30: bool) -> tuple[Any, list[Flaw]]:
    """The validator's rules beyond the form, and the list that oddities are put in."""
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

    odd: list[Flaw] = []
    whole: Any = OpenAPIV30SpecValidator if is_30 else OpenAPIV31SpecValidator
    parts = {
        **whole.keyword_validators,
        "schema": _schema_rules(is_30),
        "default": _default_rules(is_30, odd),
        **_operation_rules(),
    }

    class Rules(whole):  # type: ignore[misc]
        resolver_handlers: Mapping[str, Any] = _Refusing()
        keyword_validators: Mapping[str, Any] = parts

    def checking(document: dict[str, Any]) -> Iterator[Any]:
        rules = Rules(document)
        return iter(rules.root_validator(rules.schema_path))

    return checking, odd


class _Refusing(dict[str, Any]):
    """For every scheme a reader that refuses; for one that is not here it would ask the network."""

    def __contains__(self, scheme: object) -> bool:
        return True

    def __getitem__(self, scheme: str) -> Any:
        raise LookupError("nothing is fetched for a document")


def _schema_rules(is_30: bool) -> Any:
    from openapi_spec_validator.validation import keywords
    from openapi_spec_validator.validation.exceptions import ExtraParametersError

    its: Any = keywords.OpenAPIV30SchemaValidator if is_30 else keywords.OpenAPIV31SchemaValidator

    class Schemas(its):  # type: ignore[misc]
        def __init__(self, registry: Any) -> None:
            super().__init__(registry)
            self.visited_schema_ids = _Ids()

        def _validate_schema_meta(self, *_: Any) -> None:
            """Its form was looked at before."""

        def __call__(self, node: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
            for error in super().__call__(node, *args, **kwargs):
                # JSON Schema may ask for names that no ``properties`` has.
                if not isinstance(error, ExtraParametersError):
                    yield error

    return Schemas


def _default_rules(is_30: bool, odd: list[Flaw]) -> Any:
    from openapi_spec_validator.validation import keywords

    its: Any = keywords.OpenAPIV30ValueValidator if is_30 else keywords.OpenAPIV31ValueValidator

    class Defaults(its):  # type: ignore[misc]
        def __call__(self, node: Any, value: Any) -> Iterator[Any]:
            if len(odd) < MOST and any(True for _ in super().__call__(node, value)):
                message = "is not what the schema itself allows"
                odd.append(Flaw(pointer_to((*node.parts, "default")), message))
            return iter(())

    return Defaults


def _operation_rules() -> dict[str, Any]:
    from openapi_spec_validator.validation import keywords

    class Parameters(keywords.ParametersValidator):
        def __call__(self, node: Any) -> Iterator[Any]:
            return _located(super().__call__(node), node)

    class Operations(keywords.OperationValidator):
        def __init__(self, registry: Any) -> None:
            super().__init__(registry)
            self.operation_ids_registry = _Nothing()

        def __call__(self, url: Any, name: Any, node: Any, inherited: Any) -> Iterator[Any]:
            return _located(super().__call__(url, name, node, inherited), node)

    return {"operation": Operations, "parameters": Parameters}


class _Ids(set[int]):
    """A set where a list was: that one was searched through for each schema."""

    append = set.add


class _Nothing(list[str]):
    """Ids are compared elsewhere, with a pointer to both."""

    def append(self, _: str) -> None:
        """Keep none."""


def _located(errors: Iterable[Any], node: Any) -> Iterator[Any]:
    for error in errors:
        if not hasattr(error, "pointer"):
            error.pointer = pointer_to(node.parts)
        yield error
