"""What clients may be allowed to ask to go on in."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.upgrades import protocol
from tests.settings.samples import MINIMAL, loaded, told


class ProtocolTests(SynchronousTestCase):
    """The names of protocols."""

    def test_taken(self) -> None:
        """Names are taken in lower case, with a version or without."""
        self.assertEqual(
            [protocol(one) for one in ("WebSocket", "foo/2.1")], ["websocket", "foo/2.1"]
        )

    def test_refused(self) -> None:
        """What is no name, and HTTP in all its spellings, is refused."""
        for written in ("h2c", "H2C", "h2", "HTTP/2.0", "http", "TLS/1.0", "", "a b", "a/", "a;b"):
            with self.assertRaisesRegex(ValueError, "a protocol such as websocket"):
                protocol(written)

    def test_in_a_file(self) -> None:
        """The list and its limits stand side by side, and in the environment."""
        text = MINIMAL + "upgrade = websocket, foo\nupgrade.idle = off\n"
        environ = {"ALTLAS_ROUTE__A__UPGRADE_LIFETIME": "1h"}
        (route,) = loaded(self.mktemp(), text, environ).settings.routes
        self.assertEqual(route.upgrade, ("websocket", "foo"))
        self.assertEqual((route.upgrade_.idle, route.upgrade_.lifetime), (None, 3600.0))
        environ = {"ALTLAS_ROUTE__A__UPGRADE": "foo"}
        (route,) = loaded(self.mktemp(), text, environ).settings.routes
        self.assertEqual(route.upgrade, ("foo",))

    def test_without_backend(self) -> None:
        """Only a backend can be gone on with."""
        text = MINIMAL.replace("backend = a", "respond.status = 200\nupgrade = websocket")
        (line,) = told(self.mktemp(), text)
        self.assertIn("upgrade = websocket: expected an upgrade only where a backend answers", line)


class ProxyProtocolTests(SynchronousTestCase):
    """A listener behind a balancer."""

    def told(self, *lines: str) -> list[str]:
        """What is wrong with a listener of those lines."""
        text = MINIMAL.replace("bind = tcp:8080", "\n".join(("bind = tcp:8080", *lines)))
        return [line.partition("[listener:public] ")[2] for line in told(self.mktemp(), text)]

    def test_whom_to_believe(self) -> None:
        """The protocol is for believed balancers, so that both keys belong together."""
        networks = "proxy-protocol.from = 10.0.0.0/8, ::1"
        for version in ("on", "v1", "v2"):
            self.assertEqual(self.told(f"proxy-protocol = {version}", networks), [])
            (line,) = self.told(f"proxy-protocol = {version}")
            self.assertIn("expected proxy-protocol.from with it", line)
        (line,) = self.told(networks)
        self.assertIn("expected proxy-protocol = on with it", line)

    def test_only_for_routes(self) -> None:
        """The admin listener has none."""
        lines = ("serves = admin", "proxy-protocol = on", "proxy-protocol.from = 10.0.0.0/8")
        self.assertTrue(any("only where routes are served" in line for line in self.told(*lines)))
