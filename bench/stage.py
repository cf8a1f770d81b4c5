"""What every part of the run stands on: processors, a folder, a certificate, the backends."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from bench.children import Child, Failed, Launch, await_listening, free_ports, running
from bench.load.backend import configuration
from bench.load.wrk import Report, Wrk
from bench.machine import ROOT, Processors, processors, raise_file_limit
from bench.peers.peer import Peer, Place
from bench.peers.programs import program, run
from bench.workloads import Workload

#: how many instances the backend can stand for
INSTANCES = 200


@frozen
class Contestant:
    """A proxy that runs."""

    peer: Peer
    child: Child
    place: Place
    #: seconds until it listened
    start: float

    def url(self, workload: Workload) -> str:
        """What the load asks for."""
        scheme, port = ("https", self.place.https) if workload.tls else ("http", self.place.http)
        return f"{scheme}://127.0.0.1:{port}{workload.path}"


@frozen
class Stage:
    """The run's ground, with backends that answer."""

    folder: Path
    cpus: Processors
    files: int
    instances: tuple[int, ...]
    sink: int
    certificate: Path
    key: Path

    @contextmanager
    def contestant(self, peer: Peer, instances: int = 2) -> Iterator[Contestant]:
        """A proxy that runs until the end of the block; raises `Failed` if it does not start."""
        http, https = free_ports(2)
        folder = self.folder / peer.name.replace(" ", "-")
        folder.mkdir(exist_ok=True)
        place = Place(
            folder=folder,
            http=http,
            https=https,
            instances=self.instances[:instances],
            sink=self.sink,
            certificate=self.certificate,
            key=self.key,
            files=self.files,
        )
        launch = peer.launch(place)
        # HAProxy's log is its output, so every proxy's output is where HAProxy's log should be.
        output = folder / "output.log"
        with running(launch, self.cpus.proxy, output, ROOT) as child:
            took = await_listening(child, http, https)
            yield Contestant(peer, child, place, took)

    def load(self, lua: str, url: str, clients: int, seconds: float) -> Report:
        """Let wrk ask; raises `Failed`."""
        wrk = program("wrk")
        return Wrk([wrk.path], {**os.environ, **wrk.environment}, self.folder).run(
            lua, url, clients, seconds
        )


@contextmanager
def stage() -> Iterator[Stage]:
    """Set up the ground, and clear it at the end, TERM included; raises `Failed`."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by TERM"))
    program("wrk")  # without it nothing can be measured, so that is said at once
    cpus = processors()
    if cpus.load is not None:
        os.sched_setaffinity(0, {cpus.load})
    files = raise_file_limit()
    with tempfile.TemporaryDirectory(prefix="altlas-bench-") as name:
        folder = Path(name)
        certificate, key = _certificate(folder)
        (sink, *instances) = free_ports(1 + INSTANCES)
        ground = Stage(folder, cpus, files, tuple(instances), sink, certificate, key)
        with _backends(ground):
            yield ground


@contextmanager
def _backends(ground: Stage) -> Iterator[None]:
    nginx = program("nginx")
    conf = configuration(ground.folder, ground.instances, ground.files)
    words = [nginx.path, "-e", "stderr", "-c", str(conf)]
    sink = Launch([sys.executable, "-m", "bench.load.sink", str(ground.sink)])
    cpu, folder = ground.cpus.load, ground.folder
    with (
        running(Launch(words, nginx.environment), cpu, folder / "backend.log", ROOT) as backend,
        running(sink, cpu, folder / "sink.log", ROOT) as taker,
    ):
        await_listening(backend, ground.instances[0], ground.instances[-1])
        await_listening(taker, ground.sink)
        yield


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate and its key: ECDSA P-256, as is usual now."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    openssl = program("openssl")
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    run([openssl.path, *words, "-subj", "/CN=localhost", "-days", "2", *files])
    return certificate, key


def ready(peers: list[Peer]) -> tuple[dict[str, str], dict[str, str]]:
    """The versions of the proxies that can be measured, and why the others cannot."""
    versions: dict[str, str] = {}
    skipped: dict[str, str] = {}
    for peer in peers:
        try:
            versions[peer.name] = peer.ready()
        except Failed as failure:
            skipped[peer.name] = str(failure)
    return versions, skipped


def say(text: str) -> None:
    """Tell whoever waits how far the run is."""
    print(text, file=sys.stderr, flush=True)
