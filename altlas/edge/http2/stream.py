"""One stream: the client's side of one exchange (RFC 9113, 5)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from altlas.edge.body import DownstreamBody
from altlas.edge.exchange import Exchange
from altlas.edge.http2.frames import ErrorCodes
from altlas.edge.recording import Asker, unread
from altlas.edge.relay import Relay
from altlas.edge.replying import Reply
from altlas.errors import BadRequest, ClientError, GatewayError
from altlas.timers import Timer
from altlas.wire.fields import NO_FIELDS, Fields
from altlas.wire.heads import ResponseHead
from altlas.wire.http2.answers import status_field, stream_fields
from altlas.wire.writing import framed_response

if TYPE_CHECKING:
    from altlas.edge.http2.connection import Http2Connection

#: seconds that a client may take nothing of an answer that is complete here
STALL_SECONDS: Final = 60.0

# What comes after the bytes that wait.
_MORE: Final = 0
_END: Final = 1
_RESET: Final = 2


class Stream:
    """Takes a request's body at the exchange's pace, and sends the answer at the client's.

    What the exchange does not want yet is not acknowledged, so the client's window closes; what
    the client's window does not admit waits here, and as long as it does the instance is paused.
    """

    __slots__ = (
        "_connection",
        "_head",
        "_next",
        "_owed",
        "_paused",
        "_sending",
        "_stall",
        "_taking",
        "_trailers",
        "_unsent",
        "client_done",
        "exchange",
        "listening",
        "number",
        "over",
        "peer",
        "secure",
    )

    def __init__(self, connection: Http2Connection, number: int) -> None:
        self._connection = connection
        self._sending = connection.sending
        self.listening = connection.listening
        self.peer = connection.peer
        self.secure = connection.secure
        self.number = number
        self.exchange: Exchange | None = None
        self._taking = True  # whether bytes of the body are acknowledged
        #: whether the client has sent all that it will
        self.client_done = False
        #: whether nothing more can be sent
        self.over = False
        self._owed = 0  # bytes that came and are not acknowledged
        self._head: Fields | None = None  # until it is sent
        self._unsent: deque[bytes | memoryview] = deque()
        self._trailers = NO_FIELDS
        self._next = _MORE
        self._paused = False
        self._stall: Timer | None = None

    @property
    def asked(self) -> int:
        """Requests of the connection that were counted, where they are."""
        return self._connection.asked

    @asked.setter
    def asked(self, count: int) -> None:
        """Count another."""
        self._connection.asked = count

    @property
    def asker(self) -> Asker | None:
        """Who asked last on the connection."""
        return self._connection.asker

    @asker.setter
    def asker(self, asker: Asker | None) -> None:
        """Remember who asked."""
        self._connection.asker = asker

    @property
    def full(self) -> bool:
        """Whether the client has yet to take what was written."""
        return bool(self._unsent) or self._sending.full

    @property
    def reading(self) -> bool:
        """Whether bytes of the body are taken from the client, and it may send some."""
        return self._taking and self._sending.frames.admits(self.number)

    @property
    def transport(self) -> Stream:
        """What takes the pieces of a body: itself, which makes frames of them."""
        return self

    # --- the request, by the connection ----------------------------------------------------

    def refuse(self, beginning: bytes, error: ClientError) -> None:
        """Answer a head that could not be read, of which `beginning` is known."""
        head = unread(beginning)
        head.minor = 2
        self.exchange = Exchange(self, head)
        self.exchange.fail(error)

    def received(self, data: bytes, size: int) -> None:
        """Take a piece of the body, for which `size` bytes of the window went."""
        self._owed += size
        exchange = self.exchange
        body = None if exchange is None else exchange.body
        if isinstance(body, DownstreamBody) and not body.complete:
            try:
                body.feed(data)
            except ClientError as error:
                self._fail(error)
        if self._taking:
            self._acknowledge()

    def ended(self, trailers: Fields) -> None:
        """Hear that the client has sent all."""
        self.client_done = True
        exchange = self.exchange
        body = None if exchange is None else exchange.body
        if isinstance(body, DownstreamBody) and not body.complete:
            try:
                body.end(trailers)
            except ClientError as error:
                self._fail(error)

    def malformed(self, error: BadRequest) -> None:
        """Hear that the trailers will not do."""
        self.client_done = True
        self._fail(error)

    def _fail(self, error: ClientError) -> None:
        if self.exchange is not None:
            self.exchange.fail(error)

    def dropped(self) -> None:
        """Hear that the client has taken its request back."""
        self._connection.drop(self)
        self.lost()

    def lost(self) -> None:
        """Hear that the client is gone."""
        exchange = self._close()
        if exchange is not None:
            exchange.gone()

    def cut(self, why: GatewayError) -> None:
        """Give up, since the connection is to end."""
        exchange = self._close()
        if exchange is not None:
            exchange.cut(why)

    def _close(self) -> Exchange | None:
        """Nothing more comes or goes; return the exchange that this is to be told."""
        self.over = True
        self._unsent.clear()
        self._sending.forget(self)
        self._unwatch()
        self._acknowledge()
        exchange, self.exchange = self.exchange, None
        return exchange

    # --- the client's pace -------------------------------------------------------------------

    def pause_reading(self) -> None:
        """Let the client's window run out."""
        self._taking = False

    def resume_reading(self) -> None:
        """Open the client's window again."""
        if not self._taking:
            self._taking = True
            self._acknowledge()

    def _acknowledge(self) -> None:
        owed, self._owed = self._owed, 0
        if owed:
            self._sending.acknowledge(self.number, owed)

    def pause(self) -> None:
        """Have the instance wait: the client does not take what there is."""
        if not self._paused:
            self._paused = True
            if self.exchange is not None:
                self.exchange.pause()
            self._watch()

    def resume(self) -> None:
        """Let the instance go on, if all that waited here is sent."""
        if self._paused and not self.full:
            self._paused = False
            self._unwatch()
            if self.exchange is not None:
                self.exchange.resume()

    def _watch(self) -> None:
        """An exchange has its own limit; after it there is ours."""
        if self.exchange is None and self._stall is None and not self.over:
            self._stall = self.listening.timers.after(STALL_SECONDS, self.abort)

    def _unwatch(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    # --- the answer, by the exchange -----------------------------------------------------------

    def inform(self, head: ResponseHead, fields: Fields) -> None:
        """Write a 1xx head; 101 means nothing here (RFC 9113, 8.6)."""
        if head.status != 101 and not self.over:
            fields = framed_response(fields, head.status, 0, b"GET")
            fields = [status_field(head.status), *stream_fields(fields)]
            self._sending.frames.headers(self.number, fields, False)
            self._sending.flush()

    def answer(
        self, exchange: Exchange, head: ResponseHead, framing: int, body: bytes, trailers: Fields
    ) -> None:
        """Write an answer that is here whole; it goes out when it is `finished`."""
        self._trailers = stream_fields(trailers)
        self._head = self._connection.head_fields(exchange, head, framing)
        if body:
            self._unsent.append(body)

    def relay(self, exchange: Exchange, response: Any, head: ResponseHead, framing: int) -> Relay:
        """Return what passes the body on; the head goes out with its first `write`."""
        self._head = self._connection.head_fields(exchange, head, framing)
        return Relay(exchange, response, b"", max(0, framing))

    def reply(self, exchange: Exchange, reply: Reply) -> None:
        """Write an answer of the gateway's own; it goes out when it is `finished`."""
        body, method = reply.body, exchange.head.method
        fields = framed_response(reply.fields, reply.status, len(body), method)
        self._head = [status_field(reply.status), *stream_fields(fields)]
        if body and method != b"HEAD":
            self._unsent.append(body)

    def write(self, data: bytes) -> None:
        """Send a piece of a body, or as much as the client's window admits."""
        if not self.over:
            if data:
                self._unsent.append(data)
            self._sending.send(self)

    def trail(self, trailers: Fields) -> None:
        """Remember what comes after the body."""
        self._trailers = stream_fields(trailers)

    def finished(self, keep: bool, now: float) -> None:
        """End the stream after what waits."""
        self._finish(_END)

    def make_last(self, exchange: Exchange) -> None:
        """Have the connection close, with what is under way and on its way served."""
        self._connection.close_if_idle()

    def linger(self) -> None:
        """Reset the stream after what waits."""
        self._finish(_RESET)

    def abort(self) -> None:
        """Reset the stream now."""
        self._reset(ErrorCodes.CANCEL)

    def _finish(self, how: int) -> None:
        self.exchange = None
        if not self.over:
            self._next = how
            self._sending.send(self)
            if self._paused:
                self._watch()

    def _reset(self, code: ErrorCodes) -> None:
        self.exchange = None
        if not self.over:
            self._sending.reset(self, code)
            self.client_done = True
            self.settle()

    # --- towards the client, in its turn -------------------------------------------------------

    @property
    def waiting(self) -> bool:
        """Whether there is something to send."""
        if self.over:
            return False
        return bool(self._unsent) or self._head is not None or self._next != _MORE

    def push(self) -> int:
        """Send one frame's worth; return how many bytes of body that were.

        0 says that no more can be done for now. Raises `StreamClosedError`.
        """
        unsent, ends = self._unsent, self._next == _END and not self._trailers
        head = self._head
        if head is not None:
            self._head = None
            self.over = ends and not unsent
            self._sending.frames.headers(self.number, head, self.over)
        if not unsent:
            self._conclude()
            return 0
        room = self._sending.frames.room(self.number)
        if not room:
            return 0
        piece = unsent.popleft()
        if len(piece) > room:
            unsent.appendleft(memoryview(piece)[room:])
            piece = piece[:room]
        self.over = ends and not unsent
        self._sending.frames.data(self.number, piece, self.over)
        if self._stall is not None:
            self._stall.restart()
        return len(piece)

    def _conclude(self) -> None:
        """Everything is out: send the end, if it is known."""
        if self.over or self._next == _MORE:
            return
        if self._next == _RESET:
            self._reset(ErrorCodes.INTERNAL_ERROR)
        elif self._trailers:
            self.over = True
            self._sending.frames.headers(self.number, self._trailers, True)
        else:
            self.over = True
            self._sending.frames.data(self.number, b"", True)

    def settle(self) -> None:
        """Everything was sent: the stream is over, unless its exchange is not."""
        if self.exchange is None:
            self._close()
            self._connection.settle(self)
