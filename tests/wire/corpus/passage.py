"""What becomes of bytes on their way through the whole gateway, both ends in memory.

The service, its channels, exchanges, stacks, pools and upstream connections are the real ones;
only sockets and time are not.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from random import Random

from attrs import frozen
from twisted.internet.testing import MemoryReactorClock

from altlas.gateway.catalog import catalog
from altlas.gateway.service import GatewayService
from altlas.settings import load
from tests.wire.corpus.ends import End
from tests.wire.corpus.instances import Behaviour, Instance, obliging
from tests.wire.corpus.strict import HOP_BY_HOP, Message, Unsound, read_responses

#: Small limits, so that what breaks them can be cut at every place too.
SETTINGS = """
[listener:public]
bind = tcp:1
limit.request-line = 200B
limit.headers = 1KiB
limit.header-count = 20
[listener:trusting]
bind = tcp:2
trust = 192.0.2.0/24
[listener:keeping]
bind = tcp:3
headers.underscores = keep
[listener:refusing]
bind = tcp:4
headers.underscores = refuse
[backend:demo]
instances = http://127.0.0.1:9001
probe.enabled = no
breaker.enabled = no
retry.tries = 0
[route:demo]
path = /
backend = demo
limit.body = 600B
[access-log]
enabled = no
"""

#: Names of what the gateway says itself in each request.
OURS = frozenset(
    {b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"}
    | {b"x-forwarded-port", b"x-request-id"}
)
#: Those of them that are there once.
ONCE = OURS - {b"via"}


@frozen
class Said:
    """One answer that a client got: of a problem the sentence, else the body."""

    status: int
    body: bytes

    @classmethod
    def of(cls, message: Message) -> Said:
        """What `message` says, without what differs from one request to the next."""
        if message.body and message.values(b"content-type") == [b"application/problem+json"]:
            return cls(message.status, json.loads(message.body)["detail"].encode())
        return cls(message.status, message.body)


@frozen
class Reading:
    """What came of a client's bytes, as strict readers at both ends see it."""

    answers: tuple[Said, ...]
    #: statuses of the 1xx heads among the answers
    interim: tuple[int, ...]
    #: whether the gateway ended the client's connection
    closed: bool
    #: the requests that instances heard, in order
    heard: tuple[Message, ...]
    #: bytes towards the client that are no whole answer
    torn: bytes = b""


class Passage:
    """One gateway, which any number of clients may come to."""

    def __init__(self, settings: str = SETTINGS) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "corpus.ini"
            path.write_text(settings)
            loaded = load(path, {}, catalog()).settings
        self.reactor = MemoryReactorClock()
        self.reactor.advance(1.0)
        self.service = GatewayService(loaded, self.reactor, lambda: 1e9, Random(1))
        # As twistd does before it changes its user: bound, and no signal is taken.
        self.service.privilegedStartService()
        self.behaviour: Behaviour = obliging
        #: the connections to instances that are not over, and those that ended in this reading
        self.instances: list[Instance] = []
        #: what instances heard in this reading
        self.heard: list[Message] = []
        #: the methods of all exchanges that ended in this reading
        self.asked: list[bytes] = []
        self._clients: list[End] = []
        self._listeners = [one.name for one in loaded.listeners]
        for listening in self.service.listeners.values():
            listening.report = lambda record: self.asked.append(record.method)

    def client(self, listener: str = "public") -> End:
        """One more client."""
        factory = self.reactor.tcpServers[self._listeners.index(listener)][1]
        client = End(factory.buildProtocol(None))
        self._clients.append(client)
        return client

    def leave(self, client: End) -> None:
        """Forget a client whose connection is over."""
        self._clients.remove(client)

    def settle(self) -> None:
        """Let everything happen that can without time passing."""
        moved = True
        while moved:
            moved = self._connect()
            for client in self._clients:
                moved = client.turn() or moved
            for instance in self.instances:
                moved = instance.turn() or moved
                moved = instance.end.settle() or moved
            calls = self.reactor.getDelayedCalls()
            if calls and calls[0].getTime() <= self.reactor.seconds():
                self.reactor.advance(0)
                moved = True

    def _connect(self) -> bool:
        waiting = self.reactor.tcpClients
        if not waiting:
            return False
        protocols = [one[2].buildProtocol(None) for one in waiting]
        waiting.clear()
        self.reactor.connectors.clear()
        for protocol in protocols:
            self.instances.append(
                Instance(End(protocol), lambda asked: self.behaviour(asked), self.heard.append)
            )
        return True

    def refresh(self) -> None:
        """Have no connection to an instance left: the next reading begins without any."""
        for instance in self.instances:
            instance.end.hangs_up()
        self.instances.clear()

    def read(self, pieces: Iterable[bytes], listener: str = "public") -> Reading:
        """Send the pieces, one after another, as one client, and see what came of them.

        Raises `Unsound` where one of the ends was written what is not plain.
        """
        self.asked.clear()
        self.heard.clear()
        self.instances = [one for one in self.instances if not one.end.over]
        client = self.client(listener)
        for piece in pieces:
            client.says(piece)
            self.settle()
        closed = client.closed
        client.ends(ConnectionError("the client is done"))
        self.leave(client)
        self.settle()
        heard = tuple(map(check, self.heard))
        messages, torn = read_responses(client.value(), self.asked, closed)
        return Reading(
            tuple(Said.of(one) for one in messages if one.status >= 200),
            tuple(one.status for one in messages if one.status < 200),
            closed,
            heard,
            torn,
        )


def check(message: Message) -> Message:
    """The message. Raises `Unsound` if the gateway says something twice in it, or lets pass what
    concerns one connection only.
    """
    named = message.by_name
    twice = [name for name in ONCE if len(named.get(name, ())) > 1]
    if twice:
        raise Unsound(f"more than one {twice[0]!r}")
    passed = HOP_BY_HOP & named.keys()
    if passed or message.options - {b"te", b"close"}:
        raise Unsound(f"passed on: {passed}, {message.options}")
    return message
