"""To the same address, by TLS."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.securing import SecureRedirectLeaf
from altlas.settings.tree import Route
from tests.edge.connected import Connected


class SecureRedirectTests(SynchronousTestCase):
    """Where clients are sent."""

    def told(self, head: bytes, port: int = 443) -> bytes:
        """The answer to a request."""
        one = Connected(routes=[(Route(name="s", path="/s/"), SecureRedirectLeaf(308, port))])
        one.send(head + b"\r\n\r\n")
        return one.said

    def location(self, target: bytes, host: bytes, port: int = 443) -> bytes:
        """Where the client is sent."""
        said = self.told(b"GET %b HTTP/1.1\r\nHost: %b" % (target, host), port)
        self.assertTrue(said.startswith(b"HTTP/1.1 308 "), said)
        return said.partition(b"Location: ")[2].partition(b"\r\n")[0]

    def test_same(self) -> None:
        """Host, path and query stay as they came; the port is that of TLS."""
        for target, host, wanted in (
            (b"/s/a?b=c&d", b"a.test", b"https://a.test/s/a?b=c&d"),
            (b"/s/%2F;x=|?", b"A.test:8080", b"https://a.test/s/%2F;x=|?"),
            (b"/s//evil.test/", b"a.test.", b"https://a.test/s//evil.test/"),
            (b"http://b.test/s/x", b"b.test", b"https://b.test/s/x"),
            (b"/s/", b"[::1]:80", b"https://[::1]/s/"),
        ):
            self.assertEqual(self.location(target, host), wanted)

    def test_port(self) -> None:
        """Another port is said."""
        self.assertEqual(self.location(b"/s/", b"a.test:80", 8443), b"https://a.test:8443/s/")

    def test_no_host(self) -> None:
        """Who names no host cannot be sent there."""
        self.assertTrue(self.told(b"GET /s/ HTTP/1.0").startswith(b"HTTP/1.1 400 "))
