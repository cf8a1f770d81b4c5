"""One measurement: load on one proxy for some seconds, its processor time before and after."""

from __future__ import annotations

from bench import procfs
from bench.figures import Sample
from bench.load.wrk import script
from bench.stage import Contestant, Stage
from bench.workloads import Workload


def measure(
    ground: Stage, proxy: Contestant, workload: Workload, seconds: float, lua: str = ""
) -> Sample:
    """What the proxy did; raises `Failed` if the load could not be run.

    `lua` takes the place of the workload's own script.
    """
    before = procfs.cpu_seconds(proxy.child.pid)
    report = ground.load(lua or script(workload), proxy.url(workload), workload.clients, seconds)
    cpu = procfs.cpu_seconds(proxy.child.pid) - before
    return Sample(
        requests=report.requests,
        seconds=report.seconds,
        cpu=cpu,
        p50=report.p50,
        p99=report.p99,
        resident=procfs.resident(proxy.child.pid),
        errors=report.errors,
        causes=report.causes,
    )
