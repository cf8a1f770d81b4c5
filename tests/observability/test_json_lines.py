"""Tests for `altlas.observability.json_lines`."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.observability import json_lines as module
from altlas.observability.json_lines import json_lines
from altlas.observability.record import ExchangeRecord

STARTED = 1_700_000_000.5
anything = st.builds(
    ExchangeRecord,
    started=st.floats(min_value=0, max_value=4e9),
    request_id=st.text(max_size=8),
    client=st.text(st.characters(codec=None), max_size=8),
    method=st.binary(max_size=4),
    target=st.binary(max_size=16),
    reason=st.text(st.characters(codec=None), max_size=16),
    duration=st.floats(min_value=0, max_value=1e6),
    user_agent=st.binary(max_size=16),
)


def told(record: ExchangeRecord) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json_lines()(record))
    return told


class JsonLinesTests(SynchronousTestCase):
    """Lines for machines."""

    def test_usual(self) -> None:
        """A line tells what happened under the keys that the documentation names."""
        record = ExchangeRecord(
            started=STARTED,
            request_id="abc",
            method=b"GET",
            target=b"/a?b=1",
            host=b"example.com",
            status=200,
            route="r",
            instance="127.0.0.1:9001",
            duration=0.0123456789,
        )
        line = told(record)
        self.assertEqual(line["time"], "2023-11-14T22:13:20.500Z")
        self.assertEqual((line["method"], line["target"]), ("GET", "/a?b=1"))
        self.assertEqual((line["host"], line["protocol"]), ("example.com", "HTTP/1.1"))
        self.assertEqual((line["route"], line["instance"]), ("r", "127.0.0.1:9001"))
        self.assertEqual((line["status"], line["duration"]), (200, 0.012346))

    def test_protocols(self) -> None:
        """The protocol is that of the request line, and empty where it showed none of ours."""
        said = [told(ExchangeRecord(minor=minor))["protocol"] for minor in (0, 1, -1)]
        self.assertEqual(said, ["HTTP/1.0", "HTTP/1.1", ""])

    def test_same_keys(self) -> None:
        """Every line has the same keys, in the same order, whatever happened or not."""
        full = ExchangeRecord(queued=0.1, connect=0.1, referer=b"x", tls=True, minor=0)
        self.assertEqual(list(told(ExchangeRecord())), list(told(full)))
        self.assertEqual(told(full)["protocol"], "HTTP/1.0")

    def test_next_second(self) -> None:
        """Lines of different seconds carry their own time, in whatever order they come."""
        line = json_lines()
        times = [
            json.loads(line(ExchangeRecord(started=STARTED + offset)))["time"][-6:]
            for offset in (0, 0.25, 1, 0)
        ]
        self.assertEqual(times, ["0.500Z", "0.750Z", "1.500Z", "0.500Z"])

    @given(anything)
    def test_one_line_whatever_comes(self, record: ExchangeRecord) -> None:
        """Any bytes make one line of valid JSON without a control character in it."""
        line = json_lines()(record)
        self.assertEqual(line[-1:], b"\n")
        text = line[:-1].decode("utf-8")
        self.assertEqual([c for c in text if unicodedata.category(c) in ("Cc", "Zl", "Zp")], [])
        json.loads(text)

    @given(anything)
    def test_without_the_fast_encoder(self, record: ExchangeRecord) -> None:
        """The standard library's encoder tells the same."""
        fast = told(record)
        self.patch(module, "_dumps", module._stdlib_line)
        self.assertEqual(told(record), fast)

    @given(st.lists(anything, min_size=1, max_size=4))
    def test_each_for_itself(self, records: list[ExchangeRecord]) -> None:
        """A line says nothing of those before it."""
        line = json_lines()
        self.assertEqual([line(each) for each in records], [json_lines()(one) for one in records])

    def test_not_utf8(self) -> None:
        """Bytes that are not UTF-8 can be told apart in the log."""
        self.assertEqual(told(ExchangeRecord(target=b"/\xff"))["target"], "/\\xff")

    def test_text_direction(self) -> None:
        """A client cannot turn round the text that a reader of the log sees."""
        line = json_lines()(ExchangeRecord(user_agent="\u202egnp.exe".encode()))
        self.assertIn(b"\\u202egnp.exe", line)
