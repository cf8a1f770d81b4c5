"""Tests for `altlas.command.line`, with what it runs."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

from attrs import frozen
from twisted.trial.unittest import SynchronousTestCase

from altlas.command.line import run
from tests import house
from tests.contracts.editions import asked, document


@frozen
class Ran:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


class LineTests(SynchronousTestCase):
    """The command line."""

    def file(self, content: Any) -> str:
        """A file of this document, or of these words."""
        path = Path(self.mktemp()).resolve()
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    def altlas(self, *words: str) -> Ran:
        """The command run."""
        out, err = StringIO(), StringIO()
        return Ran(run(words, out, err), out.getvalue(), err.getvalue())

    def test_check(self) -> None:
        """A document that can be used is told in a line, with its operations."""
        name = self.file(document())
        ran = self.altlas("contract", "check", name)
        self.assertEqual((ran.code, ran.out), (0, f"{name}: Pets 1, 1 operation\n"))

    def test_doubts(self) -> None:
        """What is not enforced is told by pointer, and ends with 0."""
        odd: Any = document()
        odd["components"] = {"schemas": {"Odd": {"type": "string", "pattern": "(?=a)"}}}
        name = self.file(odd)
        ran = self.altlas("contract", "check", name)
        self.assertEqual(ran.code, 0)
        self.assertIn(f"{name}: a doubt: /components/schemas/Odd/pattern: is a pattern", ran.out)

    def test_unusable(self) -> None:
        """All that is wrong with all files is told by pointer, and ends with 2."""
        broken: Any = document()
        del broken["info"]["version"]
        first, second = self.file(broken), self.file("not: [a document")
        ran = self.altlas("contract", "check", first, self.file(document()), second)
        self.assertEqual((ran.code, ran.out), (2, ""))
        self.assertIn(f"{first}: /info", ran.err)
        self.assertIn(f"{second}: ", ran.err)
        self.assertNotIn("Traceback", ran.err)

    def test_missing(self) -> None:
        """A file that is not there is told, and ends with 2."""
        ran = self.altlas("contract", "diff", "/nowhere/a", "/nowhere/b")
        self.assertEqual(ran.code, 2)
        self.assertEqual(ran.err, "/nowhere/a: No such file or directory\n")

    def test_diff_breaking(self) -> None:
        """What breaks is marked, with its pointer, and ends with 1."""
        old, new = (self.file(asked({"type": kind})) for kind in ("string", "integer"))
        ran = self.altlas("contract", "diff", old, new)
        self.assertEqual(ran.code, 1)
        self.assertIn("addPet\n  ! the request body (application/json) has type", ran.out)
        self.assertIn("[/paths/~1pets/post/requestBody/content/application~1json/schema", ran.out)
        self.assertTrue(ran.out.endswith("1 breaking (!), 0 that may break (?), 0 harmless\n"))

    def test_diff_harmless(self) -> None:
        """What is harmless ends with 0, and so does no change at all."""
        old, new = self.file(document()), self.file(document(deprecated=True))
        self.assertEqual(self.altlas("contract", "diff", old, new).code, 0)
        ran = self.altlas("contract", "diff", old, old)
        self.assertEqual((ran.code, ran.out), (0, "no changes\n"))

    def test_diff_json(self) -> None:
        """The same for machines."""
        old, new = (self.file(asked({"type": kind})) for kind in ("integer", "string"))
        ran = self.altlas("contract", "diff", "--json", old, new)
        told = json.loads(ran.out)
        self.assertEqual((ran.code, told["breaking"]), (1, True))
        (change,) = told["changes"]
        self.assertEqual((change["operation"], change["verdict"]), ("addPet", "breaking"))

    def test_operations(self) -> None:
        """Every operation is listed with method, path and id."""
        name = self.file(document())
        self.assertEqual(self.altlas("contract", "operations", name).out, "POST    /pets  addPet\n")
        (row,) = json.loads(self.altlas("contract", "operations", "--json", name).out)
        self.assertEqual((row["operation"], row["path"]), ("addPet", "/pets"))

    def test_usage(self) -> None:
        """A command line that cannot be read ends with 2 and the usage; help is none."""
        for words in ((), ("contract",), ("contract", "diff", "one"), ("nothing",)):
            ran = self.altlas(*words)
            self.assertEqual((ran.code, ran.out), (2, ""))
            self.assertIn("usage: altlas", ran.err)
        self.assertEqual(self.altlas("--help").code, 0)

    def test_no_reactor(self) -> None:
        """It runs as a process, and loads no Twisted."""
        script = (
            "import sys; from altlas.__main__ import main\n"
            "try: main(sys.argv[1:])\n"
            "finally: print(sorted({*sys.modules} & {'twisted', 'treq'}))\n"
        )
        words = ["contract", "check", self.file(document())]
        ran = subprocess.run(
            [sys.executable, "-c", script, *words], cwd=house.ROOT, capture_output=True, text=True
        )
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual(ran.stdout.splitlines()[-1], "[]")
