"""The contract that a service publishes: its OpenAPI document, as it stands in a file."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files
from pathlib import PurePath

from attrs import frozen
from klein import Klein
from twisted.web import http
from twisted.web.iweb import IRequest

from altlas.demo.answers import Service

#: RFC 8259 and RFC 9512, by the end of a file's name
_TYPES = {".json": b"application/json", ".yaml": b"application/yaml"}


@frozen
class Publication:
    """A document with its media type and its entity tag (RFC 9110, 8.8.3)."""

    data: bytes
    media_type: bytes
    tag: bytes

    @classmethod
    def of(cls, name: str) -> Publication:
        """The document that is shipped as `name`."""
        data = files("altlas.demo").joinpath("contracts", name).read_bytes()
        tag = b'"%s"' % sha256(data).hexdigest()[:32].encode()
        return cls(data, _TYPES[PurePath(name).suffix], tag)


def publish(app: Klein, path: str, name: str) -> None:
    """Have `app` (of a `Service`) answer to a GET of `path` with the document `name`.

    It is the same at every instance. Who has it already, by its ETag, gets a 304.
    """
    document = Publication.of(name)

    def contract(self: Service, request: IRequest) -> bytes:
        request.setHeader(b"content-type", document.media_type)
        request.setHeader(b"cache-control", b"no-cache")
        request.setHeader(b"x-instance", self.answers.instance.encode())
        if request.setETag(document.tag) is http.CACHED:
            return b""
        request.setHeader(b"content-length", b"%d" % len(document.data))
        return document.data

    app.route(path, methods=["GET"])(contract)
