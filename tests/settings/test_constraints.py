"""What keys of one section owe to one another."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.settings.samples import MINIMAL, told

ROUTE = "[listener:l]\nbind = tcp:1\n[backend:a]\ninstances = http://x\n[route:r]\npath = /\n"


class BackendTests(SynchronousTestCase):
    """Constraints within a backend."""

    def complaint(self, keys: str) -> str:
        """What is said of a backend with these further keys."""
        (line,) = told(self.mktemp(), MINIMAL.replace("[route:", f"{keys}\n[route:"))
        return line.removeprefix("main.ini:").partition("[backend:a] ")[2]

    def test_same_address(self) -> None:
        """An address stands in a backend once, however it is spelled."""
        text = MINIMAL.replace("http://127.0.0.1:9001", "http://A:80\n  http://a weight=2")
        (line,) = told(self.mktemp(), text)
        self.assertIn("expected each address once; a:80 is there 2 times", line)

    def test_orders(self) -> None:
        """What is a part or a beginning of something is not above it."""
        cases = {
            "retry.backoff = 1s": "retry.backoff = 1s: expected backoff of no more than "
            "backoff-max, 1s is above 0.25s",
            "retry.backoff-max = 10ms": "retry.backoff-max = 10ms: expected backoff of no more "
            "than backoff-max, 0.025s is above 0.01s",
            "breaker.open-for = 10m": "breaker.open-for = 10m: expected open-for of no more than "
            "open-for-max, 600s is above 300s",
            "timeout.per-try = 31s": "timeout.per-try = 31s: expected per-try of no more than "
            "total, 31s is above 30s",
        }
        self.assertEqual({keys: self.complaint(keys) for keys in cases}, cases)

    def test_counts(self) -> None:
        """Counts start from one where none would mean never."""
        for key in ("probe.fall", "probe.rise", "breaker.trials", "breaker.minimum"):
            self.assertIn("at least 1", self.complaint(f"{key} = 0"))

    def test_tls(self) -> None:
        """Authorities are of no use where nothing is checked."""
        found = self.complaint("tls.verify = no\ntls.ca = x.pem")
        self.assertEqual(found, "tls.verify = no: expected verify = yes where ca or name is given")

    def test_own_certificate(self) -> None:
        """A key without a certificate proves nothing."""
        self.assertEqual(
            self.complaint("tls.key = /x"), "tls.key = /x: expected certificate with it"
        )


class ListenerTests(SynchronousTestCase):
    """Constraints within a listener."""

    def complaints(self, keys: str) -> list[str]:
        """What is said of a listener with these further keys, without their values."""
        found = told(self.mktemp(), MINIMAL.replace("bind = tcp:8080", keys))
        return [line.partition("[listener:public] ")[2] for line in found]

    def test_right(self) -> None:
        """What belongs together may stand together."""
        asks = "tls.client-ca = /x\ntls.client-verify = required"
        for keys in (
            "bind = tcp:1\ntls.certificate = /x",
            f"bind = tcp:1\ntls.certificate = /x\ntls.key = /y\n{asks}",
            "bind = ssl:1:privateKey=/x\ntls.hsts = 1d",
            "bind = tcp:1\ntls.certificate = /x\n"
            "tls.hsts = 365d\ntls.hsts-subdomains = yes\ntls.hsts-preload = yes",
        ):
            self.assertEqual(self.complaints(keys), [], keys)

    def test_needs_certificate(self) -> None:
        """Without a certificate nothing else of TLS means anything."""
        for key in (
            "tls.minimum = 1.3",
            "tls.ciphers = HIGH",
            "tls.handshake-timeout = 1s",
            "tls.client-header = X-Who",
            "tls.key = /x",
            "tls.hsts = 1d",
        ):
            (line,) = self.complaints(f"bind = tcp:1\n{key}")
            self.assertEqual(line, f"{key}: expected tls.certificate with it")

    def test_secure_bind(self) -> None:
        """A bind that speaks TLS by itself does not do so twice."""
        (line,) = self.complaints("bind = ssl:1:privateKey=/x\ntls.certificate = /x")
        self.assertIn("expected a bind without TLS of its own", line)

    def test_counts(self) -> None:
        """There is a key for each certificate, or none at all."""
        (line,) = self.complaints("bind = tcp:1\ntls.certificate = /x\n    /y\ntls.key = /z")
        self.assertIn("one key for each certificate, in their order; there are 2 and 1", line)

    def test_clients(self) -> None:
        """Who is to be let in is said together with that somebody is asked."""
        base = "bind = tcp:1\ntls.certificate = /x\n"
        (line,) = self.complaints(base + "tls.client-verify = required")
        self.assertIn("client-ca with it", line)
        (line,) = self.complaints(base + "tls.client-ca = /y")
        self.assertIn("client-verify = optional or required with it", line)
        (line,) = self.complaints(
            base + "tls.client-header = X-A\ntls.client-fingerprint-header = x-a"
        )
        self.assertIn("two names", line)

    def test_hsts(self) -> None:
        """What browsers ship with is meant for long, and for all subdomains."""
        base = "bind = tcp:1\ntls.certificate = /x\n"
        (line,) = self.complaints(base + "tls.hsts-subdomains = yes")
        self.assertIn("hsts with it", line)
        (line,) = self.complaints(base + "tls.hsts = 366d\ntls.hsts-preload = yes")
        self.assertIn("hsts-subdomains = yes with it", line)


class RouteTests(SynchronousTestCase):
    """Constraints within a route."""

    def complaints(self, keys: str) -> list[str]:
        """What is said of a route to ``/`` with these further keys."""
        found = told(self.mktemp(), ROUTE + keys)
        return [line.partition("[route:r] ")[2] or line for line in found]

    def test_one_answer(self) -> None:
        """A route has a backend, a redirect or a fixed answer: one of them, and one only."""
        wanted = "expected exactly one of backend, redirect.to and respond.status"
        self.assertEqual(self.complaints(""), [f"main.ini:5: [route:r]: {wanted}"])
        for keys in ("backend = a", "redirect.to = /x", "respond.status = 204"):
            self.assertEqual(self.complaints(keys), [])
        self.assertEqual(
            self.complaints("backend = a\nrespond.status = 200"),
            [f"respond.status = 200: {wanted}"],
        )

    def test_needless(self) -> None:
        """Details of an answer that is not given are mistakes."""
        self.assertEqual(
            self.complaints("backend = a\nredirect.status = 301\nrespond.body = x"),
            [
                "redirect.status = 301: expected redirect.to with it",
                "respond.body = x: expected respond.status with it",
            ],
        )
        self.assertEqual(
            self.complaints("respond.status = 204\nrespond.body = x"),
            ["respond.body = x: expected no body with status 204"],
        )

    def test_rewrites(self) -> None:
        """A rewrite is by prefix or by regex, whole, and before a backend only."""
        cases = {
            "rewrite.prefix = /\nrewrite.regex = a\nrewrite.to = b": (
                "rewrite.prefix = /: expected either rewrite.prefix or rewrite.regex"
            ),
            "rewrite.regex = a": (
                "rewrite.regex = a: expected rewrite.regex and rewrite.to together"
            ),
            "rewrite.to = a": "rewrite.to = a: expected rewrite.regex and rewrite.to together",
            "rewrite.regex = (a)\nrewrite.to = \\2": (
                "rewrite.to = \\2: expected a replacement that fits rewrite.regex "
                "(invalid group reference 2 at position 1)"
            ),
            "rewrite.regex = (?P<x>a)\nrewrite.to = \\g<y>": (
                "rewrite.to = \\g<y>: expected a replacement that fits rewrite.regex "
                "(unknown group name 'y')"
            ),
        }
        found = {keys: self.complaints(f"backend = a\n{keys}") for keys in cases}
        self.assertEqual(found, {keys: [line] for keys, line in cases.items()})
        self.assertEqual(
            self.complaints("redirect.to = /x\nrewrite.prefix = /"),
            ["rewrite.prefix = /: expected a rewrite only where a backend answers"],
        )

    def test_regex_path(self) -> None:
        """A path that is a regex has no prefix to rewrite, and must compile."""
        text = ROUTE.replace("path = /", "path = ~^/a") + "backend = a\nrewrite.prefix = /\n"
        (line,) = told(self.mktemp(), text)
        self.assertIn("expected rewrite.regex where the path is a regex", line)
        (line,) = told(self.mktemp(), text.replace("~^/a", "~^/(a"))
        self.assertIn("path = ~^/(a: expected a regular expression (missing )", line)

    def test_normal_paths(self) -> None:
        """A path that no request can have, since they are compared normalised, is refused."""
        for path in ("/a//b/", "/a/../b", "/./", "/%41", "/%2f", "/%", "/a?b", "/a b", "/ä"):
            text = ROUTE.replace("path = /", f"path = {path}") + "backend = a\n"
            self.assertEqual(len(told(self.mktemp(), text)), 1, path)
        for path in ("/%2F/", "/a|b", "/a.b/", "/..a/", "/(x)/"):
            text = ROUTE.replace("path = /", f"path = {path}") + "backend = a\n"
            self.assertEqual(told(self.mktemp(), text), [], path)
