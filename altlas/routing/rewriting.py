"""What becomes of a request's target on its way to the backend.

Whatever a client or a pattern says, a rewritten target begins with exactly one slash (two
would be read as the name of a host, RFC 3986, 4.2), does not climb out of the new prefix,
and holds only bytes that may stand in a request line.
"""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import quote_from_bytes

from attrs import field, frozen

from altlas.errors import BadRequest
from altlas.routing.pattern import PathKind, compiled_pattern
from altlas.settings.tree import Route
from altlas.wire.targets import normalised

_DOT_SEGMENT = re.compile(rb"/(?:\.|%2[eE]){1,2}(?:/|$)")
_LEADING = re.compile(rb"/*")
_ILLEGAL = re.compile(rb'[^!-~]|["#<>\\]')


class Rewriter(Protocol):
    """Makes the target that a backend is sent."""

    def apply(self, raw_path: bytes, normal_path: bytes, query: bytes | None) -> bytes:
        """The new target.

        `raw_path` is the path as the client wrote it, `normal_path` the same as it was
        matched, `query` what followed the ``?``; it is passed on as it is, an empty one too.
        """
        ...


def rewriter(route: Route) -> Rewriter:
    """The rewriting that `route` asks for."""
    rewrite = route.rewrite
    if rewrite.regex is not None:
        return RegexRewriter(re.compile(rewrite.regex.encode()), (rewrite.to or "").encode())
    if rewrite.prefix is None:
        return Unchanged()
    pattern = compiled_pattern(route.path)
    if pattern.kind is PathKind.PREFIX:
        return PrefixRewriter(pattern.text, _sound(rewrite.prefix.encode()))
    return WholeRewriter(_sound(rewrite.prefix.encode()))


@frozen
class Unchanged:
    """No rewriting: path and query go on byte for byte."""

    def apply(self, raw_path: bytes, normal_path: bytes, query: bytes | None) -> bytes:
        """The target as it came."""
        return raw_path if query is None else b"%b?%b" % (raw_path, query)


@frozen
class WholeRewriter:
    """Puts another path in the place of the whole path: for routes with an exact path."""

    path: bytes

    def apply(self, raw_path: bytes, normal_path: bytes, query: bytes | None) -> bytes:
        """The new path with the query that came."""
        return self.path if query is None else b"%b?%b" % (self.path, query)


@frozen
class PrefixRewriter:
    """Puts another prefix in the place of the route's own.

    What follows the prefix is kept byte for byte (``%2F``, ``//``, ``|``), if the client wrote
    the prefix as the route does and nothing after it climbs; else it is kept normalised.
    A request for the prefix without its slash stays without, save at the root; the
    asterisk-form (RFC 9112, 3.2.4) has no prefix and stays.
    """

    old: bytes
    new: bytes
    #: the new prefix without a slash at its end: the old one's goes on in its place
    _bare: bytes = field(init=False)
    #: where the old one's slash stands
    _slash: int = field(init=False)

    @_bare.default
    def _without_slash(self) -> bytes:
        return self.new.removesuffix(b"/")

    @_slash.default
    def _last_of_old(self) -> int:
        return len(self.old) - 1

    def apply(self, raw_path: bytes, normal_path: bytes, query: bytes | None) -> bytes:
        """The new prefix, what followed the old one, and the query."""
        # Nearly always the path came normal, which makes it the same object, and goes on behind
        # the new prefix from the slash on that the old one ended with.
        rest = raw_path[self._slash :]
        if raw_path is normal_path and rest[:1] == b"/" and rest[1:2] != b"/":
            path = self._bare + rest
        else:
            path = self._path(raw_path, normal_path)
        return path if query is None else b"%b?%b" % (path, query)

    def _path(self, raw: bytes, normal: bytes) -> bytes:
        if raw == b"*":
            return raw
        if len(normal) < len(self.old):
            return self._bare or b"/"
        rest = _unclimbing(raw, normal)
        rest = rest if rest.startswith(self.old) else normal
        rest = rest[len(self.old) :]
        return self._bare + b"/" + (rest if self._bare else rest.lstrip(b"/"))


@frozen
class RegexRewriter:
    """Puts a text in the place of what a regex finds in the path, once.

    The regex is tried on the path as the client wrote it, then on the normalised one; a path
    in which it finds nothing stays as it is. A ``?`` in the text begins a query, which then
    goes before the client's own.
    """

    regex: re.Pattern[bytes]
    to: bytes

    def apply(self, raw_path: bytes, normal_path: bytes, query: bytes | None) -> bytes:
        """The path with the replacement made, and the query.

        Raises `BadRequest` when the replacement makes a path that climbs (``/../``).
        """
        path, count = self.regex.subn(self.to, _unclimbing(raw_path, normal_path), 1)
        if not count:
            path, count = self.regex.subn(self.to, normal_path, 1)
        path = _sound(path) if count else raw_path
        if query is None:
            return path
        return b"%b%b%b" % (path, b"&" if b"?" in path else b"?", query)


def _unclimbing(raw: bytes, normal: bytes) -> bytes:
    # `/a/../a/x` begins with `/a/` and is `/a/x`, but must not be sent on as `/new/../a/x`.
    # A path that is normal already is the same object, so that most skip the search.
    return normal if raw is not normal and _DOT_SEGMENT.search(raw) else raw


def _sound(path: bytes) -> bytes:
    path = _ILLEGAL.sub(_escaped, _LEADING.sub(b"/", path, count=1))
    plain = path.partition(b"?")[0]
    normalised(plain)  # refuses what hides a dot segment (`..%2f`, `..;`), as for any path
    if _DOT_SEGMENT.search(plain):
        raise BadRequest("The path climbs.")
    return path


def _escaped(found: re.Match[bytes]) -> bytes:
    return quote_from_bytes(found[0], safe="").encode()
