"""Whatever would fail at the start is found before."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from altlas.gateway import preflight
from altlas.gateway.addresses import TcpAddress
from altlas.gateway.contracts.readings import Readings
from altlas.gateway.preflight import doubts, faults, tcp_endpoint
from altlas.settings.tree import Settings
from tests.gateway.contracts.world import document
from tests.gateway.surroundings import key_and_certificate, memory_reactor, settings_of
from tests.tls.authority import issue

INI = """
[listener:one]
bind = {one}
[listener:two]
bind = {two}
[backend:b]
instances = https://127.0.0.1:9001
{backend}
[route:b]
path = /
backend = b
[access-log]
{log}
"""


class FaultsTests(SynchronousTestCase):
    """One line for each."""

    def found(
        self, one: str = "tcp:0", two: str = "tcp:port=0", bind: bool = False, **more: str
    ) -> list[str]:
        """What is found in settings that are right but for what is given."""
        text = INI.format(**{"one": one, "two": two, "backend": "", "log": "path = -"} | more)
        return [str(one) for one in faults(settings_of(self, text), memory_reactor(), bind)]

    def test_none(self) -> None:
        """Nothing is found in what is right."""
        self.assertEqual(self.found(), [])
        self.assertEqual(self.found(bind=True), [])

    def test_all_at_once(self) -> None:
        """Everything is found in one go."""
        missing = f"/{self.id()}"
        found = self.found(
            one="tpc:1",
            two="tcp:1:x=1",
            backend=f"tls.ca = {missing}",
            log=f"path = {missing}/access.log",
        )
        keys = ["[listener:one] bind", "[listener:two] bind", "[backend:b] tls.ca"]
        for key, line in zip([*keys, "[access-log] path"], found, strict=True):
            self.assertTrue(line.startswith(f"{key}: "), line)

    def test_taken(self) -> None:
        """A port that is taken is found where ports may be tried, and only there."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            bind = f"tcp:{server.getsockname()[1]}:interface=127.0.0.1"
            self.assertEqual(
                self.found(bind, bind=True), ["[listener:one] bind: Address already in use"]
            )
            self.assertEqual(self.found(bind), [])

    def test_one_port_twice(self) -> None:
        """Two listeners at one address are found without a try, once."""
        for bind in (False, True):
            self.assertEqual(
                self.found("tcp:47", "tcp:47:127.0.0.1", bind=bind)[-1:],
                ["[listener:two] bind: [listener:one] has this address"],
            )

    def test_nowhere(self) -> None:
        """A UNIX socket in a folder that is not there is found without a try."""
        (line,) = self.found("unix:/nowhere/socket")
        self.assertEqual(line, "[listener:one] bind: /nowhere is no folder")

    def test_ports_are_let_go(self) -> None:
        """What was bound for the try is free afterwards."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        self.assertEqual(self.found(f"tcp:{port}:interface=127.0.0.1", bind=True), [])
        socket.create_server(("127.0.0.1", port)).close()

    def test_authorities(self) -> None:
        """A file of authorities must have some."""
        path = Path(self.mktemp()).resolve()
        path.write_text("no PEM")
        (line,) = self.found(backend=f"tls.ca = {path}")
        self.assertIn("no certificates", line)
        key_and_certificate(path)
        self.assertEqual(self.found(backend=f"tls.ca = {path}"), [])

    def test_certificates(self) -> None:
        """A listener's certificates are looked at, and whatever is wrong with them is told."""
        path = Path(self.mktemp()).resolve()
        path.mkdir()
        good = issue("a.test").together(path, "good")
        missing = f"{path}/missing.pem"
        one = f"tcp:0\ntls.certificate = {good}\n    {missing}"
        text = INI.format(one=one, two="tcp:port=0", backend="", log="path = -")
        (fault,) = faults(settings_of(self, text), memory_reactor(), bind=False)
        self.assertEqual((fault.key, fault.item), ("tls.certificate", missing))
        issue("b.test", begins=-60, ends=5).together(path, "missing")
        settings = settings_of(self, text)
        self.assertEqual([*faults(settings, memory_reactor(), bind=False)], [])
        (doubt,) = doubts(settings)
        self.assertEqual((doubt.section, doubt.item), ("listener:one", missing))
        (late,) = faults(settings, memory_reactor(), False, lambda: time.time() + 6 * 86400)
        self.assertIn("it ended on", late.reason)

    def test_access_log(self) -> None:
        """The log's file may be there or not, but must be a file; looking makes none."""
        path = Path(self.mktemp()).resolve()
        self.assertEqual(self.found(log=f"path = {path}"), [])
        self.assertFalse(path.exists())
        path.mkdir()
        (line,) = self.found(log=f"path = {path}")
        self.assertIn("it is a folder", line)
        self.assertEqual(self.found(log=f"path = {path}\nenabled = no"), [])

    def test_impossible_name(self) -> None:
        """A name that no file can have is told in the system's words."""
        (line,) = self.found(log=f"path = /tmp/{'x' * 300}")
        self.assertIn("File name too long", line)

    def test_unwritable(self) -> None:
        """A file or folder that may not be written to is found."""
        if os.geteuid() == 0:
            raise SkipTest("root may write everything")
        path = Path(self.mktemp()).resolve()
        path.touch(mode=0o400)
        (line,) = self.found(log=f"path = {path}")
        self.assertIn("cannot be written to", line)


class ContractTests(SynchronousTestCase):
    """Contracts, read once for all who look."""

    def settings(self, text: str, state: str = "") -> Settings:
        """Settings with one contract."""
        backend = f"contract = a\n[contract:a]\n{text}\n[gateway]\n{state}"
        more = {"one": "tcp:0", "two": "tcp:port=0", "log": "path = -"}
        return settings_of(self, INI.format(backend=backend, **more))

    def file(self, data: bytes) -> str:
        """The lines of a contract in a file."""
        path = Path(self.mktemp()).resolve()
        path.write_bytes(data)
        return f"file = {path}"

    def test_good(self) -> None:
        """Nothing is said of a good one, and it is read once."""
        settings, readings = self.settings(self.file(document())), Readings()
        self.assertEqual([*faults(settings, memory_reactor(), False, readings=readings)], [])
        first = readings.of_file(settings.contracts[0])
        self.assertEqual([*doubts(settings, readings=readings)], [])
        self.assertIs(readings.of_file(settings.contracts[0]), first)

    def test_flaws(self) -> None:
        """Every flaw is told with its place, the first ones one by one."""
        bad = document(*[f"no-slash-{number}" for number in range(30)])
        found = [*faults(self.settings(self.file(bad)), memory_reactor(), False)]
        self.assertEqual({(fault.section, fault.key) for fault in found}, {("contract:a", "file")})
        self.assertTrue(2 < len(found) <= 21, len(found))
        self.assertTrue(found[0].reason.startswith("/paths/"), found[0].reason)

    def test_missing(self) -> None:
        """A file that is not there is told."""
        (fault,) = faults(self.settings("file = nowhere"), memory_reactor(), False)
        self.assertEqual(fault.reason, "No such file or directory")

    def test_doubts(self) -> None:
        """What is not enforced is a doubt, with its place."""
        schema = b'"content": {"a/b": {"schema": {"pattern": "(a)\\\\1"}}}, "description": "it"'
        data = document().replace(b'"description": "it"', schema)
        found = [*doubts(self.settings(self.file(data)))]
        self.assertTrue(found)
        self.assertTrue(found[0].reason.startswith("/paths/~1a/get/"), found[0].reason)

    def test_state(self) -> None:
        """Where copies cannot be kept is a doubt, if there is something to keep."""
        path = Path(self.mktemp()).resolve()
        path.touch()
        url = "url = http://127.0.0.1:1/openapi.json"
        (doubt,) = doubts(self.settings(url, f"state = {path}/state"))
        self.assertEqual((doubt.section, doubt.key), ("gateway", "state"))
        self.assertIn(f"{path} cannot be written to", doubt.reason)
        (doubt,) = doubts(self.settings(url))
        self.assertIn("there is no folder", doubt.reason)
        self.assertEqual([*doubts(self.settings(self.file(document())))], [])


class PageTests(SynchronousTestCase):
    """The page that shows the gateway's contract."""

    def test_not_installed(self) -> None:
        """A page that cannot be shown is a doubt that says what to do; the rest works."""
        openapi = "openapi.path = /o\nopenapi.docs = /d"
        text = INI.format(one=f"tcp:0\n{openapi}", two="tcp:port=0", backend="", log="")
        settings = settings_of(self, text)
        self.assertEqual([*doubts(settings)], [])
        self.patch(preflight, "installed", lambda: False)
        (doubt,) = doubts(settings)
        self.assertEqual((doubt.section, doubt.key), ("listener:one", "openapi.docs"))
        self.assertIn("pip install altlas-gateway[docs]", doubt.reason)

    def test_namesakes(self) -> None:
        """A route that has the name of a page is a doubt, where there is that page."""
        routes = "".join(
            f"\n[route:{name}]\npath = /{name}/\nrespond.status = 204\n"
            for name in ("openapi", "docs")
        )
        for lines, keys in (
            ("openapi.path = /o\nopenapi.docs = /d", ["openapi.path", "openapi.docs"]),
            ("openapi.path = /o", ["openapi.path"]),
            ("", []),
        ):
            text = INI.format(one=f"tcp:0\n{lines}", two="tcp:port=0", backend="", log="")
            found = [*doubts(settings_of(self, text + routes))]
            self.assertEqual([each.key for each in found], keys)
            self.assertEqual({each.section for each in found}, {"listener:one"} if keys else set())


class TcpEndpointTests(SynchronousTestCase):
    """What can be told of a bind without Twisted."""

    def test_tcp(self) -> None:
        """A TCP port is told; for what is none, or is wrong, there is none."""
        self.assertEqual(tcp_endpoint("tcp:80:interface=\\:\\:1"), TcpAddress(80, "::1"))
        for written in ("unix:/x", "systemd:domain=INET:index=0", "tcp:http", "tcp", "x", "unix:"):
            self.assertIsNone(tcp_endpoint(written))
