"""Configurations as far as they could be read."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings import Draft, SettingsError, draft, load
from altlas.settings.tree import Listener
from tests.settings.samples import CATALOG, MINIMAL, written


class DraftTests(SynchronousTestCase):
    """A configuration for those who have more to find fault with."""

    def drafted(self, text: str) -> Draft:
        """The draft of a file."""
        self.main = written(self.mktemp(), {"main.ini": text})
        return draft(self.main, {}, CATALOG)

    def test_right(self) -> None:
        """The draft of what is right can be used, and is what loading it gives."""
        found = self.drafted(MINIMAL)
        self.assertEqual(found.loaded(), load(self.main, {}, CATALOG))

    def test_wrong(self) -> None:
        """A draft has settings whatever is wrong, and says which keys have stand-ins."""
        found = self.drafted(MINIMAL.replace("bind = tcp:8080", "serves = routs"))
        self.assertRaises(SettingsError, found.loaded)
        self.assertEqual(found.settings.listeners, (Listener(name="public", bind="tcp:8080"),))
        wrong = [key for key in ("bind", "serves", "trust") if found.wrong("listener:public", key)]
        self.assertEqual(wrong, ["bind", "serves"])

    def test_blamed(self) -> None:
        """Faults go among the problems by their lines; a key with a problem is not told again."""
        found = self.drafted(MINIMAL + "escapes = kep\n").blamed(
            [("route:a", "escapes", "no", ""), ("route:a", "path", "gone", "")]
        )
        self.assertEqual(
            [str(one).replace(str(self.main), "main.ini") for one in found.problems],
            [
                "main.ini:6: [route:a] path = /a/: gone",
                "main.ini:8: [route:a] escapes = kep: expected keep or reject; did you mean keep?",
            ],
        )

    def test_item(self) -> None:
        """A fault of one item of a list is told with its line, as is a doubt."""
        listed = "bind = tcp:1\ntls.certificate =\n    /x/a.pem\n    /x/b.pem"
        found = self.drafted(MINIMAL.replace("bind = tcp:8080", listed))
        blame = [("listener:public", "tls.certificate", "gone", "/x/b.pem")]
        line = "main.ini:5: [listener:public] tls.certificate = /x/b.pem: gone"
        for told in (found.blamed(blame).problems, found.doubted(blame).warnings):
            self.assertEqual([str(one).replace(str(self.main), "main.ini") for one in told], [line])
