"""The gateway's own contract, as others change."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.contract import Contract, compiled
from altlas.contracts.digesting import digest
from altlas.contracts.drift import Drift
from altlas.contracts.kept import Kept
from altlas.edge.pages.publishing import Publishing, serialised
from altlas.settings import tree
from altlas.settings.tree import Backend, Listener, ListenerOpenapi, Route, Settings


def contract(*paths: str) -> Contract:
    """A contract with these paths."""
    answered = {"get": {"responses": {"200": {"description": "fine"}}}}
    said = {
        "openapi": "3.1.0",
        "info": {"title": "Words", "version": "1"},
        "paths": dict.fromkeys(paths, answered),
    }
    return compiled("words", digest(json.dumps(said).encode()))


class PublishingTests(SynchronousTestCase):
    """A gateway with one contract, whose document two listeners serve."""

    def setUp(self) -> None:
        openapi = ListenerOpenapi(path="/openapi.json", docs="/docs")
        self.listeners = (
            Listener(name="public", bind="tcp:1", openapi=openapi),
            Listener(name="other", bind="tcp:2", openapi=ListenerOpenapi(path="/o", title="O")),
            Listener(name="plain", bind="tcp:3"),
        )
        self.kept = Kept(tree.Contract(name="words", file="x"), Drift(lambda: 0.0), None)
        self.threads: list[tuple[Callable[[], Any], Deferred[Any]]] = []

    def publishing(self) -> Publishing:
        """With threads that run when `work` is called."""
        settings = Settings(
            listeners=self.listeners,
            backends=(Backend(name="words", instances=(), contract="words"),),
            contracts=(self.kept.settings,),
            routes=(Route(name="words", path="/words/", backend="words"),),
        )
        return Publishing(settings, {"words": self.kept}, self.in_thread)

    def in_thread(self, call: Callable[[], Any]) -> Deferred[Any]:
        """Remember the call."""
        self.threads.append((call, Deferred()))
        return self.threads[-1][1]

    def work(self) -> None:
        """Let the thread do what it was asked first."""
        call, done = self.threads.pop(0)
        try:
            done.callback(call())
        except ValueError:
            done.errback()

    def served(self, publishing: Publishing, listener: int = 0) -> Any:
        """The document of a listener."""
        openapi = self.listeners[listener].openapi
        leaf = publishing.leaves(self.listeners[listener])[str(openapi.path).encode()]
        return json.loads(leaf.content.plain)

    def test_listeners(self) -> None:
        """Each listener has what its keys say, under its own title; one without has nothing."""
        self.kept.contract = contract("/words/x")
        publishing = self.publishing()
        found = [sorted(publishing.leaves(one)) for one in self.listeners]
        self.assertIn(b"/docs", found[0])
        self.assertEqual(found[1:], [[b"/o"], []])
        titles = [self.served(publishing, number)["info"]["title"] for number in (0, 1)]
        self.assertEqual(titles, ["altlas-gateway", "O"])
        self.assertEqual([*self.served(publishing)["paths"]], ["/words/x"])

    def test_nobody(self) -> None:
        """Where no listener has the key nothing is made, at no change."""
        self.listeners = self.listeners[2:]
        self.publishing().changed("words")
        self.assertEqual(self.threads, [])

    def test_changes(self) -> None:
        """A change is served once a thread has made the document, under another ETag."""
        publishing = self.publishing()
        leaf = publishing.leaves(self.listeners[0])[b"/openapi.json"]
        before = leaf.content.version
        self.assertEqual(self.served(publishing)["x-altlas-missing"], ["words"])
        self.kept.contract = contract("/words/x")
        publishing.changed("words")
        self.assertEqual(leaf.content.version, before)
        self.work()
        self.assertNotEqual(leaf.content.version, before)
        self.assertNotIn("x-altlas-missing", self.served(publishing))

    def test_meanwhile(self) -> None:
        """Any number of changes while one is made make one more."""
        publishing = self.publishing()
        for path in ("/words/1", "/words/2", "/words/3"):
            self.kept.contract = contract(path)
            publishing.changed("words")
        self.assertEqual(len(self.threads), 1)
        self.kept.contract = contract("/words/4")
        self.work()
        self.assertEqual(len(self.threads), 1)
        self.work()
        self.assertEqual(self.threads, [])
        self.assertEqual([*self.served(publishing)["paths"]], ["/words/4"])

    def test_failure(self) -> None:
        """What cannot be made is logged; what was there is served on, and the next is made."""
        publishing = self.publishing()

        class Unmade:
            @property
            def document(self) -> Any:
                raise ValueError("no document")

        self.kept.contract = Unmade()  # type: ignore[assignment]
        publishing.changed("words")
        self.work()
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
        self.assertIn("x-altlas-missing", self.served(publishing))
        self.kept.contract = contract("/words/x")
        publishing.changed("words")
        self.work()
        self.assertNotIn("x-altlas-missing", self.served(publishing))

    def test_stop(self) -> None:
        """Once stopped, it makes no more."""
        publishing = self.publishing()
        publishing.stop()
        publishing.changed("words")
        self.assertEqual(self.threads, [])


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


class SerialisedTests(SynchronousTestCase):
    """JSON in pieces."""

    @given(st.dictionaries(st.text(max_size=3), values))
    def test_json(self, document: dict[str, Any]) -> None:
        """It is the JSON of the whole, in the order of the whole."""
        plain = json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
        self.assertEqual(serialised(document), plain.encode("utf-8", "surrogatepass"))
