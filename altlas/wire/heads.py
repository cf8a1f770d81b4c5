"""What stands before a body, once it was read and judged.

A head is never changed once it was handed out: the next with the same fields has all of it but
its line, and a response that is the same to the byte is the same head. `onward` is the
forwarder's, to keep what it made of the fields, with what that depended on beside the head.
"""

from __future__ import annotations

from attrs import define, field

from altlas.wire.blocks import FieldBlock
from altlas.wire.fields import Fields, first_values, lower_names
from altlas.wire.framing import CHUNKED, UNTIL_CLOSE
from altlas.wire.peer import Peer
from altlas.wire.section import ResponseSection, Section


@define(eq=False)
class RequestHead:
    """A request's line and fields, unambiguous (RFC 9112, 3).

    Byte strings are as they came, but for `host` and `listed`.
    """

    method: bytes
    #: the whole request target, in whichever form it came
    target: bytes
    #: 1 for HTTP/1.1, 0 for HTTP/1.0, and 2 for HTTP/2, whatever arithmetic says
    minor: int
    fields: Fields
    #: host and port as asked for, lower case; empty only for HTTP/1.0 without Host
    host: bytes
    #: path without query, starting with ``/``, or ``*`` (RFC 9112, 3.2.4)
    path: bytes
    #: what stands after the first ``?``; None where there is none
    query: bytes | None
    #: see `altlas.wire.framing`; never UNTIL_CLOSE
    framing: int
    #: whether another request may follow on the connection
    keep_alive: bool
    #: whether a body is to come that waits for a 100 (RFC 9110, 10.1.1)
    expects_continue: bool
    #: lower-case names that the Connection field lists
    listed: frozenset[bytes]
    #: whether a change of protocol is offered (RFC 9110, 7.8)
    upgrade: bool
    #: length of the head on the wire, in bytes
    size: int
    #: where the fields are from; None for a head that was made by hand
    block: FieldBlock | None = None
    #: made for that peer, under that pseudonym
    onward: tuple[Peer, bytes, Section] | None = field(default=None, init=False, repr=False)

    def again(
        self, method: bytes, target: bytes, path: bytes, query: bytes | None, size: int
    ) -> RequestHead:
        """The head of a request that differs from this one in its line only, and there
        neither in the version nor in the host that is asked for.
        """
        # Without __init__ and its fifteen arguments: a third of the price of a new head.
        head = RequestHead.__new__(RequestHead)
        head.method = method
        head.target = target
        head.path = path
        head.query = query
        head.size = size
        head.minor = self.minor
        head.fields = self.fields
        head.host = self.host
        head.framing = self.framing
        head.keep_alive = self.keep_alive
        head.expects_continue = self.expects_continue
        head.listed = self.listed
        head.upgrade = self.upgrade
        head.block = self.block
        head.onward = self.onward
        return head

    @property
    def names(self) -> frozenset[bytes]:
        """The names of the fields, in lower case."""
        return lower_names(self.fields) if self.block is None else self.block.names

    @property
    def firsts(self) -> dict[bytes, bytes]:
        """The value of the first field of each name, by lower-case name; not to be changed."""
        return first_values(self.fields) if self.block is None else self.block.firsts

    @property
    def body_framing(self) -> int:
        """How the body itself comes: `framing`, but that of HTTP/2 ends with its stream."""
        return UNTIL_CLOSE if self.framing == CHUNKED and self.minor == 2 else self.framing

    @property
    def origin_form(self) -> bytes:
        """Path and query as they came: the target that the next server is sent."""
        return self.path if self.query is None else b"%b?%b" % (self.path, self.query)


@define(eq=False)
class ResponseHead:
    """A response's status line and fields (RFC 9112, 4)."""

    status: int
    reason: bytes
    minor: int
    fields: Fields
    #: see `altlas.wire.framing`; 0 for 1xx, 204, 304 and every answer to HEAD
    framing: int
    #: whether the connection can carry another exchange after this one
    keep_alive: bool
    #: lower-case names that the Connection field lists
    listed: frozenset[bytes]
    #: length of the head on the wire, in bytes
    size: int
    #: where the fields are from; None for a head that was made by hand
    block: FieldBlock | None = None
    #: made for that framing and method, under that pseudonym
    onward: tuple[int, bytes, bytes, ResponseSection] | None = field(
        default=None, init=False, repr=False
    )

    @property
    def names(self) -> frozenset[bytes]:
        """The names of the fields, in lower case."""
        return lower_names(self.fields) if self.block is None else self.block.names
