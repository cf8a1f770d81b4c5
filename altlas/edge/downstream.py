"""What an exchange asks of its client's side, whichever version of HTTP is spoken there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from altlas.wire.fields import Fields
from altlas.wire.heads import ResponseHead
from altlas.wire.peer import Peer

if TYPE_CHECKING:
    from altlas.edge.exchange import Exchange
    from altlas.edge.listening import Listening
    from altlas.edge.recording import Asker
    from altlas.edge.relay import Relay
    from altlas.edge.replying import Reply


class Downstream(Protocol):
    """Where one exchange at a time is answered: a connection of HTTP/1.1, a stream of HTTP/2.

    How an answer is written is its business alone: the exchange says what, and gives heads,
    bodies and trailers as they are meant.
    """

    @property
    def listening(self) -> Listening:
        """The listener that the client came to."""

    @property
    def peer(self) -> Peer:
        """The other end."""

    @property
    def secure(self) -> bool:
        """Whether there is TLS."""

    @property
    def transport(self) -> Any:
        """What takes the pieces of a body, after the first `write`."""

    @property
    def asked(self) -> int:
        """Requests of its connection that were counted, where they are."""

    @asked.setter
    def asked(self, count: int) -> None: ...

    #: who asked last, for the next one to ask with the same fields
    asker: Asker | None

    @property
    def full(self) -> bool:
        """Whether the client has yet to take what was written."""

    @property
    def reading(self) -> bool:
        """Whether more of a body is taken from the client."""

    def pause_reading(self) -> None:
        """Leave what the client sends of this exchange with the client."""

    def resume_reading(self) -> None:
        """Take it again."""

    def inform(self, head: ResponseHead, fields: Fields) -> None:
        """Write a 1xx head."""

    def answer(
        self, exchange: Exchange, head: ResponseHead, framing: int, body: bytes, trailers: Fields
    ) -> None:
        """Write an answer that is here whole; `finished` follows.

        Raises ValueError for a field that cannot be written; then nothing was.
        """

    def relay(self, exchange: Exchange, response: Any, head: ResponseHead, framing: int) -> Relay:
        """Return what passes on an answer whose body is still to come.

        Raises ValueError for a field that cannot be written; then nothing was.
        """

    def write(self, data: bytes) -> None:
        """Write a piece of a body, as the relay has it."""

    def trail(self, trailers: Fields) -> None:
        """Take the fields that come after a body which has no chunks; `finished` follows."""

    def reply(self, exchange: Exchange, reply: Reply) -> None:
        """Write an answer of the gateway's own."""

    def finished(self, keep: bool, now: float) -> None:
        """Hear that the answer is written; unless `keep` nothing more can be taken."""

    def make_last(self, exchange: Exchange) -> None:
        """Have the connection take no further request after this one."""

    def linger(self) -> None:
        """End so that the client sees that the answer was not complete, but gets what is out."""

    def abort(self) -> None:
        """The same at once."""
