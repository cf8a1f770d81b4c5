"""What twistd meets: the command line, and the service that it starts.

The only place that knows command line, environment and the global reactor.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from twisted.application.service import IService
from twisted.python import usage

from altlas.gateway.preflight import problems
from altlas.gateway.service import GatewayService, catalog
from altlas.routing.table import format_table, table
from altlas.settings import Loaded, SettingsError, load, render

#: where the configuration is looked for when none is named
USUAL_PLACES = (Path("etc/altlas.ini"), Path("/etc/altlas/altlas.ini"))


class Options(usage.Options):
    """The options of ``twistd altlas-gateway``."""

    synopsis = "Usage: twistd [twistd options] altlas-gateway [--config FILE] [options]"
    longdesc = (
        "An event-driven API gateway. Routes HTTP requests to backends as its ini file says, "
        "balances over their instances, probes, retries and breaks circuits. Every key of the "
        "file can be set from the environment: ALTLAS_BACKEND__SEGMENTATION__TIMEOUT_TOTAL=5s. "
        "TERM ends the gateway after the exchanges under way; USR1 reopens its logs. "
        "With twistd, -n stays in the foreground and --pidfile= writes no pid file."
    )
    optParameters = [
        ["config", "c", None, "The ini file [default: etc/altlas.ini, /etc/altlas/altlas.ini]"],
    ]
    optFlags = [
        ["check", None, "Check the configuration, say what is wrong with it, exit with 0 or 1"],
        ["routes", None, "Print the routes in the order in which they are asked, and exit"],
        ["print-config", None, "Print the whole configuration, and where each value is from"],
    ]
    compData = usage.Completions(optActions={"config": usage.CompleteFiles("*.ini")})
    loaded: Loaded

    def postOptions(self) -> None:
        """Read the configuration; everything wrong with it is one `UsageError`."""
        self.loaded = self._load(self._config())
        for warning in self.loaded.warnings:
            print(f"warning: {warning}", file=sys.stderr)
        if self["check"]:
            self._check()
        if self["routes"]:
            _print_and_exit(format_table(table(self.loaded.settings.routes)))
        if self["print-config"]:
            _print_and_exit(render(self.loaded))

    def _config(self) -> Path:
        if self["config"] is not None:
            return Path(self["config"]).absolute()
        for place in USUAL_PLACES:
            if place.exists():
                return place.absolute()
        raise usage.UsageError("no configuration: name one with --config FILE")

    def _load(self, path: Path) -> Loaded:
        try:
            return load(path, os.environ, catalog())
        except SettingsError as error:
            if self["check"] or self["routes"] or self["print-config"]:
                _complain_and_exit([str(problem) for problem in error.problems])
            raise usage.UsageError(f"the configuration has mistakes\n{error}") from None

    def _check(self) -> NoReturn:
        from twisted.internet import reactor

        found = list(problems(self.loaded.settings, reactor, bind=False))
        if found:
            _complain_and_exit(found)
        settings = self.loaded.settings
        _print_and_exit(
            f"The configuration is right: {len(settings.listeners)} listeners, "
            f"{len(settings.routes)} routes, {len(settings.backends)} backends."
        )


def _print_and_exit(text: str) -> NoReturn:
    print(text.rstrip("\n"))
    sys.stdout.flush()
    raise SystemExit(0)


def _complain_and_exit(lines: list[str]) -> NoReturn:
    print("\n".join(lines), file=sys.stderr)
    raise SystemExit(1)


def makeService(options: Options) -> IService:
    """The gateway that the options ask for; nothing is bound yet.

    Ports that are taken and files that cannot be used are a `UsageError` with a line each,
    since after this point twistd may be a daemon that nobody hears.
    """
    from twisted.internet import reactor

    settings = options.loaded.settings
    found = list(problems(settings, reactor, bind=True))
    if found:
        raise usage.UsageError("cannot start\n" + "\n".join(found))
    service: IService = GatewayService(settings, reactor)
    return service
