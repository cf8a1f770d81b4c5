"""How much of a message may come before it is refused."""

from __future__ import annotations

from attrs import frozen


@frozen
class Limits:
    """Bounds of what is held in memory for one message. All in bytes but `header_count`.

    The defaults are those of a listener; a body has no limit here, since that is the
    route's to set.
    """

    #: method, target and version, without the line's end (414)
    request_line: int = 8 * 1024
    #: all header fields together, their line ends included (431)
    headers: int = 16 * 1024
    #: number of header fields, and of trailer fields (431)
    header_count: int = 100
    #: one chunk-size line with its extensions
    chunk_line: int = 256
    #: all trailer fields together
    trailers: int = 8 * 1024
    #: chunk extensions beyond what the data that they came with would excuse
    chunk_overhead: int = 16 * 1024
