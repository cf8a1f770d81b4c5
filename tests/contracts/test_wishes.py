"""What operations wish of the gateway."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.place import top
from altlas.contracts.wishes import Wishes, wishes


class WishTests(SynchronousTestCase):
    """Extensions of OpenAPI."""

    def test_read(self) -> None:
        """Durations are seconds or have units; what is not said is None."""
        for said, wish in (
            ({}, Wishes()),
            ({"x-altlas-timeout": 2}, Wishes(timeout=2.0)),
            ({"x-altlas-timeout": 0.5}, Wishes(timeout=0.5)),
            ({"x-altlas-timeout": "250ms"}, Wishes(timeout=0.25)),
            ({"x-altlas-retry": 0}, Wishes(retries=0)),
            ({"x-altlas-idempotent": False}, Wishes(idempotent=False)),
        ):
            self.assertEqual(wishes(top(said)), wish)

    def test_wrong(self) -> None:
        """What is not to be understood is an error that names it."""
        wrong: list[tuple[str, Any]] = [
            ("timeout", each) for each in (0, -1, "soon", True, [], 1e99)
        ]
        wrong += [("retry", each) for each in (-1, 1.5, "2", True, 1000)]
        wrong += [("idempotent", each) for each in ("yes", 1)]
        for name, value in wrong:
            error = self.assertRaises(ValueError, wishes, top({f"x-altlas-{name}": value}))
            self.assertIn(f"x-altlas-{name}", str(error))
