"""A gateway that may have few descriptors, as a process of its own."""

from __future__ import annotations

import os
import resource
import time

from tests.end_to_end import daemon
from tests.end_to_end.daemon import TWISTD, Daemon, ask

#: descriptors that it may have, and clients that come
FEW, MANY = 1024, 900
GET = b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"


class DescriptorTests(Daemon):
    """More clients than descriptors."""

    def crowded(self, *words: str) -> None:
        """Every client is answered in the end, by whoever is idle making room for the rest."""
        self.start(*words)
        crowd = []
        for _ in range(MANY):
            crowd.append(self.connected())
            crowd[-1].sendall(GET)  # at once: who is silent for a second makes room for others
        # Instances and the admin interface have what they need meanwhile.
        self.assertEqual(self.readiness(), 200)
        client, instance = self.under_way()
        instance.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        self.assertIn(b" 200 ", client.recv(65_536))
        for each in crowd:
            self.assertEqual(each.recv(12), b"HTTP/1.1 200")
        for each in crowd:
            each.close()
        time.sleep(0.5)
        metrics = ask(self.admin, "/metrics")
        assert metrics is not None
        self.assertIn('altlas_accepting{listener="public"} 1.0', metrics.body)
        self.assertNotIn('reason="descriptors"} 0.0', metrics.body)

    def start(self, *words: str) -> None:
        """A gateway with few descriptors."""
        self.configure(f"tcp:{self.public}:", f"tcp:{self.public}:backlog=1024:")
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        script = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({FEW}, {FEW})); "
        twistd = [*TWISTD]
        twistd[2] = script + twistd[2]
        self.patch(daemon, "TWISTD", twistd)
        self.twistd(*words, "-n", "--pidfile=", "altlas-gateway", "--config", "altlas.ini")
        self.until_ready()
        self.assertEqual((soft, hard), resource.getrlimit(resource.RLIMIT_NOFILE))

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
