"""The harness gives a whole gateway, and takes it away again."""

from __future__ import annotations

from twisted.internet.error import ConnectionRefusedError
from twisted.trial.unittest import TestCase

from tests.end_to_end.harness import ini, running_gateway
from tests.end_to_end.rawclient import raw_client
from tests.end_to_end.rude import answers, response, rude_backend


class HarnessTests(TestCase):
    """What the other tests of this folder stand on."""

    async def test_serves(self) -> None:
        """A request goes through the gateway to the backend, and its answer comes back."""
        backend = rude_backend(self, answers(response(b"hello")))
        gateway = await running_gateway(self, ini(backend))
        client = await gateway.client()
        self.assertEqual((await client.get(b"/a|b?")).body, b"hello")
        self.assertEqual(backend.requests[0].target, b"/a|b?")

    async def test_settings(self) -> None:
        """A test's own lines take the place of the harness's."""
        backend = rude_backend(self, answers(response(b"hello")))
        text = ini(
            backend,
            backend="max-requests = 7\nprobe.enabled = yes",
            route="path = /only",
            more="[gateway]\nvia = here",
        )
        gateway = await running_gateway(self, text)
        settings = gateway.service.settings
        self.assertEqual((settings.routes[0].path, settings.gateway.via), ("/only", "here"))
        self.assertEqual(settings.backends[0].max_requests, 7)

    async def test_stops(self) -> None:
        """A gateway that was stopped listens no longer, and can be stopped again."""
        gateway = await running_gateway(self, ini(rude_backend(self, answers(response()))))
        port = gateway.port()
        await gateway.stop()
        await gateway.stop()
        with self.assertRaises(ConnectionRefusedError):
            await raw_client(self, port)
