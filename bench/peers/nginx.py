"""nginx: one worker; buffers of the size that a tuned installation gives it."""

from __future__ import annotations

from bench.children import Launch
from bench.load.backend import user
from bench.peers.peer import Peer, Place
from bench.peers.programs import program, run

# Logs are written in blocks, as by the gateway. Bodies stream both ways, as through the gateway:
# with nginx's own defaults a large body goes through a file first, which costs it more.
_CONFIG = """
daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid {folder}/nginx.pid;
error_log stderr error;
{user}
events {{ worker_connections {connections}; }}
http {{
  access_log {log} combined buffer=64k flush=1s;
  keepalive_timeout 75s;
  keepalive_requests 1000000000;
  tcp_nodelay on;
  server_tokens off;
  client_max_body_size 64m;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream main {{
    {instances}
    keepalive 512;
    keepalive_requests 1000000000;
  }}
  upstream sink {{
    server 127.0.0.1:{sink} max_fails=3 fail_timeout=10s;
    keepalive 64;
    keepalive_requests 1000000000;
  }}
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header Connection "";
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Request-ID $request_id;
  proxy_request_buffering off;
  client_body_buffer_size 256k;
  proxy_buffer_size 16k;
  proxy_buffers 8 64k;
  proxy_max_temp_file_size 0;
  server {{
    listen 127.0.0.1:{http} backlog=4096;
    listen 127.0.0.1:{https} ssl backlog=4096;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location / {{ proxy_pass http://main; }}
    location /upload {{ proxy_pass http://sink; }}
  }}
}}
"""


def _version() -> str:
    nginx = program("nginx")
    return run([nginx.path, "-v"]).rpartition("/")[2].strip()


def _launch(place: Place) -> Launch:
    nginx = program("nginx")
    path = place.folder / "nginx.conf"
    instances = "\n    ".join(
        f"server 127.0.0.1:{port} max_fails=3 fail_timeout=10s;" for port in place.instances
    )
    path.write_text(
        _CONFIG.format(
            files=place.files,
            connections=place.files,
            folder=place.folder,
            user=user(),
            log=place.access_log,
            instances=instances,
            sink=place.sink,
            http=place.http,
            https=place.https,
            certificate=place.certificate,
            key=place.key,
        )
    )
    return Launch([nginx.path, "-e", "stderr", "-c", str(path)], nginx.environment)


NGINX = Peer("nginx", "nginx", _version, _launch)
