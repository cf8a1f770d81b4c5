"""One operation of a contract: a method on a path template, and all that is promised of it."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from altlas.contracts.answers import Answer, Answers, answers
from altlas.contracts.asked import Asked
from altlas.contracts.bodies import Bodies, BodyRule, Examined
from altlas.contracts.parameters import Parameters, parameters
from altlas.contracts.paths import variables
from altlas.contracts.place import Place
from altlas.contracts.schemas import Direction, Schemas
from altlas.contracts.security import Security, security
from altlas.contracts.wishes import Wishes, wishes
from altlas.errors import Mismatch

__all__ = ["Answer", "Asked", "BodyRule", "Examined", "Operation", "Wishes", "operation"]


@frozen(eq=False)
class Operation:
    """What may be asked, and what may be answered.

    `id` is its operationId, or such as ``GET /documents/{name}``. Requests with HEAD are of the
    operation for GET where there is none of their own.
    """

    id: str
    method: str
    template: str
    tags: tuple[str, ...]
    deprecated: bool
    wishes: Wishes
    _parameters: Parameters
    _security: Security
    _bodies: Bodies | None
    _body_required: bool
    _answers: Answers

    @property
    def query_names(self) -> frozenset[str]:
        """The names that the contract knows in its query."""
        return self._parameters.query_names

    @property
    def has_matrix(self) -> bool:
        """Whether a semicolon begins a parameter of its path (``;id=5``)."""
        return self._parameters.has_matrix

    def undocumented_query(self, query: bytes | None) -> tuple[str, ...]:
        """Names in a query that the contract does not know: no mismatch, but drift."""
        return self._parameters.undocumented(query)

    def check(self, asked: Asked) -> tuple[Mismatch, ...]:
        """What is wrong with a request, as far as its head shows.

        Raises CredentialsMissing, before anything else is judged.
        """
        self._security.check(asked)
        found = self._parameters.check(asked)
        if self._body_required and not asked.has_body:
            found.append(Mismatch("body", "", "is required"))
        return tuple(found)

    def body_rule(self, content_type: bytes | None) -> BodyRule | None:
        """The rule for a request's body; None if there is nothing to look into.

        Raises UnsupportedMediaType for a type that the operation does not take.
        """
        return None if self._bodies is None else self._bodies.rule(content_type)

    def answer(self, status: int) -> Answer | None:
        """What an answer with that status has to be; None if the contract has no such one."""
        return self._answers.find(status)


def operation(path: Place, method: str, template: str, schemas: Schemas) -> Operation:
    """The operation for `method` of a path item. ValueError for what cannot be compiled."""
    place = path.to(method.lower())
    document = Place(place.document, (), place.document)
    requirements = place if place.get("security") is not None else document
    schemes = document.to("components", "securitySchemes")
    secured = security(requirements.to("security"), schemes)
    body = place.to("requestBody")
    content = body.to("content")
    return Operation(
        id=str(place.get("operationId") or f"{method} {template}"),
        method=method,
        template=template,
        tags=tuple(map(str, _listed(place.get("tags")))),
        deprecated=place.get("deprecated") is True,
        wishes=wishes(place),
        parameters=parameters(_parameters(path, place), variables(template), schemas, secured.keys),
        security=secured,
        bodies=Bodies(content, schemas, Direction.REQUEST) if content.node else None,
        body_required=body.get("required") is True,
        answers=answers(place.to("responses"), schemas),
    )


def _parameters(path: Place, place: Place) -> Iterable[Place]:
    """Those of the path item first, so that the operation's own go before them."""
    yield from path.to("parameters").items()
    yield from place.to("parameters").items()


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
