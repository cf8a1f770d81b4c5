"""Documents that are asked for by HTTP, mostly of the backend that keeps to them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from email.message import Message
from functools import partial
from typing import Any

from attrs import define, frozen
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone, ResponseFailed
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import IAgent
from zope.interface import implementer

from altlas.gateway.contracts.origins import Found, Unreachable
from altlas.settings.tree import Contract

#: where the encoding of an answer stands once it is out of treq's sight
_ENCODING = b"X-Altlas-Encoding"
_ACCEPT = "application/json, application/yaml;q=0.9, */*;q=0.5"
#: what documents are written in; Python's other codecs are no charsets, or can be made to work hard
_CHARSET = re.compile(
    r"utf-?8|utf-?(16|32)([bl]e)?|(us-)?ascii|iso-8859-\d+|windows-125\d|latin-?1"
)
#: members of one gzip, since what is behind each is copied
MEMBERS = 100
#: letters of a validator that are kept; one that is longer serves nobody
LONGEST = 1024
_UTF_8 = ("utf-8", "utf8", "us-ascii", "ascii")


@frozen
class Validators:
    """By what a server tells whether a document is the one that we have (RFC 9110, 8.8)."""

    etag: str = ""
    modified: str = ""

    @property
    def conditions(self) -> dict[str, str]:
        """The fields of a request that is to be answered by a 304 if so."""
        fields = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in fields.items() if value}


@implementer(IAgent)
class AsSent:
    """Hides how an answer is encoded, since treq would undo it without a bound."""

    def __init__(self, agent: Any) -> None:
        self._agent = agent

    def request(
        self, method: bytes, uri: bytes, headers: Any = None, bodyProducer: Any = None
    ) -> Deferred[Any]:
        """See `IAgent`."""
        asked: Deferred[Any] = self._agent.request(method, uri, headers, bodyProducer)
        return asked.addCallback(_hidden)


def _hidden(response: Any) -> Any:
    said = response.headers.getRawHeaders(b"Content-Encoding", [])
    response.headers.removeHeader(b"Content-Encoding")
    response.headers.setRawHeaders(_ENCODING, said)
    return response


@define(eq=False)
class UrlOrigin:
    """An address. `client` makes a treq client whose agent is `AsSent`: one for each time, so that
    no cookie stays.
    """

    _settings: Contract
    _client: Callable[[], Any]
    _clock: Any
    _in_thread: Callable[[Callable[[], Any]], Deferred[Any]]
    _known: Validators = Validators()

    async def asked(self, hurried: bool) -> Found | None:
        """See `Origin`."""
        try:
            return await self._in_time()
        except (Unreachable, CancelledError):
            raise
        except Exception as error:
            raise Unreachable(_words(error)) from None

    def keep(self, version: Validators) -> None:
        """See `Origin`."""
        self._known = version

    def _in_time(self) -> Deferred[Found | None]:
        asked: Deferred[Found | None] = Deferred.fromCoroutine(self._ask())
        return asked.addTimeout(self._settings.timeout, self._clock, self._late)

    def _late(self, cancelled: object, timeout: float) -> Failure:
        return Failure(Unreachable(f"no whole answer within {timeout:g} s"))

    async def _ask(self) -> Found | None:
        conditions = self._known.conditions
        response = await self._client().get(
            self._settings.url,
            headers={"Accept": _ACCEPT, "User-Agent": "altlas-gateway", **conditions},
            allow_redirects=False,
            unbuffered=True,
            reactor=self._clock,
        )
        if response.code != 200:
            _dropped(response)
            if response.code == 304 and conditions:
                return None
            raise Unreachable(f"it is answered with status {response.code}")
        data = await _collected(response, self._settings.max_size)
        fields = {
            name: _field(response, name) for name in ("Content-Type", "ETag", "Last-Modified")
        }
        fields["encoding"] = _field(response, _ENCODING.decode())
        found: Found = await self._in_thread(partial(_read, data, fields, self._settings.max_size))
        return found


def _field(response: Any, name: str) -> str:
    return ",".join(response.headers.getRawHeaders(name, []))


def _read(data: bytes, fields: Mapping[str, str], most: int) -> Found:
    plain = charset(decoded(data, fields["encoding"], most), fields["Content-Type"])
    return Found.of(plain, Validators(_short(fields["ETag"]), _short(fields["Last-Modified"])))


def _short(validator: str) -> str:
    # It is sent with each request from now on, and stands in the first line of a copy.
    return validator if len(validator) <= LONGEST else ""


def decoded(data: bytes, encoding: str, most: int) -> bytes:
    """A body without its encoding, at most `most` bytes of it. Raises `Unreachable`."""
    if encoding.strip().lower() in ("", "identity"):
        return data
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        raise Unreachable(f"it is encoded in {encoding!r}, and was not asked for that")
    plain, rest, members = b"", data, 0
    while rest:
        members += 1
        if members > MEMBERS:
            raise Unreachable(f"its gzip has more than {MEMBERS} members")
        inflating = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            plain += inflating.decompress(rest, most + 1 - len(plain))
        except zlib.error as error:
            raise Unreachable(f"its gzip is broken: {error}") from None
        if len(plain) > most:
            raise Unreachable(f"it is longer than max-size, {most} bytes")
        if not inflating.eof:
            raise Unreachable("its gzip is broken off")
        rest = inflating.unused_data
    return plain


def charset(data: bytes, content_type: str) -> bytes:
    """A document in UTF-8, of whichever charset its type names. Raises `Unreachable`."""
    message = Message()
    message["Content-Type"] = content_type
    name = message.get_content_charset("utf-8")
    if name in _UTF_8:
        return data
    try:
        if _CHARSET.fullmatch(name) is None:
            raise LookupError
        return data.decode(name).encode()
    except LookupError:
        raise Unreachable(f"its charset {name!r} is not known") from None
    except UnicodeError as error:
        raise Unreachable(f"it is not in its charset {name!r}: {error.reason}") from None  # type: ignore[attr-defined]


# --- bodies ----------------------------------------------------------------------------


def _collected(response: Any, most: int) -> Deferred[bytes]:
    """The body, of at most `most` bytes; who cancels lets go of the connection."""
    body = _Body(most)
    response.deliverBody(body)
    return body.whole


def _dropped(response: Any) -> None:
    body = _Body(0)
    body.whole.addErrback(lambda _: None)
    response.deliverBody(body)
    body.whole.cancel()


class _Body(Protocol):
    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._pieces: list[bytes] = []
        self._over = False
        self.whole: Deferred[bytes] = Deferred(self._cancelled)

    def dataReceived(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._most:
            self._end(Failure(Unreachable(f"it is longer than max-size, {self._most} bytes")))
            self._let_go()
        elif not self._over:
            self._pieces.append(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._end(None if reason.check(ResponseDone, PotentialDataLoss) else reason)

    def _cancelled(self, _: Deferred[bytes]) -> None:
        self._over = True
        self._let_go()

    def _end(self, failure: Failure | None) -> None:
        if not self._over:
            self._over = True
            whole: Deferred[Any] = self.whole
            whole.callback(b"".join(self._pieces)) if failure is None else whole.errback(failure)
            self._pieces.clear()

    def _let_go(self) -> None:
        transport: Any = self.transport
        if transport is not None:
            getattr(transport, "abortConnection", transport.stopProducing)()


def _words(error: BaseException) -> str:
    """Why an answer did not come, or not to its end."""
    if isinstance(error, ResponseFailed) and error.reasons:
        return _words(error.reasons[0].value)
    return str(error).rstrip(".") or type(error).__name__
