"""A Host is one host."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import BadRequest
from altlas.wire.authority import authority


class AuthorityTests(SynchronousTestCase):
    """Hosts with and without ports."""

    def test_hosts(self) -> None:
        """Names and addresses come out in lower case, port included."""
        for value in (
            b"a",
            b"A.Example.",
            b"a:0",
            b"1.2.3.4:80",
            b"[::1]",
            b"[::1]:8080",
            b"a_b-c",
        ):
            self.assertEqual(authority(value), value.lower())

    def test_refused(self) -> None:
        """What is not one host and port is a 400."""
        for value in (
            b"",
            b".",
            b"a..b",
            b".a",
            b":80",
            b"a:",
            b"a:99999",
            b"a:1:2",
            b"a:\xd9\xa1",
            b"a@b",
            b"a/b",
            b"a?b",
            b"a b",
            b"a,b",
            b"a%20b",
            b"[::1",
            b"::1",
            b"[]",
            b"[::1%25eth0]",
            b"[1.2.3.4]",
            b"a\n",
            b"a" * 300,
        ):
            self.assertRaises(BadRequest, authority, value)
