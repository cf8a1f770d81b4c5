"""Files of certificates and keys."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from altlas.tls.pem import BadPem, certificates, contents, private_key
from tests.tls.authority import Authority, Issued, issue

ISSUED = Authority.made("middle", Authority.made()).issue("a.test")


class PemTests(SynchronousTestCase):
    """What is in a file."""

    def refused(self, read: Callable[[bytes], object], data: bytes) -> str:
        """Why there is nothing to be had."""
        with self.assertRaises(BadPem) as raised:
            read(data)
        return str(raised.exception)

    def test_certificates(self) -> None:
        """All certificates are found in their order, whatever stands between them."""
        data = b"a comment\n" + ISSUED.key_pem() + b"bag attributes\n" + ISSUED.pem
        self.assertEqual(certificates(data), (ISSUED.certificate, *ISSUED.chain))

    def test_no_certificates(self) -> None:
        """A file without any, or with a broken one, says so."""
        self.assertIn("no certificates", self.refused(certificates, ISSUED.key_pem()))
        broken = ISSUED.pem.replace(b"MII", b"MIX")
        self.assertIn("number 1", self.refused(certificates, broken))

    def test_keys(self) -> None:
        """Keys are read in every usual format, and of every usual kind."""
        pem = Encoding.PEM
        formats = (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL)
        for made in (
            ec.generate_private_key(ec.SECP256R1()),
            rsa.generate_private_key(65537, 2048),
        ):
            for form in formats:
                data = made.private_bytes(pem, form, NoEncryption())
                self.assertEqual(private_key(b"x\n" + data).key_size, made.key_size)  # type: ignore[union-attr]
        data = Issued(ISSUED.certificate, ed25519.Ed25519PrivateKey.generate()).key_pem()
        self.assertIsInstance(private_key(data), ed25519.Ed25519PrivateKey)

    def test_no_keys(self) -> None:
        """No key, one that is locked, broken or for something else: each is told as what it is."""
        other = Issued(ISSUED.certificate, x25519.X25519PrivateKey.generate()).key_pem()
        for data, words in (
            (ISSUED.pem, "no private key"),
            (ISSUED.key_pem(b"secret"), "locked by a passphrase"),
            (ISSUED.key_pem().replace(b"MI", b"XX"), "is none"),
            (other, "not for certificates"),
        ):
            self.assertIn(words, self.refused(private_key, data))

    @given(st.binary(), st.sampled_from([b"CERTIFICATE", b"PRIVATE KEY", b"EC PRIVATE KEY"]))
    def test_anything(self, data: bytes, label: bytes) -> None:
        """Whatever stands in a file, the answer is a value or `BadPem`."""
        block = b"-----BEGIN %b-----\n%b\n-----END %b-----\n" % (label, data, label)
        for read in (certificates, private_key):
            try:
                found: Any = read(block)
            except BadPem:
                continue
            self.assertTrue(found)


class ContentsTests(SynchronousTestCase):
    """Files that can be read, and others."""

    def refused(self, path: Path) -> str:
        """Why a file cannot be read."""
        with self.assertRaises(BadPem) as raised:
            contents(path)
        return str(raised.exception)

    def test_words(self) -> None:
        """What the system says of a file is told in its words."""
        self.assertEqual(self.refused(Path("/nowhere/a.pem")), "No such file or directory")
        self.assertEqual(self.refused(Path("/")), "Is a directory")
        self.assertIn("null byte", self.refused(Path("a\0b")))

    def test_endless(self) -> None:
        """A file without an end is not read to it."""
        self.assertIn("too long", self.refused(Path("/dev/zero")))

    def test_forbidden(self) -> None:
        """A file of somebody else's is told as that."""
        if os.geteuid() == 0:
            raise SkipTest("root may read everything")
        path = Path(self.mktemp())
        path.touch(mode=0)
        self.assertEqual(self.refused(path), "Permission denied")

    def test_self_signed(self) -> None:
        """What was written is what is read."""
        path = Path(self.mktemp())
        issued = issue("a.test")
        path.write_bytes(issued.pem)
        self.assertEqual(certificates(contents(path)), (issued.certificate,))
