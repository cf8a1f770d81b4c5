"""Addresses of instances."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.instances import Instance


class InstanceTests(SynchronousTestCase):
    """``URL key=value ...`` and what it means."""

    def test_plain(self) -> None:
        """An address alone has weight 1, no zone and no tags."""
        self.assertEqual(
            Instance.parse("http://127.0.0.1:9001"),
            Instance("http://127.0.0.1:9001", "http", "127.0.0.1", 9001),
        )

    def test_attributes(self) -> None:
        """Weight, zone and tags follow the address in any order."""
        found = Instance.parse("https://Api.Example.com  tags=fast,new zone=eu-1 weight=7")
        self.assertEqual((found.host, found.port), ("api.example.com", 443))
        self.assertEqual((found.weight, found.zone, found.tags), (7, "eu-1", ("fast", "new")))

    def test_six(self) -> None:
        """An IPv6 address has brackets in addresses, none as a host, and one spelling."""
        found = Instance.parse("http://[0:0::1]:80/")
        self.assertEqual(
            (found.host, found.address, found.origin), ("::1", "[::1]:80", b"http://[::1]:80")
        )

    def test_nearly(self) -> None:
        """An attribute that is nearly one is told which it nearly is."""
        error = self.assertRaises(ValueError, Instance.parse, "http://x wieght=2")
        self.assertEqual(
            str(error),
            "after the address each of weight=, zone=, tags= once at most; did you mean weight=?",
        )
        error = self.assertRaises(ValueError, Instance.parse, "http://x weight=2 weight=3")
        self.assertNotIn("did you mean", str(error))

    def test_refusals(self) -> None:
        """Nothing but scheme, host and port may be in the address; attributes are checked."""
        for written in (
            "127.0.0.1:9001",
            "ftp://x",
            "http://",
            "http://x/path",
            "http://x?q",
            "http://user@x",
            "http://x:0",
            "http://x:65536",
            "http://[::g]:1",
            "http://x weight",
            "http://x weight=0",
            "http://x weight=2 weight=3",
            "http://x colour=red",
            "http://x tags=,",
            "http://x zone=",
        ):
            self.assertRaises(ValueError, Instance.parse, written)
