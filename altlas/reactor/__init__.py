"""A Twisted reactor whose streams are uvloop's own transports.

Twisted on an asyncio loop reads and writes its sockets in Python; here TCP and UNIX streams
are read, written and accepted by uvloop in C, behind the interfaces that Twisted's protocols
know. Timers, threads, child processes, datagrams and plain descriptors work as on every other
reactor. This package can be imported without uvloop; `install` cannot do without it.
"""

from altlas.reactor.installation import available, install

__all__ = ["available", "install"]
