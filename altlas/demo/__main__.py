"""``python -m altlas.demo``: the whole show, or one instance of one service."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import mkdtemp

from twisted.internet.task import react

import altlas
from altlas.demo.plan import NoDemo, plan
from altlas.demo.serving import SERVICES, Place, serve
from altlas.demo.show import Show, Spoiled, Stage
from altlas.gateway.catalog import catalog
from altlas.settings import SettingsError, load
from altlas.settings.tree import Settings


def main(words: list[str] | None = None) -> None:
    """Do what the command line says; ends the process."""
    arguments = _parser().parse_args(words)
    if arguments.service is None:
        _put_on_show(arguments.config.resolve())
    store = arguments.store or Path(mkdtemp(prefix="altlas-demo-"))
    name = arguments.name or f"{arguments.service}-1"
    react(serve, (Place(arguments.service, name, arguments.port, store),))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m altlas.demo",
        description="Without a service: start the gateway and all its demo backends. "
        "With one: be a single instance of it.",
    )
    parser.add_argument("--config", type=Path, default=_config(), help="the gateway's ini file")
    services = parser.add_subparsers(dest="service", metavar="SERVICE")
    for service in SERVICES:
        one = services.add_parser(service, help=f"one instance of {service}")
        one.add_argument("--port", type=int, default=0, help="where to listen; 0: any free port")
        one.add_argument("--name", help="what the instance calls itself")
        one.add_argument("--store", type=Path, help="folder that its fellow instances share")
    return parser


def _config() -> Path:
    """The demo's ini: in this folder, else in the checkout that this module is from."""
    here = Path("etc/altlas.ini")
    beside = Path(altlas.__file__).parent.parent / here
    return here if here.exists() or not beside.exists() else beside


def _put_on_show(config: Path) -> None:
    store = Path(mkdtemp(prefix="altlas-demo-"))
    # What the gateway keeps for its next start is none of this user's other gateways'.
    os.environ.setdefault("ALTLAS_GATEWAY__STATE", str(store / "gateway"))
    try:
        react(_show, (config, store))
    finally:
        shutil.rmtree(store, ignore_errors=True)


async def _show(reactor: Stage, config: Path, store: Path) -> None:
    try:
        settings = _settings(config)
        drain = settings.gateway.drain.grace + settings.gateway.drain.timeout
        planned = plan(settings, config, store)
        show = Show(reactor, planned, _gateway(config), drain, _say)
        reactor.callWhenRunning(_obey_signals, reactor, show)
        await show.run()
    except (SettingsError, NoDemo, Spoiled) as error:
        raise SystemExit(str(error)) from None


def _obey_signals(reactor: Stage, show: Show) -> None:
    # HUP: a terminal that was closed is a spectator who left.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: reactor.callFromThread(show.stop))


def _settings(config: Path) -> Settings:
    return load(config, os.environ, catalog()).settings


def _gateway(config: Path) -> list[str]:
    """The gateway's command line: the twistd that was installed beside this Python."""
    beside = Path(sys.executable).with_name("twistd")
    twistd = str(beside) if beside.exists() else shutil.which("twistd")
    if twistd is None:
        raise Spoiled(f"there is no twistd beside {sys.executable}, nor on the path")
    return [twistd, "-n", "--pidfile=", "altlas-gateway", "--config", str(config)]


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
