"""A stock HAProxy before the gateway: started for a test, ended by its pid."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from attrs import define, field
from twisted.internet.task import deferLater

from tests.end_to_end.servants import Servant
from tests.end_to_end.watching import closed_port

#: where it is; None where it is not installed
PROGRAM = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")

CONFIGURATION = """
defaults
    mode {mode}
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend front
    bind 127.0.0.1:{port}
    default_backend gateway
backend gateway
    server gateway 127.0.0.1:{gateway} {options}
"""


@define
class Haproxy:
    """One HAProxy that hands everything on to a gateway's port, with these `options`."""

    folder: Path
    gateway: int
    options: str
    mode: str = "tcp"
    port: int = field(factory=closed_port)
    _process: Any = None
    _protocol: Servant = field(factory=Servant)

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        from twisted.internet import reactor

        system: Any = reactor
        self.folder.mkdir(parents=True)
        configuration = self.folder / "haproxy.cfg"
        told = {"mode": self.mode, "port": self.port, "gateway": self.gateway}
        configuration.write_text(CONFIGURATION.format(options=self.options, **told))
        # In the foreground (-db), and not a word of warning (-q).
        arguments = [str(PROGRAM), "-db", "-q", "-f", str(configuration)]
        self._process = system.spawnProcess(self._protocol, arguments[0], arguments, env={})
        for _ in range(500):
            if self._protocol.ended.called:
                raise AssertionError(f"haproxy ended: {self._protocol.said.decode()}")
            if self._listens():
                return
            await deferLater(system, 0.01)
        raise AssertionError("haproxy does not listen")

    def _listens(self) -> bool:
        # Not by connecting: that would be handed on.
        wanted = f"0100007F:{self.port:04X} 00000000:0000 0A"
        return wanted in Path("/proc/net/tcp").read_text()

    async def stop(self) -> None:
        """End it, and wait until it is gone."""
        if not self._protocol.ended.called:
            self._process.signalProcess("TERM")
        await self._protocol.ended
