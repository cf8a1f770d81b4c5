"""A whole gateway in the test's own process, on ports that the system chose.

class Proxying(TestCase):
    async def test_passes_the_answer_on(self):
        backend = rude_backend(self, answers(response(b"hello")))
        gateway = await running_gateway(self, ini(backend))
        client = await gateway.client()
        self.assertEqual((await client.get()).body, b"hello")
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from altlas.gateway.catalog import catalog
from altlas.gateway.service import GatewayService
from altlas.settings import load
from tests.end_to_end.rawclient import RawClient, raw_client
from tests.end_to_end.rude import RudeBackend

#: binds that take whichever port is free; two spellings, since no bind may stand twice
ANY_PORT = "tcp:0:interface=127.0.0.1"
ANY_OTHER_PORT = "tcp:port=0:interface=127.0.0.1"


@frozen
class Gateway:
    """A gateway that runs until the end of a test."""

    #: the service itself, for tests that look within
    service: GatewayService
    _test: TestCase

    def port(self, listener: str = "public") -> int:
        """The port that a listener got."""
        return int(self.service.addresses[listener].port)

    async def client(self, listener: str = "public") -> RawClient:
        """A raw client, connected to a listener until the end of the test."""
        return await raw_client(self._test, self.port(listener))

    async def stop(self) -> None:
        """Stop as TERM does; a second time does nothing."""
        if self.service.running:
            await self.service.stopService()


def ini(*backends: RudeBackend, backend: str = "", route: str = "", more: str = "") -> str:
    """Settings with one backend whose instances are `backends`, one route to it, and an admin.

    The first listener is ``public`` and trusts nobody, the other is ``admin``; the backend and the
    route (of path ``/``) are both ``demo``. Probes are off, since they would count as requests,
    and so are the breaker and retries. `backend` and `route` are further lines of these
    sections, `more` is further sections; what is given takes the place of what is said here.
    """
    instances = "\n    ".join(each.url for each in backends)
    sections = {
        "listener:public": f"bind = {ANY_PORT}",
        "listener:admin": f"bind = {ANY_OTHER_PORT}\nserves = admin",
        "backend:demo": _merged(
            f"instances = {instances}",
            "probe.enabled = no\nbreaker.enabled = no\nretry.tries = 0",
            backend,
        ),
        "route:demo": _merged("path = /", "backend = demo", route),
        "access-log": "enabled = no",
    }
    kept = {name: lines for name, lines in sections.items() if f"[{name}]" not in more}
    text = "\n\n".join(f"[{name}]\n{lines}" for name, lines in kept.items())
    return f"{text}\n\n{more}\n"


def _merged(*texts: str) -> str:
    """The lines of all texts; of lines with the same key the last one."""
    merged: dict[str, str] = {}
    for text in texts:
        key = ""
        for line in text.strip().splitlines():
            if line[:1].isspace():
                merged[key] += f"\n{line}"
            else:
                key = line.split("=")[0].strip()
                merged[key] = line
    return "\n".join(merged.values())


async def start_gateway(ini_text: str) -> GatewayService:
    """A started gateway service for these settings."""
    from twisted.internet import reactor

    with TemporaryDirectory(prefix="altlas-test-") as folder:
        path = Path(folder) / "altlas.ini"
        path.write_text(ini_text)
        loaded = load(path, {}, catalog())
    service = GatewayService(loaded.settings, reactor)
    service.startService()
    await service.listening
    return service


async def running_gateway(test: TestCase, ini_text: str) -> Gateway:
    """A gateway for these settings, until the end of `test`."""
    gateway = Gateway(await start_gateway(ini_text), test)
    test.addCleanup(lambda: Deferred.fromCoroutine(gateway.stop()))
    return gateway
