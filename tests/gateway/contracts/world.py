"""Documents, and all that contracts are renewed by, without a network, a child or a thread."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, execute
from twisted.internet.task import Clock
from twisted.internet.testing import EventLoggingObserver
from twisted.logger import LogLevel, globalLogPublisher
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseDone
from twisted.web.http_headers import Headers

from altlas.contracts.digesting import Digest, Unusable, digest, to_json
from altlas.gateway.contracts.keeping import Contracts
from altlas.gateway.contracts.means import Means
from altlas.settings.tree import Contract

URL = "http://127.0.0.1:9001/openapi.json"
#: what the wall clock says when the other one is at 0
EPOCH = 1_000_000.0


def document(*paths: str, version: str = "1") -> bytes:
    """A good document, whose paths can be got."""
    one = {"get": {"responses": {"200": {"description": "it"}}}}
    info = {"title": "things", "version": version}
    said = {"openapi": "3.1.0", "info": info, "paths": {path: one for path in paths or ("/a",)}}
    return json.dumps(said).encode()


#: what no contract can be made of
BAD = b'{"openapi": "3.1.0", "paths": {"a": {}}}'


class Answer:
    """An answer of HTTP as treq gives it, whose body comes at once, or never."""

    def __init__(self, data: bytes = b"", code: int = 200, ends: bool = True, **fields: str):
        self.code = code
        self.headers = Headers({name.replace("_", "-"): [each] for name, each in fields.items()})
        self._data, self._ends = data, ends
        self.dropped = False

    def deliverBody(self, protocol: Any) -> None:
        """Give the body to whoever takes it."""
        protocol.makeConnection(self)
        if self._data:
            protocol.dataReceived(self._data)
        if self._ends:
            protocol.connectionLost(Failure(ResponseDone()))

    def abortConnection(self) -> None:
        """As a transport."""
        self.dropped = True

    stopProducing = abortConnection


@define(eq=False)
class World:
    """What happens is what the test says; what was asked is what it sees."""

    clock: Clock = field(factory=Clock)
    #: what each question is answered with in turn; the last one goes on
    answers: list[Any] = field(factory=list)
    #: the fields of each question
    asked: list[dict[str, str]] = field(factory=list)
    judged: list[bytes] = field(factory=list)
    #: from 0 to 1
    chance: float = 0.5
    #: takes the place of the child
    judge: Callable[[bytes], Deferred[bytes]] | None = None

    @property
    def means(self) -> Means:
        """All of it."""
        return Means(
            clock=self.clock,
            wall_clock=lambda: EPOCH + self.clock.seconds(),
            random=lambda: self.chance,
            client=lambda: self,
            judge=self._judge,
            in_thread=execute,
        )

    def get(self, url: str, headers: dict[str, str], **_: Any) -> Deferred[Any]:
        """As a client of treq."""
        self.asked.append({"url": url, **headers})
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return execute(_answered, answer) if not isinstance(answer, Deferred) else answer

    def _judge(self, data: bytes) -> Deferred[bytes]:
        self.judged.append(data)
        return (self.judge or judged)(data)


def _answered(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer


def judged(data: bytes) -> Deferred[bytes]:
    """What the child would say."""
    return execute(lambda: to_json(_verdict(data)))


def _verdict(data: bytes) -> Digest | Unusable:
    try:
        return digest(data)
    except Unusable as error:
        return error


class Contracted(SynchronousTestCase):
    """Tests with a world, a folder and the log."""

    def setUp(self) -> None:
        self.world = World()
        self.folder = Path(self.mktemp()).resolve()
        self.folder.mkdir()
        self.log = EventLoggingObserver.createWithCleanup(self, globalLogPublisher)
        self.changes: list[str] = []

    def contracts(self, *settings: Contract, start: bool = True) -> Contracts:
        """These contracts, started; by default one of `URL` by the name of ``a``."""
        made = Contracts.of(settings or (self.by_url(),), self.world.means, str(self.folder))
        made.on_change = self.changes.append
        if start:
            made.start()
            self.addCleanup(made.stop)
        return made

    def by_url(self, **keys: Any) -> Contract:
        """The settings of a contract that is fetched."""
        return Contract(name="a", url=URL, **keys)

    def by_file(self, data: bytes, **keys: Any) -> Contract:
        """The settings of a contract in a file, which has `data`."""
        path = self.folder / "a.json"
        path.write_bytes(data)
        return Contract(name="a", file=str(path), **keys)

    def said(self, level: LogLevel) -> list[str]:
        """What was logged at that level."""
        return [_text(event) for event in self.log if event["log_level"] is level]


def _text(event: Any) -> str:
    return str(event["log_format"]).format(**event)


def version(contracts: Contracts, name: str = "a") -> str:
    """The version of what serves; nothing where nothing does."""
    serving = contracts.kept[name].contract
    return serving.version if serving else ""
