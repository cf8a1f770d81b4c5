"""New routes for a gateway that serves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.generation import Generation, Plantation, generation
from altlas.gateway.replanting import Replanting
from tests.gateway.kept import contract_of, kept
from tests.gateway.surroundings import memory_reactor, settings_of, surroundings

INI = """
[listener:public]
bind = tcp:8080
[backend:demo]
instances = http://127.0.0.1:9001
probe.enabled = no
contract = made
[contract:made]
file = made.json
[route:made]
path = /api/
backend = demo
rewrite.prefix = /
routes = from-contract
[access-log]
enabled = no
"""


class Thread:
    """Calls what it is given when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[], Any], Deferred[Any]]] = []

    def __call__(self, call: Callable[[], Any]) -> Deferred[Any]:
        waiting: Deferred[Any] = Deferred()
        self.waiting.append((call, waiting))
        return waiting

    def run(self) -> None:
        """All that waits now."""
        waiting, self.waiting = self.waiting, []
        for call, result in waiting:
            maybeDeferred(call).chainDeferred(result)


class ReplantingTests(SynchronousTestCase):
    """What happens when a contract is replaced."""

    def setUp(self) -> None:
        """A generation without a contract yet."""
        self.kept = kept(None)
        self.generation: Generation = generation(
            settings_of(self, INI), surroundings(memory_reactor()), {"made": self.kept}
        )
        self.thread = Thread()
        self.installed: list[Any] = []
        self.replanting = Replanting(self.generation, self.thread, self.installed.append)

    @property
    def names(self) -> list[str]:
        """Of the routes of now."""
        return [rule.route.name for rule in self.generation.rules]

    def change(self, *operations: str) -> None:
        """The contract is one of these operations."""
        self.kept.contract = contract_of(*operations)
        self.replanting.changed("made")

    def test_planted(self) -> None:
        """New routes serve as soon as they are planted, at once."""
        self.assertEqual(self.names, ["made"])
        self.change("GET /a one")
        self.assertEqual((self.names, self.installed), (["made"], []))
        self.thread.run()
        self.assertEqual(self.names, ["one"])
        self.assertEqual(self.installed, [self.generation.dispatcher])

    def test_others(self) -> None:
        """A contract that makes no routes is nothing to plant for."""
        self.replanting.changed("other")
        self.assertEqual(self.thread.waiting, [])

    def test_meanwhile(self) -> None:
        """What changes while routes are planted is planted after it, once."""
        self.change("GET /a one")
        self.change("GET /a two")
        self.change("GET /a three")
        self.assertEqual(len(self.thread.waiting), 1)
        self.thread.run()
        self.change("GET /a four")
        for _ in range(3):
            self.thread.run()
        self.assertEqual((self.names, len(self.thread.waiting)), (["four"], 0))

    def test_old_trees(self) -> None:
        """The old trees are taken apart, by the thread too; what they found is found on."""
        old: Plantation = self.generation.planted
        self.change("GET /a one")
        self.thread.run()
        self.assertNotEqual([*old.tree.app.url_map.iter_rules()], [])
        self.thread.run()
        self.assertEqual([*old.tree.app.url_map.iter_rules()], [])
        rule = old.dispatcher.index.sure(b"/api/x")
        self.assertEqual(rule and rule.route.name, "made")

    def test_failed(self) -> None:
        """What cannot be planted is logged, and the old routes stay."""
        self.kept.contract = object()  # type: ignore[assignment]
        self.replanting.changed("made")
        self.thread.run()
        self.assertEqual((self.names, self.installed), (["made"], []))
        self.assertEqual(len(self.flushLoggedErrors(AttributeError)), 1)
        self.change("GET /a one")
        self.thread.run()
        self.assertEqual(self.names, ["one"])

    def test_stopped(self) -> None:
        """A gateway that goes down plants no more."""
        self.change("GET /a one")
        self.replanting.stop()
        self.thread.run()
        self.assertEqual((self.names, self.installed), (["made"], []))
        self.change("GET /a two")
        self.assertEqual(self.thread.waiting, [])
