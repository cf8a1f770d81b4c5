"""The configurations that are shipped."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from altlas.kinds import discover
from altlas.settings import Loaded, load

ETC = Path(__file__).parents[2] / "etc"
CATALOG = discover("altlas.balancing")


def shipped(name: str, **environ: str) -> Loaded:
    """A file below ``etc``, loaded."""
    return load(ETC / name, environ, CATALOG)


class ExampleTests(SynchronousTestCase):
    """Every file in ``etc`` can be used as it is."""

    def test_examples(self) -> None:
        """Each example loads without a doubt."""
        names = sorted(path.name for path in ETC.glob("examples/*.ini"))
        self.assertNotEqual(names, [])
        for name in names:
            self.assertEqual(shipped(f"examples/{name}").warnings, (), name)

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

    def test_ports(self) -> None:
        """The demo's ports can be moved from the environment."""
        found = shipped("altlas.ini", ALTLAS_PORT="1", ALTLAS_ADMIN_PORT="2").settings
        binds = [listener.bind for listener in found.listeners]
        self.assertEqual(binds, ["tcp:1", "tcp:2:interface=127.0.0.1"])
