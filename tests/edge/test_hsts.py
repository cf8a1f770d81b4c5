"""Browsers are to come by TLS."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.hsts import policy
from altlas.settings.tls import ListenerTls
from altlas.testing import Answer
from tests.edge.connected import Connected, fixed, request

FIELD = b"Strict-Transport-Security: "


class PolicyTests(SynchronousTestCase):
    """What the field says."""

    def test_words(self) -> None:
        """It says for how long, whether for subdomains, and whether browsers may ship with it."""
        for tls, wanted in (
            (ListenerTls(), b""),
            (ListenerTls(hsts=86400.0), b"max-age=86400"),
            (ListenerTls(hsts=0.0), b"max-age=0"),
            (
                ListenerTls(hsts=9.0, hsts_subdomains=True, hsts_preload=True),
                b"max-age=9; includeSubDomains; preload",
            ),
        ):
            self.assertEqual(policy(tls), wanted)


class AnswerTests(SynchronousTestCase):
    """Which answers say it."""

    def said(self, scheme: str, *answers: Answer, target: str = "/", tls: bool = True) -> bytes:
        """What a client is told."""
        settings = {"tls": ListenerTls(hsts=9.0)} if tls else {}
        one = Connected(*answers, routes=[fixed()], listener=settings)
        one.channel.secure = scheme == "https"
        one.send(request("GET", target))
        return one.said

    def test_all_over_tls(self) -> None:
        """Every answer over TLS does: an instance's, the gateway's own, and refusals."""
        for target in ("/", "/fixed", "/%00"):
            said = self.said("https", Answer(), target=target)
            self.assertEqual(said.count(FIELD + b"max-age=9\r\n"), 1, target)

    def test_usual_answer(self) -> None:
        """So does the answer of an instance that tells its Date, as nearly all do."""
        said = self.said("https", Answer(fields=[(b"Date", b"d")]))
        self.assertEqual(said.count(FIELD + b"max-age=9\r\n"), 1)

    def test_not_without(self) -> None:
        """None without TLS does (RFC 6797, 7.2), nor where nobody asked for it."""
        self.assertNotIn(FIELD, self.said("http", Answer()))
        self.assertNotIn(FIELD, self.said("https", Answer(), tls=False))

    def test_own(self) -> None:
        """What an instance says of it stays."""
        own = Answer(fields=[(b"strict-transport-security", b"max-age=1")])
        said = self.said("https", own).lower()
        self.assertEqual(said.count(FIELD.lower()), 1)
        self.assertIn(b"max-age=1\r\n", said)
