"""The response of an instance: its head, and its body at the pace of whoever takes it."""

from __future__ import annotations

from typing import Any, Protocol, cast

from treq.content import content, json_content, text_content
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IProtocol, IPushProducer
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.iweb import UNKNOWN_LENGTH, IResponse
from zope.interface import implementer

from altlas.errors import UpstreamCancelled
from altlas.upstream.headers import FieldHeaders
from altlas.upstream.request import Outgoing
from altlas.upstream.tunnel import UpstreamTunnel
from altlas.wire.fields import Fields
from altlas.wire.heads import ResponseHead

#: Shared by all complete responses: it has no traceback to keep alive.
DONE = Failure(ResponseDone("Response body fully received"))
_NO_FIELDS: Fields = []  # nobody changes it
_TAKEN = "the body of this response was given to somebody already"
_CANCELLED = "the answer's body was not wanted to its end"


class Flow(Protocol):
    """What a response needs of the connection that its body arrives on."""

    def pause(self) -> None:
        """Read nothing more."""

    def resume(self) -> None:
        """Read on."""

    def abort(self) -> None:
        """Cut the connection; the response hears of its end later."""

    def drain(self, limit: int) -> None:
        """Read the rest away if it is at most `limit` bytes, else abort."""


@implementer(IResponse, IPushProducer)
class UpstreamResponse:
    """Twisted's `IResponse`, and the transport of its own body.

    The body's protocol is told of its end once: by `ResponseDone` when it is complete,
    else by an error of `altlas.errors` (UpstreamReset, UpstreamMalformed...), so
    that half a body never looks like a whole one. Until `deliverBody` the
    connection is not read from, so that no more than one read is held in memory.

    Somebody must take the body (`deliverBody`, `take_body`) or refuse it (`discard`,
    `abortConnection`): until then its connection is neither free nor closed. A body that is
    here whole, and no body at all, need nothing.
    """

    # What is so at first stands here once: an answer that is whole at once, as nearly all are,
    # sets only what is its own.

    previousResponse: Any = None
    #: seconds that connecting took for this request; 0.0 on a reused connection
    connect_time = 0.0
    #: whether the connection had served another request before; its first answer says no
    reused = True
    #: fields after a chunked body, unfiltered; complete at ResponseDone
    trailers: Fields = _NO_FIELDS
    #: of a 101: what its connection became. Who does not open it must refuse the response.
    tunnel: UpstreamTunnel | None = None
    _headers: FieldHeaders | None = None
    _paused = False
    _protocol: IProtocol | None = None
    _taken = False
    #: how the body ended, once there is no flow of it
    _end = DONE

    def __init__(
        self, head: ResponseHead, request: Outgoing, flow: Flow | None, body: bytes = b""
    ) -> None:
        """`body` is what is here of it; it is all where there is no `flow`."""
        self.head = head
        #: the status code
        self.code = head.status
        self.request = request
        self._flow = flow
        self._held = body

    # --- what the head says

    @property
    def phrase(self) -> bytes:
        """The reason phrase."""
        return self.head.reason

    @property
    def version(self) -> tuple[bytes, int, int]:
        """The protocol, as ``(b"HTTP", 1, 1)``."""
        return (b"HTTP", 1, self.head.minor)

    @property
    def fields(self) -> Fields:
        """The header fields as they came on the wire."""
        return self.head.fields

    @property
    def headers(self) -> FieldHeaders:
        """The header fields as Twisted's `Headers`."""
        if self._headers is None:
            self._headers = FieldHeaders(self.head.fields)
        return self._headers

    @property
    def length(self) -> Any:
        """Length of the body in bytes (0 for an answer to HEAD), or UNKNOWN_LENGTH."""
        framing = self.head.framing
        return framing if framing >= 0 else UNKNOWN_LENGTH

    def setPreviousResponse(self, response: Any) -> None:
        """Remember the response that led to this one."""
        self.previousResponse = response

    # --- taking the body

    @property
    def taken(self) -> bool:
        """Whether somebody has the body, or has refused it."""
        return self._taken

    def deliverBody(self, protocol: IProtocol) -> None:
        """Give the body to `protocol`; its transport paces, or cuts, the rest.

        Raises `RuntimeError` when the body was given to somebody already.
        """
        self._take()
        self._protocol = protocol
        protocol.makeConnection(cast(Any, self))
        held, self._held = self._held, b""
        if held:
            protocol.dataReceived(held)
        if self._flow is None:
            self._tell_end(self._end)
        elif not self._paused:
            self._flow.resume()

    def take_body(self) -> bytes | None:
        """Return the whole body if it is here complete, else None and nothing is changed.

        Small answers nearly always are: this spares them the protocol.
        Raises `RuntimeError` when the body was given to somebody already.
        """
        if self._flow is not None or self._end is not DONE:
            return None
        if self._taken:
            raise RuntimeError(_TAKEN)
        self._taken = True
        return self._held

    def discard(self, limit: int = 64 * 1024) -> None:
        """Refuse the body. A rest of up to `limit` bytes is read away, so that the connection
        can serve again; for more, or when it does not come soon, the connection is cut.
        """
        if self._taken:
            return
        self._take()
        self._held = b""
        if self._flow is not None:
            self._flow.drain(limit)

    def content(self) -> Deferred[bytes]:
        """Return the whole body, as `treq.content` does."""
        return content(self)

    def text(self, encoding: str = "ISO-8859-1") -> Deferred[str]:
        """Return the whole body decoded, as `treq.text_content` does."""
        return text_content(self, encoding)

    def json(self, **options: Any) -> Deferred[Any]:
        """Return the whole body read as JSON, as `treq.json_content` does."""
        return json_content(self, **options)

    # --- to the body's protocol: a transport

    def pauseProducing(self) -> None:
        """Let the instance wait."""
        self._paused = True
        if self._flow is not None:
            self._flow.pause()

    def resumeProducing(self) -> None:
        """Let the body come."""
        self._paused = False
        if self._flow is not None:
            self._flow.resume()

    def abortConnection(self) -> None:
        """Cut the connection: nothing more is delivered, and the end is UpstreamCancelled."""
        self._taken = True
        if self._flow is not None:
            self._flow.abort()

    stopProducing = abortConnection
    loseConnection = abortConnection

    # --- from the connection

    def received(self, data: bytes) -> None:
        """Take a piece of the body."""
        if not data:
            return
        if self._protocol is not None:
            self._protocol.dataReceived(data)
        elif not self._taken:
            self._held += data

    def ended(self, reason: Failure) -> None:
        """Take the end of the body; the connection belongs to others from now on."""
        self._flow = None
        self._end = reason
        self._tell_end(reason)

    def _take(self) -> None:
        if self._taken:
            raise RuntimeError(_TAKEN)
        self._taken = True

    def _tell_end(self, reason: Failure) -> None:
        protocol, self._protocol = self._protocol, None
        if protocol is not None:
            protocol.connectionLost(reason)


def cancelled() -> UpstreamCancelled:
    """Return the error of a body that its taker cut."""
    return UpstreamCancelled(reason=_CANCELLED)
