"""Documents are judged in a process of their own.

That takes about a second for each MB of pure Python, in which a thread would hold the interpreter
from the reactor again and again; and nobody knows what a document of others does to its readers.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, DeferredSemaphore
from twisted.internet.error import ProcessDone
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

import altlas

#: seconds that a judgement may take
PATIENCE = 60.0
#: bytes of a judgement, for each byte of the document and beside them
EACH, BESIDE = 16, 1024 * 1024
#: bytes of the complaints of a child that are kept
COMPLAINTS = 4096
#: children at a time
AT_ONCE = 2


class Trouble(Exception):
    """A document could not be judged, for a reason that is not in it."""


@define(eq=False)
class Judges:
    """Runs ``python -m altlas.contracts``, for few documents at a time."""

    _reactor: Any
    _free: DeferredSemaphore = field(factory=lambda: DeferredSemaphore(AT_ONCE), init=False)

    def judge(self, data: bytes) -> Deferred[bytes]:
        """What the child says of a document: one JSON object, see `altlas.contracts.digesting`.

        Fails with `Trouble`. Who cancels it ends the child.
        """
        return Deferred.fromCoroutine(self._judge(data))

    async def _judge(self, data: bytes) -> bytes:
        await self._free.acquire()
        try:
            judging = Judging(data)
            self._spawn(judging)
            said = judging.said.addTimeout(PATIENCE, self._reactor, _late)
            return await said
        finally:
            self._free.release()

    def _spawn(self, judging: Judging) -> None:
        command = [sys.executable, "-P", "-m", "altlas.contracts"]
        try:
            # Nothing of our environment is the child's business, but where our code is.
            env = {"PYTHONPATH": _places()}
            self._reactor.spawnProcess(judging, sys.executable, command, env=env, path="/")
        except OSError as error:
            raise Trouble(f"no process could be started: {error.strerror}") from None


def _places() -> str:
    """The places where this process finds modules, as the child is to have them."""
    own = str(Path(altlas.__path__[0]).resolve().parent)
    absolute = [str(Path(place).absolute()) for place in sys.path if place]
    return ":".join(dict.fromkeys([*absolute, own]))


def _late(_: object, timeout: float) -> Failure:
    return Failure(Trouble(f"judging it takes longer than {timeout:g} s"))


class Judging(ProcessProtocol):
    """One child: takes the document, says what it is, ends."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._most = EACH * len(data) + BESIDE
        self._said: list[bytes] = []
        self._size = 0
        self._complaints = b""
        self.said: Deferred[bytes] = Deferred(self._kill)

    def connectionMade(self) -> None:
        """Hand the document over."""
        transport: Any = self.transport
        transport.write(self._data)
        transport.closeStdin()
        self._data = b""

    def outReceived(self, data: bytes) -> None:
        """A piece of what it says."""
        self._size += len(data)
        if self._size > self._most:
            self._said.clear()
            self._end(Failure(Trouble("what is said of it is longer than it should be")))
            self._kill()
        else:
            self._said.append(data)

    def errReceived(self, data: bytes) -> None:
        """A piece of a traceback, most likely."""
        self._complaints = (self._complaints + data)[-COMPLAINTS:]

    def processEnded(self, reason: Failure) -> None:
        """It is gone; that was all."""
        said, self._said = self._said, []
        if reason.check(ProcessDone):
            self._end(b"".join(said))
        else:
            last = self._complaints.decode("utf-8", "replace").strip().rpartition("\n")[2]
            self._end(Failure(Trouble(f"its judge failed: {last or reason.getErrorMessage()}")))

    def _end(self, result: bytes | Failure) -> None:
        if not self.said.called:
            self.said.callback(result)

    def _kill(self, _: Any = None) -> None:
        transport: Any = self.transport
        if transport is not None and transport.pid is not None:
            transport.signalProcess("KILL")
