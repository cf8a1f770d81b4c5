"""What honest clients notice of hostile ones: one flood after another, in about three minutes.

python -m bench.floods prints a Markdown table. Each flood meets a gateway of its own, with the
limits that are in force without being asked for, but for ``limit.connections`` where the number
of connections is the trial. The instance is on this machine: its kernel buffers are kept small,
since those of slow readers' answers would be its own.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from bench import procfs
from bench.children import Child, Launch, await_listening, free_ports, running
from bench.machine import ROOT, raise_file_limit
from bench.stage import say
from bench.tables import MIB, number, table

_INI = """
[listener:public]
bind = tcp:{http}:interface=127.0.0.1:backlog=4096
{limits}
[listener:secure]
bind = tcp:{https}:interface=127.0.0.1:backlog=4096
tls.certificate = {folder}/site.pem
[backend:main]
instances = http://127.0.0.1:{instance}
probe.enabled = no
max-requests = 2000
[route:main]
path = /
backend = main
[access-log]
path = {folder}/access.log
"""
_INSTANCE = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr error;
worker_rlimit_nofile 8192;
{user}
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/a;
  proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d;
  scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{instance} backlog=4096 sndbuf=128k;
    location / {{ default_type application/json; return 200 '{{"hello":"world"}}'; }}
    location /files/ {{ root {folder}; }}
  }}
}}
"""
#: seconds for which honest clients ask
_SECONDS = 8.0
#: seconds after which a flood must be all there, as far as it gets
_GATHERING = 60.0
#: seconds that a flood goes on before honest clients are asked how they fare
_SETTLING = 3.0
#: a listener that has too little room for its flood
_SMALL = "limit.connections = 2000"
#: descriptors that are no client's
_SPARE = 500


@frozen
class Flood:
    """One trial."""

    title: str
    name: str
    count: int
    secure: bool = False
    #: lines of the listener
    limits: str = ""


@frozen
class Found:
    """What came of it: memory in bytes, times in seconds."""

    flood: Flood
    connected: int
    held: int
    honest: dict[str, float]
    before: int
    during: int


def floods(files: int) -> list[Flood]:
    """All trials, as far as descriptors go."""
    room = int((files - _SPARE) * 0.75)
    open_door = "limit.connections = off"
    return [
        Flood("nobody else (quiet)", "silent", 0),
        Flood("slowloris: heads, a byte each 0.5 s", "heads", 2000),
        Flood("slow bodies, a byte each 0.5 s", "bodies", 1000),
        Flood("slow readers of 10 MiB, 50 B each 0.5 s", "readers", 300),
        Flood("connected and silent", "silent", 5000),
        Flood("idle after one request", "idle", min(20_000, room), limits=open_door),
        Flood("the same, more than there may be", "idle", 3000, limits=_SMALL),
        Flood("TLS handshakes left hanging", "handshakes", 3000, secure=True),
    ]


@contextmanager
def gateway(flood: Flood) -> Iterator[tuple[Child, int, int]]:
    """A gateway before one instance, with its two ports."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="altlas-floods-")))
        folder.chmod(0o755)
        instance, http, https = free_ports(3)
        (folder / "files").mkdir()
        (folder / "files" / "10m").write_bytes(bytes(10 * int(MIB)))
        _certificate(folder / "site.pem")
        ports = {"http": http, "https": https, "instance": instance, "folder": folder}
        from bench.load.backend import user

        (folder / "nginx.conf").write_text(_INSTANCE.format(**ports, user=user()))
        (folder / "altlas.ini").write_text(_INI.format(**ports, limits=flood.limits))
        nginx = Launch(["nginx", "-c", str(folder / "nginx.conf"), "-e", "stderr"])
        stack.enter_context(running(nginx, None, folder / "nginx.log", folder))
        twistd = [sys.executable, "-c", "from twisted.scripts.twistd import run; run()"]
        words = [*twistd, "-n", "--pidfile=", "altlas-gateway", "--config", "altlas.ini"]
        launch = Launch(words, {"PYTHONPATH": str(ROOT)})
        child = stack.enter_context(running(launch, None, folder / "gateway.log", folder))
        await_listening(child, http, https, instance)
        yield child, http, https


def _certificate(path: Path) -> None:
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    files = ["-nodes", "-keyout", str(path), "-out", str(path) + ".crt", "-subj", "/CN=localhost"]
    subprocess.run([*made, *files, "-days", "2"], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())


def tried(flood: Flood) -> Found:
    """Flood a gateway while honest clients ask."""
    say(f"floods: {flood.title}")
    with gateway(flood) as (child, http, https):
        _honest(http, 2.0)
        before = procfs.resident(child.pid)
        port = https if flood.secure else http
        words = [sys.executable, "-m", "bench.load.hostile", flood.name, str(port)]
        hostile = subprocess.Popen(
            [*words, str(flood.count)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        try:
            assert hostile.stdout is not None
            began = time.monotonic()
            if flood.limits != _SMALL:  # then they are never all in
                hostile.stdout.readline()
            time.sleep(_SETTLING)
            say(f"floods: there after {time.monotonic() - began:.1f} s")
            honest = _honest(http, _SECONDS)
            during = procfs.resident(child.pid)
            hostile.send_signal(signal.SIGTERM)
            words_left, _ = hostile.communicate(timeout=_GATHERING)
        finally:
            hostile.kill()
        held = json.loads(words_left.strip().splitlines()[-1])["held"]
        return Found(flood, flood.count, held, honest, before, during)


def _honest(port: int, seconds: float) -> dict[str, float]:
    words = [sys.executable, "-m", "bench.load.honest", str(port), str(seconds)]
    ran = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def text(found: list[Found]) -> str:
    """The table."""
    quiet = found[0].honest["p99"] or 1e-9
    rows = []
    for one in found:
        honest = one.honest
        times = f"{number(honest['p50'] * 1e3)} / {number(honest['p99'] * 1e3)}"
        memory = f"{number(one.before / MIB)} → {number(one.during / MIB)}"
        ratio = f"{honest['p99'] / quiet:.1f}"
        asked = f"{honest['asked']:,.0f}, {honest['failed']:.0f} failed"
        rows.append(
            (one.flood.title, f"{one.connected:,}", f"{one.held:,}", asked, times, ratio, memory)
        )
    head = ("flood", "connections", "left after", "honest requests", "p50 / p99 ms", "p99, quiet=1")
    return table((*head, "memory MiB"), rows)


def main() -> None:
    """Try all and print, or those whose names are given."""
    files = raise_file_limit()
    wanted = set(sys.argv[1:])
    chosen = [one for one in floods(files) if not wanted or one.name in wanted or not one.count]
    print(text([tried(one) for one in chosen]))


if __name__ == "__main__":
    main()
