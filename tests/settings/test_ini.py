"""Reading the text of ini files."""

from __future__ import annotations

from configparser import RawConfigParser

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.ini import read

WORD = st.text("abcz-.:/=%$ x", min_size=1, max_size=8).map(str.strip).filter(bool)
NAME = st.text("abcxyz", min_size=1, max_size=4)
VALUE = st.lists(WORD.filter(lambda text: text[0] not in "#;["), min_size=1, max_size=3)
FILE = st.dictionaries(NAME, st.dictionaries(NAME, VALUE, max_size=4), max_size=4)


class ReadTests(SynchronousTestCase):
    """Sections, entries, and the line of each."""

    def test_places(self) -> None:
        """Every section, key and line of a value knows where it was written."""
        text = "; remark\n[a:b]\n\nkey = one\n    # remark within\n    two\n\n[c]\n"
        first, second = read(text, "f").sections
        self.assertEqual((str(first.place), str(second.place)), ("f:2", "f:8"))
        (entry,) = first.entries
        self.assertEqual((entry.key, entry.value, str(entry.place)), ("key", "one\ntwo", "f:4"))
        self.assertEqual([line.number for line in entry.lines], [4, 6])

    def test_value_below_its_key(self) -> None:
        """A value may begin on the line below its key, and its line is known."""
        (section,) = read("[a]\nkey =\n    one\n    two\n", "f").sections
        self.assertEqual(section.entries[0].value, "one\ntwo")
        self.assertEqual(str(section.entries[0].at(0)), "f:3")

    def test_values_are_kept(self) -> None:
        """Percent signs, colons, hashes and equals signs in a value mean themselves."""
        (section,) = read("[a]\nkey = http://x/#a=%20 b:c\n", "f").sections
        self.assertEqual(section.entries[0].value, "http://x/#a=%20 b:c")

    def test_line_ends(self) -> None:
        """Files from other systems read the same."""
        self.assertEqual(read("[a]\r\nb = c\r\n", "f"), read("[a]\nb = c\n", "f"))

    def test_every_fault(self) -> None:
        """Reading goes on after a fault, so that all are told."""
        reading = read("a = b\n[x\nlost\n[y]\nno setting\n key = 1\n [z]\n= 2\n", "f")
        self.assertEqual(
            list(map(str, reading.problems)),
            [
                "f:1: a = b: expected a section such as [gateway] before the first key",
                "f:2: [x: expected a section such as [backend:name], and nothing after it",
                "f:5: [y] no setting: expected key = value",
                "f:6: [y] key = 1: expected a section or a key without blanks in front of it",
                "f:7: [y] [z]: expected a section without blanks in front of it",
                "f:8: [z] = 2: expected key = value",
            ],
        )
        self.assertEqual([section.title for section in reading.sections], ["y", "z"])

    @given(FILE)
    def test_configparser(self, wanted: dict[str, dict[str, list[str]]]) -> None:
        """What configparser reads without complaint is read in the same way."""
        text = "".join(
            f"[{title}]\n" + "".join(f"{key} = " + "\n  ".join(value) + "\n" for key, value in keys)
            for title, keys in ((title, keys.items()) for title, keys in wanted.items())
        )
        parser = RawConfigParser(delimiters=("=",), default_section="")
        parser.read_string(text)
        reading = read(text, "f")
        self.assertEqual(reading.problems, ())
        self.assertEqual(
            {
                section.title: {entry.key: entry.value for entry in section.entries}
                for section in reading.sections
            },
            {title: dict(parser[title]) for title in parser.sections()},
        )

    @given(st.text("[]ab=: \n;#\t"))
    def test_any_text(self, text: str) -> None:
        """Whatever the text, it is read to the end, and problems have lines within it."""
        reading = read(text, "f")
        for problem in reading.problems:
            self.assertTrue(1 <= problem.line <= text.count("\n") + 1)
