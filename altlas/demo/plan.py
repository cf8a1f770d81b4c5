"""What the demo starts, read from the gateway's own settings: one truth for both."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from altlas.demo.serving import INTERFACE, SERVICES, Place
from altlas.gateway.preflight import tcp_endpoint
from altlas.settings.tree import Backend, Listener, Route, Settings

_LOOPBACK = {INTERFACE, "localhost"}


@frozen
class Door:
    """Where the gateway listens, as far as a plain ``tcp:`` bind tells."""

    name: str
    host: str
    port: int
    #: the paths at which the gateway shows its own contract, as a document and to be read
    pages: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """What URLs through this door begin with, without a slash at the end."""
        return f"http://{self.host}:{self.port}"


@frozen
class Plan:
    """The instances to start, the doors to find the gateway by, and its routes."""

    config: Path
    places: tuple[Place, ...]
    public: Door
    admin: Door
    routes: tuple[Route, ...]
    #: names of the routes whose requests are held to a contract
    held: frozenset[str] = frozenset()

    def taken(self) -> Iterator[str]:
        """One line for each port that somebody else has."""
        wanted = [(place.name, INTERFACE, place.port) for place in self.places]
        wanted += [(f"listener {door.name}", door.host, door.port) for door in self._doors()]
        for name, host, port in wanted:
            try:
                socket.create_server((host, port)).close()
            except OSError as error:
                yield f"port {port} of {host}, wanted by {name}: {os.strerror(error.errno or 0)}"

    def _doors(self) -> tuple[Door, Door]:
        return self.public, self.admin


class NoDemo(ValueError):
    """The settings leave nothing to show, and the message says what is missing."""


def plan(settings: Settings, config: Path, store: Path) -> Plan:
    """The plan for `settings`, which came from `config`; `NoDemo` when there can be none."""
    places = [
        place
        for backend in settings.backends
        if backend.name in SERVICES
        for place in _places(backend, store)
    ]
    if not places:
        raise NoDemo(f"no backend is called {' or '.join(SERVICES)}, with instances on loopback")
    return Plan(
        config,
        tuple(places),
        _door(settings.listeners, "routes"),
        _door(settings.listeners, "admin"),
        settings.routes,
        frozenset(route.name for route in settings.routes if settings.contract_of(route)),
    )


def _places(backend: Backend, store: Path) -> Iterator[Place]:
    for number, instance in enumerate(backend.instances, 1):
        if instance.host in _LOOPBACK and instance.scheme == "http":
            yield Place(backend.name, f"{backend.name}-{number}", instance.port, store)


def _door(listeners: tuple[Listener, ...], serves: str) -> Door:
    for listener in listeners:
        endpoint = tcp_endpoint(listener.bind)
        if listener.serves == serves and endpoint:
            everywhere = endpoint.interface in ("", "0.0.0.0")
            host = INTERFACE if everywhere else endpoint.interface
            pages = filter(None, (listener.openapi.path, listener.openapi.docs))
            return Door(listener.name, host, endpoint.port, tuple(pages))
    raise NoDemo(f"no listener that serves {serves} has a tcp: bind")
