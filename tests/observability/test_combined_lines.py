"""Tests for `altlas.observability.combined_lines`."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.observability.combined_lines import combined_lines
from altlas.observability.record import ExchangeRecord

FORMAT = re.compile(
    r'\S+ - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] "[^"]*" \d{3} (\d+|-) '
    r'"[^"]*" "[^"]*"\n'
)


class CombinedLinesTests(SynchronousTestCase):
    """Lines for the tools that read Apache's."""

    def test_usual(self) -> None:
        """A line is Apache's, byte for byte."""
        record = ExchangeRecord(
            started=1_700_000_000.5,
            client="203.0.113.9",
            method=b"GET",
            target=b"/a?b=1",
            status=200,
            bytes_out=2326,
            referer=b"http://example.com/start",
            user_agent=b"Mozilla/4.08",
        )
        self.assertEqual(
            combined_lines()(record),
            b'203.0.113.9 - - [14/Nov/2023:22:13:20 +0000] "GET /a?b=1 HTTP/1.1" 200 2326 '
            b'"http://example.com/start" "Mozilla/4.08"\n',
        )

    def test_nothing(self) -> None:
        """What is not there is a dash, and a status that was not sent is 499."""
        self.assertEqual(
            combined_lines()(ExchangeRecord()),
            b'- - - [01/Jan/1970:00:00:00 +0000] "-" 499 - "-" "-"\n',
        )

    def test_refused(self) -> None:
        """Of a request that was refused the line is written as far as it is known, escaped."""
        for method, target, minor, said in (
            (b"GET", b"/a", 1, b'"GET /a HTTP/1.1"'),
            (b"GET", b"/a", -1, b'"GET /a"'),
            (b"", b"\x16\x03 x", -1, rb'"\x16\x03 x"'),
            (b"", b"", -1, b'"-"'),
        ):
            record = ExchangeRecord(method=method, target=target, minor=minor)
            self.assertIn(b"] %b 499" % said, combined_lines()(record))

    def test_escapes(self) -> None:
        """Quotes, backslashes, controls and non-ASCII are written as nginx writes them."""
        line = combined_lines()(ExchangeRecord(user_agent=b'a"b\\c\nd\xe9\x7f'))
        self.assertIn(rb'"a\x22b\x5Cc\x0Ad\xE9\x7F"', line)

    @given(
        st.builds(
            ExchangeRecord,
            method=st.binary(max_size=4),
            target=st.binary(max_size=16),
            referer=st.binary(max_size=16),
            user_agent=st.binary(max_size=16),
            status=st.integers(100, 599),
        )
    )
    def test_one_line_whatever_comes(self, record: ExchangeRecord) -> None:
        """Any bytes make one line of printable ASCII with its fields where they belong."""
        line = combined_lines()(record).decode("ascii")
        self.assertRegex(line, FORMAT)
        self.assertTrue(line[:-1].isprintable())
