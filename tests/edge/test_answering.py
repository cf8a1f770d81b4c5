"""The head of an answer as the client gets it."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from altlas.edge.answering import head_bytes, head_of
from altlas.wire.fields import Fields
from altlas.wire.framing import UNTIL_CLOSE
from altlas.wire.heads import ResponseHead
from tests.edge.connected import Connected, request


class HeadBytesTests(SynchronousTestCase):
    """What stands in the head."""

    def said(self, fields: Fields, framing: int = 3, sent: bytes = request(), **how: Any) -> bytes:
        """The bytes of an answer with these fields, to the exchange that began with `sent`."""
        one = Connected()
        one.send(sent)
        head = ResponseHead(200, b"Fine", 1, fields, framing, True, frozenset(), 0)
        self.request_id = one.exchange.request_id
        return head_bytes(one.exchange, head, framing, how.get("keep", True))

    def test_complete(self) -> None:
        """The instance's fields in their order, then ours, where they are missing."""
        self.assertEqual(
            self.said([(b"X-B", b"2"), (b"Content-Length", b"3"), (b"X-A", b"1")]),
            b"HTTP/1.1 200 Fine\r\nX-B: 2\r\nContent-Length: 3\r\nX-A: 1\r\nVia: 1.1 altlas\r\n"
            b"Date: Sun, 09 Sep 2001 01:46:40 GMT\r\nX-Request-ID: %b\r\n\r\n" % self.request_id,
        )

    def test_nothing_twice(self) -> None:
        """What the instance says of date and id is not said again, however it is spelt."""
        said = self.said([(b"DATE", b"d"), (b"x-request-id", b"i")]).lower()
        self.assertEqual((said.count(b"date:"), said.count(b"x-request-id:")), (1, 1))

    def test_connection(self) -> None:
        """The last word is what becomes of the connection, unless that goes without saying."""
        old = b"GET / HTTP/1.0\r\n\r\n"
        self.assertNotIn(b"Connection", self.said([]))
        said = self.said([], sent=old)
        self.assertTrue(said.endswith(b"\r\nConnection: keep-alive\r\n\r\n"))
        for sent in (old, request()):
            said = self.said([], UNTIL_CLOSE, sent, keep=False)
            self.assertTrue(said.endswith(b"\r\nConnection: close\r\n\r\n"))

    def test_broken_lines(self) -> None:
        """What would break its line is not written, whoever says it."""
        for value in (b"a\nb", b"a\rb", b"a\0b"):
            self.assertRaises(ValueError, self.said, [(b"X", value)])
            self.assertRaises(ValueError, head_of, Said(value), b"GET")


class Said:
    """The head of a response as treq's interface has it."""

    code = 200
    length = 0

    def __init__(self, phrase: bytes) -> None:
        self.phrase = phrase
        self.headers = Headers({})
