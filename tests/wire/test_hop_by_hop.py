"""Connection lists names, and some of them it may not."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.hop_by_hop import connection_options, removable


class ConnectionOptionsTests(SynchronousTestCase):
    """What a Connection field lists."""

    def test_lists(self) -> None:
        """Names are told in lower case, without blanks and empty places."""
        for value, options in (
            (None, set()),
            (b"", set()),
            (b"close", {b"close"}),
            (b"Keep-Alive", {b"keep-alive"}),
            (b",A ,\tb,, ", {b"a", b"b"}),
        ):
            self.assertEqual(connection_options(value), options)

    def test_removable(self) -> None:
        """Only names that are nobody else's business are removed on its word."""
        listed = connection_options(
            b"close, X-Mine, Host, content-length, Content-Anything, X-Forwarded-Foo, "
            b"Forwarded, Via, X-Request-ID, Authorization, Cookie, Set-Cookie, TE"
        )
        self.assertEqual(removable(listed), {b"close", b"x-mine"})
        self.assertEqual(removable(connection_options(b"close")), set())
        self.assertEqual(removable(connection_options(None)), set())
