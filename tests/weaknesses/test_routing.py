"""Which host and path a request is for, to us and to the backend."""

from __future__ import annotations

from tests.weaknesses.attack import GET, VICTIM, AttackCase


class HostTests(AttackCase):
    """One host, and the same to all."""

    def test_hosts(self) -> None:
        """One Host that is one, equal to the target's authority; none is echoed (CVE-2022-39348,
        2019-12387).
        """
        line = b"GET /x HTTP/1.1\r\n"
        for fields in (
            b"",
            b"Host: a\r\nHost: b\r\n",
            b"Host: a\r\nHost: a\r\n",
            b"Host: a, b\r\n",
            b"Host: user@a\r\n",
            b"Host: a/b\r\n",
            b"Host: a<script>\r\n",
            b"Host: a:80:80\r\n",
        ):
            self.refused(line + fields + b"\r\n")
            (said,) = self.sent(line + fields + b"\r\n").answers
            self.assertNotIn(b"script", said.body)
        self.refused(b"GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n")
        self.refused(b"GET http://a@b/x HTTP/1.1\r\nHost: a\r\n\r\n")
        self.refused(b"GET /x\r\nX: y HTTP/1.1\r\nHost: a\r\n\r\n")
        (heard,) = self.heard(b"GET http://A/x HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertEqual((heard.more, heard.values(b"host")), (b"/x", [b"a"]))


class HostRouteTests(AttackCase):
    """Hosts that routes are found by."""

    settings = AttackCase.settings + (
        "[route:inner]\nhost = inner.example\npath = /\nrespond.status = 403\n"
    )

    def test_case(self) -> None:
        """A host is compared without case, port or last dot (CVE-2026-27588)."""
        for host in (b"inner.example", b"INNER.Example", b"inner.example:8080", b"inner.EXAMPLE."):
            reading = self.sent(b"GET /x HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
            self.assertEqual([one.status for one in reading.answers], [403], host)


class PathTests(AttackCase):
    """A path that is guarded is guarded in all its spellings."""

    settings = AttackCase.settings + (
        "[route:admin]\npath = /admin/\nrespond.status = 403\n"
        "[route:rewritten]\npath = /old/\nbackend = demo\n"
        "rewrite.regex = ^/old/(.*)$\nrewrite.to = /new/\\1\n"
    )

    def test_other_spellings(self) -> None:
        """Dots, double slashes and escapes do not lead around a route (CVE-2019-9901, 2021-29492,
        2025-32431, 2025-47952).
        """
        for path in (
            *(b"/admin/x", b"//admin/x", b"/./admin/x", b"/y/../admin/x", b"/y//z/../../admin/x"),
            *(b"/%61dmin/x", b"/%2e/admin/x", b"/y/%2e%2e/admin/x", b"/admin/./x", b"/admin//x"),
            *(
                b"/y/..%2fadmin/x",
                b"/y/..%5cadmin/x",
                b"/y/%2e%2e%2fadmin/x",
                b"/admin/..;/admin/x",
            ),
            *(b"/../admin/x", b"/admin/%00", b"/admin/x/%2e%2e/y", b"/admin\\x"),
        ):
            reading = self.sent(b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertEqual(reading.heard, (), path)
            self.assertIn(reading.answers[0].status, (400, 403), path)

    def test_rewriting(self) -> None:
        """What a rewrite puts together stays one target in one line."""
        for path, heard in (
            (b"/old/a%0d%0aX:%20y", b"/new/a%0d%0aX:%20y"),
            (b"/old/%20HTTP/1.1%0d%0a", b"/new/%20HTTP/1.1%0d%0a"),
            (b"/old//b", b"/new//b"),
        ):
            asked = b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n\r\n"
            self.assertEqual([one.more for one in self.heard(asked)], [heard])


class UpgradeTests(AttackCase):
    """Nobody gets a tunnel that nobody was to give."""

    def test_connect(self) -> None:
        """CONNECT opens no tunnel, whatever it names (CVE-2026-71324, 2026-88008)."""
        self.refused(b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 501)
        self.refused(b"CONNECT /x HTTP/1.1\r\nHost: a\r\n\r\n", 501)

    def test_h2c(self) -> None:
        """An offer of h2c goes no further, and what follows is read as before; an answer of 101
        that nobody was to give is an error (CVE-2024-23326, 2025-64763, 2026-73548, 2026-2833,
        2026-69243).
        """
        offer = (
            b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
        )
        heard = self.heard(GET + offer + b"\r\n" + VICTIM)
        self.assertEqual([one.more for one in heard], [b"/x", b"/victim"])
        for message in heard:
            self.assertEqual(message.by_name.keys() & {b"upgrade", b"http2-settings"}, set())
        body = b"POST /x HTTP/1.1\r\nHost: a\r\n" + offer + b"Content-Length: 3\r\n\r\nabc"
        self.assertEqual([one.body for one in self.heard(body + VICTIM)], [b"abc", b""])
        self.says(
            b"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0\r\n"
        )
        client = self.asks(GET + offer + b"\r\n")
        self.assertEqual([one.status for one in self.answer(client)], [502])
        self.victim()
        self.refused(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)


class TraceTests(AttackCase):
    """What asks for the request back."""

    def test_trace(self) -> None:
        """The gateway itself sends nothing back of a request (cross-site tracing), and a TRACE has
        no body; hops are counted, so that nobody finds out how many stand behind.
        """
        secret = b"TRACE /x HTTP/1.1\r\nHost: a\r\nCookie: secret\r\nMax-Forwards: 0\r\n\r\n"
        reading = self.sent(secret)
        self.assertEqual([one.status for one in reading.answers], [405])
        self.assertNotIn(b"secret", reading.answers[0].body)
        self.assertEqual(reading.heard, ())
        self.refused(b"TRACE /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
