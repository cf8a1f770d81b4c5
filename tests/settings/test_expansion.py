"""Variables in values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.expansion import Expansion
from altlas.settings.ini import read


def expanded(value: str, **environ: str) -> tuple[str, Expansion]:
    """`value` expanded, and the expansion that did it."""
    expansion = Expansion(environ)
    (section,) = read(f"[a]\nkey = {value}\n", "f").sections
    return expansion.section(section).entries[0].value, expansion


class ExpansionTests(SynchronousTestCase):
    """``${NAME}`` and its like."""

    def test_variables(self) -> None:
        """A variable is put in place, wherever it stands in the value."""
        value, expansion = expanded("tcp:${PORT}:x=${A}${A}", PORT="80", A="b")
        self.assertEqual(value, "tcp:80:x=bb")
        self.assertEqual(expansion.named, {"PORT", "A"})

    def test_defaults(self) -> None:
        """A default stands in for what is unset or empty, and may be empty or hold colons."""
        self.assertEqual(expanded("${A:-tcp:80}")[0], "tcp:80")
        self.assertEqual(expanded("${A:-b}", A="")[0], "b")
        self.assertEqual(expanded("x${A:-}")[0], "x")
        self.assertEqual(expanded("${A:-b}", A="c")[0], "c")

    def test_dollars(self) -> None:
        """``$$`` is a dollar; a single one, as regexes have it, is left alone."""
        self.assertEqual(expanded("$${A} ^a$ $1 b$")[0], "${A} ^a$ $1 b$")

    def test_no_second_look(self) -> None:
        """What a variable brings is not expanded again."""
        value, expansion = expanded("${A}", A="${B} $$")
        self.assertEqual((value, expansion.problems), ("${B} $$", []))

    def test_several_lines(self) -> None:
        """A variable may bring several lines, which all count as written where it stands."""
        expansion = Expansion({"A": "x\ny"})
        (section,) = read("[a]\nkey = ${A}\n  z\n", "f").sections
        (entry,) = expansion.section(section).entries
        found = [(line.number, line.text) for line in entry.lines]
        self.assertEqual(found, [(2, "x"), (2, "y"), (3, "z")])

    def test_problems(self) -> None:
        """An unset variable and a malformed reference are told, the nearest name with them."""
        expansion = expanded("${PROT} ${1} ${A", PORT="1")[1]
        self.assertEqual(
            [(problem.line, problem.key, problem.nearest) for problem in expansion.problems],
            [(2, "key", "PORT"), (2, "key", ""), (2, "key", "")],
        )
        self.assertIn("the environment to have PROT", str(expansion.problems[0]))

    @given(st.text("${}A:-$b", max_size=12))
    def test_any_value(self, value: str) -> None:
        """A value without a problem has no reference left that was not doubled or brought."""
        found, expansion = expanded("x" + value)
        if not expansion.problems and "$$" not in value:
            self.assertNotIn("${", found)
