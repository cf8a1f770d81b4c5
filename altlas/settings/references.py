"""What sections owe to one another: names that lead nowhere, listeners that clash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from altlas.settings.assembly import Assembled
from altlas.settings.constraints import timeouts
from altlas.settings.problems import Place, Problem, nearest
from altlas.settings.routes import INHERIT
from altlas.settings.sections import Sections
from altlas.settings.shadowing import shadowed
from altlas.settings.tree import NAMED


def wrong_references(
    assembled: Iterable[Assembled], sections: Sections, main: Place
) -> Iterator[Problem]:
    """The problems between sections."""
    by_kind = _by_kind(assembled)
    backends = {found.settings.name: found.settings for found in by_kind["backend"]}
    for route in by_kind["route"]:
        yield from _route(route, backends, sections.lost)
    contracts = {found.settings.name for found in by_kind["contract"]} | sections.lost
    for user in (*by_kind["backend"], *by_kind["route"]):
        yield from _contract(user, contracts)
    for route in by_kind["route"]:
        yield from _made_of_contract(route, backends)
    yield from _listeners(by_kind["listener"], sections.lost, main)


def warnings(assembled: Iterable[Assembled]) -> Iterator[Problem]:
    """What may be meant so, but hardly is."""
    by_kind = _by_kind(assembled)
    routes = {found.settings.name: found for found in by_kind["route"]}
    used = {found.settings.backend for found in by_kind["route"]}
    yield from _unused_contracts(by_kind)
    for backend in by_kind["backend"]:
        if backend.settings.name not in used:
            place = backend.section.place
            yield Problem(place, backend.section.title, expected="a route that leads here")
        tls = backend.settings.tls
        if not tls.verify and not tls.pin:
            wanted = "yes, or a tls.pin; whoever answers at the address is believed"
            yield backend.problem("tls.verify", wanted)
    for route, by in shadowed([found.settings for found in by_kind["route"]]):
        wanted = f"requests to reach it; [route:{by.name}] takes them all"
        if route.match_kind == "regex" and by.match_kind != "regex":
            wanted += f" (a regex is asked last; priority = {by.priority + 1} lets it go first)"
        section = routes[route.name].section
        yield Problem(section.place, section.title, "path", route.path, wanted)


def _by_kind(assembled: Iterable[Assembled]) -> dict[str, list[Assembled]]:
    found: dict[str, list[Assembled]] = {kind: [] for kind in NAMED}
    for one in assembled:
        found.setdefault(one.section.kind, []).append(one)
    return found


def _route(found: Assembled, backends: dict[str, Any], lost: set[str]) -> Iterator[Problem]:
    route = found.settings
    if route.backend is None or route.backend in lost or found.wrong("backend"):
        return
    backend = backends.get(route.backend)
    if backend is None:
        wanted = "the name of a backend"
        close = nearest(route.backend, backends)
        yield found.problem("backend", wanted, close)
        return
    for complaint in timeouts(backend.timeout.overridden(route.timeout)):
        keys = [f"timeout.{key.replace('_', '-')}" for key in complaint.keys]
        written = [key for key in keys if found.wrote(key) and not found.wrong(key)]
        # Where the route wrote neither, the backend was told already.
        if written:
            yield found.problem(written[0], complaint.expected)


def _contract(user: Assembled, contracts: set[str]) -> Iterator[Problem]:
    name = user.settings.contract
    if not isinstance(name, str) or name in contracts or user.wrong("contract"):
        return
    if name != "none" or user.section.kind == "backend":
        yield user.problem("contract", "the name of a contract", nearest(name, contracts))


def _made_of_contract(route: Assembled, backends: dict[str, Any]) -> Iterator[Problem]:
    settings = route.settings
    backend = backends.get(settings.backend or "")
    inherited = settings.contract is INHERIT and backend is not None and backend.contract is None
    if settings.routes != "itself" and (inherited or settings.contract == "none"):
        yield route.problem("routes", "a contract, of the route or its backend, with it")


def _unused_contracts(by_kind: dict[str, list[Assembled]]) -> Iterator[Problem]:
    users = (*by_kind["backend"], *by_kind["route"])
    used = {user.settings.contract for user in users}
    for contract in by_kind["contract"]:
        if contract.settings.name not in used:
            wanted = "a backend or route that keeps to it"
            yield Problem(contract.section.place, contract.section.title, expected=wanted)


def _listeners(found: list[Assembled], lost: set[str], main: Place) -> Iterator[Problem]:
    if not found and not lost:
        yield Problem(main, expected="at least one section [listener:NAME]")
    elif found and not any(one.settings.serves == "routes" or one.wrong("serves") for one in found):
        yield found[0].problem("serves", "at least one listener that serves routes")
    taken: dict[str, Assembled] = {}
    for one in found:
        bind = one.settings.bind
        first = taken.setdefault(bind, one)
        if first is not one and not one.wrong("bind") and not first.wrong("bind"):
            yield one.problem("bind", f"an address of its own; [{first.section.title}] has it")
