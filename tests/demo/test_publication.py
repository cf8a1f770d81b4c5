"""Services publish what they promise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from openapi_spec_validator import validate
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from altlas.contracts.contract import Contract, compiled
from altlas.contracts.digesting import digest
from altlas.demo.answers import Answers
from altlas.demo.publication import Publication
from altlas.demo.serving import SERVICES
from altlas.wire.fields import first
from tests.demo.served import Served

#: where each service has its contract, its media type and its version of OpenAPI
PUBLISHED = {
    "segmentation": ("/openapi.json", "application/json", "3.1.0"),
    "runner": ("/openapi.json", "application/json", "3.0.3"),
    "archive": ("/openapi.yaml", "application/yaml", "3.1.0"),
}

#: requests and the statuses of their answers, by service; each status that it has is among them
ASKED: dict[str, list[tuple[str, str, bytes | None, int]]] = {
    "segmentation": [
        ("GET", "/", None, 200),
        ("HEAD", "/segment?text=One.", None, 200),
        ("GET", "/segment?text=One.+Two.", None, 200),
        ("GET", "/segment", None, 400),
        ("GET", "/segment?text=x&_fail=418", None, 418),
        ("POST", "/segment", b'{"text": "Yes. No?"}', 200),
        ("POST", "/segment", b'{"text": 7}', 400),
        ("POST", "/segment?_fail=503", b'{"text": ""}', 503),
    ],
    "runner": [
        ("GET", "/", None, 200),
        ("POST", "/jobs", None, 202),
        ("POST", "/jobs", b'{"kind": "x", "seconds": 0.5}', 202),
        ("POST", "/jobs", b'{"seconds": -1}', 400),
        ("GET", "/jobs", None, 200),
        ("HEAD", "/jobs", None, 200),
        ("GET", "/jobs/000000000000", None, 404),
        ("GET", "/jobs/000000000000?_stall=x", None, 400),
        ("GET", "/jobs/000000000000?_fail=500", None, 500),
    ],
    "archive": [
        ("GET", "/", None, 200),
        ("PUT", "/documents/a.b", b"[1]", 201),
        ("PUT", "/documents/a.b", b"null", 200),
        ("PUT", "/documents/a.b", b"{", 400),
        ("PUT", "/documents/.a", b"{}", 400),
        ("GET", "/documents", None, 200),
        ("GET", "/documents/a.b", None, 200),
        ("HEAD", "/documents/a.b", None, 200),
        ("DELETE", "/documents/a.b", None, 200),
        ("DELETE", "/documents/a.b", None, 404),
        ("GET", "/documents/a.b", None, 404),
        ("GET", "/documents?_fail=429", None, 429),
    ],
}


def lines(headers: Headers) -> Iterator[tuple[bytes, bytes]]:
    """The fields of a response, one a line."""
    for name, values in headers.getAllRawHeaders():
        yield from ((name, value) for value in values)


class PublicationTests(SynchronousTestCase):
    """The documents, as the services hand them out."""

    def served(self, service: str) -> Served:
        """An instance of a service that is called so."""
        store = Path(self.mktemp())
        return Served(self, lambda answers: SERVICES[service](answers, store))

    def document(self, service: str) -> Any:
        """What a service publishes, read."""
        _, data = self.served(service).fetch("GET", PUBLISHED[service][0])
        return yaml.safe_load(data)

    def test_every_service(self) -> None:
        """Every service publishes a document without a flaw, in the form that it says."""
        for service in SERVICES:
            path, media_type, version = PUBLISHED[service]
            response, data = self.served(service).fetch("GET", path)
            self.assertEqual(response.headers.getRawHeaders("content-type"), [media_type])
            document = json.loads(data) if path.endswith("json") else yaml.safe_load(data)
            validate(document)
            self.assertEqual(document["openapi"], version)

    def test_not_modified(self) -> None:
        """Who has the document already, from whichever instance, is told so and no more."""
        for service, (path, *_) in PUBLISHED.items():
            response, data = self.served(service).fetch("GET", path)
            (tag,) = response.headers.getRawHeaders("etag")
            fields = {"If-None-Match": tag}
            response, none = self.served(service).fetch("GET", path, headers=fields)
            self.assertEqual((response.code, none), (304, b""))
            self.assertEqual(response.headers.getRawHeaders("etag"), [tag])
            response, whole = self.served(service).fetch(
                "GET", path, headers={"If-None-Match": '"x"'}
            )
            self.assertEqual((response.code, whole), (200, data))

    def test_tags_differ(self) -> None:
        """Documents that differ have tags that differ."""
        names = ("segmentation.json", "runner.json", "archive.yaml")
        self.assertEqual(len({Publication.of(name).tag for name in names}), 3)

    def test_operations(self) -> None:
        """Each operation has a name that no other service's has, a tag and a summary."""
        found = [
            operation
            for service in SERVICES
            for item in self.document(service)["paths"].values()
            for method, operation in item.items()
            if method != "parameters"
        ]
        names = [operation["operationId"] for operation in found]
        self.assertEqual(sorted({*names}), sorted(names))
        for operation in found:
            self.assertTrue(operation["summary"] and operation["tags"], operation)
            self.assertLessEqual({"400", "4XX", "5XX"}, {*operation["responses"]})

    def test_answers(self) -> None:
        """What a service answers is what it has promised, to a HEAD what it has of a GET."""
        for service, asked in ASKED.items():
            served = self.served(service)
            contract = self.contract(service)
            for method, path, body, status in asked:
                response, data = served.fetch(method, path, data=body)
                self.assertEqual(response.code, status, path)
                found = contract.find(method.encode(), path.partition("?")[0].encode())
                fields = [*lines(response.headers)]
                answer = found.operation.answer(status)
                self.assertEqual(answer.check(fields), (), path)
                if method != "HEAD":
                    rule = answer.body_rule(first(fields, b"content-type"))
                    self.assertEqual(rule.check(data).mismatches, (), path)

    def contract(self, service: str) -> Contract:
        """What a service publishes, compiled."""
        _, data = self.served(service).fetch("GET", PUBLISHED[service][0])
        digested = digest(data)
        self.assertEqual(digested.doubts, ())
        return compiled(service, digested)

    def test_every_route_is_an_operation(self) -> None:
        """A service has no route that its contract does not have, nor the reverse."""
        for service in SERVICES:
            app = SERVICES[service](Answers("one", Clock()), Path("store")).app
            routes = {
                (method.lower(), rule.rule.replace("<", "{").replace(">", "}"))
                for rule in app.url_map.iter_rules()
                for method in rule.methods - {"HEAD"}
            }
            promised = {
                (method, path.replace("{id}", "{name}"))
                for path, item in self.document(service)["paths"].items()
                for method in item
                if method != "parameters"
            }
            self.assertEqual(routes - {("get", PUBLISHED[service][0])}, promised)
