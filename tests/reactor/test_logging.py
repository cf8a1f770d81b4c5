"""What a protocol logs is marked with its connection's name."""

from __future__ import annotations

from typing import Any

from twisted.python import context, log

from altlas.reactor.logging import LogContext, log_contexts
from tests.reactor.scene import End, ReactorCase


class Talker(End):
    """Logs whatever happens to it."""

    def connectionMade(self) -> None:
        log.msg("made")

    def dataReceived(self, data: bytes) -> None:
        log.msg("data")
        context.call({"ours": 1}, log.msg, "called")

    def connectionLost(self, reason: Any) -> None:  # type: ignore[override]
        log.msg("lost")
        super().connectionLost(reason)


class LoggingTests(ReactorCase):
    """Twisted's log context."""

    def test_marked(self) -> None:
        """All that a protocol logs when it is called by its connection has the same mark."""
        seen: list[tuple[Any, Any]] = []

        def observe(event: Any) -> None:
            if event.get("message") in {("made",), ("data",), ("called",), ("lost",)}:
                seen.append((event["message"][0], event["system"]))

        log.addObserver(observe)
        self.addCleanup(log.removeObserver, observe)

        async def scene() -> None:
            server, client = await self.connected(Talker())
            client.wire.write(b"x")
            client.wire.loseConnection()
            await server.lost
            self.assertEqual(server.wire.logPrefix(), "Talker,0,127.0.0.1")

        self.play(scene)
        mark = "Talker,0,127.0.0.1"
        self.assertEqual(seen, [(name, mark) for name in ("made", "data", "called", "lost")])
        self.assertEqual(len(log_contexts()), 1)

    def test_only_when_asked(self) -> None:
        """A connection's context is made when something logs; what it does not know it says so."""
        marked = LogContext("a connection")
        self.assertEqual(len(marked), 0)
        self.assertEqual(marked[log.ILogContext]["system"], "a connection")
        self.assertRaises(KeyError, marked.__getitem__, "unknown")
        self.assertEqual(LogContext("another").copy()[log.ILogContext]["system"], "another")
