"""What it costs to remember one exchange: its record, its metrics, its line in the log.

    python bench/micro/record.py

Prints microseconds a call, the best of several rounds. The budget: a line of JSON 2.5 us,
the metrics of an exchange and its try 1 us together.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram
from twisted.internet.task import Clock

from altlas.observability.access_log import AccessLog
from altlas.observability.metrics import Metrics
from altlas.observability.record import ExchangeRecord
from altlas.resilience.outcome import classify_status
from altlas.settings.tree import AccessLog as AccessLogSettings
from altlas.timers import Timers

CALLS = 100_000
ROUNDS = 7


class Nowhere:
    """A file that costs nothing, so that only our own work is seen."""

    def write(self, data: bytes, /) -> int:
        return len(data)

    def close(self) -> None:
        pass


def usual_record() -> ExchangeRecord:
    """An exchange as most are."""
    return ExchangeRecord(
        started=1_700_000_000.678,
        request_id="b3f1c0de9a2f4c8e8d3f1c0de9a2f4c8",
        listener="public",
        client="203.0.113.9",
        method=b"GET",
        target=b"/api/v1/segmentation/jobs?limit=10",
        host=b"api.example.com",
        route="segmentation",
        backend="segmentation",
        instance="127.0.0.1:9001",
        tries=1,
        status=200,
        bytes_out=512,
        upstream_status=200,
        duration=0.0034567,
        upstream_duration=0.002345,
        user_agent=b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
    )


def begun(record: ExchangeRecord) -> ExchangeRecord:
    """A record as it is made when an exchange begins: of all that is known then, at once."""
    return ExchangeRecord(
        record.started,
        record.request_id,
        record.listener,
        record.client,
        record.method,
        record.target,
        record.host,
        record.minor,
        record.referer,
        record.user_agent,
        record.tls,
    )


def access_log(style: str) -> AccessLog:
    """A log with the default buffer, written to nowhere."""
    settings = AccessLogSettings(path="log", format=style, buffer=65536, flush=1.0, enabled=True)
    return AccessLog(settings, Timers(Clock()), lambda _: Nowhere())


def show(what: str, call: Callable[[], object]) -> None:
    """Print the price of `call`, less that of calling at all."""
    best = min(timeit.repeat(call, number=CALLS, repeat=ROUNDS))
    nothing = min(timeit.repeat(lambda: None, number=CALLS, repeat=ROUNDS))
    print(f"{what:48} {(best - nothing) / CALLS * 1e6:6.2f} us")


def main() -> None:
    """Measure and print."""
    record, metrics = usual_record(), Metrics()
    outcome = classify_status(200)
    json_log, combined_log = access_log("json"), access_log("combined")
    registry = CollectorRegistry()
    counter = Counter("c", "C.", ["l"], registry=registry).labels("x")
    histogram = Histogram("h", "H.", ["l"], registry=registry).labels("x")

    show("ExchangeRecord()", ExchangeRecord)
    show("ExchangeRecord of a request", lambda: begun(record))
    show("Metrics.observe", lambda: metrics.observe(record))
    show(
        "Metrics.attempted",
        lambda: metrics.attempted("segmentation", "127.0.0.1:9001", outcome, 0.002345),
    )
    show("AccessLog.write, json", lambda: json_log.write(record))
    show("AccessLog.write, combined", lambda: combined_log.write(record))
    show("for comparison: prometheus_client Counter.inc", counter.inc)
    show("for comparison: prometheus_client Histogram", lambda: histogram.observe(0.002345))


if __name__ == "__main__":
    main()
