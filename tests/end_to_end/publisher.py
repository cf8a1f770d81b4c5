"""A backend that publishes its contract, in whichever way a test has in mind."""

from __future__ import annotations

import json
from hashlib import sha256

from tests.end_to_end.rude import Connection


def openapi(*paths: str, version: str = "1") -> bytes:
    """A document whose paths can be got."""
    one = {"get": {"responses": {"200": {"description": "it"}}}}
    info = {"title": "things", "version": version}
    said = {"openapi": "3.1.0", "info": info, "paths": {path: one for path in paths or ("/a",)}}
    return json.dumps(said).encode()


class Publisher:
    """Serves `document` with an ETag by HTTP/1.1, a connection for each request."""

    def __init__(self, document: bytes) -> None:
        self.document = document
        #: status of each answer that was given
        self.given: list[int] = []

    async def behave(self, connection: Connection) -> None:
        """See `tests.end_to_end.rude.Behaviour`."""
        request = await connection.request()
        etag = b'"%s"' % sha256(self.document).hexdigest()[:8].encode()
        if request.value(b"If-None-Match") == etag:
            self.given.append(304)
            connection.send(b"HTTP/1.1 304 Not Modified\r\nETag: %b\r\n\r\n" % etag)
        else:
            self.given.append(200)
            head = b"HTTP/1.1 200 OK\r\nETag: %b\r\nContent-Length: %d\r\n\r\n"
            connection.send(head % (etag, len(self.document)) + self.document)
        connection.close()
