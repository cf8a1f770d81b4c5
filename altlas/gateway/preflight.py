"""What can be found out before the gateway starts: endpoints, addresses, files.

twistd reports an error of a service that starts as a traceback, and cuts it to a hundred
bytes once it is a daemon. So whatever may be wrong is tried first, all of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from attrs import frozen

from altlas.contracts.digesting import Unusable as UnusableContract
from altlas.edge.pages.swagger import INSTALL, installed
from altlas.gateway.addresses import Address, TcpAddress, address_of
from altlas.gateway.admin_access import access_doubts, access_faults
from altlas.gateway.binds import endpoint, parsed
from altlas.gateway.certificates import tls_of
from altlas.gateway.contracts.copies import unkept
from altlas.gateway.contracts.readings import Readings
from altlas.gateway.contracts.state import first_of
from altlas.settings.tree import AccessLog, Listener, Settings
from altlas.tls.defects import Defect, Unusable


@frozen
class Fault:
    """A key whose value would make the start fail, and why."""

    section: str
    key: str
    reason: str
    #: which item of a list of files it is about
    item: str = ""

    def __str__(self) -> str:
        return f"[{self.section}] {self.key}: {self.reason}"


def faults(
    settings: Settings,
    reactor: Any,
    bind: bool,
    wall_clock: Callable[[], float] = time.time,
    readings: Readings | None = None,
) -> Iterator[Fault]:
    """Everything that would fail at the start.

    With `bind`, every TCP address is bound for a moment, to see whether it is free. What is read
    of contracts goes to `readings`.
    """
    yield from _listeners(settings.listeners, reactor, bind)
    for listener in settings.listeners:
        for key, reason in access_faults(listener):
            yield Fault(f"listener:{listener.name}", key, reason)
    for section, read in tls_of(settings):
        try:
            read(wall_clock())
        except Unusable as error:
            yield from _told(section, error.defects)
    yield from _contract_flaws(settings, readings or Readings())
    yield from _access_log(settings.access_log)


def doubts(
    settings: Settings,
    wall_clock: Callable[[], float] = time.time,
    readings: Readings | None = None,
) -> Iterator[Fault]:
    """What works today and should be looked at, in settings without faults."""
    now = wall_clock()
    for section, read in tls_of(settings):
        yield from _told(section, read(now).doubts(now))
    for listener in settings.listeners:
        for key, reason in access_doubts(listener):
            yield Fault(f"listener:{listener.name}", key, reason)
        if listener.openapi.docs is not None and not installed():
            reason = f"the page is not installed, {INSTALL} does that; until then it is a 501"
            yield Fault(f"listener:{listener.name}", "openapi.docs", reason)
    yield from _namesakes(settings)
    yield from _contract_doubts(settings, readings or Readings())
    if any(contract.url for contract in settings.contracts):
        state = settings.gateway.state
        reason = unkept(None if state is None else Path(state))
        if reason:
            yield Fault("gateway", "state", reason)


def _namesakes(settings: Settings) -> Iterator[Fault]:
    """Routes that log and metrics could not tell from the pages of a listener."""
    named = {route.name for route in settings.routes}
    for listener in settings.listeners:
        openapi = listener.openapi
        if openapi.path is None:
            continue
        for key, name, there in (("path", "openapi", True), ("docs", "docs", openapi.docs)):
            if there and name in named:
                reason = f"it is called {name} in log and metrics, as [route:{name}] is"
                yield Fault(f"listener:{listener.name}", f"openapi.{key}", reason)


def _contract_flaws(settings: Settings, readings: Readings) -> Iterator[Fault]:
    for contract in settings.contracts:
        try:
            if contract.file is not None:
                readings.of_file(contract)
        except UnusableContract as error:
            for line in first_of(error.flaws):
                yield Fault(f"contract:{contract.name}", "file", line)


def _contract_doubts(settings: Settings, readings: Readings) -> Iterator[Fault]:
    for contract in settings.contracts:
        if contract.file is not None:
            for line in first_of(readings.of_file(contract).doubts):
                yield Fault(f"contract:{contract.name}", "file", line)
    if any(route.routes != "itself" for route in settings.routes):
        from altlas.gateway.prospect import prospect

        for doubt in prospect(settings, readings).doubts:
            yield Fault(f"route:{doubt.route}", "routes", doubt.reason)


def _told(section: str, defects: Iterable[Defect]) -> Iterator[Fault]:
    for defect in defects:
        yield Fault(section, f"tls.{defect.key}", defect.reason, defect.item)


def tcp_endpoint(bind: str) -> TcpAddress | None:
    """The port that a bind such as ``tcp:8080:interface=127.0.0.1`` is; None if it is none."""
    try:
        address = address_of(parsed(bind))
    except (KeyError, ValueError):
        return None
    return address if isinstance(address, TcpAddress) else None


def _listeners(listeners: Iterable[Listener], reactor: Any, bind: bool) -> Iterator[Fault]:
    taken: dict[str, Address] = {}
    # Held until all are tried: two of our own might be in each other's way.
    with ExitStack() as held:
        for listener in listeners:
            refusal = _misbound(listener, reactor, taken)
            if bind and not refusal and listener.name in taken:
                refusal = taken[listener.name].refusal(held)
            if refusal:
                yield Fault(f"listener:{listener.name}", "bind", refusal)


def _misbound(listener: Listener, reactor: Any, taken: dict[str, Address]) -> str:
    """Why a bind cannot be, as far as that shows without trying; its address goes to `taken`."""
    try:
        endpoint(listener.bind, reactor)
    except ValueError as error:
        return str(error)
    address = address_of(parsed(listener.bind))
    if address is None:
        return ""
    others = [name for name, other in taken.items() if address.overlaps(other)]
    taken[listener.name] = address
    return f"[listener:{others[0]}] has this address" if others else address.misplaced()


def _access_log(settings: AccessLog) -> Iterator[Fault]:
    if settings.enabled and settings.path != "-":
        reason = unwritable(Path(settings.path))
        if reason:
            yield Fault("access-log", "path", reason)


def unwritable(path: Path) -> str:
    """Why `path` cannot be a file that is written to, or nothing. Looking makes none."""
    try:
        path.stat()
    except FileNotFoundError:
        pass
    except OSError as error:  # a name too long, a folder that is none of ours
        return error.strerror or str(error)
    if path.is_dir():
        return "it is a folder"
    if path.is_file():
        return _unopenable(path)
    if path.exists():  # a pipe or device, which might mind
        return ""
    if not path.parent.is_dir():
        return f"{path.parent} is no folder"
    may_make = os.access(path.parent, os.W_OK | os.X_OK)
    return "" if may_make else f"no file can be made in {path.parent}"


def _unopenable(path: Path) -> str:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND))
    except OSError as error:
        return f"it cannot be written to: {error.strerror}"
    return ""
