"""The configurations that are shipped."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.preflight import doubts, faults
from altlas.kinds import discover
from altlas.routing.facts import Facts
from altlas.routing.index import RouteIndex
from altlas.routing.rule import Rule
from altlas.settings import Loaded, load
from tests.gateway.surroundings import memory_reactor
from tests.tls.authority import Authority, issue

ETC = Path(__file__).parents[2] / "etc"
CATALOG = discover("altlas.balancing")


def shipped(name: str, **environ: str) -> Loaded:
    """A file below ``etc``, loaded."""
    return load(ETC / name, environ, CATALOG)


class ExampleTests(SynchronousTestCase):
    """Every file in ``etc`` can be used as it is."""

    def test_examples(self) -> None:
        """Each example loads without a doubt, and could start anywhere."""
        names = sorted(path.name for path in ETC.glob("examples/*.ini"))
        self.assertNotEqual(names, [])
        folder = self.files()
        for name in names:
            places = dict.fromkeys(("TLS_FOLDER", "CONTRACTS", "STATE"), str(folder))
            found = shipped(f"examples/{name}", **places)
            self.assertEqual(found.warnings, (), name)
            self.assertEqual(list(faults(found.settings, memory_reactor(), bind=False)), [], name)
            self.assertEqual(list(doubts(found.settings)), [], name)

    def files(self) -> Path:
        """A folder with the files that the examples name."""
        folder = Path(self.mktemp()).resolve()
        folder.mkdir()
        for name in ("www.example.com", "api.example.com", "gateway"):
            issue(name).written(folder, name)
        for name in ("partners", "house"):
            Authority.made().written(folder, name)
        contract = ETC.parent / "altlas/demo/contracts/archive.yaml"
        (folder / "orders.yaml").write_bytes(contract.read_bytes())
        return folder

    def test_tls(self) -> None:
        """The example of TLS sends who comes without it there, wherever he wants to go."""
        settings = shipped("examples/tls.ini").settings
        index = RouteIndex(Rule(route) for route in settings.routes if "http" in route.schemes)
        for path in (b"/", b"/orders/7"):
            rule = index.find(Facts(b"x", path, b"GET", [], None))
            self.assertEqual(rule.route.name, "to-tls")

    def test_events(self) -> None:
        """The example of a route without an end is reached, beside the prefix around it."""
        index = RouteIndex(map(Rule, shipped("examples/resilience.ini").settings.routes))
        for path, name in ((b"/jobs/7/events", "job-events"), (b"/jobs/7", "jobs")):
            rule = index.find(Facts(b"x", path, b"GET", [], None))
            self.assertEqual(rule.route.name, name)

    def test_log(self) -> None:
        """The access log of an example is where the environment wants it."""
        found = shipped("examples/secure-backends.ini", ALTLAS_LOG="/x/access.log").settings
        self.assertEqual(found.access_log.path, "/x/access.log")

    def test_demo(self) -> None:
        """The demo has its three services, two instances each, and both listeners."""
        found = shipped("altlas.ini")
        self.assertEqual(found.warnings, ())
        self.assertEqual(
            {one.name: [at.port for at in one.instances] for one in found.settings.backends},
            {"segmentation": [9001, 9002], "runner": [9011, 9012], "archive": [9021, 9022]},
        )
        self.assertEqual(
            {one.name: (one.bind, one.serves) for one in found.settings.listeners},
            {
                "public": ("tcp:8080", "routes"),
                "admin": ("tcp:9901:interface=127.0.0.1", "admin"),
            },
        )

    def test_demo_contracts(self) -> None:
        """Every backend of the demo is held to the contract of its first instance."""
        settings = shipped("altlas.ini").settings
        first = {one.name: one.instances[0].port for one in settings.backends}
        for contract in settings.contracts:
            where = f"http://127.0.0.1:{first[contract.name]}/openapi."
            self.assertTrue(contract.url.startswith(where), contract.url)
            self.assertEqual(settings.backend(contract.name).contract, contract.name)
        self.assertEqual(len(settings.contracts), 3)

    def test_ports(self) -> None:
        """The demo's ports can be moved from the environment."""
        found = shipped("altlas.ini", ALTLAS_PORT="1", ALTLAS_ADMIN_PORT="2").settings
        binds = [listener.bind for listener in found.listeners]
        self.assertEqual(binds, ["tcp:1", "tcp:2:interface=127.0.0.1"])
