"""The gateway's own contract before a real service, and the page for it in a real browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase
from twisted.web.server import Site

from altlas.demo.serving import Place, instance_of
from tests.end_to_end.browser import Page, new_page
from tests.end_to_end.harness import ANY_OTHER_PORT, ANY_PORT, Gateway, running_gateway
from tests.end_to_end.messages import Message

INI = """
[gateway]
state = {state}
[listener:public]
bind = {bind}
openapi.path = /openapi.json
openapi.docs = /docs
openapi.title = The archive & more
[listener:admin]
bind = {admin}
serves = admin
[contract:archive]
url = http://127.0.0.1:{port}/openapi.yaml
[backend:archive]
instances = http://127.0.0.1:{port}
contract = archive
probe.enabled = no
[route:archive]
path = /api/v1/archive/
backend = archive
rewrite.prefix = /
[access-log]
enabled = no
"""
BLOCK = "#operations-archive-aboutArchive"
#: what the page shows of the live answer, once it is there
ANSWERED = """(() => {{
  const at = (what) => document.querySelector("{block} .live-responses-table " + what);
  const status = at("tbody .response-col_status"), body = at("tbody .highlight-code code");
  return status && body && {{status: status.textContent, body: body.textContent}};
}})()"""


class DocsPageTests(TestCase):
    """What a user of the page does and sees."""

    timeout = 120

    async def gateway(self) -> Gateway:
        """A gateway before one instance of the demo's archive, whose contract it asks for."""
        place = Place("archive", "archive-1", 0, Path(self.mktemp()).resolve())
        site: Any = Site(instance_of(place, reactor).app.resource())
        port = reactor.listenTCP(0, site, interface="127.0.0.1")  # type: ignore[attr-defined]
        self.addCleanup(port.stopListening)
        number, state = port.getHost().port, Path(self.mktemp()).resolve()
        return await running_gateway(
            self, INI.format(bind=ANY_PORT, admin=ANY_OTHER_PORT, port=number, state=state)
        )

    async def published(self, gateway: Gateway) -> Message:
        """The document once the contract is in it."""
        client = await gateway.client()
        for _ in range(500):
            message = await client.get(b"/openapi.json")
            if "x-altlas-missing" not in json.loads(message.body):
                return message
            await deferLater(reactor, 0.01)  # type: ignore[arg-type]
        raise AssertionError("the contract never comes")

    def assert_at_home(self, page: Page, origin: str) -> None:
        """The page asked nobody else, and nothing went wrong in it."""
        strangers = [url for url in page.asked if not url.startswith((f"{origin}/", "data:"))]
        self.assertEqual((strangers, page.complaints), ([], []))

    async def test_document(self) -> None:
        """The document is partial until the contract is there; then it has a new ETag."""
        gateway = await self.gateway()
        client = await gateway.client()
        before = await client.get(b"/openapi.json")
        self.assertEqual(json.loads(before.body)["x-altlas-missing"], ["archive"])
        after = await self.published(gateway)
        self.assertIn("/api/v1/archive/documents/{id}", json.loads(after.body)["paths"])
        tag = after.value(b"ETag")
        self.assertNotEqual(tag, before.value(b"ETag"))
        again = await client.get(b"/openapi.json", b"If-None-Match: " + (tag or b""))
        self.assertEqual((again.status, again.body), (304, b""))

    async def test_tries_an_operation_out(self) -> None:
        """An operation is opened, tried out and executed: the instance's live answer is shown."""
        gateway = await self.gateway()
        await self.published(gateway)
        page = await new_page(self)
        origin = f"http://127.0.0.1:{gateway.port()}"
        await page.open(f"{origin}/docs")
        await page.click(f"{BLOCK} .opblock-summary-control")
        await page.click(f"{BLOCK} .try-out__btn")
        await page.click(f"{BLOCK} .execute")
        shown = await page.until(ANSWERED.format(block=BLOCK))
        self.assertIn("200", shown["status"])
        answer = json.loads(shown["body"])
        self.assertEqual((answer["service"], answer["instance"]), ("archive", "archive-1"))
        self.assertIn(f"{origin}/api/v1/archive/", page.asked)
        self.assertEqual(await page.evaluate("document.title"), "The archive & more")
        self.assert_at_home(page, origin)

    async def test_stays_at_home(self) -> None:
        """A script in the page can ask nobody else, and none can be put in: both are seen here."""
        gateway = await self.gateway()
        page = await new_page(self)
        origin = f"http://127.0.0.1:{gateway.port()}"
        await page.open(f"{origin}/docs")
        stranger = f"http://127.0.0.1:{gateway.port('admin')}/livez"
        refused = f"fetch({json.dumps(stranger)}).then(() => false, () => true)"
        self.assertTrue(await page.evaluate(refused))
        put_in = "document.body.append(Object.assign(document.createElement('script'), "
        await page.evaluate(put_in + "{textContent: 'window.entered = 1'}))")
        self.assertIsNone(await page.evaluate("window.entered"))
        broken = [one for one in page.complaints if "Content Security Policy" in one]
        self.assertGreaterEqual(len(broken), 2)
