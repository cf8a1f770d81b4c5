"""Whether an idle connection has something to say that nobody asked for."""

from __future__ import annotations

import select
from typing import Any

#: Both an end of the stream and unasked bytes show as readable; so do errors.
_ANY = select.POLLIN | select.POLLERR | select.POLLHUP


def is_stale(transport: Any) -> bool:
    """Tell whether an idle plain-text `transport` is readable right now.

    An idle connection that is readable was closed by the other side or carries bytes
    that belong to no request: neither may be used again. The reactor would find
    out too, but only on its next turn, which is after the request was written.
    `poll` is asked, not ``MSG_PEEK``, because it needs no socket object: a transport
    of another event loop often has only a file descriptor to show. One without a handle
    (in tests) counts as good.
    """
    handle = getattr(transport, "getHandle", None)
    if handle is None:
        return False
    try:
        descriptor = handle().fileno()
        poll = select.poll()
        poll.register(descriptor, _ANY)
        return bool(poll.poll(0))
    except (AttributeError, NotImplementedError):
        return False
    except (OSError, ValueError):
        return True
