"""The last layer: the call becomes a request of the treq client."""

from __future__ import annotations

from typing import Any, cast

from attrs import define
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol
from twisted.python.components import proxyForInterface
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer, IResponse

from altlas.backend.call import Call
from altlas.backend.roster import Member
from altlas.upstream.client import GatewayClient
from altlas.upstream.headers import FieldHeaders
from altlas.wire.fields import Fields
from altlas.wire.forwarding import with_host


@define(eq=False)
class Sending:
    """Sends with the gateway's own client: the target byte for byte, 1xx heads passed on."""

    _client: GatewayClient

    def send(self, call: Call) -> Deferred[Any]:
        """One request to the member that the call holds a lease of."""
        member = _member_of(call)
        return self._client.request(
            call.method,
            _url_of(call, member),
            headers=FieldHeaders(_fields_for(call, member)),
            data=cast(IBodyProducer | None, call.body),
            informational=call.informational,
            connect_timeout=call.timeouts.connect,
        )


@define(eq=False)
class PlainSending:
    """Sends with any treq client (a test's stub, say), as far as its interface goes."""

    _client: Any

    def send(self, call: Call) -> Deferred[Any]:
        """As `Sending.send`, with what treq itself does to a URL."""
        member = _member_of(call)
        headers = Headers()
        for name, value in _fields_for(call, member):
            headers.addRawHeader(name, value)
        # Such clients say themselves how long their body is.
        headers.removeHeader(b"content-length")
        pending: Deferred[Any] = self._client.request(
            call.method.decode("ascii"),
            _url_of(call, member),
            headers=headers,
            data=call.body,
            allow_redirects=False,
            unbuffered=True,
        )
        return pending.addCallback(PlainResponse)


class PlainResponse(proxyForInterface(IResponse)):  # type: ignore[misc]
    """Any `IResponse`, with the one thing more that is wanted of one: it can be refused."""

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


def _url_of(call: Call, member: Member) -> bytes:
    # The asterisk-form has no place in a URL (RFC 9112, 3.2.4).
    return member.origin + (b"" if call.target == b"*" else call.target)


def _member_of(call: Call) -> Member:
    lease = call.lease
    assert lease is not None  # no layer sends before one is picked
    return lease.member


def _fields_for(call: Call, member: Member) -> Fields:
    return with_host(call.fields, member.host) if call.host_of_instance else call.fields
