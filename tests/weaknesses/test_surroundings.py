"""What stands around the traffic: libraries, names, logs, pages."""

from __future__ import annotations

import json
import re
from importlib.metadata import version

from tests import house
from tests.weaknesses.attack import GET, AttackCase


class LibraryTests(AttackCase):
    """What others mended we have."""

    def test_pins(self) -> None:
        """The versions that the last advisories ask for are asked for, and here (Twisted 26.10,
        pyOpenSSL 26: CVE-2026-27448, 2023-44487).
        """
        wanted = dict(re.findall(r'"(\w+)(?:\[\w+\])? >= ([\d.]+)', _setup()))
        for name, least in (("Twisted", (26, 10)), ("pyOpenSSL", (26, 0))):
            for found in (wanted[name], version(name)):
                self.assertGreaterEqual(tuple(map(int, found.split(".")[:2])), least, name)

    def test_resolver(self) -> None:
        """Names are looked up by the system, never by twisted.names (CVE-2026-42304)."""
        loaded = {name for module in house.modules("altlas") for name in module.imports}
        self.assertEqual({name for name in loaded if name.startswith("twisted.names")}, set())

    def test_stock_servers(self) -> None:
        """Traffic meets neither twisted.web's server nor its client, which forgive too much."""
        rooms = {"edge", "wire", "upstream", "backend"}
        stock = re.compile(r"twisted\.web\.(http|client|proxy|_newclient)$")
        found = {
            (module.where, name)
            for module in house.modules("altlas")
            if module.room in rooms
            for name in module.imports
            if stock.match(name)
        }
        # Only for the two reasons by which twisted.web says how a body ended.
        self.assertLessEqual(
            {name for _, name in found}, {"twisted.web.client", "twisted.web.http"}
        )


class PageTests(AttackCase):
    """What the gateway says by itself gives nothing away."""

    settings = AttackCase.settings.replace("path = /\n", "path = /x\n")

    def test_error_pages(self) -> None:
        """A refusal is JSON in ASCII that repeats nothing of its request, names no instance and no
        version, and says no more than a reason and an id (CVE-2024-41810, 2024-45808).
        """
        evil = b"<script>\x1b[31m"
        for sent in (
            b"GET /nowhere/" + evil + b" HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET /nowhere?secret HTTP/1.1\r\nHost: secret\r\n\r\n",
            GET + b"X: " + evil + b"\r\n\r\n",
            GET.replace(b"Host: a", b"Host: secret<") + b"\r\n",
            evil + b" / HTTP/1.1\r\n\r\n",
        ):
            client = self.asks(sent)
            head, _, body = client.value().partition(b"\r\n\r\n")
            for word in (
                b"script",
                b"\x1b",
                b"secret",
                b"127.0.0.1",
                b"9001",
                b"altlas",
                b"Twisted",
            ):
                self.assertNotIn(word, client.value(), sent)
            self.assertNotIn(b"\r\nServer:", head)
            told = json.loads(body)
            names = {"type", "title", "status", "detail", "flag", "request_id"}
            self.assertEqual(told.keys(), names)


def _setup() -> str:
    return (house.ROOT / "setup.py").read_text()
