"""A contract as those who hold traffic to it have it."""

from __future__ import annotations

from attrs import define

from altlas.contracts.contract import Contract
from altlas.contracts.drift import Drift
from altlas.settings import tree


@define(eq=False)
class Kept:
    """One ``[contract:NAME]`` for as long as the gateway runs.

    `contract` is what serves now, None as long as there was no readable one. It is replaced by one
    assignment; who began with one goes on with it.
    """

    settings: tree.Contract
    drift: Drift
    contract: Contract | None = None
