"""Giving a connected socket to uvloop."""

from __future__ import annotations

import socket
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uvloop import Loop

    from altlas.reactor.connection import Connection


def hand_over(loop: Loop, sock: socket.socket, connection: Connection) -> None:
    """Let uvloop read and write `sock`; it calls `connection.connection_made` in the next turn.

    The coroutine makes the stream before it first waits, so it is driven by hand: no task,
    and errors (a bad descriptor, say) come from here.
    """
    coroutine: Coroutine[Any, Any, Any] = loop.connect_accepted_socket(
        lambda: connection,
        sock,
    )
    made = coroutine.send(None)
    made.add_done_callback(lambda _: _finish(coroutine))


def _finish(coroutine: Coroutine[Any, Any, Any]) -> None:
    try:
        coroutine.send(None)
    except (StopIteration, RuntimeError):
        # RuntimeError: the stream was closed before it was made; nobody waits for it.
        pass
