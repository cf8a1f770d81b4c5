"""What the admin listener says, held against the traffic that there was."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred

from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import answers, in_turn, response, stalls
from tests.end_to_end.served import Served

OK = response(b"hello")
FAILED = response(status="500 Internal Server Error")
#: trips at the second failure, and stays so
BREAKER = """
breaker.enabled = yes
breaker.minimum = 2
breaker.error-rate = 50%
breaker.open-for = 100s
"""


class AdminTests(Served):
    """Asked over its own listener."""

    async def asked(self, path: bytes) -> bytes:
        """What the admin listener answers with 200."""
        client = await self.gateway.client("admin")
        answer = await client.ask(b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n" % path)
        client.reset()
        self.assertEqual(answer.status, 200)
        return answer.body

    async def value(self, path: bytes) -> Any:
        """The same, as JSON."""
        return json.loads(await self.asked(path))

    async def backend_row(self) -> Any:
        """What is said of the one backend."""
        (row,) = await self.value(b"/api/backends")
        alone = await self.value(b"/api/backends/demo")
        self.assertEqual(alone["instances"], row["instances"])
        return row

    async def sample(self, name: str, **labels: str) -> float:
        """One sample of the metrics; 0 when it is not there."""
        # A text that is a second old would do for a scraper.
        self.gateway.service.metrics._text_due = float("-inf")
        wanted = {f'{key}="{value}"' for key, value in labels.items()}
        for line in (await self.asked(b"/metrics")).decode().splitlines():
            head, _, value = line.rpartition(" ")
            if head.startswith(f"{name}{{") and all(label in head for label in wanted):
                return float(value)
        return 0.0

    async def test_after_traffic(self) -> None:
        """Overview, backends and metrics count the same requests."""
        client = await self.serve(answers(OK))
        for _ in range(3):
            await client.get()
        overview = await self.value(b"/api/overview")
        self.assertEqual(overview["requests"], {"total": 3, "in_flight": 0})
        self.assertEqual(overview["instances"], {"total": 1, "healthy": 1})
        self.assertTrue(overview["ready"])
        public, admin = overview["listeners"]
        self.assertEqual((public["name"], public["connections"]), ("public", 1))
        self.assertEqual((admin["name"], admin["serves"]), ("admin", "admin"))
        row = await self.backend_row()
        (instance,) = row["instances"]
        self.assertEqual((instance["requests"], instance["failures"]), (3, 0))
        self.assertEqual(
            (instance["address"], instance["url"]), (self.backend.address, self.backend.url)
        )
        self.assertEqual(instance["idle_connections"], 1)
        counted = await self.sample("altlas_requests_total", route="demo", code="200")
        self.assertEqual(counted, 3.0)

    async def test_under_way(self) -> None:
        """A request under way is seen in every place, and is gone from them afterwards."""
        client = await self.serve(stalls())
        client.send(request(b"GET", b"/"))
        while not self.backend.requests:
            await client.sleep(0.01)
        row = await self.backend_row()
        self.assertEqual((row["in_flight"], row["instances"][0]["in_flight"]), (1, 1))
        overview = await self.value(b"/api/overview")
        self.assertEqual(overview["requests"], {"total": 0, "in_flight": 1})
        self.assertEqual(await self.sample("altlas_requests_in_flight", listener="public"), 1.0)
        client.reset()
        await self.reported()
        row = await self.backend_row()
        self.assertEqual((row["in_flight"], row["instances"][0]["in_flight"]), (0, 0))
        self.assertEqual(await self.sample("altlas_requests_in_flight", listener="public"), 0.0)

    async def test_breaker(self) -> None:
        """A breaker that opened is shown with its reason and the end of its time."""
        client = await self.serve(in_turn(answers(FAILED)), backend=BREAKER)
        self.assertEqual((await self.backend_row())["breaker"]["state"], "closed")
        for _ in range(2):
            self.assertEqual((await client.get()).status, 500)
        self.assertEqual((await client.get()).status, 503)
        breaker = (await self.backend_row())["breaker"]
        self.assertEqual((breaker["enabled"], breaker["state"]), (True, "open"))
        self.assertTrue(breaker["reason"])
        left = breaker["open_until"] - self.gateway.service._wall_clock()
        self.assertTrue(90 < left <= 100, left)
        state = await self.sample("altlas_circuit_state", backend="demo", state="open")
        self.assertEqual(state, 1.0)

    async def test_routes(self) -> None:
        """Routes are listed in the order of matching, with what they lead to."""
        await self.serve(
            answers(OK), more="[route:longer]\npath = /longer/\nrespond.status = 204\n"
        )
        rows = await self.value(b"/api/routes")
        self.assertEqual(
            [(row["name"], row["path"], row["target"]) for row in rows],
            [("longer", "/longer/", "respond 204"), ("demo", "/", "backend demo")],
        )

    async def test_on_the_way_down(self) -> None:
        """While exchanges finish the admin listener answers still, and readiness is red."""
        client = await self.serve(stalls(), more="[gateway]\ndrain.timeout = 30s\n")
        client.send(request(b"GET", b"/"))
        while not self.backend.requests:
            await client.sleep(0.01)
        stopping = Deferred.fromCoroutine(self.gateway.stop())
        admin = await self.gateway.client("admin")
        answer = await admin.ask(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertEqual((answer.status, answer.body), (503, b"going down\n"))
        self.assertIn(b"alive", await self.asked(b"/livez"))
        client.reset()
        await stopping
        await admin.gone()
