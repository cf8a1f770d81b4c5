"""docs/operating.md says of flags, log fields and metrics what the code says."""

from __future__ import annotations

import json
import re

from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import GatewayError, UpstreamCancelled
from altlas.observability.json_lines import json_lines
from altlas.observability.metrics import Metrics
from altlas.observability.record import ExchangeRecord
from tests.house import ROOT
from tests.observability.fixed_view import fixed_view
from tests.test_errors import tree

TEXT = (ROOT / "docs" / "operating.md").read_text()


class OperatingTests(SynchronousTestCase):
    """What users look up there is there."""

    def test_flags(self) -> None:
        """Every error's flag has a row, and its status stands in it."""
        rows = dict(re.findall(r"^\| `([A-Z]+)` \| ([\d, ]+) \|", TEXT, re.MULTILINE))
        for error in tree(GatewayError):
            # The roots of others are not raised themselves, a cancelled try is nobody's answer.
            root = bool(error.__subclasses__()) and not error.cause
            if error.flag == "-" or root or error is UpstreamCancelled:
                continue
            self.assertIn(error.flag, rows)
            self.assertIn(str(error.status), rows[error.flag], error)
        flags = {error.flag for error in tree(GatewayError)}
        self.assertEqual(set(rows) - flags, set())

    def test_log_fields(self) -> None:
        """Every member of a JSON line stands there, in its order."""
        members = list(json.loads(json_lines()(ExchangeRecord())))
        section = TEXT.partition("in this order:")[2].partition("Times are")[0]
        told = [name for name in re.findall(r"`(\w+)`", section) if name != "trust"]
        self.assertEqual(told, members)

    def test_metrics(self) -> None:
        """Every metric of ours has a row, and every row is a metric."""
        metrics = Metrics()
        metrics.watch(fixed_view())
        metrics.reloaded(True, 1.0)
        names = set(re.findall(r"^# TYPE (altlas_\w+)", metrics.render().decode(), re.MULTILINE))
        told = set(re.findall(r"`(altlas_\w+)`", TEXT))
        if "altlas_config_last_reload_successful" in told:
            told.add("altlas_config_last_reload_timestamp_seconds")
        self.assertEqual(told, names)
