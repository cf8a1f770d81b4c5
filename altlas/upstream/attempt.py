"""One request over one connection, where that is more than a whole answer in one piece."""

from __future__ import annotations

from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.web.iweb import IBodyProducer

from altlas.errors import GatewayError, UpstreamCancelled, UpstreamMalformed, UpstreamReset
from altlas.upstream.carrier import Carrier
from altlas.upstream.request import Outgoing
from altlas.upstream.response import DONE, Flow, UpstreamResponse, cancelled
from altlas.upstream.uploading import Upload
from altlas.wire.bodies import RESPONSE, BodyReader, body_reader
from altlas.wire.framing import UNTIL_CLOSE
from altlas.wire.heads import ResponseHead
from altlas.wire.upgrades import agreed

#: Seconds that the rest of a refused body may take to come.
DRAIN_TIMEOUT = 1.0


class Attempt:
    """Reads the answer while the request's body may still be on its way.

    A connection that sent all of a request and gets all of its answer at once needs none; it
    makes one as soon as things go another way: a body that is produced, 1xx heads, an answer
    in parts or chunks, an end before the answer.

    It ends once, by one of two calls to its connection: `finished`, with whether request
    and response are both complete and nothing is left over, or `cut`. In doubt the
    connection is not used again: an early answer, a byte too many, a request whose end the
    instance might not have found.
    """

    __slots__ = (
        "_body",
        "_carrier",
        "_drain_left",
        "_early",
        "_pending",
        "_refused",
        "_request",
        "_response",
        "_upload",
    )

    def __init__(
        self, carrier: Carrier, request: Outgoing, pending: Deferred[UpstreamResponse]
    ) -> None:
        """Go on with `request`, whose response is for `pending`."""
        self._carrier = carrier
        self._request = request
        self._pending: Deferred[UpstreamResponse] | None = pending
        self._response: UpstreamResponse | None = None
        self._body: BodyReader | None = None
        self._upload: Upload | None = None
        self._early = False
        self._refused = False
        self._drain_left: int | None = None

    def upload(self, head: bytes, body: IBodyProducer) -> bool:
        """Send the request's head, then its body as it is produced. Whether all went out at once:
        then there is nothing more to do than for a request without a body.
        """
        outlet = self._carrier.outlet
        outlet.write(head)
        upload = self._upload = Upload(body, outlet, self._upload_failed)
        upload.start()
        return upload.done and self._pending is not None

    # --- from the connection

    def data_received(self, data: bytes) -> None:
        """Take what arrived: of the head, then of the body."""
        response = self._response
        if response is not None:
            body = cast(BodyReader, self._body)
            left = body.left - len(data)
            if left > 0 and self._drain_left is None:
                # Nothing but payload, and no end of it.
                body.left = left
                response.received(data)
            else:
                self._body_received(response, data)
            return
        try:
            head = self._carrier.reader.feed(data)
        except GatewayError as error:
            self.malformed(error)
            return
        if head is not None:
            self.headed(head, self._carrier.reader.take_rest())

    def headed(self, head: ResponseHead, rest: bytes) -> None:
        """Take the head of an answer, which may be informational only, and what followed it."""
        reader = self._carrier.reader
        further: ResponseHead | None = head
        try:
            while further is not None and further.status < 200:
                if further.status == 101:
                    self._switched(further, rest)
                    return
                self._informed(further)
                if self._pending is None:
                    return  # given up meanwhile
                further = reader.feed(rest)
                rest = reader.take_rest() if further is not None else b""
            if further is not None:
                self._begin(further, rest)
        except GatewayError as error:
            self.malformed(error)

    def malformed(self, error: GatewayError) -> None:
        """End: the answer is no HTTP."""
        # The reason, which is for the log only, says who it was.
        error.reason = f"{self._carrier.address}: {error.reason}"
        self._fail(error)

    def given_up(self) -> None:
        """End: nobody waits for the answer any more."""
        self._fail(UpstreamCancelled(reason="given up before the answer"))

    def lost(self, reason: Failure) -> None:
        """End: complete only where the framing says that the close is the end."""
        if self._response is not None:
            self._body_lost(self._response, reason)
        elif self._pending is not None:
            self._fail(self._reset("before an answer", reason))

    # --- to the response: the flow of its body

    def pause(self) -> None:
        """Read nothing more, unless all of the body has come: the connection is others' then."""
        if self._response is not None:
            self._carrier.pause()

    def resume(self) -> None:
        """Read on."""
        self._carrier.resume()

    def abort(self) -> None:
        """Cut the connection because the body's taker wants no more of it, if more is to come."""
        if self._response is not None and not self._carrier.closing:
            self._refused = True
            self._carrier.cut()
            self._stop_upload()

    def drain(self, limit: int) -> None:
        """Read the rest away if it is small and comes soon, else cut the connection."""
        response = self._response
        if response is None or self._carrier.closing:
            return
        framing = response.head.framing
        if self._early or framing == UNTIL_CLOSE or framing > limit:
            self.abort()
        else:
            self._drain_left = limit
            self._carrier.cut_after(DRAIN_TIMEOUT)
            self._carrier.resume()

    # --- the head

    def _informed(self, head: ResponseHead) -> None:
        """Hand out a head that is only informational."""
        if self._request.informational is not None:
            self._request.informational(head)

    def _switched(self, head: ResponseHead, rest: bytes) -> None:
        """Hand out the 101 together with the tunnel that the connection becomes."""
        offer = self._request.offer
        protocol = agreed(head, offer.protocols) if offer is not None else None
        if protocol is None:
            raise UpstreamMalformed(reason="101, but to no protocol that was asked for")
        tunnel = self._carrier.switched(protocol, rest)
        response = self._new_response(head, tunnel, b"")
        response.tunnel = tunnel
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.callback(response)

    def _begin(self, head: ResponseHead, rest: bytes) -> None:
        """Hand out the response, together with its body if that is here whole."""
        upload = self._upload
        self._early = upload is not None and not upload.done
        body = body_reader(head.framing, self._carrier.limits, RESPONSE)
        payload = body.feed(rest)
        if body.done:
            self._begin_whole(head, payload, body)
        else:
            self._begin_part(head, payload, body)

    def _begin_whole(self, head: ResponseHead, payload: bytes, body: BodyReader) -> None:
        response = self._new_response(head, None, payload)
        response.trailers = body.trailers
        pending, self._pending = self._pending, None
        # The connection is free before anybody can ask for another.
        self._finish(head, bool(body.rest))
        if pending is not None:
            pending.callback(response)

    def _begin_part(self, head: ResponseHead, payload: bytes, body: BodyReader) -> None:
        response = self._new_response(head, self, payload)
        self._response, self._body = response, body
        if self._early and _wants_no_more(head):
            self._stop_upload()
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.callback(response)
        if self._response is response and not response.taken:
            self._carrier.pause()

    def _new_response(self, head: ResponseHead, flow: Flow | None, body: bytes) -> UpstreamResponse:
        response = UpstreamResponse(head, self._request, flow, body)
        if self._carrier.served == 1:
            self._carrier.introduce(response)
        return response

    # --- the body

    def _body_received(self, response: UpstreamResponse, data: bytes) -> None:
        body = cast(BodyReader, self._body)
        try:
            payload = body.feed(data)
        except GatewayError as error:
            self.malformed(error)
            return
        if not body.done:
            if payload and self._is_wanted(len(payload)):
                response.received(payload)
            return
        self._response = None
        response.trailers = body.trailers
        self._finish(response.head, bool(body.rest))
        try:
            response.received(payload)
        finally:
            # A taker that raises still has to hear that it is over.
            response.ended(DONE)

    def _is_wanted(self, size: int) -> bool:
        """Count what is read away, up to the limit that was given."""
        if self._drain_left is None:
            return True
        self._drain_left -= size
        if self._drain_left < 0:
            self.abort()
        return False

    def _body_lost(self, response: UpstreamResponse, reason: Failure) -> None:
        if self._refused:
            self._fail(cancelled())
            return
        try:
            cast(BodyReader, self._body).end()
            # A reset is no end, not even of a body that goes on until the close.
            clean = reason.check(ConnectionDone) is not None
        except GatewayError:
            clean = False
        if not clean:
            self._fail(self._reset("within its answer", reason))
            return
        self._response = None
        self._stop_upload()
        response.ended(DONE)

    # --- ends

    def _finish(self, head: ResponseHead, extra: bool) -> None:
        upload = self._upload
        if upload is not None and not upload.done:
            upload.stop()
            self._carrier.cut()
        else:
            doubtful = self._early or extra or self._request.alone
            self._carrier.finished(head.keep_alive and not doubtful)

    def _fail(self, error: GatewayError) -> None:
        """Nothing more is to be had of this attempt, nor of the connection."""
        pending, self._pending = self._pending, None
        response, self._response = self._response, None
        self._carrier.cut()
        self._stop_upload()
        if pending is not None:
            pending.errback(Failure(error))
        elif response is not None:
            response.ended(Failure(error))

    def _stop_upload(self) -> None:
        if self._upload is not None:
            self._upload.stop()

    def _upload_failed(self, failure: Failure) -> None:
        error = failure.value
        if not isinstance(error, GatewayError):
            error = UpstreamCancelled(reason=f"the request's body broke off: {error!r}")
        self._fail(error)

    def _reset(self, when: str, reason: Failure) -> UpstreamReset:
        again = ", on a reused connection" if self._carrier.served > 1 else ""
        text = reason.getErrorMessage()
        return UpstreamReset(reason=f"{self._carrier.address}: closed {when}{again}: {text}")


def _wants_no_more(head: ResponseHead) -> bool:
    """Whether an early answer says that the rest of the body is not wanted (RFC 9112, 9.5).

    A success on a connection that stays open may come from an instance that answers
    while it reads, so that to stop sending would leave both sides waiting.
    """
    return head.status >= 300 or not head.keep_alive
