"""Whether an instance is who it should be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from OpenSSL import SSL
from twisted.trial.unittest import SynchronousTestCase

from altlas.tls.pins import fingerprint
from altlas.upstream.tls import TLSSettings
from altlas.upstream.trust import Untrusted
from tests.tls.authority import Authority, Issued, issue
from tests.tls.shaking import pump


class Connection:
    """What is wanted of Twisted's TLS: to hear why it is to end."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def failVerification(self, reason: Any) -> None:
        """Hear it."""
        reason.trap(Untrusted)
        self.reasons.append(str(reason.value))


class TrustTests(SynchronousTestCase):
    """Instances that show certificates to a gateway."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.authority = Authority.made()
        self.middle = Authority.made("middle", self.authority)
        self.ca = self.authority.written(self.folder)

    def refusal(self, shown: Issued, name: str = "a.test", **settings: Any) -> str:
        """Why an instance that shows this is not spoken to; nothing if it is."""
        heard = Connection()
        made = TLSSettings(**{"ca": self.ca, **settings})(name)
        ours = made.clientConnectionForTLS(heard)  # type: ignore[arg-type]
        ours.set_connect_state()
        theirs = SSL.Connection(_showing(shown), None)
        theirs.set_accept_state()
        try:
            for _ in range(4):
                for side in (ours, theirs):
                    _step(side)
                pump(ours, theirs)
                pump(theirs, ours)
        except SSL.Error:
            self.assertEqual(len(heard.reasons), 1)
        return "; ".join(heard.reasons)

    def test_believed(self) -> None:
        """A certificate for the name, by the authority, is believed; so is one for the address."""
        self.assertEqual(self.refusal(self.middle.issue("a.test")), "")
        self.assertEqual(self.refusal(self.middle.issue("*.a.test"), "b.a.test"), "")
        self.assertEqual(self.refusal(self.middle.issue("192.0.2.1"), "192.0.2.1"), "")
        self.assertEqual(self.refusal(self.middle.issue("::1"), "::1"), "")

    def test_refused(self) -> None:
        """Each reason why not is told in words."""
        for shown, words in (
            (issue("a.test"), "self signed"),
            (Authority.made("x").issue("a.test"), "unable to get"),
            (self.middle.issue("a.test", ends=-0.5), "cert has expired"),
            (self.middle.issue("b.test", "192.0.2.1"), "is for b.test, 192.0.2.1, not for a.test"),
            (self.authority.issue(), "is for somebody, not for a.test"),
        ):
            self.assertIn(words, self.refusal(shown))
        shown = self.middle.issue("192.0.2.1")
        self.assertIn("not for 192.0.2.2", self.refusal(shown, "192.0.2.2"))

    def test_pins(self) -> None:
        """Of the pins one must be in the chain: the instance's own key, or an authority's."""
        shown = self.middle.issue("a.test")
        own, above, root = map(
            fingerprint,
            (
                shown.certificate,
                self.middle.issued.certificate,
                self.authority.issued.certificate,
            ),
        )
        for pin in (own, above, root):
            self.assertEqual(self.refusal(shown, pins=frozenset({pin, bytes(32)})), "")
        self.assertIn("pinned", self.refusal(shown, pins=frozenset({bytes(32)})))

    def test_pins_are_not_enough(self) -> None:
        """A pinned key does not make a wrong name right where names are verified."""
        shown = self.middle.issue("b.test")
        pins = frozenset({fingerprint(shown.certificate)})
        self.assertIn("not for a.test", self.refusal(shown, pins=pins))

    def test_pins_alone(self) -> None:
        """Where nothing else is verified the pin is of the instance's own key: that is proved."""
        shown = self.middle.issue("x")
        more = {"verify": False, "ca": None}
        own = frozenset({fingerprint(shown.certificate)})
        self.assertEqual(self.refusal(shown, pins=own, **more), "")
        above = frozenset({fingerprint(self.middle.issued.certificate)})
        self.assertIn("pinned", self.refusal(shown, pins=above, **more))
        self.assertIn("pinned", self.refusal(issue("x"), pins=own, **more))
        self.assertEqual(self.refusal(issue("x"), **more), "")


def _showing(issued: Issued) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate(issued.certificate)
    context.use_privatekey(issued.key)
    for certificate in issued.chain:
        context.add_extra_chain_cert(certificate)
    context.set_alpn_select_callback(lambda _, offered: offered[0])
    return context


def _step(side: SSL.Connection) -> None:
    try:
        side.do_handshake()
    except SSL.WantReadError:
        pass
