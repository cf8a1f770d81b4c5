"""Who asks, and what only we may say of that."""

from __future__ import annotations

from tests.weaknesses.attack import GET, POST, AttackCase
from tests.wire.corpus.strict import Message

FORGED = (
    *(b"X-Forwarded-For", b"x-forwarded-for", b"X-Forwarded-Host", b"X-Forwarded-Proto"),
    *(b"X-Forwarded-Port", b"X-Forwarded-Prefix", b"X-Forwarded-User", b"X-Forwarded-Uri"),
    *(b"X-Real-IP", b"X-Request-ID"),
)
ALIASES = (
    *(name.replace(b"-", b"_") for name in FORGED),
    *(b"X_Forwarded-For", b"X-Forwarded_For", b"X_FORWARDED_FOR"),
)


class IdentityTests(AttackCase):
    """What strangers say of themselves is not believed."""

    def _one(self, data: bytes, listener: str = "public") -> Message:
        (heard,) = self.heard(data, listener=listener)
        self.assertEqual(heard.values(b"x-forwarded-for"), [b"192.0.2.1"])
        self.assertEqual(heard.values(b"forwarded"), [b"for=192.0.2.1;proto=http;host=a"])
        self.assertNotIn(b"evil", b"".join(value for _, value in heard.fields))
        return heard

    def test_forwarded(self) -> None:
        """X-Forwarded-*, Forwarded and their like are ours to say, in any spelling
        (CVE-2024-52003, 2026-35051, 2026-39858, 2024-45806).
        """
        lines = b"".join(name + b": evil\r\n" for name in (*FORGED, b"Forwarded"))
        self._one(GET + lines + b"\r\n")
        for listener in ("public", "keeping"):
            self._one(GET + b"".join(name + b": evil\r\n" for name in ALIASES) + b"\r\n", listener)

    def test_connection_names_it(self) -> None:
        """Connection cannot have us forget who asks, for which host, with which body and rights
        (CVE-2024-45410, 2026-29054).
        """
        names = (
            b"x-forwarded-for, forwarded, x-real-ip, host, content-length, authorization, cookie"
        )
        lines = b"Authorization: Basic x\r\nCookie: a\r\nContent-Length: 3\r\n"
        heard = self._one(POST + b"Connection: " + names + b"\r\n" + lines + b"\r\nabc")
        self.assertEqual(heard.body, b"abc")
        self.assertEqual(heard.values(b"host"), [b"a"])
        self.assertEqual(heard.values(b"authorization"), [b"Basic x"])
        self.assertEqual(heard.values(b"cookie"), [b"a"])

    def test_trailers(self) -> None:
        """What comes after the body is never taken for what came before it, and names that
        something hangs on are dropped (CVE-2026-88004).
        """
        late = b"".join(name + b": evil\r\n" for name in (*FORGED, *ALIASES))
        late += (
            b"Host: evil\r\nAuthorization: evil\r\nContent-Length: 9\r\nTransfer-Encoding: evil\r\n"
        )
        for place in range(0, late.count(b"\r\n"), 15):
            some = b"".join(
                line + b"\r\n" for line in late.split(b"\r\n")[place : place + 15] if line
            )
            heard = self._one(
                POST
                + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"
                + some
                + b"X: y\r\n\r\n"
            )
            self.assertEqual((heard.body, heard.trailers), (b"abc", ((b"X", b"y"),)))

    def test_underscores(self) -> None:
        """What CGI could take for another field is dropped, or refused where that is said."""
        line = GET + b"X_User: evil\r\n\r\n"
        self._one(line)
        reading = self.sent(line, listener="refusing")
        self.assertEqual([one.status for one in reading.answers], [400])

    def test_httpoxy(self) -> None:
        """No client names the proxy of a CGI backend (CVE-2016-5385)."""
        self.assertEqual(self._one(GET + b"Proxy: http://evil\r\n\r\n").values(b"proxy"), [])

    def test_ids(self) -> None:
        """Who is trusted names its request by a plain word, or not at all."""
        for claim in (b"a b", b'"', b"\xe9", b"a" * 200, b"a\t"):
            (heard,) = self.heard(
                GET + b"X-Request-ID: " + claim + b"\r\n\r\n", listener="trusting"
            )
            (given,) = heard.values(b"x-request-id")
            self.assertRegex(given, rb"^[0-9a-f]{32}$|^a$")

    def test_hop_by_hop(self) -> None:
        """What concerns one connection stays on it, in both directions, and so does what the
        sender says that it does (RFC 9110, 7.6.1).
        """
        lines = b"Connection: x-mine, keep-alive\r\nX-Mine: 1\r\nKeep-Alive: 5\r\nUpgrade: x\r\n"
        lines += b"Proxy-Authorization: Basic x\r\nProxy-Connection: close\r\nX: y\r\n"
        heard = self._one(GET + lines + b"\r\n")
        gone = {b"x-mine", b"keep-alive", b"upgrade", b"proxy-authorization", b"proxy-connection"}
        self.assertEqual(heard.by_name.keys() & (gone | {b"connection"}), set())
        self.assertEqual(heard.values(b"x"), [b"y"])
        self.says(b"HTTP/1.1 200 OK\r\n" + lines + b"Content-Length: 2\r\n\r\nok")
        (answer,) = self.answer(self.asks())
        self.assertEqual(answer.by_name.keys() & gone, set())
        self.assertEqual(answer.values(b"x"), [b"y"])
