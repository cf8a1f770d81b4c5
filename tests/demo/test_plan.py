"""The demo starts what the gateway's settings name, and nothing else."""

from __future__ import annotations

import socket
from pathlib import Path

from attrs import evolve
from twisted.trial.unittest import SynchronousTestCase

from altlas.demo.plan import Door, NoDemo, Plan, plan
from altlas.demo.serving import Place
from tests.demo.settings import INI, demo_settings

CONFIG, STORE = Path("altlas.ini"), Path("store")


class PlanTests(SynchronousTestCase):
    """What is planned."""

    def planned(self, text: str = INI) -> Plan:
        """The plan for these settings."""
        return plan(demo_settings(self.mktemp(), text), CONFIG, STORE)

    def test_places(self) -> None:
        """Every instance on loopback of a backend that is a demo service has a place."""
        self.assertEqual(
            self.planned().places,
            (
                Place("segmentation", "segmentation-1", 9001, STORE),
                Place("segmentation", "segmentation-2", 9002, STORE),
                Place("runner", "runner-1", 9011, STORE),
            ),
        )

    def test_doors(self) -> None:
        """The gateway is found where its listeners bind; one for everybody is on loopback."""
        planned = self.planned()
        self.assertEqual(planned.public.url, "http://127.0.0.1:8080")
        self.assertEqual(planned.admin, Door("admin", "127.0.0.1", 9901))

    def test_nothing_to_show(self) -> None:
        """Settings without a demo service, or without an address to ask, are refused."""
        others = INI.replace(":segmentation]", ":x]").replace("= segmentation", "= x")
        others = others.replace(":runner]", ":y]")
        self.assertRaises(NoDemo, self.planned, others)
        self.assertRaises(NoDemo, self.planned, INI.replace("tcp:9901", "unix:/run/admin"))

    def test_taken(self) -> None:
        """A port that somebody has is named in one line, with who wanted it."""
        with socket.create_server(("127.0.0.1", 0)) as somebody:
            port = somebody.getsockname()[1]
            place = Place("runner", "runner-1", port, STORE)
            free = Door("public", "127.0.0.1", 0)
            planned = evolve(self.planned(), places=(place,), public=free, admin=free)
            (line,) = planned.taken()
        self.assertIn(f"port {port} of 127.0.0.1, wanted by runner-1: ", line)
        self.assertEqual(list(planned.taken()), [])
