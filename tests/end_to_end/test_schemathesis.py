"""What schemathesis makes of the demo's contracts, sent to the demo through the gateway.

It finds no request that the gateway passes and the contract forbids, nor the reverse.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase
from twisted.web.server import Request, Site

from altlas.demo.serving import SERVICES, Place, instance_of
from tests.end_to_end.harness import ANY_OTHER_PORT, ANY_PORT, running_gateway

DOCUMENTS = Path(__file__).parents[2] / "altlas/demo/contracts"
#: requests for each operation, of either sort; there are twelve operations
EXAMPLES = 25
#: the content type of what the gateway says itself
PROBLEM = ["application/problem+json"]
#: what an answer is held against
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: words that would have an instance wait, or answer nothing: for others to try
SLOW = ("_stall", "_trickle", "_reset")
#: parameters that no contract names break none, so none are made up
CONFIG = {"generation": {"allow-extra-parameters": False, "database": "none"}}

SECTIONS = """
[contract:{name}]
url = http://127.0.0.1:{port}/openapi.{ending}
poll = off
responses = all
on-mismatch = replace

[backend:{name}]
instances = http://127.0.0.1:{port}
contract = {name}
probe.enabled = no
breaker.enabled = no
retry.tries = 0

[route:{name}]
path = /api/v1/{name}/
backend = {name}
rewrite.prefix = /
routes = {routes}
"""


class Counted(Site):
    """A site that counts the requests for anything but its contract."""

    arrived = 0

    def getResourceFor(self, request: Request) -> Any:
        self.arrived += not request.path.startswith(b"/openapi.")
        return super().getResourceFor(request)


class SchemathesisTests(TestCase):
    """The three services of the demo, behind a gateway that holds them to their contracts."""

    timeout = 120

    async def setUp(self) -> None:
        self.sites: dict[str, Counted] = {}
        text = f"[listener:public]\nbind = {ANY_PORT}\n[access-log]\nenabled = no\n"
        text += f"[listener:admin]\nbind = {ANY_OTHER_PORT}\nserves = admin\n"
        text += f"[gateway]\nstate = {Path(self.mktemp()).resolve()}\n"
        for name in SERVICES:
            ending = "yaml" if name == "archive" else "json"
            routes = "from-contract" if name == "runner" else "itself"
            text += SECTIONS.format(name=name, port=self.serve(name), ending=ending, routes=routes)
        self.gateway = await running_gateway(self, text)
        kept = self.gateway.service.contracts.kept.values()
        while not all(one.contract for one in kept):
            await deferLater(reactor, 0.05)

    def serve(self, name: str) -> int:
        """Have a service listen until the test ends; its port."""
        place = Place(name, f"{name}-1", 0, Path(self.mktemp()).resolve())
        site: Any = Counted(instance_of(place, reactor).app.resource())
        port = reactor.listenTCP(0, site, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        self.sites[name] = site
        return int(port.getHost().port)

    async def try_all(self, mode: GenerationMode, judge: Callable[..., None]) -> None:
        """Have `judge` called with what schemathesis makes of each operation, and its answer."""
        for name in SERVICES:
            await deferToThread(self.try_service, name, mode, judge)

    def try_service(self, name: str, mode: GenerationMode, judge: Callable[..., None]) -> None:
        """The same for one service, in a thread: the reactor is what answers."""
        (path,) = DOCUMENTS.glob(f"{name}.*")
        config = schemathesis.Config.from_dict(CONFIG)
        schema = schemathesis.openapi.from_dict(yaml.safe_load(path.read_text()), config=config)
        base_url = f"http://127.0.0.1:{self.gateway.port()}/api/v1/{name}"
        with requests.Session() as session:
            for operation in schema.get_all_operations():

                @settings(
                    max_examples=EXAMPLES,
                    derandomize=True,
                    database=None,
                    deadline=None,
                    phases=[Phase.explicit, Phase.generate],
                    suppress_health_check=list(HealthCheck),
                )
                @given(operation.ok().as_strategy(generation_mode=mode))
                def tried(case: Any) -> None:
                    self.try_case(self.sites[name], case, base_url, session, judge)

                tried()

    def try_case(self, site: Counted, case: Any, base_url: str, session: Any, judge: Any) -> None:
        """Send one request, and have it judged with what arrived of it at the service."""
        if case.meta.generation.mode is GenerationMode.POSITIVE:
            case.query = {n: v for n, v in (case.query or {}).items() if n not in SLOW}
        before = site.arrived
        response = case.call(base_url=base_url, session=session, timeout=20)
        judge(case, response, site.arrived - before)

    async def test_what_the_contract_has(self) -> None:
        """All that a contract has is passed on, and what is answered is in the contract too."""

        def judge(case: Any, response: Any, arrived: int) -> None:
            said = (case.as_curl_command(), response.status_code, response.text)
            self.assertEqual(arrived, 1, said)
            self.assertNotEqual(response.headers["content-type"], PROBLEM, said)
            case.validate_response(response, checks=CHECKS)
            self.judged += 1

        self.judged = 0
        await self.try_all(GenerationMode.POSITIVE, judge)
        self.assertGreater(self.judged, 200)

    async def test_what_the_contract_forbids(self) -> None:
        """Nothing that a contract forbids reaches a service, and its client is told in what."""

        def judge(case: Any, response: Any, arrived: int) -> None:
            if case.meta.generation.mode is GenerationMode.POSITIVE:
                return
            said = (case.as_curl_command(), response.status_code, response.text)
            self.assertEqual(arrived, 0, said)
            self.assertIn(response.status_code, (400, 404, 405, 415), said)
            self.assertEqual(response.headers["content-type"], PROBLEM, said)
            self.judged += 1

        self.judged = 0
        await self.try_all(GenerationMode.NEGATIVE, judge)
        self.assertGreater(self.judged, 200)
