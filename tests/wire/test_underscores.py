"""Names with underscores are dropped, kept or refused, as the listener says."""

from __future__ import annotations

from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import BadRequest
from altlas.wire.limits import Limits
from altlas.wire.reading import RequestReader
from altlas.wire.underscores import UNDERSCORES, drop, keep, refuse
from tests.wire import messages

PLAIN = [(b"X-User", b"a_b"), (b"X", b"_")]
MIXED = [(b"X-User", b"a"), (b"X_User", b"b"), (b"_", b"c"), (b"X", b"d")]


class UnderscoreTests(SynchronousTestCase):
    """What each word of the configuration does."""

    def test_words(self) -> None:
        """There are three ways, by their words."""
        self.assertEqual(UNDERSCORES, {"drop": drop, "keep": keep, "refuse": refuse})

    def test_none(self) -> None:
        """Fields without underscores in their names are the same list to all."""
        for names in UNDERSCORES.values():
            self.assertIs(names(PLAIN), PLAIN)

    def test_some(self) -> None:
        """One with an underscore is dropped, kept or a bad request; those beside it stay."""
        self.assertEqual(drop(MIXED), [MIXED[0], MIXED[3]])
        self.assertEqual(keep(MIXED), MIXED)
        self.assertRaises(BadRequest, refuse, MIXED)

    def test_reading(self) -> None:
        """A reader looks at no field that does not count, also when it comes again."""
        head = b"GET / HTTP/1.1\r\nHost: a\r\nX_User: b\r\nX-User: c\r\n\r\n"
        reader = RequestReader(Limits(), drop)
        for _ in range(2):
            read = reader.feed(head)
            assert read is not None
            self.assertEqual(read.fields, [(b"Host", b"a"), (b"X-User", b"c")])
        self.assertRaises(BadRequest, RequestReader(Limits(), refuse).feed, head)

    @given(messages.plain_fields)
    def test_any(self, fields: list[tuple[bytes, bytes]]) -> None:
        """What is left has no underscore and its old order; refused is what would lose a field."""
        left = drop(fields)
        self.assertEqual(left, [field for field in fields if b"_" not in field[0]])
        if left == fields:
            self.assertEqual(refuse(fields), fields)
        else:
            self.assertRaises(BadRequest, refuse, fields)
