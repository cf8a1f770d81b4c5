"""Programs of Node.js as peers: WebSockets by the package ``ws``, the one that most use."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase

from tests.house import ROOT

#: where it is; None where it is not installed
PROGRAM = shutil.which("node")
_SCRIPTS = Path(__file__).parent / "node"
#: where `.ci/run` puts packages, and where else they may be
_FOLDERS = [ROOT / ".venv" / "node" / "node_modules"] + [
    Path(folder) for folder in os.environ.get("NODE_PATH", "").split(os.pathsep) if folder
]


def why_not() -> str:
    """Why there are no such peers here; nothing if there are."""
    if PROGRAM is None:
        return "node is not installed"
    if not any((folder / "ws").is_dir() for folder in _FOLDERS):
        return "node's package ws is not installed (.ci/run does; or name its folder in NODE_PATH)"
    return ""


class NodePeer(ProcessProtocol):
    """One program, and the lines that it says."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._rest = b""
        self._taken = 0
        self._waiting: list[Deferred[None]] = []
        self.ended = False

    def outReceived(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.lines += [line.decode() for line in lines]
        self._wake()

    def errReceived(self, data: bytes) -> None:
        self.outReceived(data)

    def processEnded(self, reason: Failure) -> None:  # type: ignore[override]
        self.ended = True
        self._wake()

    async def line(self) -> str:
        """The next line; "" when there is none any more."""
        while len(self.lines) <= self._taken:
            if self.ended:
                return ""
            await self._something()
        self._taken += 1
        return self.lines[self._taken - 1]

    async def gone(self) -> None:
        """Wait until it has ended."""
        while not self.ended:
            await self._something()

    def _something(self) -> Deferred[None]:
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        return waiting

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(None)


def node_peer(test: TestCase, script: str, *arguments: str) -> NodePeer:
    """A program of ``tests/end_to_end/node`` that runs until the end of `test`."""
    from twisted.internet import reactor

    system: Any = reactor
    peer = NodePeer()
    folders = os.pathsep.join(map(str, _FOLDERS))
    words = [str(PROGRAM), str(_SCRIPTS / script), *arguments]
    process = system.spawnProcess(peer, words[0], words, env={"NODE_PATH": folders})

    async def clean_up() -> None:
        if not peer.ended:
            process.signalProcess("KILL")
        await peer.gone()

    test.addCleanup(lambda: Deferred.fromCoroutine(clean_up()))
    return peer
