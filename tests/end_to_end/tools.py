"""Programs that others wrote, run against a gateway in the test's own process."""

from __future__ import annotations

import shutil
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure
from twisted.trial.unittest import SkipTest, TestCase


@frozen
class Ran:
    """What a program left."""

    code: int
    out: bytes
    err: bytes


class _Program(ProcessProtocol):
    def __init__(self) -> None:
        self.out: list[bytes] = []
        self.err: list[bytes] = []
        self.ended: Deferred[Ran] = Deferred()
        self.over = False

    def outReceived(self, data: bytes) -> None:
        self.out.append(data)

    def errReceived(self, data: bytes) -> None:
        self.err.append(data)

    def processEnded(self, reason: Failure) -> None:  # type: ignore[override]
        self.over = True
        code: Any = getattr(reason.value, "exitCode", None)
        ran = Ran(-1 if code is None else code, b"".join(self.out), b"".join(self.err))
        self.ended.callback(ran)


async def run(test: TestCase, program: str, *arguments: str) -> Ran:
    """Run a program to its end; skip the test where it is not installed."""
    from twisted.internet import reactor

    where = shutil.which(program)
    if where is None:
        raise SkipTest(f"{program} is not installed")
    system: Any = reactor
    protocol = _Program()
    process = system.spawnProcess(protocol, where, [where, *arguments], env={})
    test.addCleanup(lambda: None if protocol.over else process.signalProcess("KILL"))
    return await protocol.ended
