"""Requests and answers that are held to a contract, over real sockets."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from twisted.trial.unittest import TestCase

from tests.end_to_end.harness import ANY_PORT, Gateway, ini, running_gateway
from tests.end_to_end.rawclient import RawClient, request
from tests.end_to_end.rude import Behaviour, RudeBackend, answers, closes, response, rude_backend
from tests.end_to_end.streams import stream_client

THING = {
    "type": "object",
    "required": ["n"],
    "properties": {"n": {"type": "integer"}, "text": {"type": "string"}},
}
CONTENT = {"application/json": {"schema": THING}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "things", "version": "1"},
    "paths": {
        "/things/{id}": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "get": {
                "operationId": "get",
                "parameters": [
                    {"name": "most", "in": "query", "schema": {"type": "integer", "maximum": 9}}
                ],
                "responses": {"200": {"description": "", "content": CONTENT}},
            },
            "post": {
                "operationId": "post",
                "requestBody": {"required": True, "content": CONTENT},
                "responses": {"200": {"description": "", "content": CONTENT}},
            },
        },
        "/secret": {
            "get": {"security": [{"key": []}], "responses": {"200": {"description": ""}}},
        },
    },
    "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
}
JSON = b"Content-Type: application/json"
GOOD = b'{"n":1}'
BAD = b'{"n":"one"}'
ANSWER = response(GOOD, fields=(JSON,))


def post(body: bytes, *fields: bytes, size: int | None = None) -> bytes:
    """A POST with a body that announces `size` bytes."""
    length = b"Content-Length: %d" % (len(body) if size is None else size)
    return request(b"POST", b"/things/1", JSON, length, *fields) + body


def chunked(*pieces: bytes) -> bytes:
    """A POST in chunks, the last of them still to come."""
    head = request(b"POST", b"/things/1", JSON, b"Transfer-Encoding: chunked")
    return head + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


class ContractTests(TestCase):
    """A gateway before one backend that has promised `DOCUMENT`."""

    async def start(
        self, behaviour: Behaviour | None = None, contract: str = "", more: str = ""
    ) -> tuple[Gateway, RudeBackend]:
        """Both, with further lines for ``[contract:things]``."""
        folder = Path(self.mktemp())
        folder.mkdir()
        path = folder / "things.json"
        path.write_text(json.dumps(DOCUMENT))
        section = f"[contract:things]\nfile = {path.absolute()}\n{contract}\n"
        backend = rude_backend(self, behaviour or answers(ANSWER))
        text = ini(backend, backend="contract = things", more=section + more)
        return await running_gateway(self, text), backend

    async def client(self, **said: Any) -> tuple[RawClient, RudeBackend]:
        """A client of such a gateway."""
        gateway, backend = await self.start(**said)
        return await gateway.client(), backend

    async def test_requests(self) -> None:
        """Good requests reach the backend as they are, bad ones of every kind none; all on one
        connection of the client's.
        """
        client, backend = await self.client()
        for sent, status, place in (
            (request(b"GET", b"/things/1?most=9"), 200, None),
            (request(b"GET", b"/things/one"), 400, "path"),
            (request(b"GET", b"/things/1?most=10"), 400, "query"),
            (request(b"GET", b"/nothing"), 404, None),
            (request(b"DELETE", b"/things/1"), 405, None),
            (request(b"GET", b"/secret"), 401, None),
            (request(b"POST", b"/things/1"), 400, "body"),
            (post(GOOD), 200, None),
            (post(BAD), 400, "body"),
            (post(b"{"), 400, "body"),
            (request(b"POST", b"/things/1", b"Content-Type: text/xml", body=b"<"), 415, None),
            (request(b"HEAD", b"/things/1?most=1"), 200, None),
        ):
            asked = len(backend.requests)
            answer = await client.ask(sent)
            self.assertEqual(answer.status, status, sent)
            self.assertEqual(len(backend.requests) - asked, int(status == 200), sent)
            if place is not None:
                self.assertEqual(json.loads(answer.body)["errors"][0]["in"], place)
        self.assertEqual([one.body for one in backend.requests if one.body], [GOOD])

    async def test_pipelining(self) -> None:
        """Requests that come together are answered in turn, whatever becomes of each."""
        client, backend = await self.client()
        last = b"0\r\n\r\n"
        client.send(chunked(BAD) + last + post(GOOD) + post(BAD) + chunked(GOOD) + last)
        self.assertEqual([(await client.response()).status for _ in range(4)], [400, 200, 400, 200])
        self.assertEqual([one.body for one in backend.requests], [GOOD, GOOD])

    async def test_slow(self) -> None:
        """A body byte by byte is held until it is here; what comes behind a refusal is served."""
        client, backend = await self.client()
        for body, status in ((GOOD, 200), (BAD, 400), (GOOD, 200)):
            await client.send_in_slices(chunked(body) + b"0\r\n\r\n", 1, 0.0005)
            self.assertEqual((await client.response()).status, status)
        self.assertEqual(len(backend.requests), 2)

    async def test_continue(self) -> None:
        """The gateway itself asks for a body whose head is right; the backend is not asked."""
        client, backend = await self.client()
        client.send(post(b"", b"Expect: 100-continue", size=len(GOOD)))
        self.assertEqual((await client.response()).status, 100)
        self.assertEqual(backend.connections, [])
        client.send(GOOD)
        self.assertEqual((await client.response()).status, 200)
        self.assertNotIn(b"xpect", backend.requests[0].raw)
        client.send(post(b"", b"Expect: 100-continue", size=2_000_000))
        self.assertEqual((await client.response()).status, 413)

    async def test_huge(self) -> None:
        """A huge body is refused when that shows, or streams on byte for byte."""
        body = b'{"n":1,"text":"%b"}' % (b"x" * 3_000_000)
        client, backend = await self.client()
        client.send(chunked(body[:2_000_000]))
        self.assertEqual((await client.response()).status, 413)
        client, backend = await self.client(contract="validate.longer = pass")
        client.send(chunked(body[:2_000_000], body[2_000_000:]) + b"0\r\n\r\n")
        self.assertEqual((await client.response()).status, 200)
        self.assertEqual(backend.requests[0].body, body)

    async def test_packed(self) -> None:
        """A small body that unpacks to a huge one is refused, or goes on as it is."""
        body = gzip.compress(b'{"n":1,"text":"%b"}' % (b"x" * 3_000_000))
        packed = post(body, b"Content-Encoding: gzip")
        client, backend = await self.client()
        self.assertEqual((await client.ask(packed)).status, 413)
        client, backend = await self.client(contract="validate.longer = pass")
        self.assertEqual((await client.ask(packed)).status, 200)
        self.assertEqual(backend.requests[0].body, body)

    async def test_large(self) -> None:
        """A body as long as may be held is, and reaches the backend whole."""
        client, backend = await self.client()
        body = b'{"n":1,"text":"%b"}' % (b"x" * (1024 * 1024 - 17))
        self.assertEqual((await client.ask(post(body))).status, 200)
        self.assertEqual(backend.requests[0].body, body)

    async def test_leaves(self) -> None:
        """A client that leaves while its body is held leaves nothing, and no backend is asked."""
        gateway, backend = await self.start()
        client = await gateway.client()
        client.send(post(GOOD[:3], size=len(GOOD)))
        await client.sleep(0.05)
        client.reset()
        await client.gone()
        other = await gateway.client()
        self.assertEqual((await other.ask(post(GOOD))).status, 200)
        self.assertEqual(len(backend.requests), 1)

    async def test_reported(self) -> None:
        """Where nothing is refused bad requests go on, and are counted."""
        gateway, _backend = await self.start(contract="requests = report")
        client = await gateway.client()
        for sent in (post(BAD), chunked(BAD) + b"0\r\n\r\n", request(b"GET", b"/nothing")):
            self.assertEqual((await client.ask(sent)).status, 200)
        kept = gateway.service.contracts.kept["things"]
        assert kept.contract is not None
        rows = {row["operation"]: row for row in kept.drift.rows(kept.contract.operations)}
        self.assertEqual(rows["post"]["invalid"]["by"], {"body": 2})

    async def test_answers(self) -> None:
        """Answers that do not match are replaced, or pass and are counted."""
        wrong = response(BAD, fields=(JSON,))
        pieces = (
            b"HTTP/1.1 200 OK\r\n%b\r\nTransfer-Encoding: chunked\r\n\r\n" % JSON
            + b"5\r\n"
            + BAD[:5]
            + b"\r\n6\r\n"
            + BAD[5:]
            + b"\r\n0\r\n\r\n"
        )
        strange = response(b"x", status="500 Oh")
        for behaviour in (wrong, pieces, strange):
            replaced = "responses = all\non-mismatch = replace"
            client, backend = await self.client(behaviour=answers(behaviour), contract=replaced)
            for _ in range(2):
                answer = await client.get(b"/things/1")
                self.assertEqual(answer.status, 502)
                self.assertNotIn(BAD[1:], answer.body)
            self.assertEqual(len(backend.connections), 1)
            client, _ = await self.client(behaviour=answers(behaviour), contract="responses = all")
            self.assertIn((await client.get(b"/things/1")).status, (200, 500))

    async def test_dies(self) -> None:
        """A backend that dies within an answer that is held is a 502 of that kind."""
        half = b"HTTP/1.1 200 OK\r\n%b\r\nContent-Length: 20\r\n\r\n{" % JSON
        replaced = "responses = all\non-mismatch = replace"
        client, _ = await self.client(behaviour=closes(half), contract=replaced)
        answer = await client.get(b"/things/1")
        self.assertEqual((answer.status, json.loads(answer.body)["flag"]), (502, "UC"))

    async def test_long_answers(self) -> None:
        """A long answer streams on, whatever is looked at."""
        body = b'{"n":1,"text":"%b"}' % (b"x" * 3_000_000)
        long = response(body, fields=(JSON,))
        for mode in ("report", "replace"):
            said = f"responses = all\non-mismatch = {mode}"
            client, _ = await self.client(behaviour=answers(long), contract=said)
            self.assertEqual((await client.get(b"/things/1")).body, body)

    async def test_http2(self) -> None:
        """Streams are held to the contract as well, beyond their windows, each by itself."""
        listener = f"[listener:public]\nbind = {ANY_PORT}\nhttp2.cleartext = yes\n"
        said = "responses = all\non-mismatch = replace\n"
        gateway, backend = await self.start(contract=said, more=listener)
        client = await stream_client(self, gateway.port())
        large = b'{"n":1,"text":"%b"}' % (b"x" * 500_000)
        json_type = (b"content-type", b"application/json")
        post = {"path": b"/things/1", "method": b"POST"}
        for body, status in ((GOOD, 200), (BAD, 400), (large, 200), (large[:-1], 400), (GOOD, 200)):
            number = client.client.ask(json_type, body=b"", **post)
            await client.pour(number, body)
            self.assertEqual((await client.answered(number)).status, status)
        announced = (b"content-length", b"2000000")
        number = client.client.ask(json_type, announced, body=b"", **post)
        self.assertEqual((await client.answered(number)).status, 413)
        self.assertEqual([one.body for one in backend.requests], [GOOD, large, GOOD])
