"""The command line, and what twistd gets from it."""

from __future__ import annotations

import os
import socket
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from twisted.application.service import IServiceMaker, ServiceMaker
from twisted.internet.defer import fail
from twisted.plugin import getPlugins
from twisted.python.usage import UsageError
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from altlas import tap
from altlas.gateway.service import GatewayService
from altlas.tap import Options, makeService
from tests.gateway.contracts.world import document

INI = """
[listener:public]
bind = tcp:0:interface=127.0.0.1
[route:long]
path = /long/er/
respond.status = 200
[route:short]
path = /long/
respond.status = 404
[access-log]
path = access.log
"""


class TapTests(SynchronousTestCase):
    """In a folder of the test's own."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).resolve()
        self.folder.mkdir()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        self.patch(tap, "USUAL_PLACES", (Path("etc/altlas.ini"),))

    def write(self, text: str, name: str = "altlas.ini") -> Path:
        """A file in the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def options(self, *words: str) -> Options:
        """The options of a command line that does not end the process."""
        options = Options()
        options.parseOptions(list(words))
        return options

    def said(self, act: Any, *words: Any) -> tuple[Any, str, str]:
        """The exit code of what ends the process, and what it says to standard output and error."""
        out, error = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(error):
            ended = self.assertRaises(SystemExit, act, *words)
        return ended.code, out.getvalue(), error.getvalue()

    def ran(self, *words: str) -> tuple[Any, str, str]:
        """What a command line says that ends the process."""
        return self.said(self.options, *words)

    # --- the file

    def test_named(self) -> None:
        """The file that is named is read, from wherever one is."""
        self.write(INI, "deep/other.ini")
        options = self.options("--config", "deep/other.ini")
        self.assertEqual(len(options.settings.routes), 2)

    def test_usual(self) -> None:
        """Without a name the usual places are looked at; with nothing there, they are named."""
        code, _, error = self.ran()
        self.assertEqual(code, 1)
        self.assertEqual(
            error,
            "no configuration: neither etc/altlas.ini is there; name one with --config\n",
        )
        self.write(INI, "etc/altlas.ini")
        self.assertEqual(len(self.options().settings.routes), 2)

    def test_mistakes(self) -> None:
        """Mistakes are one line each, all at once, whatever was asked for."""
        path = self.write(INI.replace("respond.status", "respond.statu"))
        for more in ([], ["--check"], ["--routes"], ["--print-config"]):
            code, out, error = self.ran("--config", str(path), *more)
            self.assertEqual((code, out), (1, ""))
            unknown = [line for line in error.splitlines() if "did you mean respond.status" in line]
            self.assertEqual(len(unknown), 2)
            self.assertTrue(all(line.startswith(f"{path}:") for line in error.splitlines()))

    def test_workers(self) -> None:
        """More than one worker is refused, and it is said that this is not there yet."""
        path = self.write(f"[gateway]\nworkers = 4\n{INI}")
        code, _, error = self.ran("--config", str(path))
        self.assertEqual(code, 1)
        self.assertIn("[gateway] workers = 4", error)
        self.assertIn("not available in this version", error)

    def test_environment(self) -> None:
        """The environment overrides the file, and its mistakes are told as its own."""
        path = self.write(INI)
        self.patch(os, "environ", os.environ | {"ALTLAS_ROUTE__LONG__PATH": "/environment/"})
        self.assertEqual(self.options("-c", str(path)).settings.routes[0].path, "/environment/")
        self.patch(os, "environ", os.environ | {"ALTLAS_LISTENER__PUBLIC__BIND": "tpc:1"})
        code, _, error = self.ran("-c", str(path), "--check")
        self.assertEqual(code, 1)
        self.assertTrue(
            error.startswith(
                "environment ALTLAS_LISTENER__PUBLIC__BIND: [listener:public] bind = tpc:1: "
            ),
            error,
        )

    # --- what else than to start

    def test_check(self) -> None:
        """A right configuration is called so; a check makes nothing and binds nothing."""
        path = self.write(INI)
        with socket.create_server(("127.0.0.1", 0)) as server:
            taken = INI.replace("tcp:0", f"tcp:{server.getsockname()[1]}")
            for text in (INI, taken):
                path.write_text(text)
                code, out, error = self.ran("--config", str(path), "--check")
                self.assertEqual((code, error), (0, ""))
                self.assertIn("right: 1 listener, 2 routes, 0 backends.", out)
        self.assertEqual([each.name for each in self.folder.iterdir()], ["altlas.ini"])

    def test_check_files(self) -> None:
        """A check finds files that are not there, with the line that names them."""
        path = self.write(
            INI.replace("tcp:0:interface=127.0.0.1", "ssl:443:privateKey=key.pem").replace(
                "access.log", "nowhere/access.log"
            )
        )
        code, out, error = self.ran("--config", str(path), "--check")
        self.assertEqual((code, out), (1, ""))
        self.assertEqual(
            error.splitlines(),
            [
                f"{path}:3: [listener:public] bind = ssl:443:privateKey=key.pem: "
                f"{self.folder}/key.pem: No such file or directory",
                f"{path}:11: [access-log] path = {self.folder}/nowhere/access.log: "
                f"{self.folder}/nowhere is no folder",
            ],
        )

    def test_check_all(self) -> None:
        """What does not read and what would not start are one list, in order, by check and start.

        A key that has a problem is told once, and nothing is said of what stands in for it.
        """
        more = (
            "[listener:nil]\n[listener:usual]\nbind = tcp:8080\n[listener:big]\nbind = tcp:99999\n"
            "[backend:b]\ninstances = http://127.0.0.1:9001\ntls.ca = no.pem\nqueue.size = many\n"
            "[listener:again]\nbind = tcp:99999\n"
        )
        path = self.write(INI.replace("access.log", "no/access.log") + more)
        folder = self.folder
        expected = [
            f"{path}:11: [access-log] path = {folder}/no/access.log: {folder}/no is no folder",
            f"{path}:12: [listener:nil]: expected bind, such as bind = tcp:8080",
            f"{path}:16: [listener:big] bind = tcp:99999: "
            "the port is '99999', not a number from 0 to 65535",
            f"{path}:19: [backend:b] tls.ca = {folder}/no.pem: No such file or directory",
            f"{path}:20: [backend:b] queue.size = many: expected a whole number of at least 0",
            f"{path}:22: [listener:again] bind = tcp:99999: "
            "expected an address of its own; [listener:big] has it",
        ]
        self.assertEqual(self.ran("-c", str(path), "--check"), (1, "", "\n".join(expected) + "\n"))
        path.write_text(path.read_text().replace("tcp:8080", "tcp:0"))
        self.assertEqual(self.ran("-c", str(path)), (1, "", "\n".join(expected) + "\n"))
        path.write_text(path.read_text().replace("queue.size", "queue.siz"))
        code, _, error = self.ran("-c", str(path), "--routes")
        self.assertEqual((code, len(error.splitlines())), (1, 3))

    def test_files_of_twistd(self) -> None:
        """Files that twistd could not write end a start, with what else is wrong, and no check."""
        path = self.write(INI)
        twistd = {"nodaemon": 0, "debug": 0, "logfile": "no/x.log", "pidfile": "no/x.pid"}
        options = Options()
        options.parent = twistd
        lines = [
            f"--{option}={twistd[f'{option}']}: {self.folder}/no is no folder"
            for option in ("logfile", "pidfile")
        ]
        code, _, error = self.said(options.parseOptions, ["-c", str(path)])
        self.assertEqual((code, error.splitlines()), (1, lines))
        code, _, error = self.said(options.parseOptions, ["-c", str(path), "--check"])
        self.assertEqual((code, error), (0, ""))
        path.write_text(INI.replace("access.log", "no/access.log"))
        options = Options()
        options.parent = twistd
        code, _, error = self.said(options.parseOptions, ["-c", str(path)])
        self.assertEqual((code, error.splitlines()[1:]), (1, lines))
        self.assertIn("[access-log] path", error)

    def test_routes(self) -> None:
        """Routes are printed in the order in which they are asked."""
        code, out, _ = self.ran("--config", str(self.write(INI)), "--routes")
        self.assertEqual(code, 0)
        self.assertEqual([line.split()[0] for line in out.splitlines()], ["NAME", "long", "short"])

    def test_print_config(self) -> None:
        """The merged configuration is printed so that it can be read again, with its sources."""
        path = self.write(INI)
        code, out, _ = self.ran("--config", str(path), "--print-config")
        self.assertEqual(code, 0)
        self.assertIn(f"; from {path}:3\nbind = tcp:0:interface=127.0.0.1", out)
        again = self.options("--config", str(self.write(out, "again.ini")))
        self.assertEqual(again.settings, self.options("--config", str(path)).settings)

    def test_warnings(self) -> None:
        """What is doubtful is told on standard error, and is no reason to fail."""
        path = self.write(f"{INI}\n[backend:b]\ninstances = http://127.0.0.1:9001\n")
        code, _, error = self.ran("--config", str(path), "--check")
        self.assertEqual(code, 0)
        self.assertTrue(error.startswith(f"warning: {path}:"), error)

    def test_help(self) -> None:
        """The help names every option and fits a screen."""
        text = str(Options())
        for option in ("--config=", "--check", "--routes", "--print-config", "--version"):
            self.assertIn(option, text)
        self.assertLessEqual(len(text.splitlines()), 24)

    def test_version(self) -> None:
        """The version is the gateway's, not Twisted's."""
        code, out, _ = self.ran("--version")
        self.assertEqual(code, 0)
        self.assertTrue(out.startswith("altlas-gateway "), out)

    def test_wrong_options(self) -> None:
        """Options that there are not are for twistd to refuse, with the help."""
        for words in (["--confg", "x"], ["surplus"]):
            self.assertRaises(UsageError, self.options, *words)

    # --- the service

    def test_service(self) -> None:
        """A right configuration becomes a service that is not bound yet."""
        path = self.write(INI)
        service = makeService(self.options("--config", str(path)))
        assert isinstance(service, GatewayService)
        self.addCleanup(service.access_log.close)
        self.assertEqual(service.addresses, {})
        self.assertEqual((self.folder / "access.log").stat().st_mode & 0o777, 0o640)

    def test_state(self) -> None:
        """What outlives the process is where the file says, or systemd, or the user's home."""
        path = self.write(INI)
        named, home = str(self.folder / "one"), self.folder / "home"
        self.patch(os, "environ", {"STATE_DIRECTORY": f"{named}:/two", "HOME": str(home)})
        self.assertEqual(self.options("--config", str(path)).settings.gateway.state, named)
        del os.environ["STATE_DIRECTORY"]
        state = self.options("--config", str(path)).settings.gateway.state
        self.assertEqual(state, str(home / ".local" / "state" / "altlas-gateway"))
        path = self.write(f"{INI}[gateway]\nstate = mine\n")
        state = self.options("--config", str(path)).settings.gateway.state
        self.assertEqual(state, str(self.folder / "mine"))

    def test_contracts(self) -> None:
        """Flaws of a contract are told with the line that names its file; a good one serves."""
        contract = self.folder / "a.json"
        more = "[contract:a]\nfile = a.json\n[backend:b]\ninstances = http://127.0.0.1:9\n"
        path = self.write(f"{INI}{more}contract = a\n[route:b]\npath = /b/\nbackend = b\n")
        contract.write_bytes(document())
        service = makeService(self.options("--config", str(path)))
        assert isinstance(service, GatewayService)
        self.addCleanup(service.access_log.close)
        self.assertIsNotNone(service.contracts.kept["a"].contract)
        contract.write_bytes(document("no-slash"))
        for words in ((), ("--check",)):
            options = ("--config", str(path), *words)
            act = self.options if words else lambda *each: makeService(self.options(*each))
            code, _, error = self.said(act, *options)
            self.assertEqual(code, 1)
            self.assertIn(f"{path}:13: [contract:a] file = {contract}: /paths/no-slash", error)

    def test_absolute(self) -> None:
        """Paths in a bind count from the folder of the file that has it, included ones too."""
        folder = self.folder / "etc"
        self.write(f"{INI}\n[include]\nfiles = conf.d/*.ini\n", "etc/altlas.ini")
        self.write("[listener:more]\nbind = unix:run/socket\n", "etc/conf.d/more.ini")
        options = self.options("--config", "etc/altlas.ini")
        self.assertEqual(options.settings.listeners[1].bind, f"unix:{folder}/conf.d/run/socket")
        self.patch(os, "environ", os.environ | {"ALTLAS_LISTENER__MORE__BIND": "unix:socket"})
        options = self.options("--config", "etc/altlas.ini")
        self.assertEqual(options.settings.listeners[1].bind, f"unix:{folder}/socket")

    def test_taken(self) -> None:
        """A port that is taken ends the start, in one line with the place of the bind."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            bind = f"tcp:{server.getsockname()[1]}"
            path = self.write(INI.replace("tcp:0", bind))
            code, _, error = self.said(makeService, self.options("--config", str(path)))
        self.assertEqual(code, 1)
        self.assertEqual(
            error,
            f"{path}:3: [listener:public] bind = {bind}:interface=127.0.0.1: "
            "Address already in use\n",
        )

    def test_refused_later(self) -> None:
        """A listener that is refused when everything runs ends the process by a TERM."""
        sent: list[int] = []
        self.patch(tap.signal, "raise_signal", sent.append)
        fail(OSError()).addErrback(tap._give_up)
        self.assertEqual(sent, [tap.signal.SIGTERM])

    def test_background(self) -> None:
        """A daemon has no standard output: an access log that would go there is warned of."""
        path = self.write(INI.replace("access.log", "-"))
        for twistd, warned in (
            ({"nodaemon": 0, "debug": 0}, True),
            ({"nodaemon": 1, "debug": 0}, False),
            (None, False),
        ):
            options = Options()
            options.parent = twistd
            options.parseOptions(["--config", str(path)])
            with redirect_stderr(StringIO()) as error:
                makeService(options)
            self.assertEqual("a daemon has no standard output" in error.getvalue(), warned)


class PluginTests(SynchronousTestCase):
    """What makes the command known."""

    def test_known(self) -> None:
        """twistd finds the command, and by it this module."""
        (plugin,) = (one for one in getPlugins(IServiceMaker) if one.tapname == "altlas-gateway")
        assert isinstance(plugin, ServiceMaker)
        verifyObject(IServiceMaker, plugin)
        self.assertIs(plugin.options, Options)
        self.assertIs(plugin.makeService, makeService)
