"""Every instance is asked, again and again, whether it is well."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from altlas.backend.probing import BODY_SEARCHED, HttpProbe, Prober
from altlas.backend.roster import Roster
from altlas.errors import ConnectFailed, UpstreamReset
from altlas.observability.metrics import Metrics
from altlas.settings.backends import ProbeSettings
from altlas.settings.statuses import StatusRange
from altlas.testing import NEVER, Answer, StubClient
from tests.backend.scene import instance, origin

FINE = Answer(200, body=b'{"status": "ok"}')


class Scene:
    """Instances and their prober; chance always says `roll`."""

    def __init__(self, count: int = 1, roll: float = 0.5, **settings: Any) -> None:
        self.settings = ProbeSettings(**settings)
        self.clock = Clock()
        self.client = StubClient()
        self.metrics = Metrics()
        self.roster = Roster.of(
            [instance(port + 1) for port in range(count)],
            self.settings,
            lambda: 1000.0 + self.clock.seconds(),
        )
        self.prober = Prober(
            "demo",
            self.settings,
            self.roster,
            HttpProbe(self.settings, self.client, self.clock),
            self.clock,
            lambda: roll,
            self.metrics,
        )

    @property
    def asked(self) -> list[bytes]:
        """Which instances were asked, in order."""
        return [each.request.origin for each in self.client.asked]

    def script(self, *steps: Any) -> None:
        """Answer so."""
        self.client.script(*steps)

    def last(self, number: int = 0) -> tuple[bool, str]:
        """An instance's last result."""
        result = self.roster.members[number].ledger.last_result
        assert result is not None
        return result.ok, result.reason


class ProbeTests(SynchronousTestCase):
    """What is asked, and what counts as well."""

    def result(self, *steps: Any, seconds: float = 0.0, **settings: Any) -> tuple[bool, str]:
        """What the first probe finds, after so many seconds."""
        scene = Scene(**settings)
        scene.script(*steps)
        scene.prober.start()
        if seconds:
            scene.clock.advance(seconds)
        scene.prober.stop()
        return scene.last()

    def test_request(self) -> None:
        """It asks for the path, by the Host that is said."""
        scene = Scene(path="/up?x=1", host="name.test")
        scene.script(FINE)
        scene.prober.start()
        request = scene.client.asked[0].request
        self.assertEqual((request.method, request.target), (b"GET", b"/up?x=1"))
        self.assertEqual(request.headers.getRawHeaders(b"host"), [b"name.test"])

    def test_host(self) -> None:
        """The Host is the instance's address if nothing else is said."""
        scene = Scene()
        scene.script(FINE)
        scene.prober.start()
        headers = scene.client.asked[0].request.headers
        self.assertEqual(headers.getRawHeaders(b"host"), [b"127.0.0.1:1"])

    def test_status(self) -> None:
        """The expected statuses are a success, all others are not, and are named."""
        self.assertEqual(self.result(Answer(204)), (True, "status 204"))
        self.assertEqual(self.result(Answer(503)), (False, "status 503"))
        self.assertEqual(self.result(Answer(301)), (False, "status 301"))
        wanted = (StatusRange.parse("200"), StatusRange.parse("401"))
        self.assertEqual(self.result(Answer(401), status=wanted), (True, "status 401"))
        self.assertEqual(self.result(Answer(204), status=wanted), (False, "status 204"))

    def test_body(self) -> None:
        """The body must match where that is wanted."""
        self.assertEqual(self.result(FINE, body='"ok"'), (True, "status 200"))
        said = self.result(FINE, body="^ok$")
        self.assertEqual(said, (False, "status 200, but the body does not match"))

    def test_long_body(self) -> None:
        """Of a long body only the beginning is read."""
        scene = Scene(body="x{9}")
        scene.script(Answer(body=b"x" * BODY_SEARCHED, open=True))
        scene.prober.start()
        self.assertEqual(scene.last(), (True, "status 200"))
        self.assertTrue(scene.client.asked[0].flow.aborted)

    def test_failures(self) -> None:
        """What prevents an answer is told in its own words."""
        refused = ConnectFailed("No connection.", reason="127.0.0.1:1: refused")
        self.assertEqual(self.result(refused), (False, "refused"))
        cut = Answer(body=b"half", broken=UpstreamReset(reason="closed within its answer"))
        self.assertEqual(self.result(cut), (False, "closed within its answer"))

    def test_timeout(self) -> None:
        """An answer must come in time, its body included; what is late is cut."""
        late = (False, "no answer within 2 s")
        self.assertEqual(self.result(NEVER, seconds=2.0), late)
        scene = Scene()
        scene.script(Answer(body=b"half", open=True))
        scene.prober.start()
        scene.clock.advance(2.0)
        self.assertEqual(scene.last(), late)
        self.assertTrue(scene.client.asked[0].flow.aborted)

    def test_mistakes(self) -> None:
        """A probe that cannot even be asked is a failed one; the next is asked all the same."""

        class Broken:
            def __init__(self) -> None:
                self.asked = 0

            def get(self, url: bytes, **options: Any) -> Deferred[Any]:
                self.asked += 1
                raise ValueError("odd")

        scene = Scene()
        scene.prober.probe = HttpProbe(scene.settings, Broken(), scene.clock)
        scene.prober.start()
        self.assertEqual(scene.last(), (False, "odd"))
        scene.clock.advance(1.0)
        self.assertEqual(scene.prober.probe._client.asked, 2)
        self.flushLoggedErrors(ValueError)


class ProberTests(SynchronousTestCase):
    """When each instance is asked."""

    def test_first_at_once(self) -> None:
        """The first probe of each instance goes out at the start."""
        scene = Scene(count=3)
        scene.script(*[FINE] * 3)
        scene.prober.start()
        self.assertEqual(scene.asked, [origin(1), origin(2), origin(3)])
        self.assertEqual([one.ledger.state for one in scene.roster.members], ["up"] * 3)

    def test_interval(self) -> None:
        """The next one follows after the interval, counted from the end of the one before."""
        scene = Scene(interval=5.0, timeout=3.0)
        scene.script(NEVER, FINE, FINE)
        scene.prober.start()
        scene.clock.advance(2.0)
        scene.client.asked[0].answer(FINE)
        scene.clock.advance(4.9)
        self.assertEqual(len(scene.asked), 1)
        scene.clock.advance(0.2)
        self.assertEqual(len(scene.asked), 2)
        self.assertEqual(scene.roster.members[0].probe_took, 0.0)

    def test_jitter(self) -> None:
        """Chance spreads the intervals by the jitter, either way."""
        for roll, early, late in ((0.0, 3.9, 4.1), (0.999, 5.9, 6.1), (0.5, 4.9, 5.1)):
            scene = Scene(roll=roll, interval=5.0, jitter=0.2)
            scene.script(FINE, FINE)
            scene.prober.start()
            scene.clock.advance(early)
            self.assertEqual(len(scene.asked), 1)
            scene.clock.advance(late - early)
            self.assertEqual(len(scene.asked), 2)

    def test_no_overlap(self) -> None:
        """No instance is asked while the answer to the last probe is out."""
        scene = Scene(interval=1.0, timeout=10.0)
        scene.script(NEVER)
        scene.prober.start()
        for _ in range(9):
            scene.clock.advance(1.0)
        self.assertEqual(len(scene.asked), 1)

    def test_leaves_and_returns(self) -> None:
        """Failures put an instance out and successes bring it back, quicker than the interval."""
        scene = Scene(interval=60.0, fast_interval=1.0, fall=3, rise=2)
        scene.script(FINE, *[Answer(500)] * 3, FINE, FINE)
        scene.prober.start()
        scene.clock.advance(60)  # the first failure: now it is in doubt
        scene.clock.advance(1)
        scene.clock.advance(1)
        self.assertEqual(scene.roster.available, ())
        self.assertEqual(scene.roster.why_none(), "127.0.0.1:1: status 500")
        scene.clock.advance(1)
        self.assertEqual(len(scene.asked), 4)
        scene.clock.advance(59)
        scene.clock.advance(1)
        self.assertEqual(scene.roster.available, scene.roster.members)
        self.assertEqual(len(scene.asked), 6)

    def test_ledger(self) -> None:
        """Times in the ledger are those of the clock on the wall."""
        scene = Scene()
        scene.script(NEVER)
        scene.prober.start()
        scene.clock.advance(0.5)
        scene.client.asked[0].answer(FINE)
        member = scene.roster.members[0]
        self.assertEqual((member.ledger.last_probe_at, member.probe_took), (1000.5, 0.5))

    def test_metrics(self) -> None:
        """Every result is counted."""
        scene = Scene(count=2)
        scene.script(FINE, Answer(500))
        scene.prober.start()
        text = scene.metrics.render().decode()
        for number, result in ((1, "success"), (2, "failure")):
            self.assertIn(
                'altlas_probes_total{backend="demo",'
                f'instance="127.0.0.1:{number}",result="{result}"}} 1.0',
                text,
            )

    def test_off(self) -> None:
        """Without probes nobody is asked, and all are taken as healthy."""
        scene = Scene(enabled=False)
        scene.prober.start()
        scene.prober.stop()
        self.assertEqual((scene.asked, scene.clock.getDelayedCalls()), ([], []))
        self.assertEqual(len(scene.roster.available), 1)

    def test_stop(self) -> None:
        """It ends at once: probes under way are cut and say nothing, and no timer is left."""
        scene = Scene(count=3)
        scene.script(FINE, NEVER, Answer(body=b"half", open=True))
        scene.prober.start()
        scene.prober.stop()
        self.assertEqual(scene.clock.getDelayedCalls(), [])
        self.assertTrue(scene.client.asked[1].cancelled)
        self.assertTrue(scene.client.asked[2].flow.aborted)
        self.assertIsNone(scene.roster.members[1].ledger.last_result)
        scene.prober.stop()

    def test_listener_that_fails(self) -> None:
        """A mistake of one who listens to changes ends no probing; it is logged."""
        scene = Scene(fall=1, fast_interval=1.0)
        scene.roster.on_change.append(lambda member, change: 1 // 0)
        scene.script(Answer(500), Answer(500))
        scene.prober.start()
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        scene.clock.advance(5.0)
        self.assertEqual(len(scene.asked), 2)
