"""The two usual stacks of Node.js, installed by npm into a folder of the run."""

from __future__ import annotations

import json
import shutil
from functools import cache, partial
from pathlib import Path

from bench.children import Failed, Launch
from bench.machine import PEERS
from bench.peers.peer import Peer, Place
from bench.peers.programs import run

_SCRIPTS = Path(__file__).resolve().parent / "node"
_FOLDER = PEERS / "node"
_EXPRESS = ("express", "http-proxy-middleware", "opossum", "morgan")
_FASTIFY = ("fastify", "@fastify/http-proxy", "undici")


@cache
def _installed() -> Path:
    """The folder of the packages, filled if ``package.json`` is not what filled it last."""
    wanted = (_SCRIPTS / "package.json").read_text()
    filled = _FOLDER / "filled"
    if not filled.exists() or filled.read_text() != wanted:
        npm = _node("npm")
        shutil.rmtree(_FOLDER, ignore_errors=True)
        _FOLDER.mkdir(parents=True)
        (_FOLDER / "package.json").write_text(wanted)
        run([npm, "install", "--no-audit", "--no-fund", "--omit=dev"], _FOLDER, seconds=300)
        filled.write_text(wanted)
    return _FOLDER / "node_modules"


def _node(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Failed(f"there is no {name} here")
    return found


def _version(packages: tuple[str, ...]) -> str:
    versions = [f"Node {run([_node('node'), '--version']).strip().removeprefix('v')}"]
    for name in packages:
        described = json.loads((_installed() / name / "package.json").read_text())
        versions.append(f"{name} {described['version']}")
    return ", ".join(versions)


def _launch(name: str, place: Place) -> Launch:
    told = {
        "http": place.http,
        "https": place.https,
        "instances": [f"http://127.0.0.1:{port}" for port in place.instances],
        "sink": f"http://127.0.0.1:{place.sink}",
        "certificate": str(place.certificate),
        "key": str(place.key),
        "log": str(place.access_log),
    }
    environment = {"NODE_PATH": str(_installed()), "NODE_ENV": "production"}
    return Launch([_node("node"), str(_SCRIPTS / f"{name}.js"), json.dumps(told)], environment)


EXPRESS = Peer(
    "express",
    "Express + http-proxy-middleware + opossum",
    partial(_version, _EXPRESS),
    partial(_launch, "express"),
)
FASTIFY = Peer(
    "fastify",
    "Fastify + @fastify/http-proxy",
    partial(_version, _FASTIFY),
    partial(_launch, "fastify"),
)
