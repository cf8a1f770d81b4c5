"""Sends requests to instances over pooled connections."""

from __future__ import annotations

from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred, DeferredList, fail
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IBodyProducer
from zope.interface import implementer

from altlas.errors import BadRequest
from altlas.timers import Timers
from altlas.upstream.connection import UpstreamConnection
from altlas.upstream.headers import fields_of
from altlas.upstream.origin import Origin
from altlas.upstream.pool import Pool, PoolSettings
from altlas.upstream.request import Outgoing, UpstreamRequest
from altlas.upstream.response import UpstreamResponse
from altlas.wire.fields import first
from altlas.wire.limits import Limits
from altlas.wire.writing import request_bytes

#: Heads of responses: generous, since instances send large cookies and policies.
RESPONSE_LIMITS = Limits(headers=64 * 1024, header_count=200)


@implementer(IAgent)
@define(eq=False)
class GatewayAgent:
    """Twisted's `IAgent` without opinions: one try, no redirects, no cookies, raw targets.

    No request is ever sent twice here. A kept connection that turns out closed
    before anything was written is replaced; after that it is for others to decide.
    """

    _reactor: Any
    _timers: Timers
    _limits: Limits = RESPONSE_LIMITS
    _pools: dict[bytes, Pool] = field(init=False, factory=dict)
    _retired: set[Pool] = field(init=False, factory=set)

    # --- origins

    def register(self, origin: bytes, settings: PoolSettings) -> None:
        """Say how to connect to `origin` (``http://host:port``); open connections stay.

        Raises `ValueError` for what is no origin. Origins that nobody registered
        are served with the default settings.
        """
        known = self._pools.get(origin)
        if known is not None and known.settings.tls == settings.tls:
            known.settings = settings
            return
        self.unregister(origin)
        self._pools[origin] = self._new_pool(origin, settings)

    def unregister(self, origin: bytes) -> None:
        """Forget `origin`: connections in use end with their exchanges, idle ones now."""
        pool = self._pools.pop(origin, None)
        if pool is not None:
            self._retired.add(pool)
            pool.close().addCallback(lambda _: self._retired.discard(pool))

    def close(self) -> Deferred[Any]:
        """Forget all origins; the Deferred fires when the last connection is gone."""
        for origin in list(self._pools):
            self.unregister(origin)
        return DeferredList([pool.close() for pool in self._retired])

    def idle(self, origin: bytes) -> int:
        """Return how many idle connections to `origin` there are."""
        pool = self._pools.get(origin)
        return 0 if pool is None else pool.idle

    def open(self, origin: bytes) -> int:
        """Return how many connections to `origin` there are, idle and in use."""
        pool = self._pools.get(origin)
        return 0 if pool is None else pool.open

    # --- requests

    def send(self, request: Outgoing) -> Deferred[UpstreamResponse]:
        """Send one request as it is; the Deferred may be cancelled at every stage.

        It fails with errors of `altlas.errors` only: ConnectFailed, ConnectTimeout,
        UpstreamReset, UpstreamMalformed, UpstreamCancelled, one of the body's
        producer, or BadRequest for what cannot be written as a request.
        """
        try:
            # Before a connection is taken, so that nothing is to be given back on errors.
            if request.body is None:
                encoded = request_bytes(request.method, request.target, request.fields, 0)
            else:
                encoded = request.encoded()
            pool = self._pools.get(request.origin)
            if pool is None:
                pool = self._default_pool(request.origin)
        except ValueError as error:
            return fail(BadRequest(reason=str(error)))
        connection = pool.take()
        if connection is not None:
            return connection.send(request, encoded)
        connecting = pool.connect(request.connect_timeout)
        return connecting.addCallback(UpstreamConnection.send, request, encoded)

    def request(
        self,
        method: bytes,
        uri: bytes,
        headers: Headers | None = None,
        bodyProducer: IBodyProducer | None = None,
    ) -> Deferred[Any]:
        """Send one request, as `IAgent` has it."""
        try:
            origin, target = self.split(method, uri)
            fields = with_host(fields_of(headers), origin)
        except ValueError as error:
            return fail(BadRequest(reason=str(error)))
        return self.send(UpstreamRequest(method, origin, target, fields, bodyProducer))

    def split(self, method: bytes, uri: bytes) -> tuple[bytes, bytes]:
        """Cut `uri` into origin and raw target, byte for byte.

        No target is ``/``, or ``*`` for OPTIONS (RFC 9112, 3.2.4). Raises `ValueError`.
        """
        cut = uri.find(b"/", 8)  # past the two of "https://" at 6 and 7
        if cut > 0 and uri[:cut] in self._pools:
            return uri[:cut], uri[cut:]
        return _split(method, uri)

    def _default_pool(self, origin: bytes) -> Pool:
        pool = self._pools[origin] = self._new_pool(origin, PoolSettings())
        return pool

    def _new_pool(self, origin: bytes, settings: PoolSettings) -> Pool:
        parsed = Origin.parse(origin)
        return Pool(parsed, settings, self._reactor, self._timers, self._limits)


def with_host(fields: Any, origin: bytes) -> Any:
    """Return `fields` with a Host field: the one they have, else that of `origin`."""
    if fields and fields[0][0].lower() == b"host":
        return fields
    if first(fields, b"host") is not None:
        return fields
    return [(b"Host", Origin.parse(origin).authority), *fields]


def _split(method: bytes, uri: bytes) -> tuple[bytes, bytes]:
    start = uri.find(b"://") + 3
    ends = [place for place in (uri.find(mark, start) for mark in b"/?#") if place >= 0]
    cut = min(ends, default=len(uri))
    origin, target = uri[:cut], uri[cut:]
    Origin.parse(origin)
    if not target:
        return origin, b"*" if method == b"OPTIONS" else b"/"
    return origin, target if target.startswith(b"/") else b"/" + target
