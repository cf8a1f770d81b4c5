"""Tests for `altlas.admin.doorway`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.static import Data
from twisted.web.test.requesthelper import DummyRequest

from altlas.admin.doorway import Doorway, names_us


class NamesUsTests(SynchronousTestCase):
    """Which Host fields are ours."""

    def test_addresses(self) -> None:
        """Addresses of either family are ours, with a port or without."""
        for host in ("127.0.0.1", "10.0.0.7:9901", "[::1]", "[fe80::1]:9901"):
            self.assertTrue(names_us(host, frozenset()), host)

    def test_localhost(self) -> None:
        """So is localhost, however it is written."""
        for host in ("localhost", "LocalHost:9901", "localhost."):
            self.assertTrue(names_us(host, frozenset()), host)

    def test_allowed(self) -> None:
        """A name is ours only when it was allowed."""
        self.assertTrue(names_us("Admin.example:9901", frozenset({"admin.example"})))
        self.assertFalse(names_us("other.example", frozenset({"admin.example"})))

    def test_lookalikes(self) -> None:
        """What merely looks like an address or like localhost is not ours."""
        for host in (
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "evil.example:127",
            "127.0.0.1@evil.example",
            "[::1].evil.example",
            "127.0.0.1:80:90",
            "256.0.0.1",
            "127.0.0.1\n",
            " localhost",
        ):
            self.assertFalse(names_us(host, frozenset()), host)

    def test_no_host(self) -> None:
        """A request without Host comes from no browser, and is let in."""
        self.assertTrue(names_us("", frozenset()))


class DoorwayTests(SynchronousTestCase):
    """What becomes of a request at the door."""

    def ask(self, host: bytes, path: bytes = b"x", names: tuple[str, ...] = ()) -> DummyRequest:
        request = DummyRequest([path])
        request.requestHeaders.setRawHeaders(b"host", [host])
        request.responseHeaders.setRawHeaders(b"server", [b"TwistedWeb/1"])
        door = Doorway(Data(b"inside", "text/plain"), names)
        body = door.render(request)
        assert isinstance(body, bytes)
        request.write(body)
        return request

    def test_lets_in(self) -> None:
        """A request that names us gets what is inside."""
        request = self.ask(b"Admin.Example:9901", names=("admin.EXAMPLE",))
        self.assertEqual(request.written, [b"inside"])

    def test_refuses(self) -> None:
        """A request under another name gets a 403 that says why, and nothing from inside."""
        request = self.ask(b"evil.example")
        self.assertEqual(request.responseCode, 403)
        self.assertIn(b"host name", b"".join(request.written))

    def test_not_utf8(self) -> None:
        """A path that is not UTF-8 is the client's fault, and no traceback in the log."""
        request = self.ask(b"localhost", b"\xff")
        self.assertEqual(request.responseCode, 400)

    def test_headers(self) -> None:
        """No answer tells the server's version, and none may be kept by a cache."""
        headers = self.ask(b"localhost").responseHeaders
        self.assertFalse(headers.hasHeader(b"server"))
        self.assertEqual(headers.getRawHeaders(b"cache-control"), [b"no-store"])


class TokenTests(SynchronousTestCase):
    """The door where there is a token."""

    def ask(self, said: bytes | None, *path: bytes) -> DummyRequest:
        """The answer to a request that says this of itself."""
        request = DummyRequest([*(path or (b"x",))])
        if said is not None:
            request.requestHeaders.setRawHeaders(b"authorization", [said])
        body = Doorway(Data(b"inside", "text/plain"), (), b"0123456789abcdef").render(request)
        assert isinstance(body, bytes)
        request.write(body)
        return request

    def test_right(self) -> None:
        """Who brings it is let in."""
        self.assertEqual(self.ask(b"Bearer 0123456789abcdef").written, [b"inside"])
        self.assertEqual(self.ask(b"bearer 0123456789abcdef").written, [b"inside"])

    def test_wrong(self) -> None:
        """Who does not is told what is asked for, and nothing else."""
        wrong = (
            None,
            b"",
            b"Bearer",
            b"Bearer 0123456789abcdeg",
            b"Basic 0123456789abcdef",
            b"\xff",
        )
        for said in wrong:
            request = self.ask(said)
            self.assertEqual(request.responseCode, 401)
            self.assertNotIn(b"inside", b"".join(request.written))
            self.assertNotIn(b"0123456789", b"".join(request.written))
            self.assertTrue(request.responseHeaders.hasHeader(b"www-authenticate"))

    def test_probes(self) -> None:
        """Whether it lives and is ready, anyone may ask."""
        for word in (b"livez", b"readyz"):
            self.assertEqual(self.ask(None, word).written, [b"inside"])
        self.assertEqual(self.ask(None, b"livez", b"x").responseCode, 401)
