"""A gateway that may have few descriptors, as a process of its own."""

from __future__ import annotations

import os
import resource
import socket
import time

from tests.end_to_end.daemon import PATIENCE, TWISTD, Daemon, ask

#: descriptors that it may have, and clients that come
FEW, MANY = 128, 200
GET = b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"


class DescriptorTests(Daemon):
    """More clients than descriptors."""

    def crowded(self, *words: str) -> None:
        """Every client is answered in the end, and nobody is turned away."""
        self.start(*words)
        crowd = [self.connected() for _ in range(MANY)]
        for client in crowd:
            client.sendall(GET)
        answered = [client for client in crowd if self.answer(client, 1.0)]
        self.assertGreater(len(answered), FEW // 2)
        self.assertLess(len(answered), FEW)
        # Instances, logs and the admin interface have what they need.
        self.assertEqual(self.readiness(), 200)
        metrics = ask(self.admin, "/metrics")
        assert metrics is not None
        self.assertIn('altlas_accepting{listener="public"} 0.0', metrics.body)
        self.assertIn("altlas_accept_pauses_total{", metrics.body)
        client, instance = self.under_way_of(answered[0])
        instance.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        self.assertTrue(self.answer(client, PATIENCE).endswith(b"ok"))
        for client in answered:
            client.close()
        rest = [client for client in crowd if client not in answered]
        for client in rest:
            self.assertIn(b" 200 ", self.answer(client, PATIENCE))
            client.close()
        time.sleep(0.3)
        self.assertIn('altlas_accepting{listener="public"} 1.0', self.metrics())

    def start(self, *words: str) -> None:
        """A gateway with few descriptors."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        script = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({FEW}, {FEW})); "
        twistd = [*TWISTD]
        twistd[2] = script + twistd[2]
        self.patch(type(self), "words", twistd)
        import tests.end_to_end.daemon as daemon

        self.patch(daemon, "TWISTD", twistd)
        self.twistd(*words, "-n", "--pidfile=", "altlas-gateway", "--config", "altlas.ini")
        self.until_ready()
        self.assertEqual((soft, hard), resource.getrlimit(resource.RLIMIT_NOFILE))

    words: list[str] = []

    def answer(self, client: socket.socket, patience: float) -> bytes:
        """What comes within that time."""
        client.settimeout(patience)
        try:
            return client.recv(65_536)
        except TimeoutError:
            return b""

    def metrics(self) -> str:
        """What `/metrics` says, a second later, since a text is given out for so long."""
        time.sleep(1.1)
        answer = ask(self.admin, "/metrics")
        return answer.body if answer else ""

    def under_way_of(self, client: socket.socket) -> tuple[socket.socket, socket.socket]:
        """This client's request to the backend, and the backend's end of it."""
        client.sendall(b"GET /slow/ HTTP/1.1\r\nHost: x\r\n\r\n")
        instance, _ = self.backend.accept()
        self.addCleanup(instance.close)
        return client, instance

    def test_uvloop(self) -> None:
        """On the reactor over uvloop."""
        self.crowded()

    def test_epoll(self) -> None:
        """On Twisted's own."""
        self.crowded("--reactor=epoll")

    def test_raised(self) -> None:
        """What the system lets us have is taken."""
        process = self.foreground()
        with open(f"/proc/{process.pid}/limits") as limits:
            line = next(line for line in limits if line.startswith("Max open files"))
        soft, hard = line.split()[3:5]
        self.assertEqual(soft, str(min(int(hard), 1 << 20)))
        self.assertTrue(os.path.exists(f"/proc/{process.pid}"))
