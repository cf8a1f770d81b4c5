"""Promises of origins."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.upstream.origin import Origin


class OriginTests(SynchronousTestCase):
    """An origin is scheme, host and port, and nothing else."""

    def test_parsed(self) -> None:
        """Every part is read, and told again as a Host field and as a name for logs."""
        cases = [
            (b"http://127.0.0.1:9001", ("http", "127.0.0.1", 9001), b"127.0.0.1:9001"),
            (b"http://Name.example", ("http", "name.example", 80), b"name.example"),
            (b"https://[::1]", ("https", "::1", 443), b"[::1]"),
            (b"http://[fe80::1]:443", ("http", "fe80::1", 443), b"[fe80::1]:443"),
        ]
        for text, parts, authority in cases:
            origin = Origin.parse(text)
            self.assertEqual((origin.scheme, origin.host, origin.port), parts)
            self.assertEqual(origin.authority, authority)
        self.assertEqual(Origin.parse(b"https://[::1]").address, "[::1]:443")

    def test_refused(self) -> None:
        """Whatever else is there, or is missing, is an error."""
        for text in (
            b"",
            b"ftp://a",
            b"http://",
            b"http://a/",
            b"http://a:0",
            b"http://a:65536",
            b"http://u@a",
            b"http://a b",
            b"http://a\r\n",
            b"http://a:",
            b"http://::1",
        ):
            self.assertRaises(ValueError, Origin.parse, text)
