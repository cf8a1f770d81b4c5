"""How the gateway goes down, with real signals to a real process."""

from __future__ import annotations

import signal
import time

from tests.end_to_end.daemon import PATIENCE, Daemon, ask, received

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"


class DrainingTests(Daemon):
    """TERM and INT, with exchanges under way."""

    def test_in_good_order(self) -> None:
        """Red first and still serving; then closed to new clients; what is under way finishes."""
        self.configure("[gateway]", "[gateway]\ndrain.grace = 2s")
        process = self.foreground()
        idle = self.connected()
        idle.sendall(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b"200 OK", idle.recv(65536))
        client, instance = self.under_way()
        process.terminate()
        self.until(lambda: self.readiness() == 503, "red")
        # Within the grace: still open, but not kept alive.
        answer = ask(self.public, "/hello")
        assert answer is not None
        self.assertEqual((answer.status, answer.body), (200, "hello"))
        self.assertEqual(answer.fields["connection"], "close")
        self.until(lambda: ask(self.public, "/hello") is None, "closed to new clients")
        self.assertEqual(received(idle), b"")
        self.assertEqual(self.readiness(), 503)
        self.assertIsNone(process.poll())
        instance.sendall(ANSWER)
        answered = received(client)
        self.assertTrue(answered.endswith(b"\r\n\r\ndone"), answered)
        self.assertIn(b"\r\nConnection: close\r\n", answered)
        said = self.ended(process)
        self.assertEqual(process.returncode, -signal.SIGTERM)
        self.assertIn("The gateway is down", said)
        self.assertNotIn("Traceback", said)
        self.assertIn('"target":"/slow/"', (self.folder / "access.log").read_text())

    def test_cut(self) -> None:
        """What is not finished when the time is over is cut, and the process ends."""
        self.configure("drain.timeout = 10s", "drain.timeout = 300ms")
        process = self.foreground()
        client, instance = self.under_way()
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        self.assertEqual(received(client), b"")
        self.assertEqual(received(instance), b"")
        said = self.ended(process)
        self.assertLess(time.monotonic() - started, PATIENCE / 2)
        self.assertEqual(process.returncode, -signal.SIGINT)
        self.assertIn("Listener public cuts 1 connection, the time to finish is over", said)
        self.assertNotIn("Traceback", said)
        self.assertIn('"target":"/slow/"', (self.folder / "access.log").read_text())

    def test_second_signal(self) -> None:
        """A second TERM waits for nothing."""
        self.configure("drain.timeout = 10s", "drain.timeout = 1h")
        process = self.foreground()
        client, _ = self.under_way()
        process.terminate()
        self.until(lambda: self.readiness() == 503, "red")
        self.assertIsNone(process.poll())
        process.terminate()
        self.assertEqual(received(client), b"")
        said = self.ended(process)
        self.assertIn("A second signal", said)
        self.assertNotIn("Traceback", said)
