"""Promises of the pool: what is kept, what is handed out, what is closed."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from twisted.trial.unittest import SynchronousTestCase

from altlas.upstream.connection import CLOSE_TIMEOUT
from altlas.upstream.pool import UNTRIED, PoolSettings
from tests.upstream.link import ORIGIN, Link, Room

EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


class PoolTests(SynchronousTestCase):
    """Connections are used again while that is safe and worth it."""

    def room(self, count: int = 0, **settings: Any) -> list[Link]:
        """A room with so many idle connections, oldest first."""
        self.now = Room(**settings)
        waiting = []
        for _ in range(count):
            waiting.append(self.now.get())
            self.now.accept()
        for link in self.now.links:
            link.says(EMPTY)
        return list(self.now.links)

    def used(self) -> Link:
        """The connection that the next request goes over."""
        for link in self.now.links:
            link.heard()
        asked = self.now.asked
        self.now.get()
        if self.now.asked > asked:
            return self.now.accept()
        return next(link for link in self.now.links if link.heard())

    def test_last_used_first(self) -> None:
        """The connection that was used last is used next."""
        links = self.room(3)
        self.assertEqual(self.now.idle(), 3)
        self.assertIs(self.used(), links[2])
        self.assertIs(self.used(), links[1])
        self.assertEqual((self.now.idle(), self.now.open()), (1, 3))

    def test_bounded(self) -> None:
        """No more are kept than the settings say; the surplus is closed."""
        links = self.room(3, idle=2)
        self.assertEqual([link.closing for link in links], [False, False, True])
        links = self.room(1, idle=0)
        self.assertTrue(links[0].closing)

    def test_idle_timeout(self) -> None:
        """What is idle for too long is never used again, and soon closed."""
        links = self.room(2, idle_timeout=4.0)
        self.now.reactor.advance(4.0)
        self.assertTrue(all(link.closing for link in links))
        self.assertEqual(self.now.idle(), 0)

    def test_idle_timeout_is_each_one_s(self) -> None:
        """The time counts from a connection's own last use."""
        links = self.room(2, idle_timeout=4.0)
        self.now.reactor.advance(3.0)
        link = self.used()
        link.says(EMPTY)
        self.now.reactor.advance(1.0)
        self.assertEqual([each.closing for each in links], [each is not link for each in links])
        self.now.reactor.advance(3.0)
        self.assertNotIn(self.used(), links)
        self.assertTrue(link.closing)

    def test_nothing_left_with_the_clock(self) -> None:
        """With nothing idle no timer goes on."""
        self.room(1)
        self.now.reactor.advance(4.0)
        self.now.links[0].settles()
        self.now.reactor.advance(CLOSE_TIMEOUT)
        self.assertEqual(self.now.reactor.getDelayedCalls(), [])

    def test_lifetime(self) -> None:
        """What has served long enough is not kept, nor used again."""
        links = self.room(2, lifetime=3.0)
        link = self.used()
        self.now.reactor.advance(3.0)
        link.says(EMPTY)
        self.assertTrue(link.closing)
        self.assertNotIn(self.used(), links)
        self.assertTrue(links[0].closing)

    def test_short_lifetime(self) -> None:
        """However short a lifetime is, it holds; and so for one that was used just now."""
        links = self.room(1, lifetime=UNTRIED / 2)
        self.now.reactor.advance(UNTRIED / 2)
        self.assertNotIn(self.used(), links)

    def test_closed_while_idle(self) -> None:
        """What the instance closed, or spoke on, is not used again."""
        links = self.room(3)
        links[2].hangs_up()
        links[1].says(b"HTTP/1.1 408 Timeout\r\n\r\n")
        self.assertIs(self.used(), links[0])
        self.assertEqual(self.now.open(), 2)
        links[1].settles()
        self.assertEqual(self.now.open(), 1)

    def test_stale(self) -> None:
        """One that looks dead after a while is replaced by the next, or by a fresh one."""
        links = self.room(2)
        with patch("altlas.upstream.pool.is_stale", links.__contains__):
            self.assertIs(self.used(), links[1], "too fresh to be looked at")
            self.now.reactor.advance(UNTRIED)
            self.assertNotIn(self.used(), links)
        self.assertTrue(links[0].closing)

    def test_new_settings(self) -> None:
        """Settings may change while connections stay."""
        links = self.room(2)
        self.now.agent.register(ORIGIN, PoolSettings(idle=1))
        self.assertIs(self.used(), links[1])

    def test_close(self) -> None:
        """Closing closes the idle at once and the others after their exchange."""
        free, _ = self.room(2)
        busy = self.used()
        closed = self.now.agent.close()
        self.assertEqual((free.closing, busy.closing), (True, False))
        self.assertNoResult(closed)

    def test_close_waits_for_the_last(self) -> None:
        """The Deferred of closing fires when the last connection is gone."""
        links = self.room(2)
        busy = self.used()
        closed = self.now.agent.close()
        links[0].settles()
        self.assertNoResult(closed)
        busy.says(EMPTY)
        self.assertTrue(busy.closing)
        busy.settles()
        self.successResultOf(closed)

    def test_close_with_nothing_open(self) -> None:
        """Without connections it fires at once, every time."""
        self.room()
        self.successResultOf(self.now.agent.close())
        self.successResultOf(self.now.agent.close())

    def test_given_back_twice(self) -> None:
        """A response's late calls never put a connection into the pool again."""
        self.room()
        response, link = self.now.answered(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
        response.discard()
        link.says(b"a")
        response.discard()
        response.abortConnection()
        self.assertEqual((self.now.idle(), link.closing), (1, False))
