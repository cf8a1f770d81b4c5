"""What sections owe to one another."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.settings.samples import MINIMAL, loaded, told


class ReferenceTests(SynchronousTestCase):
    """Names that must lead somewhere, and addresses that must be one's own."""

    def test_dangling(self) -> None:
        """A route to a backend that is not there is told, with the nearest that is."""
        text = MINIMAL.replace("backend:a", "backend:archive")
        text = text.replace("backend = a", "backend = archiv")
        self.assertEqual(
            told(self.mktemp(), text),
            [
                "main.ini:7: [route:a] backend = archiv: expected the name of a backend; "
                "did you mean archive?"
            ],
        )

    def test_no_echo(self) -> None:
        """A backend whose title is wrong is told once, not again by those who ask for it."""
        text = MINIMAL.replace("[backend:a]", "[bakend:a]")
        self.assertEqual(len(told(self.mktemp(), text)), 1)
        text = MINIMAL.replace("[listener:", "[listner:")
        self.assertEqual(len(told(self.mktemp(), text)), 1)

    def test_no_routes_served(self) -> None:
        """Some listener serves routes."""
        text = MINIMAL.replace("bind", "serves = admin\nbind")
        self.assertEqual(
            told(self.mktemp(), text),
            [
                "main.ini:2: [listener:public] serves = admin: "
                "expected at least one listener that serves routes"
            ],
        )

    def test_same_bind(self) -> None:
        """Two listeners do not share an address."""
        self.assertEqual(
            told(self.mktemp(), MINIMAL + "[listener:b]\nbind = tcp:8080\n"),
            [
                "main.ini:9: [listener:b] bind = tcp:8080: expected an address of its own; "
                "[listener:public] has it"
            ],
        )

    def test_unverified(self) -> None:
        """Instances that are not verified are a warning, unless their keys are known."""
        text = MINIMAL.replace("[route:", "tls.verify = no\n[route:")
        (warning,) = loaded(self.mktemp(), text).warnings
        self.assertIn("tls.verify = no: expected yes, or a tls.pin", str(warning))
        pinned = text.replace("[route:", f"tls.pin = {'0' * 64}\n[route:")
        self.assertEqual(loaded(self.mktemp(), pinned).warnings, ())

    def test_timeouts(self) -> None:
        """What a route says about timeouts fits what it leaves to its backend."""
        self.assertEqual(
            told(self.mktemp(), MINIMAL + "timeout.per-try = 31s\n"),
            [
                "main.ini:8: [route:a] timeout.per-try = 31s: "
                "expected per-try of no more than total, 31s is above 30s"
            ],
        )
        both = MINIMAL + "timeout.per-try = 31s\ntimeout.total = off\n"
        self.assertEqual(told(self.mktemp(), both), [])


class WarningTests(SynchronousTestCase):
    """Doubts do not stop anything."""

    def test_none(self) -> None:
        """A good file raises no doubts."""
        self.assertEqual(loaded(self.mktemp(), MINIMAL).warnings, ())

    def test_unused(self) -> None:
        """A backend to which no route leads is doubted."""
        found = loaded(self.mktemp(), MINIMAL + "[backend:b]\ninstances = http://x\n").warnings
        self.assertEqual(
            [str(one).partition(": ")[2] for one in found],
            ["[backend:b]: expected a route that leads here"],
        )

    def test_unreachable(self) -> None:
        """A route that no request can reach is doubted, with the one in its way."""
        found = loaded(self.mktemp(), MINIMAL + "[route:b]\npath = /a/\nbackend = a\n").warnings
        self.assertEqual(
            [str(one).partition(": ")[2] for one in found],
            ["[route:b] path = /a/: expected requests to reach it; [route:a] takes them all"],
        )

    def test_unreachable_regex(self) -> None:
        """A regex behind a prefix is told what lets it go first."""
        text = MINIMAL + "[route:b]\npath = ~^/a/x$\nbackend = a\n"
        (found,) = loaded(self.mktemp(), text).warnings
        self.assertTrue(
            str(found).endswith(
                "expected requests to reach it; [route:a] takes them all "
                "(a regex is asked last; priority = 1 lets it go first)"
            ),
            found,
        )
        text += "priority = 1\n"
        self.assertEqual(loaded(self.mktemp(), text).warnings, ())
