"""From files to settings."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.settings import SettingsError, load
from altlas.settings.ini import Entry, Line, Section, read
from altlas.settings.tree import (
    INHERIT,
    AccessLog,
    Backend,
    Gateway,
    Instance,
    Listener,
    Route,
    RouteTimeouts,
    Settings,
)
from tests.settings.samples import CATALOG, MINIMAL, Plain, Sticky, loaded, told


class LoadTests(SynchronousTestCase):
    """What a right file becomes."""

    def test_minimal(self) -> None:
        """What is not written has its default, down to sections that are not there."""
        self.assertEqual(
            loaded(self.mktemp(), MINIMAL).settings,
            Settings(
                gateway=Gateway(),
                listeners=(Listener(name="public", bind="tcp:8080"),),
                backends=(
                    Backend(
                        name="a",
                        instances=(Instance.parse("http://127.0.0.1:9001"),),
                        balancer=Plain(),
                    ),
                ),
                routes=(Route(name="a", path="/a/", backend="a"),),
                access_log=AccessLog(),
            ),
        )

    def test_values(self) -> None:
        """Keys with dashes and dots are attributes with underscores, in groups."""
        text = MINIMAL.replace(
            "bind =", "trust = 10.0.0.0/8\n  ::1\nlimit.request-line=1KiB\nbind ="
        )
        found = loaded(self.mktemp(), text + "timeout.per-try = 2s\ntimeout.total = off\n").settings
        listener, route = found.listeners[0], found.routes[0]
        self.assertEqual(listener.trust, (ip_network("10.0.0.0/8"), ip_network("::1")))
        self.assertEqual(listener.limit.request_line, 1024)
        self.assertEqual(route.timeout, RouteTimeouts(per_try=2.0, total=None))
        self.assertIs(route.timeout.idle, INHERIT)
        timeout = found.backends[0].timeout.overridden(route.timeout)
        self.assertEqual((timeout.per_try, timeout.total, timeout.idle), (2.0, None, 60.0))

    def test_kinds(self) -> None:
        """A kind's own keys follow its name, and become an instance of its settings."""
        text = MINIMAL.replace("[route:", "balancer = sticky\nbalancer.stay-for = 1m\n[route:")
        (backend,) = loaded(self.mktemp(), text).settings.backends
        self.assertEqual(backend.balancer, Sticky(stay_for=60.0))

    def test_paths_are_absolute(self) -> None:
        """A relative path counts from the folder of the file that has it; ``-`` stays."""
        folder = self.mktemp()
        extra = "[access-log]\npath = logs/a.log\n[include]\nfiles = conf.d/*.ini\n"
        more = "[backend:a]\ntls.ca = ca.pem\n"
        found = loaded(folder, MINIMAL + extra, one=more).settings
        self.assertEqual(found.access_log.path, str(Path(folder, "logs/a.log").absolute()))
        self.assertEqual(found.backends[0].tls.ca, str(Path(folder, "conf.d/ca.pem").absolute()))
        self.assertEqual(loaded(self.mktemp(), MINIMAL).settings.access_log.path, "-")

    def test_empty_is_unset(self) -> None:
        """A key that may be left out may be left empty, so that a variable can leave it out."""
        text = MINIMAL.replace("[route:", "tls.ca = ${CA:-}\nprobe.host =\n[route:")
        (backend,) = loaded(self.mktemp(), text).settings.backends
        self.assertEqual((backend.tls.ca, backend.probe.host), (None, None))

    def test_lines_of_any_look(self) -> None:
        """A body and predicates may have lines that look like settings."""
        text = (
            "[listener:a]\nbind = tcp:1\n[route:a]\npath = /\nheader =\n  x-a = 1\n  x-b\n"
            "respond.status = 200\nrespond.body = one = 1\n  two = 2\n\n  three\n"
        )
        (route,) = loaded(self.mktemp(), text).settings.routes
        self.assertEqual([predicate.name for predicate in route.header], ["x-a", "x-b"])
        self.assertEqual(route.respond.body, "one = 1\ntwo = 2\n\nthree")


class MistakeTests(SynchronousTestCase):
    """What a wrong file says, every mistake with its line."""

    def test_all_at_once(self) -> None:
        """Mistakes of every sort, all told in one go, in order of their lines."""
        text = """\
[gateway]
workers = auto
[listener:public]
bind = tcp:8080
serves = routs
trust = 127.0.0.0/8, nowhere
    10.0.0.1/8
[backend:a]
instances = http://127.0.0.1:9001 weight=0
    http://127.0.0.1:9002/x
probe.intervall = 5s
balancer = round-robn
timeout.total = 5
tls.name = ${NOPE}
[route:r]
path = foo
backend = b
redirect.to = /x
[rout:t]
"""
        self.assertEqual(
            told(self.mktemp(), text),
            [
                "main.ini:2: [gateway] workers = auto: "
                "expected 1 (more workers are not available in this version)",
                "main.ini:5: [listener:public] serves = routs: "
                "expected routes or admin; did you mean routes?",
                "main.ini:6: [listener:public] trust = nowhere: "
                "expected an address or network such as 127.0.0.0/8 or ::1",
                "main.ini:7: [listener:public] trust = 10.0.0.1/8: "
                "expected an address or network such as 127.0.0.0/8 or ::1",
                "main.ini:9: [backend:a] instances = http://127.0.0.1:9001 weight=0: "
                "expected a whole number from 1 to 65535 for weight",
                "main.ini:10: [backend:a] instances = http://127.0.0.1:9002/x: expected an "
                "address such as http://127.0.0.1:9001, with neither path nor query nor user",
                "main.ini:11: [backend:a] probe.intervall = 5s: "
                "expected a key of a backend section; did you mean probe.interval?",
                "main.ini:12: [backend:a] balancer = round-robn: "
                "expected round-robin or sticky; did you mean round-robin?",
                "main.ini:13: [backend:a] timeout.total = 5: "
                "expected a duration such as 250ms, 5s, 2m or 1h, or off",
                "main.ini:14: [backend:a] tls.name = ${NOPE}: "
                "expected the environment to have NOPE, or a default: ${NOPE:-...}",
                "main.ini:16: [route:r] path = foo: expected a path from / on, or ~ and a regex",
                "main.ini:17: [route:r] backend = b: expected the name of a backend",
                "main.ini:18: [route:r] redirect.to = /x: "
                "expected exactly one of backend, redirect.to and respond.status",
                "main.ini:19: [rout:t]: expected one of the sections [gateway], [access-log], "
                "[include], [listener:NAME], [backend:NAME], [contract:NAME], [route:NAME]; "
                "did you mean [route:t]?",
            ],
        )

    def test_fields(self) -> None:
        """A problem has its parts apart as well, for who wants to show them otherwise."""
        folder = self.mktemp()
        error = self.assertRaises(SettingsError, loaded, folder, MINIMAL + "escapes = kep\n")
        (problem,) = error.problems
        self.assertEqual((problem.file, problem.line), (f"{folder}/main.ini", 8))
        self.assertEqual(
            (problem.section, problem.key, problem.value, problem.expected, problem.nearest),
            ("route:a", "escapes", "kep", "keep or reject", "keep"),
        )
        self.assertEqual(str(error), str(problem))

    def test_missing_keys(self) -> None:
        """A required key that is not there is told at its section, with an example."""
        text = "[listener:a]\n[backend:b]\n[route:c]\nbackend = b\n"
        self.assertEqual(
            told(self.mktemp(), text),
            [
                "main.ini:1: [listener:a]: expected bind, such as bind = tcp:8080",
                "main.ini:2: [backend:b]: "
                "expected instances, such as instances = http://127.0.0.1:9001",
                "main.ini:3: [route:c]: expected path, such as path = /api/",
            ],
        )

    def test_glued(self) -> None:
        """An indented key is told, and judged as if it stood where it should."""
        text = MINIMAL.replace(
            "path = /a/\nbackend", "path = /a/\n  timeout.total = soon\n  backend"
        )
        self.assertEqual(
            told(self.mktemp(), text),
            [
                "main.ini:7: [route:a] timeout.total = soon: "
                "expected a key without blanks in front of it",
                "main.ini:7: [route:a] timeout.total = soon: "
                "expected a duration such as 250ms, 5s, 2m or 1h, or off",
                "main.ini:8: [route:a] backend = a: expected a key without blanks in front of it",
            ],
        )

    def test_glued_to_predicates(self) -> None:
        """Among predicates only what is a key of the section is taken for one."""
        text = MINIMAL.replace("backend = a\n", "header =\n  X-A = 1\n  backend = a\n")
        self.assertEqual(
            told(self.mktemp(), text),
            ["main.ini:9: [route:a] backend = a: expected a key without blanks in front of it"],
        )

    def test_comment_behind(self) -> None:
        """A comment behind a value is told to need a line of its own."""
        text = MINIMAL.replace("tcp:8080", "tcp:8080 ; public") + "limit.body = 1MiB # enough\n"
        for line in told(self.mktemp(), text):
            self.assertIn("a comment needs a line of its own", line)

    def test_duplicates(self) -> None:
        """A section or key that is there twice is told, with the place of the first."""
        text = MINIMAL + "backend = a\n[gateway]\n[gateway]\nvia = b\n"
        self.assertEqual(
            told(self.mktemp(), text),
            [
                "main.ini:8: [route:a] backend = a: expected each key once; "
                "the first is at main.ini:7",
                "main.ini:10: [gateway]: expected each section once a file; "
                "the first is at main.ini:9",
            ],
        )

    def test_titles(self) -> None:
        """Titles need a name where sections have names, and none where they have not."""
        text = MINIMAL + "[gateway:x]\n[backend]\n[route:a b]\n[Listener:x]\n"
        found = told(self.mktemp(), text)
        self.assertEqual([line.split(":")[1] for line in found], ["8", "9", "10", "11"])
        self.assertIn("expected [gateway] without a name", found[0])
        self.assertIn("expected [backend:NAME]", found[1])
        self.assertIn("did you mean [listener:x]?", found[3])

    def test_kind_keys(self) -> None:
        """A key of another kind is unknown; with an unknown kind its keys are not judged."""
        text = MINIMAL.replace("[route:", "balancer.stay-for = 1m\n[route:")
        self.assertEqual(
            told(self.mktemp(), text),
            [
                "main.ini:5: [backend:a] balancer.stay-for = 1m: "
                "expected a key of the default balancer"
            ],
        )
        text = text.replace("balancer.stay", "balancer = stick\nbalancer.stay")
        self.assertEqual(len(told(self.mktemp(), text)), 1)

    def test_unreadable(self) -> None:
        """A file that is not there, or not text, is a problem like others."""
        missing = Path(self.mktemp(), "main.ini")
        error = self.assertRaises(SettingsError, load, missing, {}, CATALOG)
        wanted = f"{missing}: expected a file that can be read (No such file or directory)"
        self.assertEqual(str(error), wanted)
        broken = Path(self.mktemp())
        broken.write_bytes(b"[gateway]\nvia = \xff\n")
        error = self.assertRaises(SettingsError, load, broken, {}, CATALOG)
        self.assertEqual(str(error), f"{broken}:2: expected text in UTF-8 (byte 0xff is not)")

    def test_nothing(self) -> None:
        """An empty file lacks a listener, and nothing else is said."""
        expected = ["main.ini: expected at least one section [listener:NAME]"]
        self.assertEqual(told(self.mktemp(), ""), expected)

    @settings(max_examples=200)
    @given(st.data())
    def test_any_damage(self, data: st.DataObject) -> None:
        """However a file is damaged, it loads or all problems have a place in it."""
        lines = FULL.splitlines()
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(lines) - 1))
            cut = data.draw(st.integers(0, len(lines[at])))
            noise = data.draw(st.sampled_from(["", " ", "x", "=", "[", "]", "${", ";", "0", "~"]))
            lines[at] = lines[at][:cut] + noise + lines[at][cut + data.draw(st.integers(0, 2)) :]
        for line in told(self.mktemp(), "\n".join(lines)):
            self.assertRegex(line, r"^main\.ini(:\d+)?: ")


FULL = """\
[gateway]
drain.timeout = 10s
[listener:public]
bind = tcp:8080
trust = 127.0.0.0/8
[backend:a]
instances = http://127.0.0.1:9001 weight=2
    http://127.0.0.1:9002
balancer = sticky
balancer.choices = 3
retry.on = connect, 503
[route:a]
path = ~^/a/(.*)$
method = GET
header =
    X-A = ~b
backend = a
rewrite.regex = ^/a/(.*)
rewrite.to = /\\1
[access-log]
path = -
"""


class PlacesTests(SynchronousTestCase):
    """The pieces that files are read into."""

    def test_values(self) -> None:
        """Pieces that say the same are equal."""
        (section,) = read("[a]\nb = c", "f").sections
        entry = Entry("b", section.entries[0].place, (Line(2, "c"),))
        self.assertEqual(section, Section("a", section.place, (entry,)))
