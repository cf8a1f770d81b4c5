"""What both sides' contexts have in common."""

from __future__ import annotations

from OpenSSL import SSL
from twisted.internet.testing import EventLoggingObserver
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from altlas.tls import contexts
from altlas.tls.contexts import choose_groups, context
from tests.tls.shaking import client
from tests.tls.test_server import ServedTLS, shaken


class GroupTests(ServedTLS):
    """Key exchanges."""

    def agreed(self, offered: bytes) -> str:
        """The group that is agreed on with a client that offers these."""
        server = self.server(self.authority.issue("a.test"))
        theirs = client(believes=self.authority)
        self.assertEqual(contexts.lib.SSL_CTX_set1_curves_list(theirs._context, offered), 1)
        return str(shaken(server, theirs).client.get_group_name()).lower()

    def test_groups(self) -> None:
        """Strong ones are agreed on; what is costly, and asked for by nobody, is not."""
        for group, name in (
            (b"X25519", "x25519"),
            (b"P-256", "secp256r1"),
            (b"P-384", "secp384r1"),
        ):
            self.assertEqual(self.agreed(group), name)
        for group in (b"P-521", b"X448", b"ffdhe2048"):
            self.assertRaises(SSL.Error, self.agreed, group)

    def test_first(self) -> None:
        """Where both sides know it, the exchange is one that no quantum computer undoes."""
        try:
            self.assertEqual(self.agreed(b"X25519:X25519MLKEM768"), "x25519mlkem768")
        except AssertionError:
            self.assertEqual(self.agreed(b"X25519"), "x25519")


class ContextTests(SynchronousTestCase):
    """What cannot be had."""

    def test_no_choice(self) -> None:
        """A pyOpenSSL that offers no choice of groups is spoken with all the same, and told of."""
        seen = EventLoggingObserver.createWithCleanup(self, globalLogPublisher)
        self.patch(contexts, "_GROUPS", (b"nonsense",))
        choose_groups(context(SSL.TLS_SERVER_METHOD, "1.2"))
        self.assertEqual(len(seen), 1)
