"""The gateway itself: everything on that is on by default, probes, breaker, retries, metrics."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from attrs import frozen

from bench import promise
from bench.children import Failed, Launch
from bench.peers.peer import Peer, Place

_CONFIG = """
[listener:public]
bind = tcp:{http}:interface=127.0.0.1:backlog=4096

[listener:secure]
bind = tcp:{https}:interface=127.0.0.1:backlog=4096
tls.certificate = {certificate}
tls.key = {key}

[backend:main]
instances =
    {instances}
pool.idle = 512

[backend:sink]
instances = http://127.0.0.1:{sink}

[route:main]
path = /
backend = main

[route:upload]
path = /upload
backend = sink
limit.body = 64MiB

[access-log]
path = {log}
"""
_ROUTE = """
[route:r{number}]
path = /r/{number}/
backend = main
"""
_CONTRACT = """
[contract:main]
file = {file}
unknown = pass
"""
#: paths that the further routes take, one a route
ROUTED = "/r/%d/thing"


@frozen
class Variant:
    """What a run may vary."""

    reactor: str = ""
    #: how many routes there are beside the usual ones
    routes: int = 0
    #: whether requests are held to a contract
    held: bool = False
    #: words put before the interpreter, such as a profiler's
    under: tuple[str, ...] = ()


def launch(variant: Variant, place: Place) -> Launch:
    """Write the gateway's ini file; how twistd is started with it."""
    path = place.folder / "altlas.ini"
    text = _CONFIG.format(
        http=place.http,
        https=place.https,
        instances="\n    ".join(f"http://127.0.0.1:{port}" for port in place.instances),
        sink=place.sink,
        log=place.access_log,
        certificate=place.certificate,
        key=place.key,
    )
    text += "".join(_ROUTE.format(number=number) for number in range(variant.routes))
    if variant.held:
        document = place.folder / "contract.json"
        document.write_text(json.dumps(promise.DOCUMENT))
        text = text.replace("[backend:main]", "[backend:main]\ncontract = main")
        text += _CONTRACT.format(file=document)
    path.write_text(text)
    twistd = [sys.executable, "-c", "from twisted.scripts.twistd import run; run()"]
    chosen = ["--reactor", variant.reactor] if variant.reactor else []
    words = [*variant.under, *twistd, *chosen, "-n", "--pidfile=", "altlas-gateway"]
    return Launch([*words, "--config", str(path)])


def _version(needs: tuple[str, ...] = ()) -> str:
    try:
        versions = [f"{name} {version(name)}" for name in ("Twisted", "httptools", *needs)]
    except PackageNotFoundError as error:
        raise Failed(f"{error.name} is not installed") from None
    return ", ".join(versions)


def peer(name: str, title: str, variant: Variant, ready: Callable[[], str] = _version) -> Peer:
    """The gateway in one variant, as a peer among others."""
    return Peer(name, title, ready, partial(launch, variant))


GATEWAY = peer("gateway", "altlas-gateway", Variant(), partial(_version, ("uvloop",)))
HELD = peer("contract", "altlas-gateway, held to a contract", Variant(held=True))
EPOLL = peer("epoll", "altlas-gateway, epoll", Variant(reactor="epoll"))
