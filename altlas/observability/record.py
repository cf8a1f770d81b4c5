"""What is remembered of one exchange, for the access log, the metrics and the trace."""

from __future__ import annotations

from attrs import define


@define(eq=False)
class ExchangeRecord:
    """One exchange, filled in by those who carry it out; whole when its last byte is out.

    Whatever did not happen keeps its empty value: a request that was refused on the wire
    has no route, one that was never sent has no instance. Bytes are as they came, unchecked:
    who writes them out must escape them. Durations are seconds.
    """

    #: when its first byte came, seconds since the epoch
    started: float = 0.0
    request_id: str = ""
    #: name of the listener
    listener: str = ""
    #: address of the client, as believed (see ``trust``), without port
    client: str = ""
    #: empty when the request line was refused and shows none
    method: bytes = b""
    #: the request target as it came, query included; of a request without a method what
    #: there is of its line
    target: bytes = b""
    host: bytes = b""
    #: the n of HTTP/1.n, 2 for HTTP/2.0; -1 when the request line was refused and shows no such
    #: version
    minor: int = 1
    referer: bytes = b""
    user_agent: bytes = b""
    tls: bool = False
    #: name of the route; empty when no route took the request
    route: str = ""
    #: name of the backend; empty when no backend was concerned
    backend: str = ""
    #: address of the instance that was tried last
    instance: str = ""
    #: how many tries were made; 0 when none was
    tries: int = 0
    #: the status sent to the client; 0 when none was
    status: int = 0
    #: why the exchange did not go well, as in `altlas.errors`; "-" for no reason to complain
    flag: str = "-"
    #: the same in words, for operators only
    reason: str = ""
    #: payload bytes from the client
    bytes_in: int = 0
    #: payload bytes to the client
    bytes_out: int = 0
    #: the status of the last try; 0 when it had none
    upstream_status: int = 0
    #: from the first byte in to the last byte out
    duration: float = 0.0
    #: waited for an instance to come free
    queued: float = 0.0
    #: until the connection of the last try stood; 0.0 when it was there already
    connect: float = 0.0
    #: from request sent to response headers received, in the last try
    upstream_duration: float = 0.0
