"""Certificates in the course of time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.internet.testing import EventLoggingObserver
from twisted.logger import LogLevel, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.handshake import HTTP_1
from altlas.gateway.certificates import DAY, LOOK, SUMMARY, TICKET_KEYS_LAST, Certificates
from altlas.settings.tls import ListenerTls
from altlas.settings.tree import Listener
from altlas.timers import Timers
from altlas.tls.defects import Unusable
from altlas.tls.renewal import Renewal
from altlas.upstream.tls import TLSSettings
from tests.tls.authority import Authority
from tests.tls.shaking import client, resumed, shaken


class CertificatesTests(SynchronousTestCase):
    """One listener with a certificate, and one without."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.authority, self.clock, self.epoch = Authority.made(), Clock(), time.time()
        certificate, key = self.authority.issue("a.test").written(self.folder, "a")
        tls = ListenerTls(certificate=(certificate,), key=(key,))
        self.secure = Listener(name="secure", bind="tcp:1", tls=tls)
        self.plain = Listener(name="plain", bind="tcp:2")
        self.certificates = self.made()
        self.log = EventLoggingObserver.createWithCleanup(self, globalLogPublisher)

    def made(self) -> Certificates:
        """All certificates of both."""
        return Certificates.of((self.secure, self.plain), Timers(self.clock), self.now)

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.epoch + self.clock.seconds()

    def start(self) -> None:
        """Begin to watch, until the end of the test."""
        self.certificates.start()
        self.addCleanup(self.certificates.stop)

    @property
    def server(self) -> Any:
        """The TLS of the listener that has it."""
        return self.certificates._servers["secure"]

    def said(self, level: LogLevel = LogLevel.warn) -> list[str]:
        """The formats of what was logged at that level."""
        return [event["log_format"] for event in self.log if event["log_level"] is level]

    def test_secured(self) -> None:
        """With a certificate a listener gets TLS before its protocol, else its protocol alone."""
        factory = Factory()
        self.assertIs(self.certificates.secured(self.plain, {HTTP_1: factory}), factory)
        self.assertIsNot(self.certificates.secured(self.secure, {HTTP_1: factory}), factory)

    def test_unusable(self) -> None:
        """Files that cannot be used are no gateway."""
        (self.folder / "a.key").unlink()
        self.assertRaises(Unusable, self.made)

    def test_look(self) -> None:
        """What has changed serves after two looks."""
        self.start()
        new = self.authority.issue("a.test")
        new.written(self.folder, "a")
        self.clock.pump([LOOK] * 2)
        shown = shaken(self.server, client(believes=self.authority)).shown
        self.assertEqual(shown, new.certificate)

    def test_daily(self) -> None:
        """A certificate that is about to end is told at the start, and every day again."""
        self.epoch += 25 * DAY
        self.start()
        self.assertEqual(len(self.said()), 1)
        self.clock.pump([DAY] * 3)
        self.assertEqual(len(self.said()), 4)

    def test_ticket_keys(self) -> None:
        """The keys of sessions are not kept for ever."""
        self.start()
        context = client(believes=self.authority)
        first = shaken(self.server, context, "a.test")
        session = first.session()
        self.assertTrue(resumed(shaken(self.server, context, "a.test", session)))
        self.clock.advance(TICKET_KEYS_LAST)
        self.assertFalse(resumed(shaken(self.server, context, "a.test", session)))

    def test_summary(self) -> None:
        """Handshakes that fail are one line a minute, however many there are."""
        self.certificates.secured(self.secure, {HTTP_1: Factory()})
        self.start()
        handshakes = self.certificates._handshakes["secure"]
        for number in range(100):
            handshakes.count_failure(None, f"reason {number}")
        self.clock.pump([SUMMARY] * 3)
        (event,) = [event for event in self.log if "count" in event]
        self.assertEqual((event["count"], event["last"]), (100, "a client: reason 99"))

    def test_trouble(self) -> None:
        """What goes wrong in one look does not end the looking."""
        self.start()
        self.patch(Renewal, "look", _fail)
        self.clock.pump([LOOK] * 2)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)

    def test_stop(self) -> None:
        """Nothing is left with the clock after the end."""
        self.start()
        self.certificates.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_nothing(self) -> None:
        """Where there are no certificates nothing is watched."""
        certificates = Certificates.of((self.plain,), Timers(self.clock), self.now)
        certificates.start()
        self.assertEqual((self.clock.getDelayedCalls(), certificates.rows()), ([], []))

    def test_rows(self) -> None:
        """Certificates of listeners and backends are told, with the handshakes of listeners."""
        own = self.authority.issue("gateway").together(self.folder, "own")
        self.certificates.watch("backend:b", TLSSettings(certificate=own))
        self.certificates.watch("backend:c", TLSSettings())
        self.certificates.secured(self.secure, {HTTP_1: Factory()})
        listener, backend = self.certificates.rows()
        self.assertEqual(
            (listener["section"], backend["section"]), ("listener:secure", "backend:b")
        )
        self.assertEqual(
            listener["handshakes"], dict.fromkeys(("complete", "failed", "late", "left"), 0)
        )
        self.assertIsNone(backend["handshakes"])
        (row,) = backend["certificates"]
        self.assertEqual((row["file"], row["names"]), (own, ["gateway"]))

    def test_at_once(self) -> None:
        """All are read again at once when that is asked for."""
        new = self.authority.issue("a.test")
        new.written(self.folder, "a")
        self.certificates.renew()
        shown = shaken(self.server, client(believes=self.authority)).shown
        self.assertEqual(shown, new.certificate)


def _fail(_: Renewal, now: float) -> None:
    raise ZeroDivisionError
