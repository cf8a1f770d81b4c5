"""The promises between the parts, and who keeps them."""

from __future__ import annotations

import re

from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.view import GatewayView
from altlas.interfaces import IGatewayView
from altlas.routing.table import Row
from tests.observability import fixed_view
from tests.observability.fixed_view import FixedView


class GatewayViewTests(SynchronousTestCase):
    """What admin, metrics and gateway share."""

    def test_kept(self) -> None:
        """The gateway's own view promises it, as does the one that tests look at."""
        for view in (GatewayView, FixedView):
            self.assertTrue(IGatewayView.implementedBy(view))

    def named(self, method: str) -> set[str]:
        """The keys that the interface names in the shape of an answer."""
        text = IGatewayView[method].getDoc()
        return {*re.findall(r"[{,]\s*([a-z_]+)", text[text.index("{") :])}

    def test_shapes(self) -> None:
        """The interface names the very keys that there are."""
        (instance,) = fixed_view.backend()["instances"]
        nested = {*instance, *instance["last_probe"], *fixed_view.backend()["breaker"]}
        queue = {*fixed_view.backend()["queue"]}
        self.assertEqual(self.named("backends"), {*fixed_view.backend(), *nested, *queue})
        self.assertEqual(self.named("routes"), {*Row.__annotations__})
