"""One downstream request with its response under way.

An exchange ends in exactly one of four ways: its answer is complete, it was refused,
its answer broke off, or its client left. Whichever it is, the lease goes back, the record
is reported and the channel is told, each once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.logger import Logger
from twisted.python.failure import Failure

from altlas.backend.accounting import error_of
from altlas.backend.call import Call, nobody
from altlas.edge.answering import head_of
from altlas.edge.body import NO_BODY, Body, DownstreamBody
from altlas.edge.pace import paced
from altlas.edge.patience import Patience
from altlas.edge.recording import explain, new_record, unread
from altlas.edge.refusals import problem
from altlas.edge.replying import Reply
from altlas.edge.tunnel import open_tunnel
from altlas.errors import (
    ClientError,
    ClientGone,
    ContractError,
    Fault,
    GatewayError,
    MethodNotAllowed,
    NoRoute,
    RequestTimeout,
    UpstreamMalformed,
    UpstreamTimeout,
)
from altlas.wire.fields import Fields, lower_names
from altlas.wire.forwarding import request_id
from altlas.wire.framing import CHUNKED, UNTIL_CLOSE
from altlas.wire.heads import RequestHead, ResponseHead
from altlas.wire.trailers import safe_trailers

log = Logger()

if TYPE_CHECKING:
    from altlas.backend.stack import Way
    from altlas.edge.downstream import Downstream
    from altlas.edge.relay import Relay

# Looked up once: a member of an Enum costs a call each time it is named by its class.
UPSTREAM = Fault.UPSTREAM
#: 1xx heads that instances may send; they are the one thing nothing else paces
MOST_INFORMATIONAL = 64
#: refusals of a request that was understood as far as its end: the next one can be read
READABLE = (NoRoute, MethodNotAllowed, ContractError)


def _not_here() -> None:
    """The body of a response by a client that cannot say whether it is here whole."""


class Exchange:
    """One request, from its head to the last byte of its answer."""

    __slots__ = (
        "_answered",
        "_done",
        "_informed",
        "_patience",
        "_relay",
        "_settled",
        "_stack",
        "_started",
        "body",
        "call",
        "channel",
        "head",
        "keep",
        "on_close",
        "path",
        "record",
        "request_id",
    )

    def __init__(self, channel: Downstream, head: RequestHead) -> None:
        listening, peer = channel.listening, channel.peer
        self.channel = channel
        self.head = head
        #: by the channel, where the request has one
        self.body: Body = NO_BODY
        make = listening.make_request_id
        self.request_id = request_id(head, peer, make) if peer.trusted else make()
        #: the path in normal form, once routes were asked
        self.path = b""
        self.call: Call | None = None
        self._stack: Way | None = None
        self._relay: Relay | None = None
        self._settled = False  # whether it is decided what the answer is
        self._answered = False  # whether a byte of it is out
        self._done = False
        #: whether the connection serves on after it, if it has one exchange at a time
        self.keep = False
        self._informed = 0  # 1xx heads that came
        self.on_close: Callable[[], object] | None = None  # is called when it ends, however
        self._patience: Patience | None = None
        self._started = listening.seconds()
        self.record = new_record(channel, head, self.request_id)
        listening.in_flight += 1

    @classmethod
    def unread(cls, channel: Downstream, beginning: bytes) -> Exchange:
        """The exchange of a request whose head could not be read; it can only be failed.

        `beginning` is what came of that head.
        """
        return cls(channel, unread(beginning))

    # --- to the backend ----------------------------------------------------------------

    def forward(self, stack: Way, call: Call) -> None:
        """Send `call` down the stack; its response, or why there is none, is the answer."""
        self.call = call
        self._stack = stack
        if not self.body.complete or call.timeouts.stream is not None:
            self.attend(call)
        stack.send(call).addCallbacks(self._respond, self._refused)

    def attend(self, call: Call) -> None:
        """Have the time limits of bodies run: those of `call`, which may be sent later."""
        self.call = call
        if self._patience is None:
            patience = self._be_patient(call)
            patience.limit_life(self._outlived)
            patience.watch_body(self.body)

    def _be_patient(self, call: Call) -> Patience:
        timers = self.channel.listening.timers
        patience = self._patience = Patience(call.timeouts, timers, self._stalled, paced(self))
        return patience

    def informational(self, head: ResponseHead) -> None:
        """Pass a 1xx head on, to who understands it (RFC 9110, 15.2)."""
        if self._settled:
            return
        self._informed += 1
        if self._informed > MOST_INFORMATIONAL:
            self.fail(UpstreamMalformed(reason="it goes on sending 1xx heads"))
            return
        if self.head.minor == 0:
            return
        if head.status == 100:
            # Another try's instance may say again what the client was told already.
            body = self.body
            if not isinstance(body, DownstreamBody) or body.invited:
                return
            body.invited = True
        fields = self.channel.listening.forwarding.response_fields(head)
        self.channel.inform(head, fields)

    def _respond(self, response: Any) -> None:
        """The response's head is here, and often all of it."""
        if self._settled:
            self._refrain(response)
            return
        self._settled = True
        request, channel = self.head, self.channel
        try:
            head: ResponseHead = getattr(response, "head", None) or head_of(
                response, request.method
            )
            framing = head.framing
            if framing < 0:
                # Of unknown length: chunks, for those who know them (RFC 9112, 6.1).
                framing = CHUNKED if request.minor else UNTIL_CLOSE
            keep = self.keep = self._may_keep(framing)
            self.record.status = head.status
            body = getattr(response, "take_body", _not_here)()
            if body is None or head.status == 101:
                self._go_on(response, head, framing)
                return
            # Most answers are small and here whole: they need no relay.
            self.record.bytes_out = len(body)
            trailers = response.trailers
            if trailers:
                trailers = safe_trailers(trailers)
            channel.answer(self, head, framing, body, trailers)
            self._answered = True
            if not self._done:
                channel.finished(keep and self.body.complete, self._close())
        except Exception:
            if self._relay is None:  # or its connection would wait for ever
                response.discard()
            self._bug()

    def _refrain(self, response: Any) -> None:
        """The response comes too late: it was decided before what the answer is."""
        response.discard()
        if self.call is not None:
            self.call.finish()

    def _go_on(self, response: Any, head: ResponseHead, framing: int) -> None:
        """What is not here whole goes on for a while: a body, or what a 101 began."""
        if head.status != 101:
            self._relay_body(self.channel.relay(self, response, head, framing))
            return
        if self._patience is not None:
            self._patience.end()  # a tunnel has limits of its own
        open_tunnel(self, response, self._close)

    def _relay_body(self, relay: Relay) -> None:
        self._relay = relay
        relay.start()
        if self._done:
            return
        if self.channel.full:  # by 1xx heads, or an answer before; a transport says so once
            relay.pause()
        assert self.call is not None  # there would be no response
        patience = self._patience or self._be_patient(self.call)
        patience.watch_relay(relay, self.body)

    def pause(self) -> None:
        """The client does not take what is written (by the channel): the instance must wait."""
        if self._relay is not None:
            self._relay.pause()

    def resume(self) -> None:
        """The client takes more (by the channel)."""
        if self._relay is not None:
            self._relay.resume()

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

    def _say(self, fields: Fields, names: frozenset[bytes]) -> None:
        """Add what this connection, and this exchange, have to say of themselves.

        `names` are those of the fields that are there, in lower case.
        """
        if b"date" not in names:
            fields.append((b"Date", self.channel.listening.date()))  # RFC 9110, 6.6.1
        if b"x-request-id" not in names:
            fields.append((b"X-Request-ID", self.request_id))
        hsts = self.channel.listening.hsts
        if hsts and self.channel.secure and b"strict-transport-security" not in names:
            fields.append((b"Strict-Transport-Security", hsts))
        if not self.keep:
            fields.append((b"Connection", b"close"))
        elif self.head.minor == 0:
            fields.append((b"Connection", b"keep-alive"))

    # --- the gateway's own answers -----------------------------------------------------

    def reply(self, reply: Reply, keep: bool = True) -> None:
        """Answer from the gateway itself, with the whole body at once; close unless `keep`."""
        if self._done:
            return
        self._settled = True
        # What is still to come of a body would be read as the next request.
        self.keep = keep and self.body.complete and self._may_keep(0)
        self.record.status = reply.status
        self._say(reply.fields, lower_names(reply.fields))
        if self.head.method != b"HEAD":
            self.record.bytes_out = len(reply.body)
        self._answered = True
        self.channel.reply(self, reply)
        self.channel.finished(self.keep, self._close())

    def fail(self, error: GatewayError) -> None:
        """End the exchange with `error`, as far as the client can still be told."""
        if not self._done:
            self._abandon(error)
            self._refuse(error)

    def _refused(self, failure: Failure) -> None:
        if not self._settled:
            self._settled = True
            try:
                self._refuse(error_of(failure))
            except Exception:
                self._bug()

    def _refuse(self, error: GatewayError) -> None:
        explain(self.record, error)
        if self._answered:
            self._break_off(error)
        else:
            # What a client did wrong on the wire makes the rest of it doubtful.
            keep = not isinstance(error, ClientError) or isinstance(error, READABLE)
            self.reply(problem(error, self.request_id), keep)

    def _bug(self) -> None:
        log.failure("An exchange failed in a way that was not foreseen")
        self.fail(GatewayError())

    # --- endings -------------------------------------------------------------------------

    def complete(self) -> None:
        """The answer's last byte is written (by the relay)."""
        if not self._done:
            self.channel.finished(self.keep and self.body.complete, self._close())

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
            explain(self.record, error)
            self.record.status = self.record.status or error.status
            self._abandon(error)
            self._close()

    def cut(self, error: GatewayError) -> None:
        """End at once, whatever the client was told, since the gateway must."""
        if not self._done:
            explain(self.record, error)
            self.record.status = self.record.status or error.status
            self._abandon(error)
            self._close()
            self.channel.abort()

    def _stalled(self) -> None:
        assert self.call is not None  # it sets the limit
        limit = f"{self.call.timeouts.idle:g} s"
        if self._relay is not None and self.channel.full:
            self.fail(RequestTimeout(reason=f"the client took nothing for {limit}"))
        elif self.is_owed():
            self.fail(RequestTimeout("The body stalled.", reason=f"no byte of it for {limit}"))
        else:
            error = UpstreamTimeout("The service stalled.", reason=f"stalled for {limit}")
            (self.fail if self._relay is None else self.broken)(error)

    def _outlived(self) -> None:
        # No `broken`: so long an exchange says nothing against the instance.
        late = RequestTimeout if self.is_owed() else UpstreamTimeout
        self.fail(late("It took too long.", reason="timeout.stream is over"))

    def is_owed(self) -> bool:
        """Whether it is the client's turn: we would take more of the body, and none comes."""
        body = self.body
        if body.complete or not self.channel.reading:
            return False
        return body.flowing or (self._relay is None and body.invited)

    def _break_off(self, why: GatewayError) -> None:
        """Close so that what is out cannot be taken for the whole answer."""
        self._abandon(why)
        self._close()
        relay = self._relay
        if relay is not None and relay.framing != UNTIL_CLOSE and why.fault is UPSTREAM:
            # It shows that the end is missing, and what came of it is still the client's.
            self.channel.linger()
        else:
            self.channel.abort()

    def _abandon(self, why: GatewayError) -> None:
        """Whatever the backend is still doing for this exchange, stop it."""
        if self._relay is not None:
            self._relay.stop()
        elif not self._settled:
            self._settled = True
            if self.call is not None:
                self.call.give_up(why)

    def _close(self) -> float:
        """What every ending has in common; returns when that was."""
        self._done = True
        if self._patience is not None:
            self._patience.end()
        call, record = self.call, self.record
        if call is not None:
            call.finish()
            # The way back from the call to us: without it no garbage collector is needed.
            call.informational = nobody
        if self.on_close is not None:
            self.on_close()
        listening = self.channel.listening
        listening.in_flight -= 1
        listening.served += 1
        now = listening.seconds()
        record.bytes_in += self.body.received
        record.duration = now - self._started
        listening.report(record)
        return now
