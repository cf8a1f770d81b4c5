"""HAProxy: one thread, health checks on."""

from __future__ import annotations

from bench.children import Launch
from bench.peers.peer import Peer, Place
from bench.peers.programs import program, run

# It has no log files of its own: its standard output is one here, a write for each line.
_CONFIG = """
global
  nbthread 1
  no strict-limits
  maxconn {connections}
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option forwardfor
  option redispatch
  http-reuse always
  timeout connect 3s
  timeout client 60s
  timeout server 60s
  timeout http-request 15s
  timeout http-keep-alive 75s
  timeout queue 3s
frontend public
  bind 127.0.0.1:{http} backlog 4096
  bind 127.0.0.1:{https} backlog 4096 ssl crt {pem} alpn http/1.1
  http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]
  unique-id-format %[uuid()]
  unique-id-header X-Request-ID
  use_backend sink if {{ path /upload }}
  default_backend main
backend main
  balance roundrobin
  option httpchk GET /health
  default-server check inter 5s fall 3 rise 2
  {instances}
backend sink
  option httpchk GET /health
  default-server check inter 5s fall 3 rise 2
  server sink 127.0.0.1:{sink}
"""


def _version() -> str:
    haproxy = program("haproxy")
    return run([haproxy.path, "-v"]).split()[2]


def _launch(place: Place) -> Launch:
    haproxy = program("haproxy")
    pem = place.folder / "both.pem"
    pem.write_text(place.certificate.read_text() + place.key.read_text())
    path = place.folder / "haproxy.cfg"
    instances = "\n  ".join(
        f"server i{number} 127.0.0.1:{port}" for number, port in enumerate(place.instances)
    )
    path.write_text(
        _CONFIG.format(
            connections=min(place.files - 2_000, 12_000),
            http=place.http,
            https=place.https,
            pem=pem,
            instances=instances,
            sink=place.sink,
        )
    )
    return Launch([haproxy.path, "-db", "-q", "-f", str(path)], haproxy.environment)


HAPROXY = Peer("haproxy", "HAProxy", _version, _launch)
