"""One downstream connection: request heads in order, one exchange at a time.

The channel owns the bytes; what to do with a request is the exchange's business. It
is in one of four situations: waiting for a head, in an exchange, lingering (its last
answer is out, what still comes is dropped so that no reset destroys that answer), closed.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import (
    IHalfCloseableProtocol,
    IPushProducer,
    ISSLTransport,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from altlas.edge.answering import head_bytes
from altlas.edge.body import READ_AHEAD, DownstreamBody, WholeBody
from altlas.edge.exchange import Exchange
from altlas.edge.farewell import Farewell
from altlas.edge.listening import Listening
from altlas.edge.recording import Asker
from altlas.edge.relay import Relay
from altlas.edge.replying import Reply
from altlas.edge.tunnel import Tunnel
from altlas.errors import ClientError, RequestTimeout, Stopping
from altlas.timers import TimerQueue
from altlas.wire.chunked import chunk, last_chunk
from altlas.wire.fields import Fields
from altlas.wire.framing import CHUNKED
from altlas.wire.heads import RequestHead, ResponseHead
from altlas.wire.reading import RequestReader
from altlas.wire.writing import response_bytes

#: bytes of a body that are not copied to stand behind their head
LARGE = 16 * 1024
#: seconds that a drain waits for a request on an idle connection
LAST_MOMENT = 0.5


@implementer(IPushProducer, IHalfCloseableProtocol)
class Channel(Protocol):
    """Speaks HTTP/1.1 with a client.

    Requests that arrive together are answered one after the other: the second is not even
    parsed before the first is answered, so that answers cannot change places. To its transport
    the channel is the producer of all answers: while the client does not take what is written
    already, no further exchange begins, so that asking without listening costs no memory.
    """

    #: when the wait for the client is over, while it stands in a queue of `listening`
    due = 0.0
    #: requests that were counted, where they are (see `altlas.edge.rationing`)
    asked = 0
    #: plain or TLS, over TCP or not: what only some of them can is asked for
    transport: Any

    def __init__(self, listening: Listening) -> None:
        self.listening = listening
        self.exchange: Exchange | Tunnel | None = None
        #: who asked last
        self.asker: Asker | None = None
        #: whether there is TLS
        self.secure = False
        self._reader = RequestReader(listening.limits, listening.names)
        self._rest = b""
        self._advancing = False
        self._idle = False
        self._lingering = False
        self._producing = False
        self._farewell: Farewell | None = None
        #: where it stands and waits for the client to begin, or go on
        self._queue: TimerQueue | None = None
        #: whether bytes are taken off the wire
        self.reading = True
        #: whether the client has yet to take what was written
        self.full = False
        self.lost = False
        #: whether it was lost by a break, and not by an end that the client meant
        self.broken = False

    # --- the transport's side --------------------------------------------------------

    def connectionMade(self) -> None:
        """A client is there: a first byte must come within ``timeout.first-byte``."""
        transport = self.transport
        self.secure = ISSLTransport.providedBy(transport)
        self.peer = self.listening.peer_of(transport.getPeer(), transport.getHost(), self.secure)
        if hasattr(transport, "setTcpNoDelay"):
            transport.setTcpNoDelay(True)
        transport.registerProducer(self, True)
        self._producing = True
        self.listening.joined(self)
        self._idle = True
        self._await(self.listening.greetings)

    def dataReceived(self, data: bytes) -> None:
        """Bytes from the client, of whatever comes next."""
        exchange = self.exchange
        if self._lingering:
            if self._farewell is not None:
                self._farewell.heard()
        elif exchange is None and not self.full:
            self._rest += data
            self._advance()
        elif exchange is None or not self._feed(exchange, data):
            self._pipeline(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The client is gone; so is its exchange."""
        self.lost = True
        self.broken = not isinstance(reason.value, ConnectionDone)
        self._stop_waiting()
        exchange, self.exchange = self.exchange, None
        if exchange is not None:
            exchange.gone()
        # Last, since the gateway may be waiting for the last one to leave.
        self.listening.left(self)

    def readConnectionLost(self) -> None:
        """The client sends no more: what it was answered goes out yet, the rest is not waited for.

        Nearly always it has closed its other half too, which cannot be seen from here; to go on
        would be to work for nobody.
        """
        exchange, self.exchange = self.exchange, None
        if exchange is not None:
            exchange.gone()
        self._stop_waiting()
        self._lingering = True
        self.stop_pacing()
        self._be_leaving().close()

    def writeConnectionLost(self) -> None:
        """Our own half is closed, as `linger` wants it."""

    # --- IPushProducer: the client's pace ------------------------------------------------

    def pauseProducing(self) -> None:
        """The client is slow: nothing more is to be written, as far as that can be put off."""
        self.full = True
        if self.exchange is not None:
            self.exchange.pause()

    def resumeProducing(self) -> None:
        """The client caught up."""
        self.full = False
        if self.exchange is not None:
            self.exchange.resume()
        else:
            self.resume_reading()
            self._advance()

    def stopProducing(self) -> None:
        """The connection is gone; `connectionLost` says so too."""

    # --- heads -------------------------------------------------------------------------

    def _advance(self) -> None:
        """Begin exchanges while there are whole heads and nothing is under way."""
        if self._advancing:
            return  # an exchange ended within its own beginning: the loop below goes on
        self._advancing = True
        reader = self._reader
        try:
            # While the client does not read, is being left, or is gone, none begins.
            while (
                self._rest
                and self.exchange is None
                and not (self.full or self._lingering or self.lost)
            ):
                data, self._rest = self._rest, b""
                head = reader.feed(data)
                if head is None:
                    self._head_begins()
                else:
                    self._rest, reader.rest = reader.rest, b""
                    self._begin(head)
        except ClientError as error:
            self._refuse(error)
        finally:
            self._advancing = False

    def _head_begins(self) -> None:
        if self._idle and self._reader.started:
            # Keep-alive is over, a request has begun: the head's own limit counts from here.
            self._idle = False
            self._await(self.listening.heads)

    def _begin(self, head: RequestHead) -> None:
        queue, self._queue = self._queue, None
        if queue is not None:
            queue.drop(self)
        exchange = self.exchange = Exchange(self, head)
        if head.framing:
            self._begin_body(exchange, head)
            if self.exchange is not exchange:
                return  # its body was refused already
        self.listening.dispatch(exchange)

    def _refuse(self, error: ClientError) -> None:
        self._stop_waiting()
        self.exchange = Exchange.unread(self, self._reader.beginning)
        self.exchange.fail(error)

    # --- bodies ------------------------------------------------------------------------

    def _begin_body(self, exchange: Exchange, head: RequestHead) -> None:
        """What followed the head is of the body, or all of it and more."""
        rest, self._rest = self._rest, b""
        size = head.framing
        if 0 < size <= len(rest) and size <= READ_AHEAD and not head.expects_continue:
            exchange.body = WholeBody(rest[:size])
            self._rest = rest[size:]
            return
        body = exchange.body = DownstreamBody(size, self.listening.limits, self)
        body.invited = not head.expects_continue
        body.withheld = self.listening.forwarding.withheld
        if rest:
            self._feed(exchange, rest)

    def _feed(self, exchange: Exchange | Tunnel, data: bytes) -> bool:
        """Give `data` to the exchange's body; False if that is complete already."""
        body = exchange.body
        if not isinstance(body, DownstreamBody) or body.complete:
            return False
        try:
            if rest := body.feed(data):
                self._pipeline(rest)
        except ClientError as error:
            exchange.fail(error)
        return True

    def _pipeline(self, data: bytes) -> None:
        self._rest += data
        if self.exchange is None:  # answered when its body's last byte came
            self._advance()
        if len(self._rest) > self.listening.settings.limit.pipelined:
            self.pause_reading()

    def pause_reading(self) -> None:
        """Leave what the client sends on the wire."""
        if self.reading and self._is_open():
            self.reading = False
            self.transport.pauseProducing()

    def resume_reading(self) -> None:
        """Take from the wire again."""
        if not self.reading and self._is_open():
            self.reading = True
            self.transport.resumeProducing()

    def _is_open(self) -> bool:
        return not (self.lost or self._lingering)

    def take_rest(self) -> bytes:
        """What came behind the exchange's request, for who goes on instead of HTTP."""
        rest, self._rest = self._rest, b""
        return rest

    # --- answers ------------------------------------------------------------------------

    def answer(
        self, exchange: Exchange, head: ResponseHead, framing: int, body: bytes, trailers: Fields
    ) -> None:
        """Write an answer that is here whole, in one go."""
        data = head_bytes(exchange, head, framing, exchange.keep)
        if framing == CHUNKED:
            body = chunk(body) + last_chunk(trailers)
        if self.lost:
            pass
        elif len(body) < LARGE:
            self.transport.write(data + body)
        else:
            self.transport.writeSequence((data, body))

    def inform(self, head: ResponseHead, fields: Fields) -> None:
        """Write a 1xx head."""
        self.write(response_bytes(head.status, head.reason, fields, 0))

    def relay(self, exchange: Exchange, response: Any, head: ResponseHead, framing: int) -> Relay:
        """Return what passes on an answer whose body is still to come."""
        data = head_bytes(exchange, head, framing, exchange.keep)
        return Relay(exchange, response, data, framing)

    def trail(self, trailers: Fields) -> None:
        """Drop trailers that come after a body without chunks: there is no place for them."""

    def reply(self, exchange: Exchange, reply: Reply) -> None:
        """Write an answer of the gateway's own."""
        body, method = reply.body, exchange.head.method
        data = response_bytes(reply.status, reply.reason, reply.fields, len(body), method)
        self.write(data if method == b"HEAD" else data + body)

    # --- between exchanges ---------------------------------------------------------------

    def finished(self, keep: bool, now: float) -> None:
        """The exchange's answer is written, `now`: the next request may come, unless not `keep`."""
        self.exchange = None
        if self.lost:
            return
        listening = self.listening
        if not keep or listening.draining:
            self.linger()
            return
        if not self.reading:
            self.resume_reading()
        self._idle = True
        queue = self._queue = listening.silences
        queue.add(self, now)
        if self._rest:
            self._advance()

    def make_last(self, exchange: Exchange) -> None:
        """Have the connection close after this exchange."""
        # A head belongs to all requests with its fields: this one's is to be its own.
        old = exchange.head
        head = old.again(old.method, old.target, old.path, old.query, old.size)
        head.keep_alive, exchange.head = False, head

    def linger(self) -> None:
        """Close once what was written is out, without a reset that would destroy it."""
        if not self._is_open():
            return
        self._stop_waiting()
        self.resume_reading()
        self._lingering = True
        self._rest = b""
        self.stop_pacing()
        self._be_leaving().begin(self.secure)

    def _be_leaving(self) -> Farewell:
        if self._farewell is None:
            self._farewell = Farewell(self.transport, self.listening.timers, self.abort)
        return self._farewell

    def stop_pacing(self) -> None:
        """A transport waits for its producer before it closes."""
        if self._producing:
            self._producing = False
            self.transport.unregisterProducer()

    def write(self, data: bytes) -> None:
        """Write to the client, who may be gone."""
        if not self.lost:
            self.transport.write(data)

    def abort(self) -> None:
        """Cut the connection, so that a half answer cannot be taken for a whole one."""
        if not self.lost:
            self._stop_waiting()
            self._lingering = True
            self.transport.abortConnection()

    def cut(self) -> None:
        """End whatever is under way and the connection with it (when a drain took too long)."""
        if self.exchange is not None:
            self.exchange.cut(Stopping(reason="the time to go down was over"))
        self.abort()

    def close_if_idle(self) -> None:
        """Close when no exchange is under way or has begun to arrive (on a drain)."""
        if self.exchange is None and not self._reader.started:
            # A request may be on its way whose sender could not know: it is answered yet.
            self._idle = True
            self._await(self.listening.timers.queue(LAST_MOMENT))

    def vacate(self) -> bool:
        """Close to make room for others, if no request has begun to arrive; whether it does."""
        if self.exchange is not None or self._reader.started or not self._is_open():
            return False
        # It is owed nothing, and has sent nothing. TLS has a good-bye of its own.
        (self.linger if self.secure else self.readConnectionLost)()
        return True

    def _await(self, queue: TimerQueue) -> None:
        self._stop_waiting()
        self._queue = queue
        queue.add(self, self.listening.seconds())

    def _stop_waiting(self) -> None:
        queue, self._queue = self._queue, None
        if queue is not None:
            queue.drop(self)
        if self._farewell is not None:
            self._farewell.end()

    def expired(self) -> None:
        """The client was silent for too long, or took too long for a head."""
        self._queue = None
        # Who has sent nothing is owed no answer: it would stand before a later request's.
        if self._reader.started:
            self._refuse(RequestTimeout("The request did not arrive in time."))
        else:
            self.linger()
