"""Contracts come from real servers and files, and change while the gateway serves."""

from __future__ import annotations

import gzip
import os
import signal
from pathlib import Path
from typing import Any

from twisted.internet.defer import gatherResults
from twisted.trial.unittest import TestCase

from altlas.gateway.contracts import child
from tests.end_to_end.daemon import Daemon, ask
from tests.end_to_end.harness import Gateway, ini, running_gateway
from tests.end_to_end.publisher import Publisher, openapi
from tests.end_to_end.rude import Behaviour, RudeBackend, closes, response, rude_backend, stalls
from tests.end_to_end.watching import until

#: seconds for what starts a Python beside the tests
PATIENCE = 30.0


class Published(TestCase):
    """A gateway whose one contract a backend publishes."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).resolve()
        self.publisher = Publisher(openapi(version="7"))
        self.backend: RudeBackend = rude_backend(self, self.publisher.behave)

    async def gateway(self, keys: str = "", source: str = "") -> Gateway:
        """A gateway that asks for its contract ten times a second."""
        url = source or f"url = {self.backend.url}/openapi.json"
        more = f"[gateway]\nstate = {self.folder}\n[contract:a]\n{url}\npoll = 100ms\n{keys}\n"
        text = ini(self.backend, backend="contract = a", more=more)
        self.running = await running_gateway(self, text)
        return self.running

    @property
    def row(self) -> dict[str, Any]:
        """What is told of the contract."""
        (row,) = self.running.service.contracts.rows()
        return row

    @property
    def version(self) -> str:
        """The version of what serves; nothing where nothing does."""
        serving = self.running.service.contracts.kept["a"].contract
        return serving.version if serving else ""

    async def until_version(self, version: str) -> None:
        """Wait until it serves."""
        await until(lambda: self.version == version, PATIENCE)

    async def until_failure(self, words: str) -> None:
        """Wait until asking has failed for this reason."""
        await until(lambda: words in self.row["failure"], PATIENCE)


class CourseTests(Published):
    """Good ones and bad ones, one after the other."""

    async def test_course(self) -> None:
        """What is published serves when it is good, and what was good serves on when it is bad."""
        gateway = await self.gateway()
        self.assertFalse(gateway.service.view.ready()[0])
        await self.until_version("7")
        self.assertEqual(gateway.service.view.ready(), (True, "ready"))
        await until(lambda: self.publisher.given.count(304) > 2)
        self.assertEqual(self.publisher.given.count(200), 1)
        self.publisher.document = b"{"
        await until(lambda: self.row["unusable"], PATIENCE)
        self.publisher.document = openapi("/a", "/b", version="8")
        await self.until_version("8")
        self.assertIsNone(self.row["unusable"])

    async def test_dies(self) -> None:
        """A backend that dies takes no contract with it, and is asked again when it is back."""
        await self.gateway()
        await self.until_version("7")
        await self.backend.die()
        await self.until_failure("refused")
        self.assertEqual(self.version, "7")
        self.publisher.document = openapi(version="8")
        self.backend.listen()
        await self.until_version("8")
        await until(lambda: not self.row["failure"])

    async def test_restart(self) -> None:
        """A gateway that starts while the backend is dead serves by the copy."""
        gateway = await self.gateway()
        await self.until_version("7")
        await until(lambda: [*self.folder.glob("contracts/*.copy")])
        await gateway.stop()
        await self.backend.die()
        await self.gateway()
        self.assertEqual((self.version, self.row["copied"]), ("7", True))
        self.backend.listen()
        await until(lambda: not self.row["copied"])
        self.assertEqual(self.publisher.given[-1], 304)

    async def test_file(self) -> None:
        """A file that is replaced at once serves soon after."""
        self.folder.mkdir()
        path = self.folder / "a.json"
        path.write_bytes(openapi(version="7"))
        await self.gateway(source=f"file = {path}")
        self.assertEqual(self.version, "7")
        (self.folder / "new").write_bytes(openapi(version="8"))
        (self.folder / "new").replace(path)
        await self.until_version("8")

    async def test_gzip(self) -> None:
        """A document may come in gzip, and in a charset of its own."""
        said = openapi(version="é").replace(b"\\u00e9", b"\xe9")
        fields = (b"Content-Encoding: gzip", b"Content-Type: application/json;charset=iso-8859-1")
        self.backend.behaviour = closes(response(gzip.compress(said), fields=fields))
        await self.gateway()
        await self.until_version("é")


class LiarTests(Published):
    """Backends that break off, stall, lie or flood: none is believed, and none is waited for."""

    async def fails(self, behaviour: Behaviour, words: str, keys: str = "") -> None:
        """Expect this failure of a backend, and nothing to serve."""
        self.backend.behaviour = behaviour
        await self.gateway(keys)
        await self.until_failure(words)
        self.assertEqual(self.version, "")

    async def test_stalls(self) -> None:
        """One that says nothing, or half of it, is left after ``timeout``."""
        for after in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"):
            await self.fails(stalls(after), "within 0.3 s", "timeout = 300ms")
            await self.running.stop()

    async def test_short(self) -> None:
        """One that sends less than it said has sent nothing."""
        half = response(openapi())[:-20]
        await self.fails(closes(half), "closed")

    async def test_flood(self) -> None:
        """Of one that sends 50 MB hardly more is read than a contract may have."""
        sent: list[int] = []

        async def flood(connection: Any) -> None:
            await connection.request()
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")
            for _ in range(500):
                connection.send(b"x" * 100_000)
                sent.append(100_000)
                await connection.sleep(0)

        await self.fails(flood, "longer than max-size, 1048576 bytes", "max-size = 1MiB")
        await self.backend.abandoned()

    async def test_bomb(self) -> None:
        """Nor is what is packed small."""
        bomb = response(gzip.compress(bytes(50_000_000)), fields=(b"Content-Encoding: gzip",))
        await self.fails(closes(bomb), "longer than max-size", "max-size = 1MiB")

    async def test_redirect(self) -> None:
        """A redirect is not followed."""
        away = response(b"", status="302 Found", fields=(b"Location: /other",))
        await self.fails(closes(away), "status 302")


class ChildTests(Published):
    """The process that judges."""

    async def test_killed(self) -> None:
        """It ends with the gateway, which does not wait for it."""
        self.publisher.document = openapi(*(f"/p{number}" for number in range(20_000)))
        gateway = await self.gateway()
        await until(lambda: self.children(), PATIENCE)
        await gateway.stop()
        await until(lambda: not self.children())
        self.assertEqual(self.version, "")

    async def test_many(self) -> None:
        """Documents that are large both ways come through whole."""
        judges = child.Judges(self._reactor())
        data = openapi(*(f"/p{number}" for number in range(2000)))
        said = await gatherResults([judges.judge(data) for _ in range(3)])
        self.assertEqual(said[0], said[2])
        self.assertIn(b'"/p1999"', said[0])

    def children(self) -> list[str]:
        """The commands of this process's children that judge."""
        path = Path(f"/proc/self/task/{os.getpid()}/children")
        found = []
        for pid in path.read_text().split():
            try:
                found.append(Path(f"/proc/{pid}/cmdline").read_text())
            except OSError:
                continue
        return [command for command in found if "altlas.contracts" in command]

    def _reactor(self) -> Any:
        from twisted.internet import reactor

        return reactor


class DaemonTests(Daemon):
    """The gateway under twistd."""

    def test_hup(self) -> None:
        """HUP has a file read at once, and a bad one changes nothing."""
        path = self.folder / "a.json"
        path.write_bytes(openapi("/gone"))
        contract = "[contract:a]\nfile = a.json\npoll = off\n"
        self.configure("retry.tries = 0\n", "retry.tries = 0\ncontract = a\n", contract)
        process = self.foreground()
        self.assertEqual(self.status("/slow/there"), 404)
        path.write_bytes(openapi("/elsewhere", "/slow/there").replace(b'"get"', b'"post"'))
        process.send_signal(signal.SIGHUP)
        self.until(lambda: self.status("/slow/there") == 405, "read again")
        path.write_bytes(b"{}")
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        self.assertIn("The contract a is the one of", self.ended(process))

    def status(self, path: str) -> int:
        """What the gateway answers."""
        answer = ask(self.public, path)
        return answer.status if answer else 0
