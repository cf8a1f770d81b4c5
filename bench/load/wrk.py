"""wrk: the request as a Lua script, the run, and what it reports."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from bench.children import Failed
from bench.workloads import Workload

#: wrk's own report is for eyes; this line is for us
_MARK = "report "
_REPORT = """
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '%s{"requests":%%d,"microseconds":%%d,"bytes":%%d,"p50":%%.1f,"p99":%%.1f,' ..
    '"connect":%%d,"read":%%d,"write":%%d,"status":%%d,"timeout":%%d}\\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(99),
    e.connect, e.read, e.write, e.status, e.timeout))
end
""".replace("%s", _MARK, 1).replace("%%", "%")
_ERRORS = ("connect", "read", "write", "status", "timeout")
#: asks for path after path, a far one each time, so that no cache is flattered
_TOUR = """
local requests, at = {}, 0
function init(args)
  for number = 0, %(count)d - 1 do
    requests[number] = wrk.format(nil, string.format('%(pattern)s', number))
  end
end
function request()
  at = (at + 7919) %% %(count)d
  return requests[at]
end
"""

_MIXTURE = """
local requests, at = {}, 0
function init(args)
%(requests)s
end
function request()
  at = at %% #requests + 1
  return requests[at]
end
"""
_MIXED = "  requests[#requests + 1] = wrk.format(%s, %s, {%s}, %s)"


@frozen
class Report:
    """What the clients saw."""

    requests: int
    #: how long they asked
    seconds: float
    #: latencies, in milliseconds
    p50: float
    p99: float
    errors: int
    #: the errors by their sort, those that happened
    causes: str = ""


def script(workload: Workload) -> str:
    """The Lua script that sends a workload's request."""
    lines = [f"wrk.method = {_quoted(workload.method)}"]
    if workload.text or workload.body:
        lines.append(f"wrk.body = {_body(workload)}")
    fields = [*workload.fields, *([("Connection", "close")] if workload.fresh else [])]
    lines += [f"wrk.headers[{_quoted(name)}] = {_quoted(value)}" for name, value in fields]
    return "\n".join(lines) + _REPORT


def tour(pattern: str, count: int) -> str:
    """The Lua script that asks for `count` paths, made of a pattern such as ``/r/%d/x``."""
    return _TOUR % {"pattern": pattern, "count": count} + _REPORT


def mixture(workloads: Sequence[Workload]) -> str:
    """The Lua script that sends the requests of all workloads in turn."""
    requests = []
    for each in workloads:
        fields = [*each.fields, *([("Connection", "close")] if each.fresh else [])]
        written = [f"[{_quoted(name)}] = {_quoted(value)}" for name, value in fields]
        # Fields that are given take the place of wrk's own, of which one is needed.
        written.append("['Host'] = wrk.headers['Host']")
        values = (_quoted(each.method), _quoted(each.path), ", ".join(written), _body(each))
        requests.append(_MIXED % values)
    return _MIXTURE % {"requests": "\n".join(requests)} + _REPORT


def _body(workload: Workload) -> str:
    if workload.text:
        return _quoted(workload.text)
    return f"string.rep('x', {workload.body})" if workload.body else "nil"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def parse(output: str) -> Report:
    """The report in what wrk printed; raises `Failed` if there is none."""
    for line in output.splitlines():
        if line.startswith(_MARK):
            return _report(json.loads(line.removeprefix(_MARK)))
    raise Failed(f"wrk gave no report: {output.strip()[-300:]}")


def _report(found: dict[str, float]) -> Report:
    causes = {name: int(found[name]) for name in _ERRORS if found[name]}
    return Report(
        requests=int(found["requests"]),
        seconds=found["microseconds"] / 1e6,
        p50=found["p50"] / 1e3,
        p99=found["p99"] / 1e3,
        errors=sum(causes.values()),
        causes=", ".join(f"{count} {name}" for name, count in causes.items()),
    )


@frozen
class Wrk:
    """wrk, run in a folder of the run by a process that sits on the load's processor."""

    words: Sequence[str]
    environment: dict[str, str]
    folder: Path

    def run(self, lua: str, url: str, clients: int, seconds: float) -> Report:
        """Ask for some seconds with `clients` connections at once; raises `Failed`."""
        path = self.folder / "load.lua"
        path.write_text(lua)
        # wrk counts in whole seconds.
        length = max(1, round(seconds))
        options = ["-t1", f"-c{clients}", f"-d{length}s", "--timeout", "10s", "-s", str(path)]
        try:
            ran = subprocess.run(
                [*self.words, *options, url],
                capture_output=True,
                text=True,
                env=self.environment,
                timeout=length + 30,
            )
        except subprocess.TimeoutExpired:
            raise Failed("wrk did not end") from None
        return parse(ran.stdout + ran.stderr)
