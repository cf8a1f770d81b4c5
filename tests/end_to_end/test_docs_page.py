"""The page that shows the gateway's contract, in a real browser, before a real service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.trial.unittest import TestCase
from twisted.web.server import Site

from altlas.demo.serving import Place, instance_of
from tests.end_to_end.browser import Page, new_page
from tests.end_to_end.harness import ANY_OTHER_PORT, ANY_PORT, Gateway, running_gateway

CONTRACT = Path(__file__).parents[2] / "altlas/demo/contracts/archive.yaml"
INI = """
[listener:public]
bind = {bind}
openapi.path = /openapi.json
openapi.docs = /docs
openapi.title = The archive & more
[listener:admin]
bind = {admin}
serves = admin
[contract:archive]
file = {contract}
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
        """A gateway before one instance of the demo's archive."""
        place = Place("archive", "archive-1", 0, Path(self.mktemp()).resolve())
        site: Any = Site(instance_of(place, reactor).app.resource())
        port = reactor.listenTCP(0, site, interface="127.0.0.1")  # type: ignore[attr-defined]
        self.addCleanup(port.stopListening)
        text = INI.format(
            bind=ANY_PORT, admin=ANY_OTHER_PORT, contract=CONTRACT, port=port.getHost().port
        )
        return await running_gateway(self, text)

    def assert_at_home(self, page: Page, origin: str) -> None:
        """The page asked nobody else, and nothing went wrong in it."""
        strangers = [url for url in page.asked if not url.startswith((f"{origin}/", "data:"))]
        self.assertEqual((strangers, page.complaints), ([], []))

    async def test_tries_an_operation_out(self) -> None:
        """An operation is opened, tried out and executed: the instance's live answer is shown."""
        gateway = await self.gateway()
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
