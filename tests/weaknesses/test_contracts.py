"""Ways around a contract, and ways to make it dear: over real sockets, before a real gateway."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from time import perf_counter
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from twisted.trial.unittest import TestCase

from tests.end_to_end.harness import Gateway, ini, running_gateway
from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import Behaviour, RudeBackend, answers, response, rude_backend

JSON = b"Content-Type: application/json"
HERE = {"200": {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}}
BRANCH = {"type": "object", "properties": {"n": {"$ref": "#/components/schemas/Node"}}}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "things", "version": "1"},
    "paths": {
        "/things/{id}": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "get": {
                "parameters": [
                    {"name": "size", "in": "query", "schema": {"type": "integer", "maximum": 9}},
                    {"name": "mark", "in": "cookie", "schema": {"type": "integer"}},
                    {"name": "X-Many", "in": "header", "schema": {"type": "integer"}},
                ],
                "responses": HERE,
            },
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "n": {"type": "integer"},
                                    "ids": {"type": "array", "uniqueItems": True},
                                    "node": {"$ref": "#/components/schemas/Node"},
                                },
                            }
                        }
                    },
                },
                "responses": HERE,
            },
        },
        "/notes/{name}": {
            "parameters": [
                {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "get": {"responses": HERE},
        },
        "/notes/{name}/keys": {
            "parameters": [
                {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "get": {"security": [{"bearer": []}], "responses": HERE},
        },
        "/secret": {"get": {"security": [{"bearer": []}], "responses": HERE}},
    },
    "components": {
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        "schemas": {"Node": {"anyOf": [{**BRANCH, "required": ["a"]}, BRANCH, BRANCH]}},
    },
}
#: seconds that one request may keep others waiting, on a machine that is busy otherwise
PATIENCE = 1.0


def post(body: bytes, *fields: bytes, kind: bytes = JSON) -> bytes:
    """A POST of that body."""
    return request(b"POST", b"/things/1", kind, *fields, body=body)


def get(target: bytes, *fields: bytes) -> bytes:
    """A GET."""
    return request(b"GET", target, *fields)


class Attack(TestCase):
    """A gateway before a backend that has promised `DOCUMENT`."""

    document = DOCUMENT
    #: more lines of the route
    route = ""

    async def start(
        self, behaviour: Behaviour | None = None, contract: str = "", more: str = ""
    ) -> Gateway:
        """The gateway."""
        folder = Path(self.mktemp())
        folder.mkdir()
        path = folder / "things.json"
        path.write_text(json.dumps(self.document))
        section = f"[contract:things]\nfile = {path.absolute()}\n{contract}\n"
        self.backend: RudeBackend = rude_backend(
            self, behaviour or answers(response(b"{}", fields=(JSON,)))
        )
        text = ini(self.backend, backend="contract = things", route=self.route, more=section + more)
        return await running_gateway(self, text)

    async def refused(self, gateway: Gateway, *attacks: bytes) -> None:
        """Each is refused, and reaches nobody; so is what stands behind it, where it is closed."""
        for attack in attacks:
            client = await gateway.client()
            asked = len(self.backend.requests)
            client.send(attack)
            answer = await client.response()
            self.assertIn(answer.status // 100, (4, 5), attack)
            self.assertEqual(len(self.backend.requests), asked, attack)
            client.close()


class BypassTests(Attack):
    """What the contract forbids reaches nobody, however it is written."""

    async def test_queries(self) -> None:
        """A parameter in any spelling that some server takes for it."""
        spellings = (
            b"size=10 size=1&size=10 size=10&size=1 %73ize=10 size=1&%73%69ze=10 size=1;size=10"
            b" size=+10 size=%2010 size=010 size=1e1 size=10%00 size[]=10 size[0]=10 SIZE=10"
            b" +size=10 %20size=10 size%00=10 size+=10 size%5B%5D=10 size=%31%30 size=%zz %zz=1"
        )
        gateway = await self.start()
        await self.refused(gateway, *(get(b"/things/1?" + one) for one in spellings.split()))

    async def test_paths(self) -> None:
        """A path that only some server takes for one of the contract's."""
        targets = (
            b"/things/ /things/x /things//1 //things/1 /THINGS/1 /things/1/ /things/1;x"
            b" /things;x/1"
            b" /things/..;/secret /things/%2e%2e/secret /things/1%2fx /things/1%00"
            b" /things/..%2fsecret"
            b" /secret/ /secret; /%2fsecret /secret%00 /secret%20 /secret.json /things/1%3fsize=10"
            b" /notes/..%2fsecret /notes/..%5csecret /notes/%2e%2e%2fsecret /notes/..%252fsecret"
            b" /notes/a%2fkeys /notes/a%5Ckeys /notes/a%252Fkeys /notes/a;x%2Fkeys /notes/a%00/keys"
            b" /notes/x%2f..%2f..%2finternal /notes/..%2finternal /notes/..;%2finternal"
            b" /notes/..%c0%afsecret /notes/a%2fkeys%2f /notes/a%2f%2fkeys"
        )
        gateway = await self.start()
        await self.refused(gateway, *(get(one) for one in targets.split()))
        client = await gateway.client()
        for target in b"/notes/a%2fb /notes/%20;x /notes/a%3Bb /notes/..a /notes/%61".split():
            self.assertEqual((await client.ask(get(target))).status, 200, target)

    async def test_fields(self) -> None:
        """Parameters, credentials and other requests in fields that two servers read otherwise."""
        bearer = b"Authorization: Bearer x"
        gateway = await self.start()
        await self.refused(
            gateway,
            *(
                get(b"/things/1", *fields)
                for fields in (
                    (b"X-Many: x",),
                    (b"X-Many: 1", b"X-Many: 2"),
                    (b"x-many: 1, 2",),
                    (b"Cookie: mark=x",),
                    (b"Cookie: mark=1; mark=x",),
                    (b"Cookie: mark=1", b"Cookie: mark=x"),
                    (b"Cookie: mark =x",),
                    (b"X-HTTP-Method-Override: DELETE",),
                    (b"X-Original-URL: /secret",),
                    (b"X-Rewrite-URL: /secret",),
                )
            ),
            *(
                get(b"/secret", *fields)
                for fields in (
                    (),
                    (b"Authorization: Bearer ",),
                    (b"Authorization: Basic x", bearer),
                    (bearer, b"Authorization: Basic x"),
                    (bearer, b"Connection: Authorization, X-Other", b"Authorization: Basic x"),
                )
            ),
        )

    async def test_methods(self) -> None:
        """Methods that the path has not, and what is no request of this kind at all."""
        gateway = await self.start()
        await self.refused(
            gateway,
            *(
                request(each, b"/things/1")
                for each in b"PUT DELETE OPTIONS TRACE PATCH get".split()
            ),
            get(b"http://a/things/x"),
            get(b"/things/x", b"Connection: Upgrade", b"Upgrade: websocket"),
        )

    async def test_bodies(self) -> None:
        """Bodies that two readers take for two things."""
        bad = b'{"n":"x"}'
        packed = gzip.compress(bad)
        coded = b"Content-Encoding: gzip"
        bodies = [post(one) for one in _TWOFOLD]
        kinds = [
            post(bad, kind=b"Content-Type: " + one)
            for one in b"text/plain|application/json;charset=utf-16|application/json, text/plain"
            b"|application/json (x)|text/json|application/json;charset=a;charset=utf-8".split(b"|")
        ]
        gateway = await self.start()
        await self.refused(
            gateway,
            *bodies,
            *kinds,
            post(bad, b"Content-Type: text/plain"),
            post(packed, coded),
            post(gzip.compress(b'{"n":1}') + packed, coded),
            post(gzip.compress(b'{"n":1}') + b"x", coded),
            post(gzip.compress(packed), b"Content-Encoding: gzip", b"Content-Encoding: gzip"),
            post(gzip.compress(packed), b"Content-Encoding: gzip, gzip"),
            post(gzip.compress(b" " * (1 << 26)), coded),
            post(b"{}", b"Content-Encoding: br"),
            post(packed, b"Content-Encoding: identity", coded),
        )


_TWOFOLD = (
    b'{"n":1,"n":"x"}',
    b'{"n":1,"\\u006e":"x"}',
    b'{"n":1,":":":","n":"x"}',
    b'{"n":1,"k":"a","k":"\\u003a"}',
    b'\xef\xbb\xbf{"n":1}',
    '{"n":1}'.encode("utf-16"),
    b'{"n":1}{"n":"x"}',
    b'{"n":1}\x00',
    b'{"n":1,"s":"\\ud800"}',
    b'{"n":1,"s":"\xed\xa0\x80"}',
    b'{"n":1,}',
    b'{"n":NaN}',
    b'{"n":1e999}',
    b"[" * 1000 + b"]" * 1000,
)


class DearTests(Attack):
    """One request keeps nobody waiting, whatever is in it."""

    async def test_bodies(self) -> None:
        """What would take a validator minutes is refused at once."""
        integers = b",".join(b"%d" % (10**30 + number) for number in range(30_000))
        gateway = await self.start()
        for body in (
            b'{"node":' + b'{"n":' * 40 + b"1" + b"}" * 41,
            b'{"ids":[' + integers + b"]}",
            b'{"n":' + b"9" * 4300 + b"}",
            b'{"ids":[' + b"[" * 200 + b"]" * 200 + b"]}",
        ):
            began = perf_counter()
            client = await gateway.client()
            await client.ask(post(body))
            self.assertLess(perf_counter() - began, PATIENCE, body[:40])


ODD = ("a\nb 1", '"} 1\nup 7', "<script>alert(1)</script>", "\x00\x1b[2J", "é\u2028\u202e", "demo")


def odd(name: str) -> dict[str, Any]:
    """A document whose one operation, and all else, has that name."""
    link = {"url": "javascript:alert(1)", "description": name}
    operation = {"operationId": name, "tags": [name], "responses": HERE, "externalDocs": link}
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": name, "description": name},
        "paths": {"/odd": {"get": operation}},
    }


class NameTests(Attack):
    """Names of a document are the backend's, and break nothing that they stand in."""

    route = "routes = from-contract"

    async def test_names(self) -> None:
        """Metrics can be read, with each name whole; what is JSON is so, and of one line."""
        for name in ODD:
            self.document = odd(name)
            gateway = await self.start()
            client = await gateway.client()
            answer = await client.ask(get(b"/odd"))
            self.assertEqual(answer.status, 200, name)
            operations = {
                sample.labels["operation"]
                for family in text_string_to_metric_families(await self._told(gateway, b"/metrics"))
                for sample in family.samples
                if "operation" in sample.labels
            }
            self.assertEqual(operations, {name})
            (row,) = json.loads(await self._told(gateway, b"/api/contracts"))
            self.assertEqual(row["operations"][0]["operation"], name)

    async def _told(self, gateway: Gateway, path: bytes) -> str:
        admin = await gateway.client("admin")
        answer = await admin.ask(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertEqual(answer.status, 200)
        return answer.body.decode()

    async def test_page(self) -> None:
        """The page and the document are no page of the backend's: nothing of it is in the one, no
        browser takes the other for HTML, and the page runs only what is the gateway's.
        """
        self.document = odd("</script><img src=x onerror=alert(1)>")
        gateway = await self.start(
            more="[listener:public]\nbind = tcp:0:interface=127.0.0.1\n"
            "openapi.path = /openapi.json\nopenapi.docs = /docs\n"
        )
        client = await gateway.client()
        page = await client.ask(get(b"/docs"))
        self.assertNotIn(b"onerror", page.body)
        policy = page.value(b"Content-Security-Policy")
        self.assertIn(b"default-src 'none'", policy)
        self.assertNotIn(b"script-src 'self' 'unsafe", policy)
        document = await client.ask(get(b"/openapi.json"))
        self.assertEqual(document.value(b"Content-Type"), b"application/json")
        self.assertEqual(document.value(b"X-Content-Type-Options"), b"nosniff")


class AnswerTests(Attack):
    """A backend that lies, where answers that break the contract are replaced."""

    async def test_lies(self) -> None:
        """What is wrong becomes a 502 without any of it, and the instance is asked on."""
        secret = b'{"secret":1} trailing'
        for body, *fields in (
            (secret, JSON),
            (b"secret", b"Content-Type: text/html"),
            (b"secret" * 9, JSON, b"Content-Encoding: gzip"),
            (gzip.compress(b"{}") + b"secret", JSON, b"Content-Encoding: gzip"),
            (b"data: secret\n\n", JSON),
            (b"secret",),
        ):
            said = answers(response(body, fields=tuple(fields)))
            gateway = await self.start(said, "responses = all\non-mismatch = replace")
            client = await gateway.client()
            for _ in range(2):
                answer = await client.ask(get(b"/things/1"))
                self.assertEqual(answer.status, 502, body)
                self.assertNotIn(b"secret", answer.raw, body)
            self.assertEqual(len(self.backend.connections), 1)

    async def test_endless(self) -> None:
        """An answer without an end is cut when its time is over, or streams on, unjudged."""
        pieces = b"HTTP/1.1 200 OK\r\n" + JSON + b"\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"

        async def trickles(connection: Any) -> None:
            await connection.request()
            connection.send(pieces)
            await connection.gone()

        said = "responses = all\non-mismatch = replace"
        self.route = "timeout.idle = 200ms"
        gateway = await self.start(trickles, said)
        client = await gateway.client()
        answer = await client.ask(get(b"/things/1"))
        self.assertEqual(answer.status, 504)
