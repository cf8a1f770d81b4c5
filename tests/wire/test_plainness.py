"""Which requests every backend finds the end of."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.fields import Fields
from altlas.wire.framing import CHUNKED
from altlas.wire.methods import METHODS
from altlas.wire.plainness import plainly_framed, saying_close
from altlas.wire.section import Section

HOST: Fields = [(b"Host", b"a"), (b"Accept", b"*/*")]


class PlainnessTests(SynchronousTestCase):
    """What is plain to all."""

    def test_lengths(self) -> None:
        """A length is plain with the methods that have a body by their definition."""
        plain = {method for method in METHODS if plainly_framed(method, 3, HOST)}
        self.assertLess({b"POST", b"PUT", b"PATCH", b"QUERY", b"PROPFIND", b"REPORT"}, plain)
        self.assertEqual(plain & {b"GET", b"HEAD", b"DELETE", b"OPTIONS", b"TRACE"}, set())

    def test_chunks(self) -> None:
        """Chunks are plain with none: a server of HTTP/1.0 does not know them."""
        self.assertFalse(any(plainly_framed(method, CHUNKED, HOST) for method in METHODS))

    def test_expectations(self) -> None:
        """A body that waits to be asked for is not plain, in whatever clothes."""
        expecting = [*HOST, (b"eXpect", b"100-continue")]
        for fields in (expecting, Section.of(expecting, 3)):
            self.assertFalse(plainly_framed(b"POST", 3, fields))
        for fields in (HOST, Section.of(HOST, 3)):
            self.assertTrue(plainly_framed(b"POST", 3, fields))


class CloseTests(SynchronousTestCase):
    """Who says that there will be no further request."""

    def test_said(self) -> None:
        """The fields say so, beside what Connection said already."""
        close = (b"Connection", b"close")
        self.assertEqual(saying_close(HOST), [*HOST, close])
        wishing = [*HOST, (b"TE", b"trailers"), (b"connection", b"TE")]
        self.assertEqual(saying_close(wishing)[-1], (b"connection", b"TE, close"))

    def test_sections(self) -> None:
        """A section stays one, with its framing and with lines that agree."""
        section = saying_close(Section.of(HOST, 3))
        self.assertEqual(section.framing, 3)
        self.assertEqual(section.lines, b"Host: a\r\nAccept: */*\r\nConnection: close\r\n")
        self.assertEqual(len(section.fields), 3)
