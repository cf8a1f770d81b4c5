"""Who counts hops counts them right."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import BadRequest
from altlas.wire.heads import RequestHead
from altlas.wire.limits import Limits
from altlas.wire.max_forwards import hops_left, one_hop_less
from altlas.wire.reading import RequestReader


def head(method: bytes, *values: bytes) -> RequestHead:
    """A head with such Max-Forwards fields between two others."""
    lines = b"".join(b"max-Forwards: %b\r\n" % value for value in values)
    data = method + b" / HTTP/1.1\r\nHost: a\r\n" + lines + b"X: y\r\n\r\n"
    read = RequestReader(Limits()).feed(data)
    assert read is not None
    return read


class MaxForwardsTests(SynchronousTestCase):
    """RFC 9110, 7.6.2."""

    def test_counted(self) -> None:
        """Of TRACE and OPTIONS the number is read; without a field there is no limit."""
        for method in (b"TRACE", b"OPTIONS"):
            self.assertIsNone(hops_left(head(method)))
            for value, left in ((b"0", 0), (b"1", 1), (b"007", 7), (b"999999999", 999999999)):
                self.assertEqual(hops_left(head(method, value)), left)

    def test_other_methods(self) -> None:
        """Of any other method the field means nothing, whatever it says."""
        self.assertIsNone(hops_left(head(b"GET", b"0")))
        self.assertIsNone(hops_left(head(b"POST", b"x", b"y")))

    def test_no_number(self) -> None:
        """What is not one plain number is refused: the next one might count otherwise."""
        for values in ([b""], [b"-1"], [b"+1"], [b"1 2"], [b"1,2"], [b"x"], [b"1" * 10]):
            self.assertRaises(BadRequest, hops_left, head(b"TRACE", *values))
        self.assertRaises(BadRequest, hops_left, head(b"TRACE", b"1", b"1"))

    def test_one_less(self) -> None:
        """The head that goes on has one hop less where it stood; the other one is unchanged."""
        before = head(b"TRACE", b"3")
        after = one_hop_less(before, 3)
        self.assertEqual(after.fields, [(b"Host", b"a"), (b"max-Forwards", b"2"), (b"X", b"y")])
        self.assertEqual(before.fields[1], (b"max-Forwards", b"3"))
        self.assertIsNone(after.block)
        self.assertEqual((after.method, after.host, after.path), (b"TRACE", b"a", b"/"))
