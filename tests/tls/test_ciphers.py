"""Lists of ciphers."""

from __future__ import annotations

from OpenSSL import SSL
from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.tls import ListenerTls
from altlas.tls.ciphers import choose, misfits, parted


class CipherTests(SynchronousTestCase):
    """Known and unknown ones."""

    def test_defaults(self) -> None:
        """The defaults are all known, and have forward secrecy and authenticated encryption."""
        ciphers = ListenerTls().ciphers
        self.assertEqual([*misfits(ciphers, "1.2")], [])
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        choose(context, ciphers)
        for name in SSL.Connection(context, None).get_cipher_list():
            self.assertRegex(name, r"^(TLS_|ECDHE-).*(GCM|POLY1305)")

    def test_parted(self) -> None:
        """Suites of TLS 1.3 are told from older ones in either spelling."""
        older = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
        found = parted(["TLS_AES_128_GCM_SHA256", older, "HIGH"])
        self.assertEqual(found, (b"TLS_AES_128_GCM_SHA256", older.encode() + b":HIGH"))

    def test_misfits(self) -> None:
        """Each unknown name is told; words that only sort or take away match nothing themselves."""
        found = [*misfits(["HIGH", "!aNULL", "@STRENGTH", "ECDHE-RSA-AES129", "TLS_X"], "1.2")]
        self.assertEqual(
            found, ["OpenSSL has no cipher ECDHE-RSA-AES129", "OpenSSL has no cipher TLS_X"]
        )

    def test_none_for_minimum(self) -> None:
        """A list for TLS 1.3 alone is no list for who speaks 1.2 too."""
        self.assertEqual(len([*misfits(["TLS_AES_128_GCM_SHA256"], "1.2")]), 1)
        self.assertEqual([*misfits(["TLS_AES_128_GCM_SHA256"], "1.3")], [])
