"""What can be found out before the gateway starts: endpoints, addresses, files.

twistd reports an error of a service that starts as a traceback, and cuts it to a hundred
bytes once it is a daemon. So whatever may be wrong is tried first, all of it.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen
from twisted.internet.endpoints import serverFromString

from altlas.settings.tree import Backend, Listener, Settings
from altlas.upstream.tls import TLSSettings

#: endpoint types that are a TCP port
_TCP = {"tcp": socket.AF_INET, "tcp4": socket.AF_INET, "tcp6": socket.AF_INET6}
_TCP |= {"ssl": socket.AF_INET, "tls": socket.AF_INET}


@frozen
class Endpoint:
    """Where a TCP endpoint string binds."""

    family: socket.AddressFamily
    port: int
    interface: str


def tcp_endpoint(bind: str) -> Endpoint | None:
    """The address in an endpoint string such as ``tcp:8080:interface=127.0.0.1``.

    None for what is no TCP endpoint (UNIX sockets, systemd's). Backslashes escape colons, as
    Twisted has it.
    """
    kind, *parts = (part.replace("\\:", ":") for part in re.split(r"(?<!\\):", bind))
    family = _TCP.get(kind)
    named = dict(part.split("=", 1) for part in parts if "=" in part)
    plain = [part for part in parts if "=" not in part]
    port = named.get("port", plain[0] if plain else "")
    if family is None or not port.isdecimal():
        return None
    interface = named.get("interface", "")
    if ":" in interface:
        family = socket.AF_INET6
    return Endpoint(family, int(port), interface)


def problems(settings: Settings, reactor: Any, bind: bool) -> Iterator[str]:
    """One line for each thing that would fail at the start.

    With `bind`, every TCP address is bound for a moment, to see whether it is free.
    """
    for listener in settings.listeners:
        yield from _listener(listener, reactor, bind)
    for backend in settings.backends:
        yield from _backend(backend)
    yield from _access_log(settings)


def _listener(listener: Listener, reactor: Any, bind: bool) -> Iterator[str]:
    where = f"[listener:{listener.name}] bind = {listener.bind}"
    try:
        serverFromString(reactor, listener.bind)
    except Exception as error:  # endpoint parsers raise what they like
        yield f"{where}: no endpoint that Twisted knows: {error}"
        return
    endpoint = tcp_endpoint(listener.bind)
    if bind and endpoint is not None:
        refusal = _refusal(endpoint)
        if refusal:
            yield f"{where}: {refusal}"


def _refusal(endpoint: Endpoint) -> str:
    trial = socket.socket(endpoint.family, socket.SOCK_STREAM)
    try:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind((endpoint.interface, endpoint.port))
        trial.listen(1)
    except (OSError, OverflowError) as error:
        return getattr(error, "strerror", None) or str(error)
    finally:
        trial.close()
    return ""


def _backend(backend: Backend) -> Iterator[str]:
    tls = backend.tls
    if tls.ca is None or not tls.verify:
        return
    try:
        TLSSettings(True, Path(tls.ca), tls.name)("localhost")
    except (OSError, ValueError) as error:
        yield f"[backend:{backend.name}] tls.ca = {tls.ca}: {error}"


def _access_log(settings: Settings) -> Iterator[str]:
    log = settings.access_log
    if not log.enabled or log.path == "-":
        return
    try:
        with open(log.path, "ab"):
            pass
    except OSError as error:
        yield f"[access-log] path = {log.path}: {error.strerror or error}"
