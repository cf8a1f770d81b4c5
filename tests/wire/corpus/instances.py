"""Instances in memory: what they hear, and how they answer."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field, frozen

from tests.wire.corpus.ends import End
from tests.wire.corpus.strict import Message, read_requests


@frozen
class Answer:
    """What an instance says to one request, piece by piece, and how it goes on."""

    pieces: tuple[bytes, ...]
    #: hangs up afterwards
    closes: bool = False
    #: or loses the connection
    breaks: bool = False


Behaviour = Callable[[Message], Answer]


def obliging(request: Message) -> Answer:
    """Answer with the target, as a sound server does."""
    closes = b"close" in request.options
    body = b"" if request.what == b"HEAD" else request.more
    more = b"Connection: close\r\n" if closes else b""
    head = b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n" % (more, len(request.more))
    return Answer((head + body,), closes)


@define(eq=False)
class Instance:
    """One connection to an instance, which tells `told` of every whole request."""

    end: End
    behaviour: Behaviour
    told: Callable[[Message], object]
    #: every byte that came
    stream: bytes = b""
    #: what of it belongs to no whole request
    rest: bytes = b""
    _answer: Answer | None = None
    _said: int = 0
    _waiting: list[Message] = field(factory=list)
    #: whether a 100 was said to the request that is under way
    _invited: bool = False

    def turn(self) -> bool:
        """Read what came, say one piece of what is to be said; whether anything moved."""
        if self.end.over:
            return False
        moved = self.end.turn()
        data = self.end.value()
        if data:
            self.end.clear()
            self._read(data)
        return self._say() or moved or bool(data)

    def _read(self, data: bytes) -> None:
        self.stream += data
        messages, self.rest = read_requests(self.rest + data)
        for message in messages:
            self.told(message)
            self._waiting.append(message)
            self._invited = False
        expects = b"\r\nexpect: 100-continue" in self.rest.lower() and b"\r\n\r\n" in self.rest
        if expects and not self._invited:
            self._invited = True
            self.end.says(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _say(self) -> bool:
        if self._answer is None:
            if not self._waiting:
                return False
            self._answer, self._said = self.behaviour(self._waiting.pop(0)), 0
        answer = self._answer
        if self._said < len(answer.pieces):
            self.end.says(answer.pieces[self._said])
            self._said += 1
            return True
        if self.end.reading or self.end.closed:
            # What it said last was taken.
            self._answer = None
            if answer.breaks:
                self.end.breaks()
            elif answer.closes:
                self.end.hangs_up()
            return True
        return False
