"""Keys set whole from the environment."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.overrides import variable_name
from altlas.settings.schema import slots
from altlas.settings.tree import NAMED, SINGLE
from tests.settings.samples import MINIMAL, Sticky, loaded, told


class OverrideTests(SynchronousTestCase):
    """``ALTLAS_KIND__NAME__KEY``."""

    def test_named(self) -> None:
        """A key of a named section is set by kind, name and key."""
        environ = {
            "ALTLAS_BACKEND__A__PROBE_FAST_INTERVAL": "2s",
            "ALTLAS_BACKEND__A__INSTANCES": "http://x weight=2, http://y tags=a,b",
            "ALTLAS_BACKEND__A__BALANCER": "sticky",
            "ALTLAS_BACKEND__A__BALANCER_STAY_FOR": "1s",
        }
        (backend,) = loaded(self.mktemp(), MINIMAL, environ).settings.backends
        self.assertEqual(backend.probe.fast_interval, 2.0)
        found = [(one.host, one.weight, one.tags) for one in backend.instances]
        self.assertEqual(found, [("x", 2, ()), ("y", 1, ("a", "b"))])
        self.assertEqual(backend.balancer, Sticky(stay_for=1.0))

    def test_single(self) -> None:
        """Sections without a name can be set even where no file has them."""
        environ = {"ALTLAS_ACCESS_LOG__FORMAT": "combined", "ALTLAS_GATEWAY__DRAIN_GRACE": "1s"}
        found = loaded(self.mktemp(), MINIMAL, environ).settings
        self.assertEqual((found.access_log.format, found.gateway.drain.grace), ("combined", 1.0))

    def test_wins(self) -> None:
        """The environment wins over all files, so that a mistake there does not matter."""
        environ = {"ALTLAS_ROUTE__A__PATH": "/b/"}
        text = MINIMAL.replace("/a/", "nonsense")
        self.assertEqual(loaded(self.mktemp(), text, environ).settings.routes[0].path, "/b/")

    def test_new_backend(self) -> None:
        """A backend can come from the environment alone, named as the route that asks for it."""
        text = MINIMAL + "[route:b]\npath = /b/\nbackend = My.other-one\n"
        environ = {
            "ALTLAS_BACKEND__MY_OTHER_ONE__INSTANCES": "http://x",
            "ALTLAS_BACKEND__MY_OTHER_ONE__QUEUE_SIZE": "5",
        }
        backend = loaded(self.mktemp(), text, environ).settings.backend("My.other-one")
        self.assertEqual(backend.queue.size, 5)

    def test_unknown(self) -> None:
        """An override that sets nothing is a problem, with the nearest that would."""
        environ = {
            "ALTLAS_BACKEND__A__PROBE_INTERVALL": "5s",
            "ALTLAS_BACKEND__B__QUEUE_SIZE": "1",
            "ALTLAS_GATEWAY__WORKER": "1",
        }
        self.assertEqual(
            told(self.mktemp(), MINIMAL, environ),
            [
                "environment ALTLAS_BACKEND__A__PROBE_INTERVALL: 5s: expected the name of a "
                "section and key that are there; "
                "did you mean ALTLAS_BACKEND__A__PROBE_INTERVAL?",
                "environment ALTLAS_BACKEND__B__QUEUE_SIZE: 1: expected the name of a backend "
                "that is there, or ALTLAS_BACKEND__B__INSTANCES, which makes one",
                "environment ALTLAS_GATEWAY__WORKER: 1: expected the name of a section and key "
                "that are there; did you mean ALTLAS_GATEWAY__WORKERS?",
            ],
        )

    def test_not_made(self) -> None:
        """Routes and listeners come from files; a key of another one is not offered instead."""
        for kind, key in (("ROUTE", "PATH"), ("LISTENER", "BIND")):
            (line,) = told(self.mktemp(), MINIMAL, {f"ALTLAS_{kind}__NEW__{key}": "/x"})
            wanted = f"the name of a {kind.lower()} that is there"
            self.assertTrue(
                line.endswith(f"{wanted} ({kind.lower()}s cannot be made from the environment)"),
                line,
            )
        (line,) = told(self.mktemp(), MINIMAL, {"ALTLAS_LISTENER__PUBLC__BIND": "tcp:1"})
        self.assertTrue(line.endswith("did you mean ALTLAS_LISTENER__PUBLIC__BIND?"), line)

    def test_underscores(self) -> None:
        """A variable that is an override but for its underscores is doubted, not refused."""
        environ = {
            "ALTLAS_GATEWAY_WORKERS": "4",
            "ALTLAS_BACKEND_A_QUEUE_SIZE": "5",
            "ALTLAS_HOME": "x",
        }
        self.assertEqual(
            [str(one) for one in loaded(self.mktemp(), MINIMAL, environ).warnings],
            [
                "environment ALTLAS_BACKEND_A_QUEUE_SIZE: 5: expected two underscores between "
                "section, name and key; nothing reads this; "
                "did you mean ALTLAS_BACKEND__A__QUEUE_SIZE?",
                "environment ALTLAS_GATEWAY_WORKERS: 4: expected two underscores between "
                "section, name and key; nothing reads this; "
                "did you mean ALTLAS_GATEWAY__WORKERS?",
            ],
        )
        text = MINIMAL + "limit.body = ${ALTLAS_GATEWAY_WORKERS}MiB\n"
        environ = {"ALTLAS_GATEWAY_WORKERS": "4"}
        self.assertEqual(loaded(self.mktemp(), text, environ).warnings, ())

    def test_mistake(self) -> None:
        """A value that does not fit is told with the variable's name."""
        self.assertEqual(
            told(self.mktemp(), MINIMAL, {"ALTLAS_BACKEND__A__QUEUE_SIZE": "many"}),
            [
                "environment ALTLAS_BACKEND__A__QUEUE_SIZE: [backend:a] queue.size = many: "
                "expected a whole number of at least 0"
            ],
        )

    def test_alike(self) -> None:
        """A variable that would set two sections sets neither."""
        text = MINIMAL.replace("backend:a", "backend:a-b").replace("backend = a", "backend = a-b")
        text += "[backend:a_b]\ninstances = http://x\n"
        (line,) = told(self.mktemp(), text, {"ALTLAS_BACKEND__A_B__QUEUE_SIZE": "1"})
        self.assertIn("one key only, not [backend:a-b] queue.size and [backend:a_b]", line)

    def test_not_meant(self) -> None:
        """Variables that files name themselves, or that have no key, are left alone."""
        text = MINIMAL.replace("8080", "${ALTLAS_MY__PORT}")
        environ = {"ALTLAS_MY__PORT": "80", "ALTLAS_HOME": "x", "OTHER__A__B": "x"}
        self.assertEqual(told(self.mktemp(), text, environ), [])

    def test_no_two_keys_alike(self) -> None:
        """No two keys of a section have the same variable."""
        for kind, settings in {**SINGLE, **NAMED}.items():
            names = [variable_name(kind, slot.name) for slot in slots(settings)]
            self.assertEqual(len(names), len(set(names)))
