"""Answers of the gateway's own."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.replying import RedirectLeaf, Reply, RespondLeaf, phrase
from altlas.settings.tree import Route
from tests.edge.connected import Connected, moved, request


class ReplyTests(SynchronousTestCase):
    """Whole responses."""

    def test_phrases(self) -> None:
        """A usual status has its phrase, another none."""
        self.assertEqual((phrase(404), phrase(299)), (b"Not Found", b""))

    def test_no_body(self) -> None:
        """What cannot have a body has none."""
        bodies = [Reply.of(status, [], b"x").body for status in (200, 204, 304)]
        self.assertEqual(bodies, [b"x", b"", b""])

    def test_own_fields(self) -> None:
        """Its fields may be added to without changing what it was made of."""
        fields = [(b"A", b"1")]
        Reply.of(200, fields).fields.append((b"B", b"2"))
        self.assertEqual(fields, [(b"A", b"1")])


class LeafTests(SynchronousTestCase):
    """Routes that end here."""

    def served(self, leaf: RespondLeaf | RedirectLeaf, method: str = "GET") -> bytes:
        """What a client is told."""
        one = Connected(routes=[(Route(name="own", path="/own"), leaf)])
        one.send(request(method, "/own"))
        self.assertEqual(one.records[0].route, "own")
        return one.said

    def test_responds(self) -> None:
        """A fixed answer has its type and its length."""
        said = self.served(RespondLeaf(203, b"text/x", b"hello"))
        self.assertRegex(said, rb"^HTTP/1.1 203 Non-Authoritative Information\r\n")
        self.assertIn(b"\r\nContent-Type: text/x\r\n", said)
        self.assertTrue(said.endswith(b"\r\nContent-Length: 5\r\n\r\nhello"))

    def test_head(self) -> None:
        """HEAD gets the head."""
        self.assertTrue(self.served(RespondLeaf(200, b"t/x", b"abc"), "HEAD").endswith(b"\r\n\r\n"))

    def test_empty(self) -> None:
        """An empty answer has no type, a 204 no length either."""
        self.assertNotIn(b"Content-Type", self.served(RespondLeaf(200, b"text/x", b"")))
        self.assertNotIn(b"Content-", self.served(RespondLeaf(204, b"text/x", b"")))

    def test_twice(self) -> None:
        """A leaf answers any number of requests alike."""
        one = Connected(routes=[moved()])
        one.send(request("GET", "/old") * 2)
        first, _, second = one.said.partition(b"HTTP/1.1 308")[2].partition(b"HTTP/1.1 308")
        self.assertEqual(len(first), len(second))

    def test_redirects(self) -> None:
        """A redirect names the new place."""
        said = self.served(RedirectLeaf(307, b"https://other.test/"))
        self.assertRegex(said, rb"^HTTP/1.1 307 Temporary Redirect\r\n")
        self.assertIn(b"\r\nLocation: https://other.test/\r\n", said)
