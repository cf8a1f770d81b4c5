"""What operations wish of the gateway."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.place import top
from altlas.contracts.wishes import Wishes, wishes
from altlas.settings.routes import RouteTimeouts
from altlas.settings.tree import Timeouts


def until_answered(seconds: float) -> RouteTimeouts:
    """What one duration stands for."""
    return RouteTimeouts(response=seconds, total=seconds)


class WishTests(SynchronousTestCase):
    """Extensions of OpenAPI."""

    def test_read(self) -> None:
        """Durations are seconds or have units; what is not said is None."""
        for said, wish in (
            ({}, Wishes()),
            ({"x-altlas-timeout": 2}, Wishes(until_answered(2.0))),
            ({"x-altlas-timeout": 0.5}, Wishes(until_answered(0.5))),
            ({"x-altlas-timeout": "250ms"}, Wishes(until_answered(0.25))),
            ({"x-altlas-retry": 0}, Wishes(retries=0)),
            ({"x-altlas-retry": "off"}, Wishes(retries=0)),
            ({"x-altlas-idempotent": False}, Wishes(idempotent=False)),
        ):
            self.assertEqual(wishes(top(said)), wish)

    def test_each_timeout(self) -> None:
        """An object has timeouts by their keys in the settings; what it lacks stays as it is."""
        said = {"connect": 1, "response": "30s", "idle": "off", "per-try": 0.5, "stream": "1h"}
        found = wishes(top({"x-altlas-timeout": said})).timeouts
        made = Timeouts(idle=2.0, total=7.0).overridden(found)
        self.assertEqual(
            made,
            Timeouts(connect=1, response=30, idle=None, per_try=0.5, total=7, stream=3600),
        )
        self.assertEqual(wishes(top({"x-altlas-timeout": {}})), Wishes())

    def test_wrong(self) -> None:
        """What is not to be understood is an error that names it."""
        wrong: list[tuple[str, Any]] = [
            ("timeout", each) for each in (0, -1, "soon", True, [], 1e99, "off")
        ]
        wrong += [
            ("timeout", {key: value})
            for key, value in (
                ("connect", "off"), ("total", 0), ("idle", True), ("per_try", 1), ("x", 1), (3, 1),
                ("stream", None), ("response", "later"), ("response", 1e400),
            )
        ]  # fmt: skip
        wrong += [("retry", each) for each in (-1, 1.5, "2", True, 1000)]
        wrong += [("idempotent", each) for each in ("yes", 1)]
        for name, value in wrong:
            error = self.assertRaises(ValueError, wishes, top({f"x-altlas-{name}": value}))
            self.assertIn(f"x-altlas-{name}", str(error))
