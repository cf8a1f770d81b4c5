"""The generated reference. ``python -m tests.settings.test_describing`` writes it anew."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from altlas.kinds import discover
from altlas.settings import describe
from tests.settings.samples import CATALOG

PAGE = Path(__file__).parents[2] / "docs" / "reference.md"


def page() -> str:
    """The reference of the gateway as it is shipped."""
    return describe(discover("altlas.balancing"))


class DescribeTests(SynchronousTestCase):
    """The reference says what the code does."""

    def test_page(self) -> None:
        """The page in the docs is what the code generates."""
        self.assertEqual(PAGE.read_text("utf-8"), page())

    def test_keys(self) -> None:
        """Sections, keys, defaults and the keys of kinds are all there."""
        found = describe(CATALOG)
        for wanted in (
            "## [access-log]",
            "## [backend:NAME]",
            "| `instances` | required |",
            "| `probe.fast-interval` | `1s` |",
            "### balancer = sticky",
            "| `balancer.stay-for` | `5m` | how long a client stays |",
        ):
            self.assertIn(wanted, found)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
