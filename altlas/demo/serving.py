"""The process of one instance: a service on a port until it is told to end."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from attrs import frozen
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IReactorTCP, IReactorTime
from twisted.web.server import Site

from altlas.demo.answers import Answers, Service
from altlas.demo.archive import Archive
from altlas.demo.instance import Instance
from altlas.demo.runner import Runner
from altlas.demo.segmentation import Segmentation
from altlas.demo.shelf import Shelf

INTERFACE = "127.0.0.1"


@frozen
class Place:
    """Which service, under which name and where. Port 0 takes any that is free."""

    service: str
    name: str
    port: int
    #: the folder which all instances of the demo share
    store: Path


def _runner(answers: Answers, store: Path) -> Service:
    return Runner(answers, Shelf(store / "jobs"), time.time, lambda: uuid4().hex[:12])


def _archive(answers: Answers, store: Path) -> Service:
    return Archive(answers, Shelf(store / "documents"), time.time)


SERVICES: dict[str, Callable[[Answers, Path], Service]] = {
    "segmentation": lambda answers, _: Segmentation(answers),
    "runner": _runner,
    "archive": _archive,
}


def instance_of(place: Place, clock: IReactorTime) -> Instance:
    """The instance that belongs in `place`, not yet listening."""
    return Instance(SERVICES[place.service](Answers(place.name, clock), place.store), random.random)


class Network(IReactorTCP, IReactorTime):
    """What an instance wants of the reactor."""


def serve(reactor: Network, place: Place) -> Deferred[None]:
    """Listen until the process ends; `SystemExit` with one line when the port is taken."""
    site: Any = Site(instance_of(place, reactor).app.resource())
    try:
        port = reactor.listenTCP(place.port, site, interface=INTERFACE)
    except CannotListenError as error:
        raise SystemExit(
            f"{place.name}: port {place.port} of {INTERFACE} is not to be had: "
            f"{error.socketError.strerror}"
        ) from None
    address: Any = port.getHost()
    where = f"http://{address.host}:{address.port}"
    print(f"{place.name} (pid {os.getpid()}) serves {where}", flush=True)
    return Deferred()
