"""What twistd meets: the command line, and the service that it starts.

The only place that knows command line, environment and the global reactor. Nothing that it
imports may name that reactor, or Twisted's default one would be installed before the options
are read (Klein does; hence the import within `makeService`).
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from time import time
from typing import NoReturn

from attrs import astuple, evolve
from twisted.application.app import ServerOptions
from twisted.application.service import IService
from twisted.logger import Logger
from twisted.python import usage
from twisted.python.failure import Failure

from altlas.gateway.binds import absolute
from altlas.gateway.catalog import catalog
from altlas.gateway.collecting import collect_rarely, spare
from altlas.gateway.contracts.readings import Readings
from altlas.gateway.counts import counted
from altlas.gateway.daemon_files import daemonizes, unusable_files
from altlas.gateway.preflight import doubts, faults
from altlas.gateway.view import this_version
from altlas.reactor import available, install
from altlas.routing.table import format_table, table
from altlas.settings import Draft, Problem, draft, render
from altlas.settings.problems import DEFAULT
from altlas.settings.tree import Settings

log = Logger()

#: where the configuration is looked for when none is named
USUAL_PLACES = (Path("etc/altlas.ini"), Path("/etc/altlas/altlas.ini"))


class Options(usage.Options):
    """The options of ``twistd altlas-gateway``."""

    synopsis = "[--config FILE] [options]"
    longdesc = (
        "An event-driven API gateway. It routes HTTP requests to backends as its ini file says, "
        "balances over their instances, probes them, retries, and breaks circuits. Every key of "
        "the file can be set from the environment: timeout.total of [backend:runner] is "
        "ALTLAS_BACKEND__RUNNER__TIMEOUT_TOTAL. TERM or INT ends the gateway after the exchanges "
        "under way, a second one at once; HUP reads certificates and contracts again, USR1 reopens "
        "the access log. Among the options of twistd, which stand before the command, -n stays in "
        "the foreground and --pidfile= writes no pid file."
    )
    optParameters = [
        ["config", "c", None, "The ini file [default: etc/altlas.ini, /etc/altlas/altlas.ini]"],
    ]
    optFlags = [
        ["check", None, "Say everything that is wrong with the configuration; exit with 0 or 1"],
        ["routes", None, "Print the routes in the order in which they are asked, and exit"],
        ["print-config", None, "Print the merged configuration, each value with its source"],
    ]
    compData = usage.Completions(optActions={"config": usage.CompleteFiles("*.ini")})
    draft: Draft
    #: what `draft` says, with every path absolute: a daemon leaves its folder
    settings: Settings
    #: contracts that were read to look for mistakes
    readings: Readings

    def opt_version(self) -> NoReturn:
        """Display the version of altlas-gateway and exit."""
        _print_and_exit(f"altlas-gateway {this_version()}")

    def postOptions(self) -> None:
        """Read the configuration, and do what is to be done instead of a start.

        Raises `SystemExit`, with a line on stderr for each mistake.
        """
        if isinstance(self.parent, ServerOptions):
            _choose_reactor()
        path = self._config()
        self.draft = draft(path, os.environ, catalog())
        self.settings = _with_state(_grounded(self.draft, path))
        self.readings = Readings()
        self._end_if_wrong()
        _warn(map(str, self.draft.warnings))
        if self["check"]:
            self._check()
        if self["routes"]:
            self._routes()
        if self["print-config"]:
            _print_and_exit(render(self.draft.loaded()))

    def _end_if_wrong(self) -> None:
        """End with everything that is known to be wrong by now; only then is more looked for."""
        if self["routes"] or self["print-config"]:
            _end_if(self.draft.problems)
            return
        checks = self["check"]
        files = [] if checks or self.parent is None else [*unusable_files(self.parent)]
        if self.draft.problems or files:
            _end_if([*self.problems(bind=not checks), *files])

    def _config(self) -> Path:
        if self["config"] is not None:
            return Path(self["config"]).absolute()
        for place in USUAL_PLACES:
            if place.exists():
                return place.absolute()
        places = " nor ".join(map(str, USUAL_PLACES))
        _complain_and_exit([f"no configuration: neither {places} is there; name one with --config"])

    def problems(self, bind: bool) -> tuple[Problem, ...]:
        """Everything that is wrong with the configuration, and all that would fail at the start.

        With `bind`, every TCP address is bound for a moment, to see whether it is free.
        """
        from twisted.internet import reactor

        listeners = self.settings.listeners
        # One whose bind means nothing stands there with another.
        real = [one for one in listeners if not self.draft.wrong(f"listener:{one.name}", "bind")]
        settings = evolve(self.settings, listeners=tuple(real))
        found = faults(settings, reactor, bind, time, self.readings)
        return self.draft.blamed(astuple(fault) for fault in found).problems

    def _routes(self) -> NoReturn:
        from altlas.gateway.prospect import prospect, undecided

        rules = prospect(self.settings, self.readings).rules
        _warn(undecided(rules))
        _print_and_exit(format_table(table(rules)))

    def _check(self) -> NoReturn:
        _end_if(self.problems(bind=False))
        settings = self.settings
        found = doubts(settings, time, self.readings)
        doubted = self.draft.doubted(astuple(fault) for fault in found)
        _warn(str(one) for one in doubted.warnings if one not in self.draft.warnings)
        listeners = counted(len(settings.listeners), "listener")
        routes = counted(len(settings.routes), "route")
        backends = counted(len(settings.backends), "backend")
        _print_and_exit(f"The configuration is right: {listeners}, {routes}, {backends}.")

    def in_background(self) -> bool:
        """Whether twistd is to make a daemon of the process."""
        return self.parent is not None and daemonizes(self.parent)


def _choose_reactor() -> None:
    """Install the reactor over uvloop, unless the command line of twistd named another.

    It carries streams at a third to a half of the price (bench/micro/reactor.py).
    """
    if "twisted.internet.reactor" in sys.modules:
        return
    if not available():
        log.info("uvloop is not installed: Twisted's default reactor serves")
        return
    install()


def makeService(options: Options) -> IService:
    """The gateway that the options ask for; nothing is bound yet.

    Raises `SystemExit` with a line on stderr for everything that would fail, since after
    this point twistd may be a daemon that nobody hears (and a `UsageError` from here would
    be shown with a traceback).
    """
    from twisted.internet import reactor

    from altlas.edge.headroom import raise_allowed
    from altlas.gateway.service import GatewayService

    raise_allowed()
    settings = options.settings
    _end_if(options.problems(bind=True))
    if options.in_background() and settings.access_log.enabled and settings.access_log.path == "-":
        _warn(["[access-log] path = -: a daemon has no standard output, so there will be none"])
    try:
        service = GatewayService(settings, reactor, readings=options.readings)
    except (OSError, ValueError) as error:  # gone since it was looked at
        _complain_and_exit([str(error)])
    service.listening.addCallbacks(_settled, _give_up)
    # The process is ours here: see `_settled`.
    service.replaced = service.contracts.replaced = spare
    log.info("Configured by {sources}", sources=", ".join(_sources(options.draft)))
    made: IService = service
    return made


def _sources(read: Draft) -> list[str]:
    """The files that were read, and the variables that override them."""
    places = dict.fromkeys(one.place.file for one in read.provenance if one.place != DEFAULT)
    return list(places)


def _grounded(read: Draft, config: Path) -> Settings:
    """The settings, with the paths in binds taken from the folder of the file that has them."""
    places = {one.section: one.place for one in read.provenance if one.key == "bind"}
    listeners = []
    for listener in read.settings.listeners:
        place = places[f"listener:{listener.name}"]
        folder = Path(place.file).parent if place.line else config.parent
        listeners.append(evolve(listener, bind=absolute(listener.bind, folder)))
    return evolve(read.settings, listeners=tuple(listeners))


def _with_state(settings: Settings) -> Settings:
    """The settings, with a folder for what outlives the process where there is one."""
    if settings.gateway.state is not None:
        return settings
    # systemd may name several, the first in its unit first.
    named = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    try:
        state = named or str(Path.home() / ".local" / "state" / "altlas-gateway")
    except RuntimeError:  # a user without a home
        return settings
    return evolve(settings, gateway=evolve(settings.gateway, state=state))


def _end_if(wrong: Iterable[object]) -> None:
    lines = [str(one) for one in wrong]
    if lines:
        _complain_and_exit(lines)


def _settled(_: object) -> None:
    # Everything that stays is there now. Here, since the process is ours only where twistd runs us.
    collect_rarely()


def _give_up(_: Failure) -> None:
    # The reason is in the log. A TERM is how a process that runs already can be made to end
    # in good order, with a code that is not 0.
    signal.raise_signal(signal.SIGTERM)


def _warn(lines: Iterable[str]) -> None:
    for line in lines:
        print(f"warning: {line}", file=sys.stderr)


def _print_and_exit(text: str) -> NoReturn:
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may know ASCII only
    try:
        print(text.rstrip("\n"))
        sys.stdout.flush()
    except OSError as error:
        raise SystemExit(f"standard output: {error.strerror}") from None
    raise SystemExit(0)


def _complain_and_exit(lines: Iterable[str]) -> NoReturn:
    print("\n".join(lines), file=sys.stderr)
    raise SystemExit(1)
