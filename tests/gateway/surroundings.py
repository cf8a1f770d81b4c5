"""Settings for the gateway's tests, and what a gateway is run among."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from OpenSSL import crypto
from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from altlas.backend.running import Surroundings
from altlas.gateway.catalog import catalog
from altlas.gateway.service import GatewayService
from altlas.observability.metrics import Metrics
from altlas.settings import load
from altlas.settings.tree import Settings
from altlas.timers import Timers
from tests.upstream.server import certificate

#: the wall clock of these tests stands still
NOW = 1_000_000.0

INI = """
[listener:public]
bind = tcp:8080
[listener:admin]
bind = tcp:9901:interface=127.0.0.1
serves = admin
[backend:words]
instances = http://127.0.0.1:9001 weight=2 zone=a
    http://127.0.0.1:9002
probe.enabled = no
[route:words]
path = /words/
backend = words
rewrite.prefix = /
[route:old]
path = /old
redirect.to = /words/
[route:hello]
path = /hello
respond.status = 200
respond.body = hello
[access-log]
enabled = no
"""


def settings_of(test: SynchronousTestCase, text: str = INI) -> Settings:
    """The settings in `text`."""
    path = Path(test.mktemp()).with_suffix(".ini").resolve()
    path.write_text(text)
    return load(path, {}, catalog()).settings


class MemoryReactor(MemoryReactorClock):
    """One that takes calls from signals as well."""

    def callFromThread(self, call: Callable[..., object], *words: object) -> None:
        self.callLater(0.0, call, *words)


def memory_reactor() -> Any:
    """A reactor without a network, whose time is the test's, and already some."""
    reactor = MemoryReactor()
    reactor.advance(1.0)
    return reactor


def surroundings(reactor: Any) -> Surroundings:
    """What backends are run among."""
    return Surroundings(
        reactor=reactor,
        timers=Timers(reactor),
        wall_clock=lambda: NOW,
        random=Random(1),
        metrics=Metrics(),
        catalog=catalog(),
    )


def service_of(test: SynchronousTestCase, reactor: Any, text: str = INI) -> GatewayService:
    """A gateway on a reactor of `memory_reactor`, not started yet."""
    return GatewayService(settings_of(test, text), reactor, lambda: NOW, Random(1))


def key_and_certificate(path: Path, name: str = "localhost") -> tuple[bytes, bytes]:
    """Write a private key and a certificate for `name` into a file, and give both, as PEM."""
    made, pem = certificate(name)
    pair = made.privateKey.dump(crypto.FILETYPE_PEM), pem
    path.write_bytes(b"".join(pair))
    return pair
