"""A demo instance and a client of it, both in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from attrs import frozen
from treq.testing import StubTreq
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from altlas.demo.answers import Answers, Service
from altlas.demo.instance import Instance


@frozen
class Reply:
    """What came back."""

    status: int
    headers: Any
    json: Any


class Served:
    """Asks an instance of `service`, which is called ``one``, and rolls `roll` always."""

    def __init__(
        self,
        test: SynchronousTestCase,
        service: Callable[[Answers], Service],
        roll: float = 0.0,
    ) -> None:
        self._test = test
        self.clock = Clock()
        self.instance = Instance(service(Answers("one", self.clock)), lambda: roll)
        self.client = StubTreq(self.instance.app.resource())

    def ask(self, method: str, path: str, body: Any = None) -> Reply:
        """The reply to a request that is answered at once; `body` is sent as JSON."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        response, content = self.fetch(method, path, data=data)
        return Reply(response.code, response.headers, json.loads(content) if content else None)

    def fetch(self, method: str, path: str, **more: Any) -> tuple[Any, bytes]:
        """The response, and the bytes of its body; `more` is for treq."""
        url = f"http://demo.test{path}"
        response = self._test.successResultOf(self.client.request(method, url, **more))
        return response, self._test.successResultOf(response.content())
