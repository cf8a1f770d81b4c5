"""How a case is written down: bytes, and what is expected to come of them."""

from __future__ import annotations

from attrs import field, frozen

Fields = tuple[tuple[bytes, bytes], ...]

#: Why a request is refused, as a word, and what the sentence to the client says then.
WORDS = {
    "length": r"Content-Length|content-length",
    "coding": r"Transfer-Encoding|transfer-encoding",
    "both": r"Content-Length.*Transfer-Encoding|Transfer-Encoding.*Content-Length",
    "field": r"The header fields are not HTTP",
    "host": r"Host|host field|url server",
    "line": r"request line|A line ends with CR and LF|That is not an HTTP request|empty lines",
    "target": r"request target",
    "path": r"The path",
    "version": r"Only HTTP/1.1",
    "method": r"This method is not known",
    "chunk": r"chunk",
    "trailer": r"trailer",
    "expectation": r"No expectation but 100-continue",
    "size": r"too long|too many|longer than",
    "body": r"has no body",
    "hops": r"Max-Forwards",
    "name": r"underscore",
}


@frozen
class Heard:
    """One request as the instance is to hear it; the gateway's own fields aside."""

    method: bytes
    target: bytes
    body: bytes = b""
    host: bytes = b"a"
    trailers: Fields = ()
    #: all fields but Host, framing and the gateway's own, in order; None where it is not asked
    fields: Fields | None = None
    #: of the gateway's own fields (`passage.OURS`) those that are asked, names in lower case
    claims: Fields = ()


@frozen
class Refused:
    """Answered by the gateway with an error, and closed; nothing behind it is looked at."""

    status: int
    #: one of `WORDS`
    word: str
    #: what is heard before it
    before: tuple[Heard, ...] = ()


@frozen
class Answered:
    """Answered by the gateway itself, with no error of the wire; the connection goes on."""

    status: int
    body: bytes = b""


@frozen
class Read:
    """Read as these requests. `closes`: no further one is read of the connection."""

    heard: tuple[Heard, ...]
    closes: bool = False


@frozen
class Waits:
    """Not complete: nothing is answered, no instance hears a whole request."""


Expected = Refused | Answered | Read | Waits


@frozen
class Request:
    """The bytes of a request, or what passes for one."""

    name: str
    sent: bytes
    expected: Expected
    #: of `passage.SETTINGS`
    listener: str = field(default="public", kw_only=True)


def refused(status: int, word: str, *before: Heard) -> Refused:
    """Refused with that status, for that reason."""
    assert word in WORDS, word
    return Refused(status, word, before)


def read(*heard: Heard, closes: bool = False) -> Read:
    """Read as these requests."""
    return Read(heard, closes)


# --- responses ------------------------------------------------------------------------


@frozen
class Passed:
    """The client gets this answer, whole.

    `fields` are all of it but those that the gateway adds, and the framing; None where it is
    not asked. `kept` says whether the connection to the instance serves again.
    """

    status: int
    body: bytes = b""
    fields: Fields | None = None
    trailers: Fields = ()
    interim: tuple[int, ...] = ()
    kept: bool = True
    reason: bytes | None = None
    #: the values of Content-Length; None where it is not asked
    length: tuple[bytes, ...] | None = None


@frozen
class Torn:
    """No whole answer reaches the client but, where nothing was sent to it yet, a 502.

    `interim` are the 1xx heads that went before.
    """

    interim: tuple[int, ...] = ()


@frozen
class Pending:
    """Not complete: the client waits, and has no whole answer."""


@frozen
class Response:
    """What an instance says to a request, or what passes for a response."""

    name: str
    said: bytes
    expected: Passed | Torn | Pending
    method: bytes = field(default=b"GET", kw_only=True)
    minor: int = field(default=1, kw_only=True)
    #: whether the instance hangs up, or loses the connection, after that
    closes: bool = field(default=False, kw_only=True)
    breaks: bool = field(default=False, kw_only=True)
