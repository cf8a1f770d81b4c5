"""The archive service: documents, kept until they are thrown away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define
from klein import Klein
from twisted.internet.defer import Deferred
from twisted.web.iweb import IRequest

from altlas.demo.answers import Answers, Refused, json_body, refuse_in_json
from altlas.demo.publication import publish
from altlas.demo.shelf import BadName, Shelf


@define(eq=False, slots=False)
class Archive:
    """The service over HTTP. A document is any JSON value; `now` is epoch seconds."""

    answers: Answers
    _shelf: Shelf
    _now: Callable[[], float]

    app = Klein()

    @app.route("/", methods=["GET"])
    def about(self, request: IRequest) -> bytes | Deferred[bytes]:
        """What the service does."""
        return self.answers.send(
            request,
            {
                "service": "archive",
                "try": ["PUT /documents/ID", "GET /documents", "GET or DELETE /documents/ID"],
            },
        )

    @app.route("/documents", methods=["GET"])
    def all(self, request: IRequest) -> bytes | Deferred[bytes]:
        """The names of all documents, whichever instance keeps them."""
        return self.answers.send(request, {"documents": self._shelf.names()})

    @app.route("/documents/<name>", methods=["PUT"])
    def put(self, request: IRequest, name: str) -> bytes | Deferred[bytes]:
        """Keep the body: 201 under a new name, 200 in place of what was there."""
        kept = {"kept": self._now(), "by": self.answers.instance, "document": json_body(request)}
        try:
            new = self._shelf.put(name, kept)
        except BadName:
            raise Refused(400, "a name is up to 100 letters, digits, -, _ and .") from None
        return self.answers.send(request, {"id": name, "new": new}, 201 if new else 200)

    @app.route("/documents/<name>", methods=["GET"])
    def get(self, request: IRequest, name: str) -> bytes | Deferred[bytes]:
        """One document, with when and by which instance it was kept."""
        return self.answers.send(request, {"id": name} | self._found(name))

    @app.route("/documents/<name>", methods=["DELETE"])
    def delete(self, request: IRequest, name: str) -> bytes | Deferred[bytes]:
        """Throw one document away."""
        try:
            self._shelf.take(name)
        except (KeyError, BadName):
            raise Refused(404, "there is no such document") from None
        return self.answers.send(request, {"id": name, "deleted": True})

    def _found(self, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._shelf.get(name)
        except (KeyError, BadName):
            raise Refused(404, "there is no such document") from None
        return found


publish(Archive.app, "/openapi.yaml", "archive.yaml")
refuse_in_json(Archive.app)
