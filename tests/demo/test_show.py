"""The show starts what was planned, tells of it, and leaves nothing behind."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from urllib.request import urlopen

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from altlas.demo.plan import Door, Plan
from altlas.demo.serving import Place
from altlas.demo.show import Show, Spoiled
from tests.ports import free_ports

#: stands in for the gateway: is ready at once, and ends on TERM
READY = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_): pass
HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""


class ShowTests(TestCase):
    """With one real backend, and something that looks like a gateway."""

    timeout = 30

    def setUp(self) -> None:
        # Its processes find this checkout, installed or not.
        here = str(Path(__file__).parents[2])
        self.patch(os, "environ", os.environ | {"PYTHONPATH": here})
        self.said: list[str] = []
        self.guide: Deferred[None] = Deferred()
        self.admin, port = free_ports(2)
        place = Place("segmentation", "segmentation-1", port, Path(self.mktemp()).resolve())
        doors = [Door(name, "127.0.0.1", port) for name, port in (("p", 0), ("a", self.admin))]
        self.plan = Plan(Path("altlas.ini"), (place,), doors[0], doors[1], ())

    def show(self, script: str = READY) -> tuple[Show, Deferred[None]]:
        """A show that has begun, with a script for a gateway; ended after the test at last."""
        gateway = [sys.executable, "-c", script, str(self.admin)]
        show = Show(reactor, self.plan, gateway, 1.0, self.say)
        running = Deferred.fromCoroutine(show.run())
        self.addCleanup(show.end)
        return show, running

    def say(self, line: str) -> None:
        """Keep what is said, and notice the guide."""
        self.said.append(line)
        if "Ctrl-C" in line:
            self.guide.callback(None)

    async def test_runs_and_ends(self) -> None:
        """When all answer, the guide is given; at the end all processes are gone."""
        show, running = self.show()
        await self.guide
        url = f"http://127.0.0.1:{self.plan.places[0].port}/health"
        answer = await deferToThread(urlopen, url)
        self.assertEqual(answer.headers["X-Instance"], "segmentation-1")
        await show.end()
        await running
        self.assertEqual(list(self.plan.taken()), [])
        self.assertEqual(len(self.said), 1)

    async def test_instance_leaves(self) -> None:
        """That an instance went away is told, and the show goes on."""
        show, running = self.show()
        await self.guide
        child = show._backends["segmentation-1"]
        child.signal("KILL")
        await child.gone()
        self.assertEqual(self.said[1:], ["segmentation-1 was ended by signal 9"])
        self.assertNoResult(running)

    async def test_gateway_leaves(self) -> None:
        """Without its gateway the show is over."""
        show, running = self.show()
        await self.guide
        show._front.signal("TERM")
        with self.assertRaises(Spoiled):
            await running

    async def test_gateway_does_not_start(self) -> None:
        """A gateway that ends at once is told of in one line."""
        _, running = self.show("raise SystemExit(1)")
        with self.assertRaises(Spoiled) as caught:
            await running
        self.assertEqual(str(caught.exception), "the gateway did not start")

    async def test_taken_port(self) -> None:
        """When a port is taken nothing is started, and one line says which."""
        with socket.create_server(("127.0.0.1", self.admin)):
            _, running = self.show()
            with self.assertRaises(Spoiled) as caught:
                await running
        (line,) = str(caught.exception).splitlines()
        self.assertIn(f"port {self.admin} of 127.0.0.1, wanted by listener a: ", line)

    async def test_ended_while_starting(self) -> None:
        """A show that is ended before it began leaves nothing behind, and gives no guide."""
        show, running = self.show()
        await show.end()
        await running
        self.assertEqual((self.said, list(self.plan.taken())), ([], []))
