"""The reactor as a whole: forks, children, threads."""

from __future__ import annotations

import os
import signal
import socket

from twisted.internet.protocol import Factory, Protocol
from twisted.internet.threads import deferToThreadPool
from twisted.internet.utils import getProcessOutput

from tests.reactor.scene import ReactorCase


class Echo(Protocol):
    """Says everything twice."""

    def dataReceived(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data * 2)


class ForkTests(ReactorCase):
    """A daemon forks after its reactor was made."""

    def test_serves_in_a_child(self) -> None:
        """What was set up before a fork works after it: ports, timed calls, calls from threads."""
        done: list[str] = []
        port = self.reactor.listenTCP(0, Factory.forProtocol(Echo), interface="127.0.0.1")
        self.reactor.callLater(0, done.append, "later")
        self.reactor.callFromThread(done.append, "thread")
        pid = os.fork()
        if pid == 0:  # pragma: no cover (in another process)
            self._be_the_child(done)
        with socket.create_connection(("127.0.0.1", port.getHost().port), 10) as plain:
            plain.settimeout(10)
            plain.sendall(b"ab")
            answer = plain.recv(99)
        self.assertEqual(answer, b"abab")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)

    def _be_the_child(self, done: list[str]) -> None:
        code = 1
        try:
            self.reactor.callLater(10, self.reactor.stop)

            def look() -> None:
                if sorted(done) == ["later", "thread"] and self.reactor.getReaders():
                    self.reactor.callLater(0.3, self.reactor.stop)

            self.reactor.callLater(0.2, look)
            self.reactor.run(installSignalHandlers=False)
            code = 0 if sorted(done) == ["later", "thread"] else 2
        finally:
            os._exit(code)


class NeighbourTests(ReactorCase):
    """What the reactor leaves to Twisted works beside the streams."""

    def test_child_processes(self) -> None:
        """A child's output and end are noticed."""
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
            self.addCleanup(signal.signal, number, signal.getsignal(number))

        async def scene() -> None:
            output = await getProcessOutput("/bin/echo", [b"hello"], reactor=self.reactor)
            self.assertEqual(output, b"hello\n")

        self.play(scene, signals=True)

    def test_threads(self) -> None:
        """What a thread returns arrives."""

        async def scene() -> None:
            pool = self.reactor.getThreadPool()
            self.assertEqual(await deferToThreadPool(self.reactor, pool, lambda: 42), 42)

        self.play(scene)
