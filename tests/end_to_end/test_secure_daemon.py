"""TLS of a running gateway, tried with openssl and curl, on both reactors."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
from shutil import which
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from twisted.trial.unittest import SkipTest

from tests.end_to_end.daemon import PATIENCE, Daemon, ask, received
from tests.ports import free_ports
from tests.tls.authority import Authority, Issued

TLS = """
[listener:secure]
bind = tcp:{port}:interface=127.0.0.1
tls.certificate = one.pem
    two.pem
tls.key = one.key
    two.key
tls.client-ca = clients.pem
tls.client-verify = optional
tls.hsts = 180d
"""


class SecureDaemon(Daemon):
    """A gateway with two certificates; a folder with those of clients."""

    #: words for twistd
    reactor: tuple[str, ...] = ()

    def setUp(self) -> None:
        super().setUp()
        self.authority, self.clients = Authority.made("root"), Authority.made("clients")
        middle = Authority.made("middle", self.authority)
        self.root = self.authority.written(self.folder, "root")
        self.clients.written(self.folder, "clients")
        self.one = self.issued(middle, "one", "one.test", "127.0.0.1")
        self.two = self.issued(middle, "two", "*.two.test")
        self.secure = self.public
        (self.public,) = free_ports(1)
        self.configure(more=TLS.format(port=self.secure))

    def issued(self, by: Authority, name: str, *names: str) -> Issued:
        """A certificate, written to the folder."""
        made = by.issue(*names)
        made.written(self.folder, name)
        return made

    def start(self) -> subprocess.Popen[str]:
        """A gateway that is ready."""
        process = self.twistd(
            *self.reactor, "-n", "--pidfile=", "altlas-gateway", "--config", "altlas.ini"
        )
        self.until_ready()
        return process

    def openssl(self, *words: str, said: str = "") -> str:
        """What ``openssl s_client`` prints about a connection."""
        if which("openssl") is None:
            raise SkipTest("there is no openssl here")
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.secure}"]
        ran = subprocess.run(
            [*command, "-CAfile", self.root, *words],
            input=said,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=self.folder,
        )
        return (ran.stdout + ran.stderr).replace(" = ", "=")  # as its versions differ

    def curl(self, *words: str, host: str = "127.0.0.1", path: str = "/hello") -> str:
        """What curl gets, its head first."""
        if which("curl") is None:
            raise SkipTest("there is no curl here")
        where = ["--resolve", f"{host}:{self.secure}:127.0.0.1"]
        address = f"https://{host}:{self.secure}{path}"
        ran = subprocess.run(
            ["curl", "-sSi", "--cacert", self.root, *words, *where, address],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=self.folder,
        )
        return ran.stdout + ran.stderr

    def client(self, name: str = "one.test", **more: Any) -> ssl.SSLSocket:
        """A client that has shaken hands, asking for `name`."""
        context = ssl.create_default_context(cafile=self.root)
        for method, words in more.items():
            getattr(context, method)(*words)
        plain = socket.create_connection(("127.0.0.1", self.secure), PATIENCE)
        self.addCleanup(plain.close)
        return context.wrap_socket(plain, server_hostname=name)

    def shown(self, name: str) -> bytes:
        """The certificate that a client sees which asks for `name`."""
        with self.client(name) as client:
            found = client.getpeercert(binary_form=True)
        assert found is not None
        return found


def der(issued: Issued) -> bytes:
    """A certificate's bytes."""
    return issued.certificate.public_bytes(Encoding.DER)


class EpollTests(SecureDaemon):
    """On Twisted's own reactor."""

    reactor = ("--reactor", "epoll")

    def test_names(self) -> None:
        """Each name gets its certificate, with what leads to the authority, in both versions."""
        self.start()
        for version in ("-tls1_2", "-tls1_3"):
            for name, subject in (("one.test", "CN=one.test"), ("x.two.test", "CN=*.two.test")):
                said = self.openssl(version, "-servername", name, "-verify_hostname", name)
                self.assertIn("Verify return code: 0 (ok)", said)
                self.assertIn(f"subject={subject}", said)
                self.assertEqual(said.count("s:CN="), 2)
        self.assertIn("subject=CN=one.test", self.openssl("-noservername"))
        self.assertIn("hello", self.curl(host="a.two.test"))

    def test_clients(self) -> None:
        """What a client's certificate says reaches the instance; a stranger is turned away."""
        self.start()
        known = self.clients.issue("runner").written(self.folder, "runner")
        context = {"load_cert_chain": known}
        client = self.client(**context)
        client.sendall(
            b"GET /slow/ HTTP/1.1\r\nHost: one.test\r\nX-Client-Cert-Subject: CN=admin\r\n\r\n"
        )
        instance, _ = self.backend.accept()
        self.addCleanup(instance.close)
        asked = instance.recv(65536)
        self.assertEqual(asked.count(b"X-Client-Cert-Subject"), 1)
        self.assertIn(b"X-Client-Cert-Subject: CN=runner\r\n", asked)
        stranger = self.authority.issue("x").written(self.folder, "x")
        said = self.curl("--cert", stranger[0], "--key", stranger[1])
        self.assertNotIn("200 OK", said)

    def test_renewal(self) -> None:
        """New files serve new clients after a HUP; an exchange under way is not disturbed."""
        process = self.start()
        old = self.client()
        old.sendall(b"GET /slow/ HTTP/1.1\r\nHost: one.test\r\n\r\n")
        instance, _ = self.backend.accept()
        self.addCleanup(instance.close)
        instance.recv(65536)
        new = self.authority.issue("one.test")
        new.written(self.folder, "one")
        self.assertEqual(self.shown("one.test"), der(self.one))
        process.send_signal(signal.SIGHUP)
        self.until(lambda: self.shown("one.test") == der(new), "renewed")
        self.assertEqual(self.shown("a.two.test"), der(self.two))
        instance.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")
        self.assertTrue(old.recv(65536).endswith(b"\r\n\r\ndone"))
        old.sendall(b"GET /hello HTTP/1.1\r\nHost: one.test\r\n\r\n")
        self.assertTrue(old.recv(65536).endswith(b"hello"))

    def test_silent(self) -> None:
        """Who connects and does not shake hands is turned out; those who do are not kept short."""
        self.configure(more=TLS.format(port=self.secure) + "tls.handshake-timeout = 2s\n")
        self.start()
        silent, slow = self.connected(self.secure), self.client()
        self.assertEqual(received(silent), b"")
        slow.settimeout(0.1)
        self.assertRaises(TimeoutError, slow.recv, 1)
        slow.settimeout(PATIENCE)
        slow.sendall(b"GET /hello HTTP/1.1\r\nHost: one.test\r\n\r\n")
        self.assertTrue(slow.recv(65536).endswith(b"hello"))

    def test_drain(self) -> None:
        """Who has connected when the gateway goes down may still shake hands and ask, if quick."""
        process = self.start()
        late, silent = self.connected(self.secure), self.connected(self.secure)
        self.until(lambda: self.connections() == 2, "connected")
        process.terminate()
        self.until(lambda: self.readiness() == 503, "going down")
        context = ssl.create_default_context(cafile=self.root)
        client = context.wrap_socket(late, server_hostname="one.test")
        client.sendall(b"GET /hello HTTP/1.1\r\nHost: one.test\r\n\r\n")
        self.assertTrue(client.recv(65536).endswith(b"hello"))
        self.assertEqual(received(silent), b"")
        client.close()
        self.ended(process)

    def connections(self) -> int:
        """How many the gateway has on the listener."""
        answer = ask(self.admin, "/api/overview")
        rows = json.loads(answer.body)["listeners"] if answer else []
        return sum(row["connections"] for row in rows if row["name"] == "secure")


class UvloopTests(EpollTests):
    """On the reactor over uvloop, where there is one; and what has nothing to do with reactors."""

    reactor = ()

    def test_protocol(self) -> None:
        """HTTP/2 is agreed on, or 1.1; who speaks no HTTP is told so, older TLS is refused."""
        self.start()
        self.assertIn("ALPN protocol: h2", self.openssl("-alpn", "http/1.1,h2"))
        self.assertIn("ALPN protocol: http/1.1", self.openssl("-alpn", "http/1.1"))
        self.assertIn("no application protocol", self.openssl("-alpn", "smtp"))
        self.assertIn("Cipher is (NONE)", self.openssl("-tls1_1"))
        self.assertIn("HTTP/2 200", self.curl())
        self.assertIn("HTTP/1.1 200 OK", self.curl("--http1.1"))

    def test_resumption(self) -> None:
        """Sessions are resumed in both versions."""
        self.start()
        for version in ("-tls1_2", "-tls1_3"):
            ask = "GET /hello HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n"
            words = (version, "-servername", "one.test", "-ign_eof")
            self.assertIn("New, TLS", self.openssl(*words, "-sess_out", "session", said=ask))
            self.assertIn("Reused, TLS", self.openssl(*words, "-sess_in", "session", said=ask))

    def test_bad_renewal(self) -> None:
        """A file that cannot be used changes nothing but the log."""
        process = self.start()
        (self.folder / "one.key").write_text("nothing")
        process.send_signal(signal.SIGHUP)
        self.until(lambda: 'renewed":false' in self.told(), "told")
        self.assertEqual(self.shown("one.test"), der(self.one))
        process.terminate()
        said = self.ended(process)
        self.assertIn("cannot be renewed, those from before serve on: tls.key = ", said)

    def told(self) -> str:
        """What the admin API says of TLS, without blanks."""
        answer = ask(self.admin, "/api/tls")
        return answer.body.replace(" ", "") if answer else ""

    def test_plain_text(self) -> None:
        """Who speaks plain HTTP to it gets no answer but TLS' own; it serves on."""
        self.start()
        plain = self.connected(self.secure)
        plain.sendall(b"GET /hello HTTP/1.1\r\nHost: one.test\r\n\r\n")
        self.assertNotIn(b"HTTP", received(plain))
        for words in (), ("--http1.1",):
            said = self.curl(*words).lower()
            self.assertIn("strict-transport-security: max-age=15552000", said)

    def test_admin(self) -> None:
        """The admin listener speaks TLS too, and lets in who has a certificate."""
        more = TLS.format(port=self.secure).replace("optional", "required")
        self.configure(
            more=more.replace("bind", "serves = admin\nbind").replace("tls.hsts = 180d", "")
        )
        self.start()
        known = self.clients.issue("operator").written(self.folder, "operator")
        said = self.curl("--cert", known[0], "--key", known[1], path="/livez")
        self.assertIn("HTTP/1.1 200 OK", said)
        self.assertNotIn("200 OK", self.curl(path="/livez"))


class CheckTests(SecureDaemon):
    """Mistakes, before anything is started."""

    def check(self) -> tuple[int, list[str]]:
        """The exit code of ``--check``, and what it says."""
        process = self.twistd("altlas-gateway", "--config", "altlas.ini", "--check")
        said = self.ended(process).replace(f"{self.folder}/", "")
        return process.returncode, said.splitlines()

    def test_right(self) -> None:
        """Right files are right."""
        code, lines = self.check()
        self.assertEqual((code, len(lines)), (0, 1), lines)

    def test_all(self) -> None:
        """All that is wrong is told, each with file and line."""
        (self.folder / "one.key").unlink()
        self.authority.issue("*.two.test", ends=-0.5).written(self.folder, "two")
        (self.folder / "clients.pem").write_text("nothing")
        self.configure(more=TLS.format(port=self.secure) + "tls.ciphers = HGIH:HIGH\n")
        first = self.config.read_text().split("\n").index("[listener:secure]") + 1
        code, lines = self.check()
        self.assertEqual(code, 1)
        places = [line.split(": ")[0] for line in lines]
        lines_of = {"two.pem": 3, "one.key": 4, "clients.pem": 6, "ciphers": 9}
        wanted = [f"altlas.ini:{first + offset}" for offset in lines_of.values()]
        self.assertEqual(places, wanted)
        for word, line in zip(lines_of, lines, strict=True):
            self.assertIn(word, line)

    def test_doubts(self) -> None:
        """What is good today, and not for long, is a warning."""
        self.authority.issue("*.two.test", begins=-60, ends=5.5).written(self.folder, "two")
        code, (warning, right) = self.check()
        self.assertEqual(code, 0)
        self.assertIn("listener:secure] tls.certificate = two.pem: it ends on ", warning)
        self.assertTrue(warning.startswith("warning: altlas.ini:"))
        self.assertTrue(right.startswith("The configuration is right"))
