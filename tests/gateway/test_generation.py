"""What settings compile into."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.leaf import ForwardLeaf
from altlas.edge.replying import RedirectLeaf, RespondLeaf
from altlas.edge.securing import SecureRedirectLeaf
from altlas.gateway.generation import Generation, generation
from altlas.routing.facts import Facts
from tests.gateway.surroundings import INI, memory_reactor, settings_of, surroundings


class GenerationTests(SynchronousTestCase):
    """Routes with their leaves, backends with their instances."""

    def setUp(self) -> None:
        self.reactor = memory_reactor()

    def compiled(self, text: str = INI) -> Generation:
        """What these settings compile into."""
        return generation(settings_of(self, text), surroundings(self.reactor))

    def leaf(self, compiled: Generation, path: bytes) -> object:
        """The leaf that takes a GET for `path`."""
        return compiled.dispatcher.index.find(Facts(b"", path, b"GET", [], None)).leaf

    def test_leaves(self) -> None:
        """Each route ends in what it names: a backend, a redirect, or an answer."""
        compiled = self.compiled()
        forward = self.leaf(compiled, b"/words/x")
        assert isinstance(forward, ForwardLeaf)
        self.assertIs(forward.stack, compiled.backends["words"].stack)
        self.assertIsInstance(self.leaf(compiled, b"/old"), RedirectLeaf)
        self.assertIsInstance(self.leaf(compiled, b"/hello"), RespondLeaf)

    def test_tree_and_index(self) -> None:
        """The index that serves finds the leaves of the tree that defines."""
        compiled = self.compiled()
        for path in (b"/words/x", b"/old", b"/hello"):
            facts = Facts(b"", path, b"GET", [], None)
            self.assertIs(compiled.planted.tree.match(facts).leaf, self.leaf(compiled, path))

    def test_quiet(self) -> None:
        """Nothing runs before the start; the start probes every instance at once."""
        compiled = self.compiled(INI.replace("probe.enabled = no", ""))
        self.assertEqual(self.reactor.tcpClients, [])
        compiled.start()
        self.assertEqual({client[1] for client in self.reactor.tcpClients}, {9001, 9002})

    def test_stop(self) -> None:
        """Stopping ends the probes and leaves nothing with the clock."""
        compiled = self.compiled(INI.replace("probe.enabled = no", ""))
        compiled.start()
        stopped = compiled.stop()
        self.reactor.advance(60.0)
        self.successResultOf(stopped)
        self.assertEqual(len(self.reactor.tcpClients), 2)

    def test_schemes(self) -> None:
        """A redirect to TLS takes who came without; who came with it finds the other routes."""
        more = "[route:secure]\npath = /hello\nredirect.to = https:\nredirect.port = 8443\n"
        dispatcher = self.compiled(INI + more).dispatcher
        facts = Facts(b"", b"/hello", b"GET", [], None)
        self.assertEqual(dispatcher.index.find(facts).leaf, SecureRedirectLeaf(308, 8443))
        assert dispatcher.secure is not None
        self.assertIsInstance(dispatcher.secure.find(facts).leaf, RespondLeaf)
        self.assertIsNone(self.compiled().dispatcher.secure)
