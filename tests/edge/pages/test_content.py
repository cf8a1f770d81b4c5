"""Resources of the gateway's own."""

from __future__ import annotations

import gzip

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.pages.content import FRESH, Content, ContentLeaf, has, takes_gzip
from tests.edge.connected import Connected, request

DATA = b'{"openapi": "3.1.1"}' * 20


def fetched(method: str = "GET", *lines: str) -> tuple[bytes, bytes, Connected]:
    """Head and body of what a client of the content at ``/own`` is told."""
    leaf = ContentLeaf("own", Content.of(DATA, b"application/json", FRESH))
    one = Connected(listener={"name": "public"}, own={b"/own": leaf})
    one.send(request(method, "/own", *lines))
    head, _, body = one.said.partition(b"\r\n\r\n")
    return head, body, one


def etag(head: bytes) -> str:
    """The ETag of an answer."""
    return head.split(b"ETag: ")[1].split(b"\r\n")[0].decode()


class ContentTests(SynchronousTestCase):
    """What a client gets of it."""

    def test_whole(self) -> None:
        """A GET gets all of it, to be asked for again, and for nobody to guess at."""
        head, body, one = fetched()
        self.assertTrue(head.startswith(b"HTTP/1.1 200 OK\r\n"))
        self.assertEqual(body, DATA)
        for line in (
            b"Content-Type: application/json",
            b"Cache-Control: no-cache",
            b"Vary: Accept-Encoding",
            b"X-Content-Type-Options: nosniff",
        ):
            self.assertIn(line, head)
        self.assertNotIn(b"Access-Control", head)
        self.assertEqual((one.records[0].route, one.records[0].status), ("own", 200))

    def test_compressed(self) -> None:
        """Who takes gzip gets it compressed, under another ETag."""
        head, body, _ = fetched("GET", "Accept-Encoding: br, gzip;q=0.5")
        self.assertIn(b"Content-Encoding: gzip", head)
        self.assertEqual(gzip.decompress(body), DATA)
        self.assertNotEqual(etag(head), etag(fetched()[0]))

    def test_known(self) -> None:
        """Who has it in either encoding gets a 304 without a body, and its ETag."""
        plain, zipped = etag(fetched()[0]), etag(fetched("GET", "Accept-Encoding: gzip")[0])
        for tag in (plain, zipped, f'"x", W/{plain}', "*"):
            head, body, _ = fetched("GET", f"If-None-Match: {tag}")
            self.assertTrue(head.startswith(b"HTTP/1.1 304 Not Modified\r\n"), tag)
            self.assertEqual((body, etag(head)), (b"", plain))
            self.assertNotIn(b"\r\nContent-Type", head)
        self.assertEqual(fetched("GET", 'If-None-Match: "x"')[1], DATA)

    def test_head(self) -> None:
        """HEAD gets the head of GET."""
        head, body, _ = fetched("HEAD")
        self.assertEqual(etag(head), etag(fetched()[0]))
        self.assertEqual(body, b"")

    def test_methods(self) -> None:
        """Any other method gets a 405 that names the two."""
        for method in ("POST", "OPTIONS", "DELETE"):
            head, _, one = fetched(method)
            self.assertTrue(head.startswith(b"HTTP/1.1 405 "), method)
            self.assertIn(b"Allow: GET, HEAD", head)
            self.assertEqual(one.records[0].route, "own")

    def test_takes_gzip(self) -> None:
        """Only who says so takes gzip."""
        said = {b"gzip": True, b"*": True, b"GZIP;q=1": True, b"gzip;q=0": False, b"": False}
        said |= {b"br": False, b"*;q=0, gzip": True, b"gzip;q=0, *": False, b"gzip;q=x": False}
        found = {value: takes_gzip([(b"Accept-Encoding", value)]) for value in said}
        self.assertEqual(found, said)

    def test_has(self) -> None:
        """A tag is compared whole."""
        self.assertFalse(has([(b"If-None-Match", b'"ab"')], b"a"))
        self.assertTrue(has([(b"If-None-Match", b'"a-gzip"')], b"a"))
