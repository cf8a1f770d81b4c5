"""The kinds that the gateway can be configured with."""

from __future__ import annotations

import altlas.balancing
from altlas.kinds import Catalog, discover


def catalog() -> Catalog:
    """Every kind that this version has."""
    return discover(altlas.balancing)
