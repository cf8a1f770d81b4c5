"""The last step with a treq client that is not the gateway's own: a test's stub, say.

Ours sends a `Call` as it is: target byte for byte, 1xx heads passed on.
"""

from __future__ import annotations

from typing import Any

from attrs import define
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol
from twisted.python.components import proxyForInterface
from twisted.web.http_headers import Headers
from twisted.web.iweb import IResponse

from altlas.backend.call import Call
from altlas.upstream.request import Outgoing, UpstreamRequest
from altlas.wire.forwarding import with_host
from altlas.wire.section import Section


@define(eq=False)
class PlainSending:
    """Sends with any treq client, as far as its interface goes."""

    _client: Any

    def send(self, request: Outgoing) -> Deferred[Any]:
        """Send `request`, with what treq itself does to a URL."""
        fields = request.fields
        headers = Headers()
        for name, value in fields.fields if isinstance(fields, Section) else fields:
            headers.addRawHeader(name, value)
        # Such clients say themselves how long their body is.
        headers.removeHeader(b"content-length")
        if request.offer is not None:  # nor could they go on in another protocol
            headers.removeHeader(b"connection")
            headers.removeHeader(b"upgrade")
        pending: Deferred[Any] = self._client.request(
            request.method.decode("ascii"),
            # The asterisk-form has no place in a URL (RFC 9112, 3.2.4).
            request.absoluteURI,
            headers=headers,
            data=request.body,
            allow_redirects=False,
            unbuffered=True,
        )
        return pending.addCallback(PlainResponse)


class PlainResponse(proxyForInterface(IResponse)):  # type: ignore[misc]
    """Any `IResponse`, with what more is wanted of one: it can be refused."""

    #: such clients do not say how long connecting took
    connect_time = 0.0

    def discard(self) -> None:
        """Refuse the body: its connection is cut."""
        self.original.deliverBody(_Refusal())


class _Refusal(Protocol):
    """Wants nothing of a body."""

    def connectionMade(self) -> None:
        # What a body's transport offers differs from client to client.
        for name in ("abortConnection", "stopProducing", "loseConnection"):
            end = getattr(self.transport, name, None)
            if end is not None:
                end()
                return


def with_own_host(call: Call) -> UpstreamRequest:
    """What `call` sends, with the address of its instance as Host."""
    fields, host = call.fields, call.member.host
    if isinstance(fields, Section):
        fields = Section.of(with_host(fields.fields, host), fields.framing)
    else:
        fields = with_host(fields, host)
    return UpstreamRequest(
        call.method,
        call.origin,
        call.target,
        fields,
        call.body,  # type: ignore[arg-type]
        call.informational,
        call.connect_timeout,
        offer=call.offer,
    )
