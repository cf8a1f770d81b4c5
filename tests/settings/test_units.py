"""How values are written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.units import (
    Misfits,
    NotAmong,
    above_zero,
    between,
    boolean,
    choice,
    duration,
    integer,
    items,
    lines,
    percent,
    prose,
    regex,
    size,
    text,
    unless_off,
)

PARSERS = (boolean, choice("a", "b"), duration, integer, percent, regex, size, text)


class ScalarTests(SynchronousTestCase):
    """Single values."""

    def test_bytes_that_are_no_text(self) -> None:
        """What the environment held and is no UTF-8 is told as such, wherever it stands."""
        for parse in (prose, regex):
            error = self.assertRaises(ValueError, parse, "a\udcff")
            self.assertEqual(str(error), "text in UTF-8")

    def test_durations(self) -> None:
        """A duration is a number with a unit, and comes out in seconds."""
        wanted = {"250ms": 0.25, "5s": 5.0, "1.5m": 90.0, "2h": 7200.0, "1d": 86400.0, "0": 0.0}
        self.assertEqual({written: duration(written) for written in wanted}, wanted)

    def test_sizes(self) -> None:
        """A size is a whole number with a unit, binary or decimal, and comes out in bytes."""
        wanted = {"512B": 512, "64KiB": 65536, "10MiB": 10 << 20, "1kB": 1000, "2GB": 2 * 10**9}
        self.assertEqual({written: size(written) for written in wanted}, wanted)

    def test_percentages(self) -> None:
        """A percentage comes out as a fraction."""
        self.assertEqual([percent("0%"), percent("12.5%"), percent("100 %")], [0, 0.125, 1])

    def test_booleans(self) -> None:
        """Yes and no have the spellings of ini files, in any case."""
        self.assertEqual({boolean(word) for word in ("yes", "ON", "True", "1")}, {True})
        self.assertEqual({boolean(word) for word in ("no", "off", "FALSE", "0")}, {False})

    def test_refusals(self) -> None:
        """What has no unit, too much of it, or is no number at all, is refused with an example."""
        refused = {
            duration: ["5", "5 parsecs", "-1s", "s", "", "1e3s", "9999999d", "٣s"],
            size: ["64", "64K", "1.5MiB", "-1B", "", "9" * 30 + "GiB"],
            percent: ["20", "101%", "-1%", "%"],
            integer: ["1.0", "", "one", "1_000", "٣"],
            boolean: ["maybe", "", "2"],
            regex: ["(", "[", "[[a]", "a\nb"],
            text: ["a\nb", "a\x00", "a ; a comment", "a # another"],
        }
        for parse, examples in refused.items():
            for written in examples:
                with self.assertRaises(ValueError, msg=f"{written!r}") as caught:
                    parse(written)
                self.assertNotEqual(str(caught.exception), "")

    @given(st.sampled_from(PARSERS), st.text())
    def test_only_value_errors(self, parse: object, written: str) -> None:
        """Whatever is written, a parser returns or raises `ValueError`."""
        try:
            parse(written)  # type: ignore[operator]
        except ValueError as error:
            self.assertIn(type(error), (ValueError, NotAmong))

    @given(st.integers(0, 10**6))
    def test_milliseconds(self, number: int) -> None:
        """Milliseconds are exactly the thousandth part, as the nearest float."""
        self.assertEqual(duration(f"{number}ms"), number / 1000)


class BoundTests(SynchronousTestCase):
    """Values within bounds."""

    def test_between(self) -> None:
        """Both bounds are allowed, and nothing beyond."""
        parse = between(1, 3)
        self.assertEqual([parse("1"), parse("3")], [1, 3])
        for written in ("0", "4", "x"):
            error = self.assertRaises(ValueError, parse, written)
            self.assertEqual(str(error), "a whole number from 1 to 3")

    def test_above_zero(self) -> None:
        """Nothing at all is refused where something is needed."""
        error = self.assertRaises(ValueError, above_zero(duration), "0s")
        self.assertEqual(str(error), "more than 0")

    def test_off(self) -> None:
        """``off`` and ``none`` are None where that is allowed, and a mistake tells of it."""
        parse = unless_off(duration)
        self.assertEqual([parse("off"), parse("none"), parse("1s")], [None, None, 1.0])
        self.assertIn("or off", str(self.assertRaises(ValueError, parse, "soon")))

    def test_choice(self) -> None:
        """A word that is none of the names brings the names along."""
        error = self.assertRaises(NotAmong, choice("json", "combined"), "jsn")
        self.assertEqual((error.names, str(error)), (("json", "combined"), "json or combined"))


class ListTests(SynchronousTestCase):
    """Several values in one."""

    def test_items(self) -> None:
        """Items are parted by commas, blanks or lines; an empty list is a list."""
        self.assertEqual(items(integer)("1, 2 3\n4,\n5"), (1, 2, 3, 4, 5))
        self.assertEqual(items(integer)(""), ())

    def test_lines(self) -> None:
        """Lines keep their blanks and commas."""
        self.assertEqual(lines(text)("a, b\n\nc d"), ("a, b", "c d"))

    def test_every_misfit(self) -> None:
        """Every item that does not fit is told, with its line."""
        error = self.assertRaises(Misfits, items(integer), "1 a\n2\nb")
        self.assertEqual([(one.line, one.item) for one in error.misfits], [(0, "a"), (2, "b")])
