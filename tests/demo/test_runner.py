"""Jobs take their time, and every instance knows how far they are."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from altlas.demo.runner import Job, Runner
from altlas.demo.shelf import Shelf
from tests.demo.served import Served


class JobTests(SynchronousTestCase):
    """How far a job is."""

    def test_progress(self) -> None:
        """Progress grows with the time from 0 to 1, and never leaves these."""
        job = Job("x", "count", 10, 100.0, "one")
        reports = [job.report(now) for now in (90, 100, 105, 110, 200)]
        self.assertEqual([each["progress"] for each in reports], [0, 0, 0.5, 1, 1])
        self.assertEqual([each["state"] for each in reports], ["running"] * 3 + ["done"] * 2)

    def test_no_time(self) -> None:
        """A job of no length is done at once."""
        self.assertEqual(Job("x", "count", 0, 100.0, "one").report(100)["state"], "done")


class RunnerTests(SynchronousTestCase):
    """The service."""

    def setUp(self) -> None:
        self.now = 100.0
        ids = map("job{}".format, count())
        shelf = Shelf(Path(self.mktemp()))
        self.one, self.other = (
            Served(self, lambda answers: Runner(answers, shelf, lambda: self.now, ids.__next__))
            for _ in range(2)
        )

    def test_begin(self) -> None:
        """A new job is accepted, and its Location leads to its progress from any prefix."""
        reply = self.one.ask("POST", "/jobs", {"kind": "train", "seconds": 4})
        self.assertEqual(reply.status, 202)
        self.assertEqual(reply.headers.getRawHeaders("location"), ["jobs/job0"])
        self.assertEqual((reply.json["kind"], reply.json["state"]), ("train", "running"))

    def test_progress_elsewhere(self) -> None:
        """Another instance knows how far the job is, and who took it."""
        self.one.ask("POST", "/jobs", {"seconds": 4})
        self.now += 1
        reply = self.other.ask("GET", "/jobs/job0")
        self.assertEqual((reply.json["progress"], reply.json["by"]), (0.25, "one"))

    def test_all(self) -> None:
        """All jobs are listed in the order in which they were begun."""
        for _ in range(2):
            self.one.ask("POST", "/jobs")
            self.now += 1
        jobs = self.other.ask("GET", "/jobs").json["jobs"]
        self.assertEqual([job["id"] for job in jobs], ["job0", "job1"])

    def test_unknown(self) -> None:
        """A job that nobody began is not found."""
        for name in ("job7", ".x"):
            self.assertEqual(self.one.ask("GET", f"/jobs/{name}").status, 404)

    def test_refused(self) -> None:
        """A job of no sensible length or kind is refused, and none begins."""
        for order in ({"seconds": -1}, {"seconds": "9"}, {"seconds": True}, {"kind": 1}, []):
            self.assertEqual(self.one.ask("POST", "/jobs", order).status, 400)
        self.assertEqual(self.one.ask("GET", "/jobs").json["jobs"], [])

    def test_about(self) -> None:
        """The root says what can be asked."""
        self.assertEqual(self.one.ask("GET", "/").json["service"], "runner")
