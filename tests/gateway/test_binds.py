"""Endpoint strings, right and wrong."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.endpoints import quoteStringArgument
from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.binds import Bind, absolute, endpoint, parsed
from tests.gateway.surroundings import key_and_certificate, memory_reactor

FOLDER = Path("/etc/altlas")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


class ParsedTests(SynchronousTestCase):
    """What the parts of a bind are."""

    def test_places_and_names(self) -> None:
        """A parameter is known by its place as well as by its name."""
        wanted = Bind("tcp", {"port": "8080", "interface": "127.0.0.1"})
        for written in ("tcp:8080:127.0.0.1", "tcp:interface=127.0.0.1:port=8080"):
            self.assertEqual(parsed(written), wanted)

    def test_surplus(self) -> None:
        """What stands in no known place is kept apart."""
        self.assertEqual(parsed("tcp:1:a:2:b").surplus, ("b",))
        self.assertEqual(parsed("systemd:domain=INET:x").surplus, ("x",))

    def test_within(self) -> None:
        """Of a bind for the PROXY protocol, what counts is the address within."""
        self.assertEqual(parsed("haproxy:tcp:8080"), parsed("tcp:8080"))

    @given(WORDS)
    def test_escapes(self, path: str) -> None:
        """A value is what was quoted, whatever it has in it."""
        written = f"unix:{quoteStringArgument(path)}"
        found = parsed(written).parameters
        named = parsed(f"unix:address={quoteStringArgument(path)}").parameters
        self.assertEqual(named, {"address": path})
        if "=" not in path:
            self.assertEqual(found, {"address": path})

    @given(st.text())
    def test_anything(self, written: str) -> None:
        """Nothing that could be written makes it fail."""
        parsed(written)


class AbsoluteTests(SynchronousTestCase):
    """Paths in binds, which must not depend on where the process is."""

    def test_paths(self) -> None:
        """Relative paths are taken from the folder; all else stays as it was written."""
        for written, wanted in (
            (
                "ssl:443:privateKey=a.pem:certKey=/b.pem",
                "ssl:443:privateKey=/etc/altlas/a.pem:certKey=/b.pem",
            ),
            ("ssl:443:a.pem", "ssl:443:/etc/altlas/a.pem"),
            ("unix:run/x.sock:mode=660", "unix:/etc/altlas/run/x.sock:mode=660"),
            ("tls:certificates:port=443", "tls:/etc/altlas/certificates:port=443"),
            ("haproxy:unix:x", "haproxy:unix:/etc/altlas/x"),
            ("unix:a\\:b", "unix:/etc/altlas/a\\:b"),
        ):
            self.assertEqual(absolute(written, FOLDER), wanted)

    def test_no_paths(self) -> None:
        """A bind without a path is left alone, as is one of a kind that only Twisted knows."""
        for written in ("tcp:8080:interface=\\:\\:1", "systemd:domain=INET:index=0", "own:path=x"):
            self.assertEqual(absolute(written, FOLDER), written)

    @given(WORDS.filter(lambda path: not path.startswith("\0")))
    def test_once(self, path: str) -> None:
        """What is absolute stays what it is."""
        once = absolute(f"unix:address={quoteStringArgument(path)}", FOLDER)
        self.assertEqual(parsed(once).parameters, {"address": str(FOLDER / path)})
        self.assertEqual(absolute(once, FOLDER), once)


class EndpointTests(SynchronousTestCase):
    """Endpoints, and why there is none."""

    def refused(self, written: str) -> str:
        """Why there is no endpoint."""
        with self.assertRaises(ValueError) as raised:
            endpoint(written, memory_reactor())
        return str(raised.exception)

    def test_listens(self) -> None:
        """A bind that is right becomes an endpoint of the reactor."""
        reactor = memory_reactor()
        endpoint("tcp:8080:interface=127.0.0.1", reactor).listen(None)
        self.assertEqual(reactor.tcpServers, [(8080, None, 50, "127.0.0.1")])

    def test_words(self) -> None:
        """What is wrong is said in words that are about the bind."""
        for written, words in (
            ("tpc:80", "did you mean tcp?"),
            ("8080", "a port is written tcp:8080"),
            ("tcp", "the port is missing"),
            ("tcp:", "the port is missing"),
            ("tcp:http", "the port is 'http', not a number from 0 to 65535"),
            ("tcp:65536", "not a number from 0 to 65535"),
            ("tcp:80:interfce=::1", "no parameter interfce; did you mean interface?"),
            ("tcp:80:interface=::1", "a colon within a value is written \\:"),
            ("tcp:80:backlog=x", "'x' is no number"),
            ("unix:", "the address is missing"),
            ("ssl:443", "the privateKey is missing"),
            ("ssl:443:privateKey=/nowhere.pem", "/nowhere.pem: No such file or directory"),
            ("tls:/nowhere", "/nowhere is no folder with certificates in .pem files"),
            ("systemd:domain=INET:index=0", "systemd passed no such socket"),
            ("stdio:", "no address that clients connect to"),
        ):
            self.assertIn(words, self.refused(written))

    def test_certificates(self) -> None:
        """Files that are no key and certificate are found before anything listens."""
        folder = Path(self.mktemp()).resolve()
        folder.mkdir()
        path = folder / "a.pem"
        path.write_text("not PEM")
        self.assertIn(f"in {path}", self.refused(f"ssl:443:privateKey={path}"))
        self.assertIn(f"{folder} is no folder with", self.refused(f"tls:{folder}"))
        key_and_certificate(path)
        for written in (f"ssl:443:privateKey={path}", f"tls:{folder}:443"):
            endpoint(written, memory_reactor())

    def test_wrong_key(self) -> None:
        """A key that is not the certificate's is found as well."""
        one, other = (Path(self.mktemp()).with_suffix(".pem").resolve() for _ in range(2))
        key, _ = key_and_certificate(one)
        _, certificate = key_and_certificate(other)
        one.write_bytes(key)
        other.write_bytes(certificate)
        said = self.refused(f"ssl:443:privateKey={one}:certKey={other}")
        self.assertIn("do not match", said)
