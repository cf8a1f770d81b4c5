"""What every admin request passes: who it thinks it is talking to, and common headers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hmac import compare_digest
from ipaddress import ip_address

from twisted.web.iweb import IRequest
from twisted.web.resource import IResource, Resource

from altlas.admin.answers import problem

#: Host = uri-host [ ":" port ] (RFC 9110, 7.2), as far as names and addresses go
_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::[0-9]*)?")

#: what whoever watches the process may ask without a token: it tells a word
_OPEN = ([b"livez"], [b"readyz"])

_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'"),
)


def names_us(host: str, names: frozenset[str]) -> bool:
    """Whether a Host field's value is an IP address, ``localhost`` or one of `names`.

    A web page can make its own name point to our address, but cannot make a browser send
    an address in its place. An empty value is no browser's.
    """
    match = _HOST.fullmatch(host.lower())
    if match is None:
        return not host
    if match["v6"] is not None:
        return _is_address(match["v6"])
    name = match["name"].removesuffix(".")
    return name == "localhost" or name in names or _is_address(name)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


class Doorway(Resource):
    """Passes requests on to `inside` when they name us rightly, else answers 403, and when they
    bring the token along, if there is one, else answers 401.

    The answers carry no version of the server and may be kept by no cache.
    """

    isLeaf = True

    def __init__(
        self, inside: IResource, names: Iterable[str] = (), token: bytes | None = None
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._inside = inside
        self._names = frozenset(name.lower() for name in names)
        self._token = token

    def render(self, request: IRequest) -> bytes | int:
        """Refuse `request` or let it in."""
        request.responseHeaders.removeHeader(b"server")
        for name, value in _HEADERS:
            request.setHeader(name, value)
        host = (request.getHeader(b"host") or b"").decode("latin-1")
        if not names_us(host, self._names):
            return problem(request, 403, "This host name is not one that the admin API answers to.")
        if not self._is_known(request):
            request.setHeader(b"www-authenticate", b'Bearer realm="altlas-gateway"')
            return problem(
                request, 401, "The admin API asks for its token (Authorization: Bearer)."
            )
        if not _is_readable(request):
            return problem(request, 400, "The path is not UTF-8.")
        rendered: bytes | int = self._inside.render(request)
        return rendered

    def _is_known(self, request: IRequest) -> bool:
        if self._token is None or [*request.postpath] in _OPEN:
            return True
        scheme, _, said = (request.getHeader(b"authorization") or b"").partition(b" ")
        # In the same time whatever was said.
        return scheme.lower() == b"bearer" and compare_digest(said.strip(), self._token)


def _is_readable(request: IRequest) -> bool:
    # Klein would say so as well, but with a traceback in the log for anyone's odd bytes.
    try:
        b"/".join(request.postpath).decode("utf-8")
        request.method.decode("ascii")
    except UnicodeDecodeError:
        return False
    return True
