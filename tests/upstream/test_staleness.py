"""Promises of the look at an idle connection."""

from __future__ import annotations

import socket

from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from altlas.upstream.staleness import is_stale


class Handle:
    """A transport that shows its socket."""

    def __init__(self, handle: socket.socket) -> None:
        self.getHandle = lambda: handle


class StalenessTests(SynchronousTestCase):
    """An idle connection must have nothing to say."""

    def setUp(self) -> None:
        self.near, self.far = socket.socketpair()
        self.addCleanup(self.near.close)
        self.addCleanup(self.far.close)

    def test_quiet(self) -> None:
        """A quiet connection is good, and looking changes nothing."""
        self.assertFalse(is_stale(Handle(self.near)))
        self.assertFalse(is_stale(Handle(self.near)))

    def test_closed(self) -> None:
        """One that the other side closed is not."""
        self.far.close()
        self.assertTrue(is_stale(Handle(self.near)))

    def test_unasked(self) -> None:
        """Nor is one with unasked bytes, which stay where they are."""
        self.far.send(b"x")
        self.assertTrue(is_stale(Handle(self.near)))
        self.assertEqual(self.near.recv(1), b"x")

    def test_gone(self) -> None:
        """Nor is one whose own end is closed."""
        self.near.close()
        self.assertTrue(is_stale(Handle(self.near)))

    def test_nothing_to_look_at(self) -> None:
        """A transport without a handle counts as good."""
        self.assertFalse(is_stale(StringTransport()))
        self.assertFalse(is_stale(None))
