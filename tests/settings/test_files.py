"""Including files."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from tests.settings.samples import MINIMAL, loaded, told

INCLUDING = MINIMAL + "[include]\nfiles = conf.d/*.ini\n"


class IncludeTests(SynchronousTestCase):
    """``[include]`` and what it may bring."""

    def test_order(self) -> None:
        """Included files are read in the order of their names, after the including one."""
        found = loaded(
            self.mktemp(),
            INCLUDING,
            b="[backend:y]\ninstances = http://y\n",
            a="[backend:x]\ninstances = http://x\n",
        )
        self.assertEqual([backend.name for backend in found.settings.backends], ["a", "x", "y"])

    def test_changes(self) -> None:
        """An included file may add to a section of the including one, and change its keys."""
        more = "[backend:a]\ninstances = http://x\nqueue.size = 1\n"
        (backend,) = loaded(self.mktemp(), INCLUDING, a=more).settings.backends
        self.assertEqual((backend.instances[0].host, backend.queue.size), ("x", 1))

    def test_quarrel(self) -> None:
        """Two included files may not set the same key."""
        more = "[backend:a]\nqueue.size = 1\n"
        self.assertEqual(
            told(self.mktemp(), INCLUDING, a=more, b=more),
            [
                "conf.d/b.ini:2: [backend:a] queue.size = 1: expected each key once; "
                "the first is at conf.d/a.ini:2"
            ],
        )

    def test_own_places(self) -> None:
        """A mistake in an included file is told with that file's name and lines."""
        found = told(self.mktemp(), INCLUDING, a="\n[backend:a]\nqueue.size = many\n")
        self.assertEqual(
            found,
            [
                "conf.d/a.ini:3: [backend:a] queue.size = many: "
                "expected a whole number of at least 0"
            ],
        )

    def test_paths(self) -> None:
        """Each path of a list counts from the folder of the file that names it."""
        more = "[listener:public]\ntls.certificate = a.pem, /b.pem\n    sub/c.pem\n"
        folder = self.mktemp()
        (listener,) = loaded(folder, INCLUDING, x=more).settings.listeners
        wanted = [f"{folder}/conf.d/a.pem", "/b.pem", f"{folder}/conf.d/sub/c.pem"]
        self.assertEqual(list(listener.tls.certificate), [os.path.abspath(path) for path in wanted])
        environ = {"ALTLAS_LISTENER__PUBLIC__TLS_CERTIFICATE": "a.pem, b.pem,"}
        (listener,) = loaded(folder, INCLUDING, environ).settings.listeners
        wanted = [f"{folder}/a.pem", f"{folder}/b.pem"]
        self.assertEqual(list(listener.tls.certificate), [os.path.abspath(path) for path in wanted])

    def test_no_pattern(self) -> None:
        """A pattern that is no text is one mistake, and nothing is looked for."""
        (line,) = told(self.mktemp(), INCLUDING.replace("conf.d/*.ini", "a\x7fb"))
        self.assertIn("[include] files", line)

    def test_no_nesting(self) -> None:
        """An included file may not include."""
        (line,) = told(self.mktemp(), INCLUDING, a="[include]\nfiles = x.ini\n")
        self.assertIn("expected no [include] in a file that is included itself", line)

    def test_missing(self) -> None:
        """A pattern may match nothing; a name must be there."""
        loaded(self.mktemp(), INCLUDING)
        (line,) = told(self.mktemp(), INCLUDING.replace("*", "one"))
        self.assertIn("main.ini:9: [include] files = conf.d/one.ini: expected a file", line)

    def test_once(self) -> None:
        """A file is read once, however many patterns find it, and never includes itself."""
        text = INCLUDING.replace("conf.d/*.ini", "conf.d/*.ini conf.d/a.ini *.ini")
        found = loaded(self.mktemp(), text, a="[backend:x]\ninstances = http://x\n")
        self.assertEqual(len(found.settings.backends), 2)

    def test_from_the_environment(self) -> None:
        """The patterns can be set whole from the environment as well."""
        environ = {"ALTLAS_INCLUDE__FILES": "conf.d/a.ini"}
        more = "[backend:x]\ninstances = http://x\n"
        found = loaded(self.mktemp(), INCLUDING, environ, a=more, b="nonsense")
        self.assertEqual(len(found.settings.backends), 2)
