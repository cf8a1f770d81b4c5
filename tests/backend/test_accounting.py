"""What a try meant, decided once."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import (
    ConnectionDone,
    ConnectionLost,
    ConnectionRefusedError,
    DNSLookupError,
    TimeoutError,
)
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseFailed, ResponseNeverReceived

from altlas.backend.accounting import error_of
from altlas.errors import (
    BodyTooLarge,
    ClientGone,
    ConnectFailed,
    GatewayError,
    UpstreamCancelled,
    UpstreamMalformed,
    UpstreamReset,
)
from altlas.settings.backends import ProbeSettings
from altlas.testing import NEVER, Answer
from tests.backend.scene import Scene, backend, body

#: a reason as the client words it
REFUSED = "127.0.0.1:1: refused"


class ErrorTests(SynchronousTestCase):
    """The gateway's word for every failure."""

    def test_own_errors(self) -> None:
        """The gateway's own errors are what they are."""
        error = UpstreamMalformed()
        self.assertIs(error_of(Failure(error)), error)

    def test_given_up(self) -> None:
        """A cancelled try failed for the reason that it was given up for."""
        gone = ClientGone()
        for error in (CancelledError(), UpstreamCancelled()):
            self.assertIs(error_of(Failure(error), gone), gone)
            self.assertIsInstance(error_of(Failure(error)), UpstreamCancelled)

    def test_connecting(self) -> None:
        """What Twisted says of connecting means that nothing was sent."""
        for error in (ConnectionRefusedError(), TimeoutError(), DNSLookupError("no such host")):
            self.assertIsInstance(error_of(Failure(error)), ConnectFailed)

    def test_lost(self) -> None:
        """What Twisted says of a lost connection means that something may have been sent."""
        why = [Failure(ConnectionLost())]
        for error in (
            ConnectionLost(),
            ConnectionDone(),
            ResponseFailed(why),
            ResponseNeverReceived(why),
            BrokenPipeError(),
        ):
            self.assertIsInstance(error_of(Failure(error)), UpstreamReset)

    def test_mistakes(self) -> None:
        """A mistake in a program is no fault of the backend's; it is logged."""
        error = error_of(Failure(ZeroDivisionError("odd")))
        self.assertIs(type(error), GatewayError)
        self.assertEqual((error.status, error.reason), (500, "ZeroDivisionError('odd')"))
        self.assertNotIn("odd", str(error))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


class AccountingTests(SynchronousTestCase):
    """What is written where."""

    def test_answered(self) -> None:
        """A response is counted and timed, at the call, the record and the member."""
        scene = Scene(backend(1), NEVER)
        call = scene.call()
        pending = scene.send(call)
        scene.clock.advance(0.5)
        scene.asked[0].answer(Answer(404))
        self.successResultOf(pending)
        record = call.record
        self.assertEqual((record.tries, record.upstream_status), (1, 404))
        self.assertEqual(record.upstream_duration, 0.5)
        self.assertEqual((scene.member(1).requests, scene.member(1).failures), (1, 0))

    def test_failed(self) -> None:
        """A failure is one of the member's, and has no status."""
        scene = Scene(backend(1), UpstreamReset())
        call = scene.call()
        self.failureResultOf(scene.send(call), UpstreamReset)
        self.assertEqual(call.record.upstream_status, 0)
        self.assertEqual((scene.member(1).requests, scene.member(1).failures), (1, 1))

    def test_unreachable(self) -> None:
        """An instance that cannot be reached leaves the pool before its probes tell."""
        scene = Scene(backend(2, probe=ProbeSettings(fall=2)), *[ConnectFailed(reason=REFUSED)] * 3)
        for _ in range(3):
            self.failureResultOf(scene.send(scene.call()), ConnectFailed)
        self.assertEqual(scene.roster.available, (scene.member(2),))
        self.assertEqual(scene.member(1).ledger.reason, "a request found: refused")

    def test_unreachable_is_no_probe(self) -> None:
        """What a request found is not taken for a probe."""
        scene = Scene(backend(2), ConnectFailed(reason=REFUSED))
        scene.report(1, True)
        probed = scene.member(1).ledger.last_result
        self.failureResultOf(scene.send(scene.call()), ConnectFailed)
        self.assertTrue(scene.member(1).ledger.in_transition)
        self.assertIs(scene.member(1).ledger.last_result, probed)

    def test_metrics(self) -> None:
        """Tries, failures and their causes are in the metrics."""
        scene = Scene(backend(1), Answer(503), UpstreamReset())
        self.successResultOf(scene.send(scene.call()))
        self.failureResultOf(scene.send(scene.call()))
        text = scene.metrics.render().decode()
        for line in (
            'altlas_upstream_requests_total{backend="demo",code="503",instance="127.0.0.1:1"} 1.0',
            'altlas_upstream_failures_total{backend="demo",cause="503"} 1.0',
            'altlas_upstream_failures_total{backend="demo",cause="reset"} 1.0',
        ):
            self.assertIn(line, text)

    def test_slow_client(self) -> None:
        """The instance's time counts from the last byte of the client's body."""
        scene = Scene(backend(1), NEVER)
        sent = body(length=4)
        call = scene.call(b"PUT", body=sent)
        pending = scene.send(call)
        scene.clock.advance(10)
        sent.feed(b"data")
        scene.clock.advance(0.25)
        scene.asked[0].answer(Answer())
        self.successResultOf(pending)
        self.assertEqual(call.record.upstream_duration, 0.25)

    def test_client_raises(self) -> None:
        """A client that raises ends the try like one that fails."""

        class Raising:
            def request(self, *arguments: Any, **options: Any) -> Deferred[Any]:
                raise ZeroDivisionError

        scene = Scene(backend(1), client=Raising())
        error = self.failureResultOf(scene.send(scene.call()), GatewayError).value
        self.assertEqual(error.status, 500)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertTrue(scene.idle())

    def test_given_up_while_it_is_sent(self) -> None:
        """A call that is given up by what its sending brings about is cancelled all the same."""

        class Sending:
            def __init__(self) -> None:
                self.cancelled = False

            def request(self, *arguments: Any, **options: Any) -> Deferred[Any]:
                call.give_up(BodyTooLarge())
                call.finish()
                return Deferred(self._cancel)

            def _cancel(self, _: Deferred[Any]) -> None:
                self.cancelled = True

        client = Sending()
        scene = Scene(backend(1), client=client)
        call = scene.call()
        self.failureResultOf(scene.send(call), BodyTooLarge)
        self.assertTrue(client.cancelled)
        self.assertEqual(scene.member(1).failures, 0)
        self.assertTrue(scene.idle())
