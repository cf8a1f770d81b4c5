"""What the demo tells its spectator to try."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from altlas.demo.plan import Plan
from altlas.demo.serving import INTERFACE, Place
from altlas.settings.tree import Route

#: how curl sends JSON, whichever version it is
_JSON = "-H 'content-type: application/json' -d"

#: what to ask of each service: the path behind its prefix, and more words for curl
_QUESTIONS: dict[str, list[tuple[str, str]]] = {
    "segmentation": [
        ("segment", _JSON + """ '{"text": "It works. Does it, 3.5 times?"}'"""),
        ("segment?text=One.+Two.", ""),
    ],
    "runner": [
        ("jobs", _JSON + """ '{"kind": "count", "seconds": 30}'"""),
        ("jobs", ""),
    ],
    "archive": [
        ("documents/first", "-X PUT " + _JSON + """ '{"title": "The first"}'"""),
        ("documents/first", ""),
        ("documents", ""),
    ],
}

#: what the pages of a door show
_PAGES = ("the contracts of all services as one", "the same for a browser; try it out there")

#: what breaks the contract of each service, and how it is refused
_BREACHES: dict[str, list[tuple[str, str, str]]] = {
    "segmentation": [
        ("segment", _JSON + """ '{"text": 7}'""", "400: text is no string"),
        ("segment", "-d text=One", "415: not of a type that is taken"),
    ],
    "runner": [
        ("jobs", _JSON + """ '{"kind": 1, "seconds": -1}'""", "400: two mistakes at once"),
        ("jobs/first", "", "400: no job is called so"),
    ],
    "archive": [
        ("documents/first", "-X PATCH", "405: not with this method"),
        ("health", "", "404: the service has it, its contract does not"),
    ],
}

#: a path, or a pattern that takes just one
_PLAIN = re.compile(r"(?:~\^)?(/[\w/.-]*)\$?")


def guide(plan: Plan, pids: Mapping[str, int]) -> str:
    """The whole guide; `pids` has the process of each place by name."""
    sections = {
        "Through the gateway": _through(plan),
        "What breaks a contract, and no instance ever sees": _breaches(plan),
        "What the gateway knows": _known(plan),
        "Kill an instance, watch it leave, bring it back": _killing(plan, pids),
        "Have an instance misbehave (it stays healthy unless told otherwise)": _misbehaving(plan),
    }
    lines = ["", f"The gateway answers at {plan.public.url}, its admin side at {plan.admin.url}."]
    for title, content in sections.items():
        said = [f"  {line}" for line in content]
        lines += ["", title, *said] if said else []
    return "\n".join(
        [*lines, "", "Ctrl-C ends it all, but for what you brought back yourself.", ""]
    )


def command(place: Place) -> list[str]:
    """The command line of the process that serves in `place`."""
    words = [sys.executable, "-m", "altlas.demo", place.service]
    return [*words, "--port", str(place.port), "--name", place.name, "--store", str(place.store)]


def _through(plan: Plan) -> Iterator[str]:
    for route in plan.routes:
        url = plan.public.url + route.path
        if route.backend in _QUESTIONS and route.path.endswith("/"):
            for path, more in _QUESTIONS[route.backend]:
                yield _curl(url + path, more)
        elif plain := _PLAIN.fullmatch(route.path):
            yield _curl(plan.public.url + plain[1], "-i")


def _breaches(plan: Plan) -> Iterator[str]:
    for route in plan.routes:
        if route.name in plan.held and route.path.endswith("/"):
            for path, more, why in _BREACHES.get(route.backend or "", []):
                yield _curl(plan.public.url + route.path + path, more) + f"   # {why}"


def _known(plan: Plan) -> Iterator[str]:
    for page, what in zip(plan.public.pages, _PAGES, strict=False):
        yield _curl(plan.public.url + page) + f"   # {what}"
    if plan.held:
        yield _curl(f"{plan.admin.url}/api/contracts") + "   # what traffic shows that they do not"
    for path in ("/api/backends", "/api/overview", "/api/routes", "/metrics", "/readyz"):
        yield _curl(plan.admin.url + path)


def _killing(plan: Plan, pids: Mapping[str, int]) -> Iterator[str]:
    watched = _steady_url(plan)
    if watched:
        yield f"while sleep 0.2; do {_curl(watched)}; done"
    for place in plan.places:
        yield f"kill -9 {pids[place.name]:<8} # {place.name}, {INTERFACE}:{place.port}; back with"
        yield f"    {_short(command(place))}"


def _misbehaving(plan: Plan) -> Iterator[str]:
    url = f"http://{INTERFACE}:{plan.places[0].port}/_demo"
    yield _curl(url, """-d '{"fail": 0.5, "status": 500}'""") + "   # half of its requests"
    yield """    # or {"stall": 3} seconds, {"trickle": true}, {"reset": true}, {"health": false}"""
    yield _curl(url, "-X DELETE") + "   # well again"
    watched = _steady_url(plan)
    if watched:
        yield _curl(f"{watched}&_stall=20", "-i") + (
            "   # this request only; or _fail=503, _trickle=1, _reset=1"
        )


def _steady_url(plan: Plan) -> str | None:
    """A GET to repeat: its answer names the instance, and nothing is changed by it."""
    return next((plan.public.url + path for path in _steady_paths(plan.routes)), None)


def _steady_paths(routes: Iterable[Route]) -> Iterator[str]:
    for route in routes:
        if route.backend == "segmentation" and route.path.endswith("/"):
            yield f"{route.path}segment?text=One.+Two."


def _curl(url: str, more: str = "") -> str:
    return " ".join(filter(None, ["curl -s", more, shlex.quote(url)]))


def _short(words: list[str]) -> str:
    """A command line to be typed in this folder, where most have their `.venv`."""
    program = Path(words[0])
    if program.is_relative_to(Path.cwd()):
        words = [os.path.relpath(program), *words[1:]]
    return shlex.join(words)
