"""The ways to start the gateway, with the real twistd, in another folder than this."""

from __future__ import annotations

import os
import signal
import socket
import ssl

from tests.end_to_end.daemon import ROOT, Daemon, ask
from tests.gateway.surroundings import key_and_certificate
from tests.ports import free_ports

#: what twistd says of itself, and Twisted of its ports that close
THEIRS = ("UnixAppLogger", "twisted.internet.base", " Closed)")


class TwistdTests(Daemon):
    """Started, asked, ended."""

    def hello(self) -> str:
        """What is answered by the route that needs no backend."""
        answer = ask(self.public, "/hello")
        return answer.body if answer else ""

    def logged(self) -> str:
        """The access log as it is."""
        path = self.folder / "access.log"
        return path.read_text() if path.exists() else ""

    def test_foreground(self) -> None:
        """With -n it serves until TERM, and tells of itself in a few lines."""
        process = self.foreground()
        self.assertEqual(self.hello(), "hello")
        process.terminate()
        said = self.ended(process)
        self.assertIn('"target":"/hello"', self.logged())
        self.assertFalse((self.folder / "twistd.pid").exists())
        lines = [line for line in said.splitlines() if not any(word in line for word in THEIRS)]
        self.assertEqual(
            [line.split("] ", 1)[1] for line in lines],
            [
                f"Configured by {self.config}",
                f"Listener public serves routes at 127.0.0.1:{self.public}",
                f"Listener admin serves admin at 127.0.0.1:{self.admin}",
                "The gateway is up: 2 routes, 1 backend",
                "The gateway is going down: it accepts for 0 s more, then exchanges may take 10 s",
                "The gateway is down",
            ],
        )

    def test_signals(self) -> None:
        """HUP does not kill, and USR1 goes on in a new access log."""
        process = self.foreground()
        self.assertEqual(self.hello(), "hello")
        self.until(self.logged, "written")
        (self.folder / "access.log").rename(self.folder / "access.log.1")
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGUSR1)
        self.until((self.folder / "access.log").exists, "reopened")
        self.assertEqual(self.hello(), "hello")
        self.until(self.logged, "written again")
        self.assertIsNone(process.poll())
        process.terminate()
        self.assertIn("HUP: certificates and contracts are read again", self.ended(process))

    def test_daemon(self) -> None:
        """In the background all of it works as well, and relative paths do, wherever it runs.

        A second start in the same folder is told of the first, one with another pid file of
        the ports that are taken; both end with 1.
        """
        run = self.folder / "run"
        run.mkdir()
        self.configure(more="[listener:local]\nbind = unix:run/socket\n")
        files = [f"--pidfile={self.folder}/twistd.pid", f"--logfile={run}/twistd.log"]
        pid = self.daemon("--rundir=/", *files)
        self.assertEqual(self.hello(), "hello")
        with socket.socket(socket.AF_UNIX) as local:
            local.connect(str(run / "socket"))
            local.sendall(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b"200 OK", local.recv(65536))
        second = self.twistd("altlas-gateway", "-c", str(self.config))
        self.assertIn(f"Another twistd server is running, PID {pid}", self.ended(second))
        third = self.twistd("--pidfile=other.pid", "altlas-gateway", "-c", str(self.config))
        said = self.ended(third).splitlines()
        self.assertEqual((second.returncode, third.returncode), (1, 1))
        self.assertEqual(len(said), 3)
        for line in said:
            self.assertTrue(line.endswith(": Address already in use"), line)
        # twistd rotates its own log at USR1; the access log is reopened all the same.
        (self.folder / "access.log").rename(self.folder / "access.log.1")
        os.kill(pid, signal.SIGUSR1)
        self.until((self.folder / "access.log").exists, "reopened")
        modes = {path.stat().st_mode & 0o777 for path in self.folder.glob("access.log*")}
        self.assertEqual(modes, {0o640})
        self.until((run / "twistd.log.1").exists, "rotated")
        os.kill(pid, signal.SIGTERM)
        self.until(lambda: not self.alive(pid), "gone")
        self.assertFalse((self.folder / "twistd.pid").exists())
        self.assertFalse((run / "socket").exists())
        self.assertNotIn("Traceback", (run / "twistd.log").read_text())

    def test_tls(self) -> None:
        """Clients of a TLS listener may offer other protocols; instances hear of https."""
        (port,) = free_ports(1)
        self.configure(more=f"[listener:tls]\nbind = ssl:{port}:privateKey=key.pem\n")
        key_and_certificate(self.folder / "key.pem")
        process = self.foreground()
        context = ssl.create_default_context(cafile=str(self.folder / "key.pem"))
        for offered in ([], ["http/1.1"], ["http/1.0", "http/1.1"]):
            if offered:
                context.set_alpn_protocols(offered)
            with context.wrap_socket(self.connected(port), server_hostname="localhost") as client:
                client.sendall(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertIn(b"200 OK", client.recv(65536))
                spoken = client.selected_alpn_protocol()
                self.assertEqual(spoken, "http/1.1" if offered else None)
        context.set_alpn_protocols(["http/1.1", "h2"])
        with context.wrap_socket(self.connected(port), server_hostname="localhost") as client:
            self.assertEqual(client.selected_alpn_protocol(), "h2")
        context.set_alpn_protocols([])
        with context.wrap_socket(self.connected(port), server_hostname="localhost") as client:
            client.sendall(b"GET /slow/ HTTP/1.1\r\nHost: x\r\n\r\n")
            instance, _ = self.backend.accept()
            with instance:
                self.assertIn(b"\r\nX-Forwarded-Proto: https\r\n", instance.recv(65536))
        process.terminate()
        self.assertNotIn("Traceback", self.ended(process))

    def test_race(self) -> None:
        """What only the start itself finds out is one line, and the process ends with 1."""
        self.configure(more="[listener:local]\nbind = unix:socket\n")
        # Held by this process, as far as Twisted's lock can tell.
        (self.folder / "socket.lock").symlink_to(str(os.getpid()))
        process = self.twistd("-n", "altlas-gateway", "-c", "altlas.ini")
        said = self.ended(process)
        reason = f"[listener:local] unix:{self.folder}/socket: Cannot acquire lock"
        self.assertEqual(process.returncode, 1)
        self.assertEqual(said.count(f"Cannot listen: {reason}"), 1)
        self.assertNotIn("Traceback", said)
        process = self.twistd("altlas-gateway", "-c", "altlas.ini")
        said = self.ended(process)
        self.assertEqual(process.returncode, 1)
        self.assertIn("[listener:local]", said)
        self.assertIn(f"Cannot listen: {reason}", (self.folder / "twistd.log").read_text())
        self.assertFalse((self.folder / "twistd.pid").exists())

    def test_tac(self) -> None:
        """The .tac file serves what ALTLAS_CONFIG names."""
        process = self.twistd("-n", "--pidfile=", "-y", str(ROOT / "altlas.tac"))
        self.until_ready()
        self.assertEqual(self.hello(), "hello")
        process.terminate()
        self.assertIn("The gateway is down", self.ended(process))

    def test_mistakes(self) -> None:
        """Mistakes are one line each, without help and traceback, by command and .tac alike."""
        self.configure("respond.body", "respond.bod")
        for words in (["altlas-gateway", "-c", "altlas.ini"], ["-y", str(ROOT / "altlas.tac")]):
            process = self.twistd("-n", "--pidfile=", *words)
            (line,) = self.ended(process).splitlines()
            self.assertEqual(process.returncode, 1)
            self.assertIn("respond.bod = hello: expected", line)
            self.assertIn("did you mean respond.body?", line)

    def test_files(self) -> None:
        """A log or pid file that cannot be is one line, in the background as with -n."""
        for option in ("logfile", "pidfile"):
            for words in ([], ["-n"]):
                file = f"{self.folder}/no/file"
                process = self.twistd(
                    *words, f"--{option}={file}", "altlas-gateway", "-c", "altlas.ini"
                )
                said = self.ended(process)
                self.assertEqual(said, f"--{option}={file}: {self.folder}/no is no folder\n")
                self.assertEqual(process.returncode, 1)
        self.assertEqual([each.name for each in self.folder.iterdir()], ["altlas.ini"])

    def test_check(self) -> None:
        """A check ends with 0 or 1, and leaves nothing behind."""
        for old, code in (("", 0), ("tcp:", 1)):
            self.configure(old, "tpc:" if old else "")
            process = self.twistd("altlas-gateway", "-c", "altlas.ini", "--check")
            said = self.ended(process)
            self.assertEqual(process.returncode, code, said)
            self.assertNotIn("Traceback", said)
        self.assertEqual([each.name for each in self.folder.iterdir()], ["altlas.ini"])
