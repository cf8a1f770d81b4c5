"""All that the gateway has of certificates: made of files, watched, renewed, told of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from attrs import define, field
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from altlas.edge.handshake import HTTP_1, PROTOCOLS, Handshakes, Host
from altlas.settings.tree import Backend, Listener, Settings
from altlas.timers import Timers
from altlas.tls.identity import ClientIdentity
from altlas.tls.renewal import Renewable, Renewal
from altlas.tls.server import ServerTLS
from altlas.upstream.tls import TLSSettings

log = Logger()

#: seconds between two looks at the files; what has changed serves after two of them
LOOK = 5.0
#: seconds between two summaries of the handshakes that failed
SUMMARY = 60.0
#: seconds after which session tickets are encrypted under other keys: who steals the keys can
#: read what was said by TLS 1.2 for so long, and not for ever
TICKET_KEYS_LAST = 12 * 3600.0
DAY = 86400.0


def tls_of(settings: Settings) -> Iterator[tuple[str, Callable[[float], Renewable]]]:
    """Each section that speaks TLS, and what reads its files.

    That takes the time, in seconds since the epoch, and raises `altlas.tls.defects.Unusable`.
    """
    for listener in settings.listeners:
        if listener.tls.certificate:
            yield f"listener:{listener.name}", partial(_server, listener)
    for backend in settings.backends:
        if TLSSettings.of(backend.tls).files:
            yield f"backend:{backend.name}", partial(_client, backend)


def _server(listener: Listener, now: float) -> ServerTLS:
    both = listener.serves == "routes" and listener.http2.enabled
    protocols = PROTOCOLS if both else (HTTP_1,)
    return ServerTLS.of(listener.tls, protocols, now)


def _client(backend: Backend, now: float) -> TLSSettings:
    made = TLSSettings.of(backend.tls)
    made.renew(now)
    return made


@define(eq=False)
class Certificates:
    """The certificates of listeners, and of backends that `watch` was told of."""

    _timers: Timers
    _wall_clock: Callable[[], float]
    _servers: dict[str, ServerTLS] = field(factory=dict, init=False)
    _handshakes: dict[str, Handshakes] = field(factory=dict, init=False)
    _renewals: list[Renewal] = field(factory=list, init=False)
    _loops: list[LoopingCall] = field(factory=list, init=False)
    #: how many handshakes of each listener had failed at the last summary
    _summed: dict[str, int] = field(factory=dict, init=False)

    @classmethod
    def of(
        cls, listeners: Iterable[Listener], timers: Timers, wall_clock: Callable[[], float]
    ) -> Certificates:
        """Read the files of those that have certificates. Raises `altlas.tls.defects.Unusable`."""
        made = cls(timers, wall_clock)
        for listener in listeners:
            if listener.tls.certificate:
                server = made._servers[listener.name] = _server(listener, wall_clock())
                made.watch(f"listener:{listener.name}", server)
        return made

    def watch(self, section: str, renewable: Renewable) -> None:
        """Renew what a section of the configuration is made of, whenever its files change."""
        if renewable.files:
            self._renewals.append(Renewal(section, renewable))

    def secured(
        self,
        listener: Listener,
        factories: Mapping[bytes, IProtocolFactory],
        host: Host | None = None,
    ) -> IProtocolFactory:
        """A factory for the listener: with TLS before what `factories` make, if it has any.

        `factories` are by name of the protocol (ALPN); `host` counts the connections, and
        sees to it that they end.
        """
        server = self._servers.get(listener.name)
        if server is None:
            return factories[HTTP_1]
        asks = listener.tls.client_verify != "off"
        identity = ClientIdentity.of(listener.tls) if asks else None
        handshakes = self._handshakes[listener.name] = Handshakes(
            server, self._timers, self._wall_clock, host, factories, identity
        )
        made: IProtocolFactory = handshakes.factory()
        return made

    # --- in the course of time ---------------------------------------------------------

    def start(self) -> None:
        """Begin to watch the files, and say what should be looked at."""
        if self._renewals:
            self._repeat(LOOK, self._look)
            self._repeat(DAY, self._tell_doubts, now=True)
        if self._servers:
            self._repeat(TICKET_KEYS_LAST, self._change_ticket_keys)
            self._repeat(SUMMARY, self._sum_up)

    def stop(self) -> None:
        """Watch no more, and end the handshakes that are under way."""
        for handshakes in self._handshakes.values():
            handshakes.cut()
        loops, self._loops = self._loops, []
        for loop in loops:
            loop.stop()

    def renew(self) -> None:
        """Read all files again, now."""
        for renewal in self._renewals:
            renewal.renew(self._wall_clock())

    def _repeat(self, seconds: float, call: Callable[[], None], now: bool = False) -> None:
        def guarded() -> None:
            # A loop ends with the first error that it hears of; these must not.
            try:
                call()
            except Exception:
                log.failure("Certificates could not be looked after")

        loop = LoopingCall(guarded)
        loop.clock = self._timers.clock  # type: ignore[assignment]
        loop.start(seconds, now)
        self._loops.append(loop)

    def _look(self) -> None:
        for renewal in self._renewals:
            renewal.look(self._wall_clock())

    def _tell_doubts(self) -> None:
        for renewal in self._renewals:
            renewal.tell_doubts(self._wall_clock())

    def _change_ticket_keys(self) -> None:
        for server in self._servers.values():
            server.change_ticket_keys()

    def _sum_up(self) -> None:
        """One line for all handshakes that failed: anybody can make as many as he likes."""
        for name, handshakes in self._handshakes.items():
            failed = handshakes.counts["failed"]
            before, self._summed[name] = self._summed.get(name, 0), failed
            if failed > before:
                log.info(
                    "Listener {name}: {count} TLS handshakes failed, the last one of {last}",
                    name=name,
                    count=failed - before,
                    last=handshakes.last,
                )

    # --- what is told ------------------------------------------------------------------

    def rows(self) -> list[dict[str, Any]]:
        """One row a section that has certificates; see `IGatewayView.tls`."""
        return [self._row(renewal) for renewal in self._renewals]

    def _row(self, renewal: Renewal) -> dict[str, Any]:
        kind, _, name = renewal.section.partition(":")
        handshakes = self._handshakes.get(name) if kind == "listener" else None
        return {
            "section": renewal.section,
            "renewed": renewal.ok,
            "certificates": [
                {"file": file, "names": list(names), "ends": ends}
                for file, names, ends in renewal.renewable.certificates()
            ],
            "handshakes": None if handshakes is None else {**handshakes.counts},
        }
