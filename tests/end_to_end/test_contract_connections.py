"""Contracts of what a connection itself is part of: upgrades, and who a client is over TLS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from twisted.trial.unittest import TestCase

from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import answers, response
from tests.end_to_end.test_certificates import Certified
from tests.end_to_end.test_tunnels import ASK, ROUTE, TunnelCase, echoes, switches

ROOM = {"name": "room", "in": "query", "required": True, "schema": {"type": "integer"}}
CHAT = {"operationId": "chat", "parameters": [ROOM], "responses": {"101": {"description": ""}}}
#: how answers are looked at, each way
WAYS = ("responses = off", "responses = all", "responses = all\non-mismatch = replace")


def contract(test: TestCase, *lines: str, **parts: Any) -> str:
    """A section for a contract that is called ``made``, in a file of its own."""
    file = Path(test.mktemp()).absolute()
    info = {"title": "made", "version": "1"}
    file.write_text(json.dumps({"openapi": "3.1.0", "info": info, **parts}))
    return "\n".join([f"[contract:made]\nfile = {file}", *lines])


class UpgradeTests(TunnelCase):
    """An upgrade is a request of an operation, and what it becomes is nobody's body."""

    async def test_opens(self) -> None:
        """What keeps to the contract becomes a tunnel, however answers are looked at."""
        for way in WAYS:
            for routes in ("itself", "from-contract"):
                more = contract(self, way, paths={"/chat": {"get": CHAT}})
                client = await self.serve(
                    switches(echoes),
                    route=f"{ROUTE}\nroutes = {routes}",
                    backend="contract = made",
                    more=more,
                )
                client.send(request(b"GET", b"/chat?room=1", *ASK))
                self.assertEqual((await client.response()).status, 101)
                client.send(b"\x00not json")
                self.assertEqual(await client.take(9), b"\x00not json")
                self.assertEqual(self.tunnels, 1)
                client.reset()

    async def test_refused(self) -> None:
        """What does not is refused before the backend hears of it; the connection serves on."""
        more = contract(self, paths={"/chat": {"get": CHAT}})
        client = await self.serve(
            switches(echoes), route=ROUTE, backend="contract = made", more=more
        )
        for target, status in ((b"/chat?room=x", 400), (b"/chat", 400), (b"/other", 404)):
            client.send(request(b"GET", target, *ASK))
            self.assertEqual((await client.response()).status, status)
        self.assertEqual(self.backend.connections, [])
        client.send(request(b"GET", b"/chat?room=1", *ASK))
        self.assertEqual((await client.response()).status, 101)


class CertificateTests(Certified):
    """``mutualTLS`` as a security scheme."""

    async def test_certified(self) -> None:
        """Who shows a trusted certificate may ask, who shows none gets a 401."""
        schemes = {"client": {"type": "mutualTLS"}}
        get = {"responses": {"200": {"description": ""}}}
        more = contract(
            self,
            paths={"/a": {"get": {**get, "security": [{"client": []}]}}, "/open": {"get": get}},
            components={"securitySchemes": schemes},
        )
        await self.serve(
            answers(response(b"x")),
            backend="contract = made",
            more=f"[listener:public]\n{self.listener()}\n{more}",
        )
        for shows, status in ((self.known, 200), (None, 401)):
            client = await self.tls_client(shows)
            for path, wanted in ((b"/a", status), (b"/open", 200), (b"/a", status)):
                client.send(request(b"GET", path))
                answer = await client.response()
                self.assertEqual(answer.status, wanted)
                if wanted == 401:
                    self.assertEqual(json.loads(answer.body)["errors"][0]["in"], "security")
