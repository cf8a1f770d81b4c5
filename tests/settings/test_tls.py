"""What the keys of TLS may say."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.tls import ciphers, header_name, pin, server_name


class TlsTests(SynchronousTestCase):
    """Words that are understood, and others."""

    def refused(self, parse: Callable[[str], object], *written: str) -> None:
        """All of these are refused."""
        for each in written:
            with self.assertRaises(ValueError, msg=each):
                parse(each)

    def test_ciphers(self) -> None:
        """Ciphers are parted by colons, commas or blanks."""
        self.assertEqual(ciphers("HIGH:!aNULL, @STRENGTH"), ("HIGH", "!aNULL", "@STRENGTH"))
        self.assertEqual(ciphers("@SECLEVEL=2:A+B"), ("@SECLEVEL=2", "A+B"))
        self.refused(ciphers, "", ":", "a;b", "#")

    def test_headers(self) -> None:
        """A header of the gateway's own is none that means something already."""
        for written in ("X-Client-Cert-Subject", "SSL-Client-DN", "Client-Cert"):
            self.assertEqual(header_name(written), written)
        taken = ("Host", "content-length", "X-Forwarded-For", "Cookie", "x-request-id")
        self.refused(header_name, "", "a b", "X_A", "X-", "a-b-c-d-e-f-g-h-i", "X:", *taken)

    def test_pins(self) -> None:
        """A pin is 32 bytes, in hex or base64."""
        raw = bytes(range(32))
        base64 = b64encode(raw).decode()
        colons = ":".join(f"{byte:02X}" for byte in raw)
        for written in (raw.hex(), colons, base64, f"sha256/{base64}", f"sha256//{base64}"):
            self.assertEqual(pin(written), raw, written)
        self.refused(pin, "", "x", raw.hex()[2:], base64[4:], f"sha1/{base64}", raw.hex() + "00")

    def test_names(self) -> None:
        """A name or an address, but no port."""
        for written in ("a.test", "192.0.2.1", "::1", "2001:db8::1"):
            self.assertEqual(server_name(written), written)
        self.refused(server_name, "", "a.test:443", "https://a.test", "a b", "[::1]:1")
