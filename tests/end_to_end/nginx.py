"""A stock nginx as a backend: started for a test case, ended by its pid."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from attrs import define, field
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.error import ConnectError
from twisted.internet.protocol import Protocol
from twisted.internet.task import deferLater

from tests.end_to_end.servants import Servant
from tests.end_to_end.watching import closed_port

#: where it is; None where it is not installed
PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")

CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    default_type text/plain;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    gzip_types text/plain;
    # Without this a request with a Via, which every gateway owes (RFC 9110, 7.6.3), gets no gzip.
    gzip_proxied any;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/files;
        add_header X-Connection "$connection $connection_requests";
        location /gzip/ {{ alias {folder}/files/; gzip on; gzip_min_length 1; }}
        location /few/ {{ alias {folder}/files/; keepalive_requests 3; }}
        location /small-bodies/ {{ client_max_body_size 1k; return 200 "taken"; }}
        location /files/ {{
            alias {folder}/files/; dav_methods PUT DELETE; client_max_body_size 0;
        }}
    }}
}}
"""


@define
class Nginx:
    """One nginx that serves ``files`` of a folder."""

    folder: Path
    port: int = field(factory=closed_port)
    _process: Any = None
    _protocol: Servant = field(factory=Servant)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def file(self, name: str) -> Path:
        """One of the files that it serves."""
        return self.folder / "files" / name

    async def start(self) -> None:
        """Start it, and wait until it takes connections."""
        from twisted.internet import reactor

        system: Any = reactor
        self.file("").mkdir(parents=True)
        configuration = self.folder / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(folder=self.folder, port=self.port))
        arguments = [str(PROGRAM), "-p", str(self.folder), "-c", str(configuration)]
        self._process = system.spawnProcess(self._protocol, arguments[0], arguments, env={})
        for _ in range(500):
            if self._protocol.ended.called:
                raise AssertionError(f"nginx ended: {self._protocol.said.decode()}")
            if await self._answers(system):
                return
            await deferLater(system, 0.01)
        raise AssertionError("nginx does not listen")

    async def _answers(self, system: Any) -> bool:
        try:
            endpoint = TCP4ClientEndpoint(system, "127.0.0.1", self.port)
            connection = await connectProtocol(endpoint, Protocol())
        except ConnectError:
            return False
        connection.transport.abortConnection()
        return True

    async def stop(self) -> None:
        """End it, and wait until it is gone."""
        if not self._protocol.ended.called:
            self._process.signalProcess("TERM")
        await self._protocol.ended
