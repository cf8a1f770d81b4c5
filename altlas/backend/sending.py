"""The last layer: the call becomes a request of the treq client."""

from __future__ import annotations

from typing import Any, cast

from attrs import define
from twisted.internet.defer import Deferred
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer

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
            member.origin + (b"" if call.target == b"*" else call.target),
            headers=FieldHeaders(_fields_for(call, member)),
            data=cast(IBodyProducer | None, call.body),
            informational=call.informational,
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
        pending: Deferred[Any] = self._client.request(
            call.method.decode("ascii"),
            member.origin + call.target,
            headers=headers,
            data=call.body,
            allow_redirects=False,
            unbuffered=True,
        )
        return pending


def _member_of(call: Call) -> Member:
    lease = call.lease
    assert lease is not None  # no layer sends before one is picked
    return lease.member


def _fields_for(call: Call, member: Member) -> Fields:
    return with_host(call.fields, member.host) if call.host_of_instance else call.fields
