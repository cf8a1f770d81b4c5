"""The scripts for wrk, and its report."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.children import Failed
from bench.load.wrk import mixture, parse, script, tour
from bench.workloads import WORKLOADS, Workload

OUTPUT = """Running 1s test @ http://127.0.0.1:8080/json
  Latency   800.00us
report {"requests":61573,"microseconds":1002000,"bytes":9,"p50":830.0,"p99":1430.0,%s}
"""
NO_ERRORS = '"connect":0,"read":0,"write":0,"status":0,"timeout":0'
SOME_ERRORS = '"connect":1,"read":0,"write":0,"status":20,"timeout":0'


class ReportTests(SynchronousTestCase):
    """What wrk's output is read as."""

    def test_figures(self) -> None:
        """Times are seconds, latencies milliseconds."""
        report = parse(OUTPUT % NO_ERRORS)
        self.assertEqual((report.requests, report.seconds), (61573, 1.002))
        self.assertEqual((report.p50, report.p99), (0.83, 1.43))
        self.assertEqual((report.errors, report.causes), (0, ""))

    def test_errors(self) -> None:
        """Errors of all sorts are summed up, and told apart."""
        report = parse(OUTPUT % SOME_ERRORS)
        self.assertEqual((report.errors, report.causes), (21, "1 connect, 20 status"))

    def test_no_report(self) -> None:
        """Output without a report is a failure that shows what wrk said."""
        failure = self.assertRaises(Failed, parse, "unable to connect to 127.0.0.1:1")
        self.assertIn("unable to connect", str(failure))


class ScriptTests(SynchronousTestCase):
    """What wrk is told to send."""

    def test_own_body(self) -> None:
        """A body that matters is sent as it is."""
        text = script(Workload(name="x", title="x", method="POST", text='{"a":"it\'s"}'))
        self.assertIn('wrk.body = \'{"a":"it\\\'s"}\'', text)

    def test_body_and_fields(self) -> None:
        """A script sets method, body and fields; quotes within a value stay what they are."""
        text = script(
            Workload(name="x", title="x", method="PUT", body=3, fields=(("A", "it's \\"),))
        )
        self.assertIn("wrk.method = 'PUT'", text)
        self.assertIn("wrk.body = string.rep('x', 3)", text)
        self.assertIn("wrk.headers['A'] = 'it\\'s \\\\'", text)

    def test_fresh(self) -> None:
        """A workload of new connections asks for each to be closed."""
        self.assertIn("['Connection'] = 'close'", script(Workload(name="x", title="", fresh=True)))

    def test_report(self) -> None:
        """Every script ends with a report whose format has no doubled percent signs."""
        for text in (script(WORKLOADS[0]), tour("/r/%d/x", 10), mixture(WORKLOADS[:3])):
            self.assertIn('\'report {"requests":%d', text)
            self.assertNotIn("%%", text)

    def test_tour(self) -> None:
        """A tour makes the requests for all paths before the first is sent."""
        text = tour("/r/%d/x", 1000)
        self.assertIn("for number = 0, 1000 - 1 do", text)
        self.assertIn("string.format('/r/%d/x', number)", text)

    def test_thirty_fields(self) -> None:
        """The request with thirty fields has thirty, with the Host that wrk adds."""
        (workload,) = (each for each in WORKLOADS if each.name == "fields")
        self.assertEqual(len(workload.fields) + 1, 30)
