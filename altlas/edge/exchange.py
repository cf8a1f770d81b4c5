"""One downstream request with its response under way.

An exchange ends in exactly one of four ways: its answer is complete, it was refused,
its answer broke off, or its client left. Whichever it is, the lease goes back, the record
is reported and the channel is told, each once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.logger import Logger
from twisted.python.failure import Failure

from altlas.backend.accounting import error_of
from altlas.backend.call import Call
from altlas.edge.body import DownstreamBody
from altlas.edge.refusals import problem
from altlas.edge.relay import Relay
from altlas.edge.replying import Reply
from altlas.errors import ClientGone, GatewayError, RequestTimeout, UpstreamTimeout
from altlas.observability.record import ExchangeRecord
from altlas.timers import Timer
from altlas.wire.fields import Fields, first
from altlas.wire.forwarding import request_id
from altlas.wire.framing import UNTIL_CLOSE
from altlas.wire.heads import RequestHead, ResponseHead
from altlas.wire.writing import response_bytes

log = Logger()

if TYPE_CHECKING:
    from altlas.backend.stack import Stack
    from altlas.edge.channel import Channel

#: what stands for the head of a request that could not be read
UNREAD = RequestHead(
    method=b"-",
    target=b"-",
    minor=1,
    fields=[],
    host=b"",
    path=b"-",
    query=None,
    framing=0,
    keep_alive=False,
    expects_continue=False,
    listed=frozenset(),
    upgrade=False,
    size=0,
)


class Exchange:
    """One request, from its head to the last byte of its answer."""

    __slots__ = (
        "_answered",
        "_done",
        "_idle",
        "_idle_limit",
        "_keep",
        "_life",
        "_relay",
        "_settled",
        "_stack",
        "_started",
        "body",
        "call",
        "channel",
        "head",
        "path",
        "record",
        "request_id",
    )

    def __init__(self, channel: Channel, head: RequestHead) -> None:
        listening = channel.listening
        self.channel = channel
        self.head = head
        self.body = DownstreamBody(head.framing, listening.limits, channel)
        self.body.invited = not head.expects_continue
        self.request_id = request_id(head, channel.peer, listening.make_request_id)
        #: the path in normal form, once routes were asked
        self.path = b""
        self.call: Call | None = None
        self._stack: Stack | None = None
        self._relay: Relay | None = None
        self._settled = False  # whether it is decided what the answer is
        self._answered = False  # whether a byte of it is out
        self._done = False
        self._keep = False
        self._idle: Timer | None = None
        self._idle_limit: float | None = None
        self._life: Timer | None = None
        self._started = listening.timers.seconds()
        self.record = self._new_record()
        listening.in_flight += 1

    @classmethod
    def unread(cls, channel: Channel) -> Exchange:
        """The exchange of a request whose head could not be read; it can only be failed."""
        return cls(channel, UNREAD)

    def _new_record(self) -> ExchangeRecord:
        head, peer, listening = self.head, self.channel.peer, self.channel.listening
        record = ExchangeRecord()
        record.started = listening.wall_clock()
        record.request_id = self.request_id.decode("ascii")
        record.listener = listening.name
        record.client = listening.client_of(head, peer)
        record.method = head.method
        record.target = head.target
        record.host = head.host
        record.minor = head.minor
        record.tls = peer.scheme == "https"
        record.referer = first(head.fields, b"referer") or b""
        record.user_agent = first(head.fields, b"user-agent") or b""
        return record

    # --- to the backend ----------------------------------------------------------------

    def forward(self, stack: Stack, call: Call) -> None:
        """Send `call` down the stack; its response, or why there is none, is the answer."""
        self.call = call
        self._stack = stack
        timers = self.channel.listening.timers
        if call.timeouts.stream is not None:
            self._life = timers.after(call.timeouts.stream, self._outlived)
        self._idle_limit = call.timeouts.idle
        if self._idle_limit is not None and not self.body.complete:
            self._idle = timers.after(self._idle_limit, self._stalled)
            self.body.on_progress = self._idle.restart
            self.body.on_complete.append(self._idle.cancel)
        stack.send(call).addCallbacks(self._respond, self._refused).addErrback(self._bug)

    def informational(self, head: ResponseHead) -> None:
        """Pass a 1xx head on, to who understands it (RFC 9110, 15.2)."""
        if self._settled or self.head.minor == 0:
            return
        if head.status == 100:
            if not self.head.expects_continue:
                return
            self.body.invited = True
        fields = self.channel.listening.forwarding.response_fields(head)
        self.channel.write(response_bytes(head.status, head.reason, fields, 0))

    def _respond(self, response: Any) -> None:
        if self._settled:
            response.discard()
            return
        self._settled = True
        relay = self._relay = Relay(self, response)
        answer = relay.answer
        self._keep = self._may_keep(answer.framing)
        self.record.status = answer.status
        self._say(answer.fields)
        relay.start()
        if not self._done:
            self._stream(relay)

    def _stream(self, relay: Relay) -> None:
        """More is to come: pace the instance by the client, and watch that it does come."""
        transport: Any = self.channel.transport
        transport.registerProducer(relay, True)
        if self._idle_limit is None or self._done:
            return
        if self._idle is not None:
            self._idle.cancel()
        self._idle = self.channel.listening.timers.after(self._idle_limit, self._stalled)
        self.body.on_progress = relay.on_progress = self._idle.restart

    def write(self, data: bytes) -> None:
        """Write bytes of the answer."""
        self._answered = True
        self.channel.write(data)

    def _may_keep(self, framing: int) -> bool:
        """Whether the connection can serve another request after this answer."""
        if not self.head.keep_alive or framing == UNTIL_CLOSE:
            return False
        # A body that nobody takes would have to be read to its end first.
        taken = self.body.complete or self.body.flowing
        return taken and not self.channel.listening.draining

    def _say(self, fields: Fields) -> None:
        """Add what this connection, and this exchange, have to say of themselves."""
        if not self._keep:
            fields.append((b"Connection", b"close"))
        elif self.head.minor == 0:
            fields.append((b"Connection", b"keep-alive"))
        if first(fields, b"x-request-id") is None:
            fields.append((b"X-Request-ID", self.request_id))

    # --- the gateway's own answers -----------------------------------------------------

    def reply(self, reply: Reply) -> None:
        """Answer from the gateway itself, with the whole body at once."""
        if self._done:
            return
        self._settled = True
        self._keep = self._may_keep(0)
        self.record.status = reply.status
        fields = reply.fields
        fields.append((b"Date", self.channel.listening.date()))
        self._say(fields)
        body, method = reply.body, self.head.method
        data = response_bytes(reply.status, reply.reason, fields, len(body), method)
        if method != b"HEAD":
            data += body
            self.record.bytes_out = len(body)
        self.write(data)
        self._close()
        self.channel.finished(self._keep)

    def fail(self, error: GatewayError) -> None:
        """End the exchange with `error`, as far as the client can still be told."""
        if not self._done:
            self._abandon(error)
            self._refuse(error)

    def _refused(self, failure: Failure) -> None:
        if not self._settled:
            self._settled = True
            self._refuse(error_of(failure))

    def _refuse(self, error: GatewayError) -> None:
        exhausted = self.record.flag == "URX"
        self.record.flag = f"{error.flag},URX" if exhausted else error.flag
        self.record.reason = error.reason
        if self._answered:
            self._cut()
        else:
            self.reply(problem(error, self.request_id))

    def _bug(self, failure: Failure) -> None:
        log.failure("An exchange failed in a way that was not foreseen", failure)
        self.fail(GatewayError())

    # --- endings -------------------------------------------------------------------------

    def complete(self) -> None:
        """The answer's last byte is written (by the relay)."""
        if not self._done:
            self._close()
            self.channel.finished(self._keep and self.body.complete)

    def broken(self, error: GatewayError) -> None:
        """The answer broke off (by the relay)."""
        if not self._done:
            if self.call is not None and self._stack is not None:
                self._stack.broken(self.call, error)
            self._refuse(error)

    def gone(self) -> None:
        """The client left (by the channel): nobody wants the answer any more."""
        if not self._done:
            error = ClientGone()
            self.record.flag, self.record.reason = error.flag, error.reason
            self.record.status = self.record.status or error.status
            self._abandon(error)
            self._close()

    def _stalled(self) -> None:
        limit = f"{self._idle_limit:g} s"
        if self._relay is None and self.body.invited and not self.body.paused:
            self.fail(RequestTimeout("The body stalled.", reason=f"no byte of it for {limit}"))
        elif self._relay is not None and self._relay.paused:
            self.fail(RequestTimeout("", reason=f"the client took nothing for {limit}"))
        else:
            self._late(UpstreamTimeout("The service stalled.", reason=f"stalled for {limit}"))

    def _outlived(self) -> None:
        self._late(UpstreamTimeout("It took too long.", reason="timeout.stream is over"))

    def _late(self, error: UpstreamTimeout) -> None:
        if self._relay is None:
            self.fail(error)
        else:
            self.broken(error)

    def _cut(self) -> None:
        """Part of an answer is out: close so that it cannot be taken for the whole."""
        self._abandon(ClientGone())
        self._close()
        self.channel.abort()

    def _abandon(self, why: GatewayError) -> None:
        """Whatever the backend is still doing for this exchange, stop it."""
        if self._relay is not None:
            self._relay.stop()
        elif not self._settled:
            self._settled = True
            if self.call is not None:
                self.call.give_up(why)

    def _close(self) -> None:
        """What every ending has in common."""
        self._done = True
        for timer in (self._idle, self._life):
            if timer is not None:
                timer.cancel()
        if self.call is not None:
            self.call.finish()
        listening = self.channel.listening
        listening.in_flight -= 1
        listening.served += 1
        self.record.bytes_in = self.body.received
        self.record.duration = listening.timers.seconds() - self._started
        listening.report(self.record)
