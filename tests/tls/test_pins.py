"""Known keys."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from pathlib import Path
from shutil import which

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from altlas.settings.tls import pin
from altlas.tls.pins import fingerprint
from tests.tls.authority import issue


class PinTests(SynchronousTestCase):
    """Fingerprints of keys."""

    def test_key(self) -> None:
        """It is of the key: another certificate for it has the same, one for another key not."""
        one = issue("a.test")
        self.assertEqual(
            fingerprint(one.certificate), fingerprint(issue("b", key=one.key).certificate)
        )
        self.assertNotEqual(fingerprint(one.certificate), fingerprint(issue("a.test").certificate))

    def test_openssl(self) -> None:
        """It is what openssl makes of the key, and what the settings read back."""
        if which("openssl") is None:
            raise SkipTest("there is no openssl here")
        one = issue("a.test")
        path = Path(self.mktemp())
        path.write_bytes(one.pem)
        key = subprocess.run(
            ["openssl", "x509", "-in", str(path), "-pubkey", "-noout"], capture_output=True
        ).stdout
        der = subprocess.run(
            ["openssl", "pkey", "-pubin", "-outform", "der"], input=key, capture_output=True
        ).stdout
        digest = subprocess.run(
            ["openssl", "dgst", "-sha256", "-binary"], input=der, capture_output=True
        ).stdout
        self.assertEqual(fingerprint(one.certificate), digest)
        for written in (digest.hex(), b64encode(digest).decode()):
            self.assertEqual(pin(written), digest)
