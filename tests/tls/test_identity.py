"""What instances are told of clients."""

from __future__ import annotations

import time
from hashlib import sha256

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.tls import ListenerTls
from altlas.tls.identity import ClientIdentity, Unwelcome, spellings, subject, withheld
from tests.tls import authority
from tests.tls.authority import issue

NOW = time.time()


class IdentityTests(SynchronousTestCase):
    """The fields."""

    def test_fields(self) -> None:
        """Subject and fingerprint are said under the names of the settings."""
        certificate = issue("runner").certificate
        print_ = sha256(certificate.public_bytes(Encoding.DER)).hexdigest().encode()
        for settings, wanted in (
            (
                ListenerTls(),
                [
                    (b"X-Client-Cert-Subject", b"CN=runner"),
                    (b"X-Client-Cert-Fingerprint", print_),
                ],
            ),
            (
                ListenerTls(client_header="X-Who", client_fingerprint_header=None),
                [(b"X-Who", b"CN=runner")],
            ),
            (ListenerTls(client_header=None, client_fingerprint_header=None), []),
        ):
            self.assertEqual(ClientIdentity.of(settings).fields(certificate, NOW), wanted)

    def test_ended(self) -> None:
        """A certificate that has ended since it was verified is not welcome any more."""
        certificate = issue("runner", ends=1).certificate
        identity = ClientIdentity.of(ListenerTls())
        identity.fields(certificate, NOW)
        self.assertRaises(Unwelcome, identity.fields, certificate, NOW + 2 * 86400)


class SubjectTests(SynchronousTestCase):
    """Subjects as text."""

    def test_order(self) -> None:
        """The last part comes first, and what has a meaning is escaped (RFC 4514)."""
        named = authority.subject(
            (NameOID.ORGANIZATION_NAME, "Jäger, Inc"), (NameOID.COMMON_NAME, "a+b")
        )
        said = subject(issue(of=named).certificate)
        self.assertEqual(said, rb"CN=a\+b,O=J\C3\A4ger\, Inc")

    def test_injection(self) -> None:
        """No subject can end its field or begin another."""
        named = authority.subject((NameOID.COMMON_NAME, "x\r\nX-Admin: 1"))
        self.assertEqual(subject(issue(of=named).certificate), rb"CN=x\0D\0AX-Admin: 1")

    @given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=16))
    def test_anything(self, name: str) -> None:
        """Whatever a subject holds, the field has printable ASCII only."""
        named = authority.subject((NameOID.COMMON_NAME, name))
        self.assertRegex(subject(issue(of=named, key=KEY).certificate), rb"^CN=[\x20-\x7e]+$")

    def test_long(self) -> None:
        """A subject that no instance would take is not welcome."""
        named = authority.subject(*[(NameOID.ORGANIZATIONAL_UNIT_NAME, "x" * 64)] * 100)
        self.assertRaises(Unwelcome, subject, issue(of=named).certificate)


class WithheldTests(SynchronousTestCase):
    """Fields that nobody else may say."""

    def test_withheld(self) -> None:
        """They are those of all listeners that ask for certificates, in every spelling."""
        asking = ListenerTls(
            certificate=("x",),
            client_verify="optional",
            client_header="X-Who",
            client_fingerprint_header=None,
        )
        self.assertEqual(withheld([ListenerTls(), asking]), {b"x-who", b"x_who"})
        self.assertEqual(withheld([ListenerTls(), ListenerTls(certificate=("x",))]), frozenset())

    def test_spellings(self) -> None:
        """Every dash may be an underscore."""
        self.assertEqual(len(spellings("X-Client-Cert-Subject")), 8)
        self.assertIn(b"x_client-cert_subject", spellings("X-Client-Cert-Subject"))


KEY = issue("x").key
