"""The backend of all but uploads: one nginx that listens at many ports, one for each instance."""

from __future__ import annotations

import os
from pathlib import Path

from bench.workloads import KIB, MIB

JSON = (
    '{"id":1742,"name":"segment","state":"done",'
    '"text":"One sentence, and not a long one.","parts":[1,2,3]}'
)

_CONFIG = """
daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid {folder}/backend.pid;
error_log stderr error;
{user}
events {{ worker_connections {connections}; }}
http {{
  access_log off;
  sendfile on;
  tcp_nodelay on;
  open_file_cache max=16;
  keepalive_timeout 3600s;
  keepalive_requests 1000000000;
  default_type application/json;
  client_body_temp_path {folder}/backend-body;
  proxy_temp_path {folder}/backend-proxy;
  fastcgi_temp_path {folder}/backend-fastcgi;
  uwsgi_temp_path {folder}/backend-uwsgi;
  scgi_temp_path {folder}/backend-scgi;
  server {{
    {listen}
    location / {{ return 200 '{json}'; }}
    location /files/ {{ root {folder}; }}
  }}
}}
"""


def user() -> str:
    """The directive that keeps nginx's worker able to read the run's folder, which is ours."""
    return "user root;" if os.geteuid() == 0 else ""


def configuration(folder: Path, ports: tuple[int, ...], files: int) -> Path:
    """Write nginx's configuration and the files that it serves; returns the former."""
    shelf = folder / "files"
    shelf.mkdir()
    (shelf / "64k").write_bytes(os.urandom(64 * KIB))
    (shelf / "10m").write_bytes(os.urandom(10 * MIB))
    path = folder / "backend.conf"
    text = _CONFIG.format(
        folder=folder,
        files=files,
        user=user(),
        connections=min(files, 8192),
        listen="\n    ".join(f"listen 127.0.0.1:{port} backlog=4096;" for port in ports),
        json=JSON,
    )
    path.write_text(text)
    return path
