"""The treq client of a gateway: treq's interface, none of its opinions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from treq.client import HTTPClient
from twisted.internet.defer import Deferred, fail
from twisted.web.iweb import IBodyProducer

from altlas.errors import BadRequest
from altlas.upstream.agent import GatewayAgent, with_host
from altlas.upstream.headers import HeadersLike, fields_of
from altlas.upstream.request import Informational, Outgoing, UpstreamRequest
from altlas.upstream.response import UpstreamResponse

_HARMLESS = {"_stacklevel", "browser_like_redirects", "allow_redirects", "reactor"}


class GatewayClient(HTTPClient):
    """Passes a request on as it is, and its response back as it comes.

    treq's own client would set one caller's cookies for the next, ask for gzip and
    undo it, follow redirects, keep bodies in memory and rewrite the target (``|`` to
    ``%7C``, a bare ``?`` lost). This one does none of it. Its other methods (`get`,
    `post`...) and functions like `treq.content` work as they do with treq's.
    """

    def __init__(self, agent: GatewayAgent) -> None:
        super().__init__(agent)
        self._gateway_agent = agent
        #: Sends an `Outgoing` request as it is, its Host among its fields: the gateway's own way,
        #: without treq's signature; see `GatewayAgent.send`.
        self.send: Callable[[Outgoing], Deferred[UpstreamResponse]] = agent.send

    def request(  # type: ignore[override]  # noqa: PLR0913 - treq's signature, and more
        self,
        method: str | bytes,
        url: str | bytes,
        *,
        headers: HeadersLike = None,
        data: IBodyProducer | bytes | None = None,
        unbuffered: bool = True,
        informational: Informational | None = None,
        connect_timeout: float | None = None,
        **options: Any,
    ) -> Deferred[UpstreamResponse]:
        """Send one request; see `GatewayAgent.send` for how it may fail.

        `headers` go out in order and spelling when they are `FieldHeaders`. `data` is
        nothing, bytes, or a body producer; an unknown length is sent chunked.
        `connect_timeout` in seconds is for a new connection, should it need one. Raises
        `TypeError` for treq's options that this client does not have.
        """
        _refuse(options, unbuffered, data)
        verb = method.encode("ascii") if isinstance(method, str) else method
        uri = url.encode("ascii") if isinstance(url, str) else url
        agent = self._gateway_agent
        try:
            origin, target = agent.split(verb, uri)
            fields = with_host(fields_of(headers), origin)
        except ValueError as error:
            return fail(BadRequest(reason=str(error)))
        return agent.send(
            UpstreamRequest(verb, origin, target, fields, data, informational, connect_timeout)
        )


def _refuse(options: dict[str, Any], unbuffered: bool, data: object) -> None:
    """Refuse what would have to do something: silently ignored it would mislead."""
    if not unbuffered:
        raise TypeError("this client does not buffer bodies")
    if data is not None and not isinstance(data, bytes) and not IBodyProducer.providedBy(data):
        raise TypeError(f"data is bytes or a body producer, not {type(data).__name__}")
    for name, value in options.items():
        meaningless = value is None or value is False or name in _HARMLESS - {"allow_redirects"}
        if not meaningless:
            raise TypeError(f"this client has no option {name}={value!r}")
