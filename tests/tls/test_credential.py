"""A certificate and its key."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from altlas.tls.credential import authorities, credential
from altlas.tls.defects import Unusable
from tests.tls.authority import Authority


class CredentialTests(SynchronousTestCase):
    """Read from one file or two."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.middle = Authority.made("middle", Authority.made())
        self.issued = self.middle.issue("a.test")

    def refused(self, certificate: str, key: str | None) -> list[tuple[str, str, str]]:
        """Key, reason and file of each defect."""
        with self.assertRaises(Unusable) as raised:
            credential(certificate, key)
        return [(one.key, one.reason, one.item) for one in raised.exception.defects]

    def test_two_files(self) -> None:
        """Certificate, chain and key come from their files."""
        found = credential(*self.issued.written(self.folder, "a"))
        self.assertEqual(found.certificate, self.issued.certificate)
        self.assertEqual(found.chain, (self.issued.certificate, *self.issued.chain))

    def test_one_file(self) -> None:
        """Where no other file is named, the key is in that of the certificate."""
        found = credential(self.issued.together(self.folder, "a"), None)
        self.assertEqual(found.file, str(self.folder / "a.pem"))

    def test_no_key(self) -> None:
        """A file without the key is at fault where none is named beside it."""
        certificate, _ = self.issued.written(self.folder, "a")
        ((key, reason, file),) = self.refused(certificate, None)
        self.assertEqual((key, file), ("certificate", certificate))
        self.assertIn("no private key", reason)

    def test_missing(self) -> None:
        """Both files are looked at, whatever is wrong with the first; one is blamed once."""
        missing = "No such file or directory"
        self.assertEqual(
            self.refused("/no/a.pem", "/no/a.key"),
            [("certificate", missing, "/no/a.pem"), ("key", missing, "/no/a.key")],
        )
        self.assertEqual(self.refused("/no/a.pem", None), [("certificate", missing, "/no/a.pem")])

    def test_other_key(self) -> None:
        """A key of another certificate is told as that."""
        certificate, _ = self.issued.written(self.folder, "a")
        _, key = self.middle.issue("b.test").written(self.folder, "b")
        reason = "the private key is not that of the certificate"
        self.assertEqual(self.refused(certificate, key), [("key", reason, key)])

    def test_order(self) -> None:
        """A chain that begins with the authority is told as that."""
        path = self.folder / "a.pem"
        path.write_bytes(self.middle.pem + self.issued.pem + self.issued.key_pem())
        ((_, reason, _),) = self.refused(str(path), None)
        self.assertIn("must stand first", reason)

    def test_authorities(self) -> None:
        """Authorities are all certificates in a file, which must have some."""
        path = self.folder / "ca.pem"
        path.write_bytes(self.middle.pem + self.middle.pem)
        self.assertEqual(len(authorities(str(path), "ca")), 2)
        path.write_bytes(b"")
        with self.assertRaises(Unusable) as raised:
            authorities(str(path), "client-ca")
        self.assertEqual([one.key for one in raised.exception.defects], ["client-ca"])
