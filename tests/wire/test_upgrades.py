"""Promises of offers to go on in another protocol."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.heads import RequestHead, ResponseHead
from altlas.wire.limits import Limits
from altlas.wire.reading import RequestReader, ResponseReader
from altlas.wire.section import Section
from altlas.wire.upgrades import agreed, offered, switching_lines, with_offer

ALLOWED = frozenset({b"websocket", b"foo/2", b"h2c", b"http/2.0"})


def asked(*lines: str, first: str = "GET / HTTP/1.1") -> RequestHead:
    """The head of a request with those fields."""
    data = "\r\n".join([first, "Host: h.test", *lines, "", ""])
    head = RequestReader(Limits()).feed(data.encode())
    assert head is not None
    return head


def said(*lines: str) -> ResponseHead:
    """The head of a 101 with those fields."""
    data = "\r\n".join(["HTTP/1.1 101 Switching Protocols", *lines, "", ""])
    head = ResponseReader(Limits()).feed(data.encode())
    assert head is not None
    return head


class OfferTests(SynchronousTestCase):
    """What of a request's offer is passed on."""

    def test_allowed(self) -> None:
        """Of what is offered goes on what is allowed, in its order and spelling."""
        for value, goes in (
            ("websocket", (b"websocket",)),
            ("WebSocket", (b"WebSocket",)),
            ("bar, websocket , foo/2", (b"websocket", b"foo/2")),
            ("websocket/13", (b"websocket/13",)),
            ("foo/1, foo", ()),
            ("web socket", ()),
            ("websocket;x", ()),
            ("", ()),
        ):
            head = asked(f"Upgrade: {value}", "Connection: Upgrade")
            self.assertEqual(offered(head, ALLOWED), goes, value)
        head = asked("Upgrade: foo/2", "Upgrade: websocket", "Connection: keep-alive, upgrade")
        self.assertEqual(offered(head, ALLOWED), (b"foo/2", b"websocket"))

    def test_never_http(self) -> None:
        """HTTP itself is never among it, whatever is allowed."""
        for value in ("h2c", "H2C", "HTTP/2.0", "h2c, TLS/1.0"):
            head = asked(f"Upgrade: {value}", "Connection: Upgrade, HTTP2-Settings")
            self.assertEqual(offered(head, ALLOWED), ())

    def test_no_offer(self) -> None:
        """There is none without Connection, in HTTP/1.0, by another method, or with a body."""
        both = ("Upgrade: websocket", "Connection: Upgrade")
        for head in (
            asked("Upgrade: websocket"),
            asked("Connection: Upgrade"),
            asked(*both, first="GET / HTTP/1.0"),
            asked(*both, first="POST / HTTP/1.1"),
            asked(*both, first="OPTIONS / HTTP/1.1"),
            asked(*both, "Content-Length: 1"),
            asked(*both, "Transfer-Encoding: chunked"),
        ):
            self.assertEqual(offered(head, ALLOWED), ())
        self.assertEqual(offered(asked(*both, "Content-Length: 0"), ALLOWED), (b"websocket",))

    def test_fields(self) -> None:
        """The offer is made in one Connection field, with no other option in it."""
        section = Section.of([(b"A", b"b"), (b"TE", b"trailers"), (b"Connection", b"TE")], 0)
        for before in (section, Section.of([(b"A", b"b")], 0)):
            made = with_offer(before, (b"websocket", b"foo/2"))
            expected = b"A: b\r\nConnection: Upgrade\r\nUpgrade: websocket, foo/2\r\n"
            self.assertEqual((made.lines, made.framing), (expected, 0))

    def test_agreed(self) -> None:
        """A 101 goes on in one of the offered protocols, or is none that we can take."""
        offer = (b"websocket", b"foo/2")
        for lines, protocol in (
            (("Upgrade: WebSocket", "Connection: Upgrade"), b"WebSocket"),
            (("Upgrade: foo/2", "Connection: keep-alive, upgrade"), b"foo/2"),
            (("Upgrade: foo", "Connection: Upgrade"), None),
            (("Upgrade: websocket, foo/2", "Connection: Upgrade"), None),
            (("Upgrade: websocket", "Upgrade: websocket", "Connection: Upgrade"), None),
            (("Upgrade: websocket",), None),
            (("Connection: Upgrade",), None),
        ):
            self.assertEqual(agreed(said(*lines), offer), protocol, lines)
        self.assertEqual(
            switching_lines(b"WebSocket"), b"Connection: Upgrade\r\nUpgrade: WebSocket\r\n"
        )
