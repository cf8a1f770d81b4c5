"""One downstream connection of HTTP/2: frames in, an exchange a stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RemoteSettingsChanged,
    RequestReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from hpack import NeverIndexedHeaderTuple
from twisted.internet.interfaces import IPushProducer, ISSLTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from altlas.edge.body import DownstreamBody
from altlas.edge.exchange import Exchange
from altlas.edge.http2.farewell import Farewell
from altlas.edge.http2.frames import ErrorCodes, Frames, ProtocolError
from altlas.edge.http2.sending import Sending
from altlas.edge.http2.stream import Stream
from altlas.edge.listening import Listening
from altlas.edge.recording import Asker
from altlas.errors import BadRequest, ClientError, GatewayError, Stopping
from altlas.timers import Timer, TimerQueue
from altlas.wire.fields import NO_FIELDS, Fields
from altlas.wire.framing import UNTIL_CLOSE
from altlas.wire.heads import ResponseHead
from altlas.wire.http2.answers import status_field, stream_fields
from altlas.wire.http2.heads import StreamHeads, beginning, check_fields
from altlas.wire.http2.toll import Nuisance, Toll
from altlas.wire.section import Section

log = Logger()

#: what a field costs beside its name and value, as header lists are counted (RFC 9113, 6.5.2)
FIELD_COST: Final = 32


@implementer(IPushProducer)
class Http2Connection(Protocol):
    """Speaks HTTP/2 with a client.

    While the client does not take what is written, nothing is read either: whatever it sends
    asks for more.
    """

    #: when the wait for the client is over, while it stands in a queue of `listening`
    due = 0.0

    def __init__(self, listening: Listening) -> None:
        self.listening = listening
        limits, settings = listening.limits, listening.settings.http2
        # What is a little too long gets its 431; what is longer than this ends the connection.
        most = 2 * (limits.headers + limits.request_line) + FIELD_COST * limits.header_count
        frames = Frames(settings.streams, settings.window, most)
        self._toll = Toll(most, listening.seconds())
        self._frames = frames
        self.sending = Sending(frames, self._toll)
        self._farewell = Farewell(self.sending, listening.timers, self._rest)
        #: who asked last
        self.asker: Asker | None = None
        #: requests that were counted, where they are (see `altlas.edge.rationing`)
        self.asked = 0
        self.secure = False
        self._heads = StreamHeads(limits, listening.names)
        self._streams: dict[int, Stream] = {}
        self._known: tuple[Section | None, Fields] = (None, NO_FIELDS)
        self._queue: TimerQueue | None = None
        self._block: Timer | None = None
        #: whether the client has said nothing yet
        self._silent = True

    # --- the transport's side ----------------------------------------------------------------

    def connectionMade(self) -> None:
        """A client is there: say our settings; its first byte, and then its first stream, must
        come in time.
        """
        transport: Any = self.transport
        self.sending.transport = transport
        self.secure = ISSLTransport.providedBy(transport)
        self.peer = self.listening.peer_of(transport.getPeer(), transport.getHost(), self.secure)
        if hasattr(transport, "setTcpNoDelay"):
            transport.setTcpNoDelay(True)
        transport.registerProducer(self, True)
        self.listening.joined(self)
        self._await(self.listening.greetings)
        self.sending.flush()

    def dataReceived(self, data: bytes) -> None:
        """Bytes from the client."""
        sending = self.sending
        if not sending.open:
            return
        if self._silent:
            self._silent = False
            self._await(self.listening.heads)
        sending.held = True
        try:
            self._toll.feed(data, self.listening.seconds())
            self._take(self._frames.receive(data))
            self._limit_block()
            sending.serve_waiting()
        except Nuisance as nuisance:
            self._fail(ErrorCodes.ENHANCE_YOUR_CALM, str(nuisance))
        except ProtocolError as error:
            self._fail(ErrorCodes(error.error_code), f"{type(error).__name__}: {error}")
        finally:
            sending.held = False
        sending.write()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The client is gone; so are its exchanges."""
        self._farewell.over()
        self._stop_waiting()
        streams, self._streams = self._streams, {}
        for stream in streams.values():
            stream.lost()
        # Last, since the gateway may be waiting for the last one to leave.
        self.listening.left(self)

    def pauseProducing(self) -> None:
        """The client is slow: whatever produces for it must wait."""
        self.sending.full = True
        if self.sending.open:
            self.transport.pauseProducing()  # type: ignore[union-attr]
        for stream in list(self._streams.values()):
            stream.pause()

    def resumeProducing(self) -> None:
        """The client caught up."""
        sending = self.sending
        sending.full = False
        if not sending.open:
            return
        self.transport.resumeProducing()  # type: ignore[union-attr]
        sending.serve_waiting()
        for stream in list(self._streams.values()):
            stream.resume()
        sending.flush()

    def stopProducing(self) -> None:
        """The connection is gone; `connectionLost` says so too."""

    # --- frames ------------------------------------------------------------------------------

    def _take(self, events: list[Event]) -> None:
        # First, since h2 knows it already and sends nothing more to these streams; and a
        # request that was taken back in the same breath is not even begun.
        gone = {event.stream_id for event in events if isinstance(event, StreamReset)}
        for event in events:
            if isinstance(event, StreamReset):
                self._taken_back(event)
            elif isinstance(event, ConnectionTerminated):
                self._farewell.returned()
            elif isinstance(event, RemoteSettingsChanged):
                self._frames.settings_changed()
        for event in events:
            taker = _TAKERS.get(type(event))
            if not self.sending.open:
                return
            if taker is None:
                continue
            # Data are off the connection's window, whatever became of their stream.
            if isinstance(event, DataReceived) or event.stream_id not in gone:  # type: ignore[attr-defined]
                taker(self, event)
        self._rest()

    def _taken_back(self, event: StreamReset) -> None:
        if not event.remote_reset:
            self._toll.reset()  # provoked; the client's own are counted as frames
        stream = self._streams.get(event.stream_id)
        if stream is not None:
            stream.dropped()

    def _requested(self, event: RequestReceived) -> None:
        number, ended, listening = event.stream_id, event.stream_ended is not None, self.listening
        if number > self._farewell.last or len(self._streams) >= listening.settings.http2.streams:
            self._toll.reset()
            self._frames.reset(number, ErrorCodes.REFUSED_STREAM)
            return
        stream = self._streams[number] = Stream(self, number)
        stream.client_done = ended
        self._stop_waiting()
        try:
            head = self._heads.read(event.headers, ended)
        except ClientError as error:
            self._toll.reset()
            stream.refuse(beginning(event.headers), error)
            return
        stream.exchange = exchange = Exchange(stream, head)
        if head.framing:
            body = exchange.body = DownstreamBody(head.body_framing, listening.limits, stream)
            body.invited = not head.expects_continue
            body.withheld = listening.forwarding.withheld
        listening.dispatch(exchange)

    def _received(self, event: DataReceived) -> None:
        stream = self._streams.get(event.stream_id)
        if stream is not None:
            stream.received(event.data, event.flow_controlled_length)
        else:
            self.sending.acknowledge(event.stream_id, event.flow_controlled_length)

    def _trailed(self, event: TrailersReceived) -> None:
        stream = self._streams.get(event.stream_id)
        if stream is None:
            return
        try:
            check_fields(event.headers)
        except BadRequest as error:
            self._toll.reset()
            stream.malformed(error)
        else:
            stream.ended(event.headers)

    def _ended(self, event: StreamEnded) -> None:
        stream = self._streams.get(event.stream_id)
        if stream is not None:
            stream.ended(NO_FIELDS)

    def _limit_block(self) -> None:
        """A head that has begun must be whole in time, whatever else goes on."""
        if not self._toll.in_block:
            if self._block is not None:
                self._block.cancel()
                self._block = None
        elif self._block is None:
            listening = self.listening
            self._block = listening.timers.after(listening.header_timeout, self._late)

    def _late(self) -> None:
        self._fail(ErrorCodes.ENHANCE_YOUR_CALM, "a head did not arrive in time")

    # --- what streams ask ----------------------------------------------------------------------

    def head_fields(self, exchange: Exchange, head: ResponseHead, framing: int) -> Fields:
        """The head of an instance's answer, as `answering.head_bytes` has it for HTTP/1.1.

        Raises ValueError for a field that would be malformed.
        """
        listening, method = self.listening, exchange.head.method
        # No length that is not known, and no coding instead: the stream's end is the end.
        told = framing if framing >= 0 else UNTIL_CLOSE
        section = listening.forwarding.response_section(head, told, method)
        known, fields = self._known
        if known is not section:
            fields = [status_field(head.status), *stream_fields(section.fields)]
            self._known = section, fields
        names = head.names
        more: Fields = []
        if b"date" not in names:  # RFC 9110, 6.6.1
            more.append((b"date", listening.date()))
        if b"x-request-id" not in names:
            more.append(NeverIndexedHeaderTuple(b"x-request-id", exchange.request_id))
        if listening.hsts and self.secure and b"strict-transport-security" not in names:
            more.append((b"strict-transport-security", listening.hsts))
        return [*fields, *more] if more else fields

    def settle(self, stream: Stream) -> None:
        """A stream is over, and its exchange too."""
        if self._streams.pop(stream.number, None) is None or not self.sending.open:
            return
        if not stream.client_done:
            # What it still sends of a body is of no use to anybody (RFC 9113, 8.1).
            self._frames.reset(stream.number, ErrorCodes.NO_ERROR)
        self._toll.answered()
        if self.listening.draining:
            self.close_if_idle()
        self.sending.flush()
        self._rest()

    def drop(self, stream: Stream) -> None:
        """The client has taken a request back."""
        self._streams.pop(stream.number, None)

    # --- the end -------------------------------------------------------------------------------

    def _rest(self) -> None:
        """Where no stream is open, wait for the next one, unless there is to be none."""
        if self._streams or not self.sending.open:
            return
        if self._farewell.leaving:
            self._leave()
        elif self._queue is None:
            self._await(self.listening.silences)

    def close_if_idle(self) -> None:
        """Serve what is under way, and what is on its way already, then close (on a drain)."""
        if self.sending.open:
            self._farewell.begin()

    def vacate(self) -> bool:
        """Close to make room for others, if nothing is asked or begun; whether it does."""
        if self._streams or self._queue is None or self._toll.in_block or not self.sending.open:
            return False
        self._leave()
        return True

    def expired(self) -> None:
        """The client was silent for too long (by the queue that it stood in)."""
        self._queue = None
        self._leave()

    def _leave(self, error: ErrorCodes | None = None) -> None:
        self._farewell.close(error)
        self._stop_waiting()

    def _fail(self, code: ErrorCodes, reason: str) -> None:
        """The client broke the rules of the connection: no stream of it goes on."""
        if not self.sending.open:
            return
        log.info("HTTP/2 with {client} is ended: {reason}", client=self.peer.address, reason=reason)
        # h2's own good-bye, if there is one, is the same.
        self._leave(code)
        self._cut_exchanges(BadRequest(reason=f"its connection was ended: {reason}"))

    def _cut_exchanges(self, why: GatewayError) -> None:
        streams, self._streams = self._streams, {}
        for stream in streams.values():
            stream.cut(why)

    def cut(self) -> None:
        """End whatever is under way and the connection with it (when a drain took too long)."""
        self._farewell.abort()
        self._stop_waiting()
        self._cut_exchanges(Stopping(reason="the time to go down was over"))

    def _await(self, queue: TimerQueue) -> None:
        self._stop_waiting()
        self._queue = queue
        queue.add(self, self.listening.seconds())

    def _stop_waiting(self) -> None:
        queue, self._queue = self._queue, None
        if queue is not None:
            queue.drop(self)
        if self._block is not None and not self.sending.open:
            self._block.cancel()


_TAKERS: Final[dict[type[Event], Callable[[Http2Connection, Any], None]]] = {
    RequestReceived: Http2Connection._requested,
    DataReceived: Http2Connection._received,
    TrailersReceived: Http2Connection._trailed,
    StreamEnded: Http2Connection._ended,
}
