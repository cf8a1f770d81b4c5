"""The house law, as far as a machine can judge it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable

from twisted.trial.unittest import SynchronousTestCase

from tests import house

#: Floors from the top down. A room imports what is on lower floors; on the same floor only
#: itself, but for the lowest, whose modules are single files that may know one another.
FLOORS = (
    {"__main__"},
    {"tap", "demo", "testing", "command"},
    {"gateway", "workers"},
    {"admin"},
    {"edge"},
    {"backend"},
    {"upstream"},
    {"observability"},
    {"reactor"},
    {"tls"},
    {"routing", "balancing", "resilience", "health", "contracts"},
    {"wire"},
    {"settings"},
    {"errors", "kinds", "interfaces", "timers", ""},
)

#: Rooms that decide and do not wait.
PURE = ("settings", "wire", "routing", "balancing", "resilience", "health", "contracts")

#: What waits, and what is made of it.
WAITING = ("twisted", "treq", "klein", "asyncio", "uvloop")

EMPTY_NAMES = {"utils", "util", "helpers", "common", "manager", "handler", "handlers", "base"} | {
    "core",
    "misc",
}

#: Functions with more than five parameters, each with the reason.
WIDE = {
    "altlas/upstream/client.py request": "treq's signature, and a place for 1xx heads",
}

#: Test folders that mirror no room: what they hold against each other crosses rooms.
ACROSS = {
    "bench": "what measures, beside altlas",
    "fuzz": "bytes by chance, against whatever reads bytes of others",
    "end_to_end": "the whole gateway over real sockets",
    "weaknesses": "what was published of others, over the whole gateway",
    "promises": "what every kind of a group promises",
}

#: Test files that mirror no source file, each with the reason.
UNMIRRORED = {
    "tests/contracts/test_suite.py": "the JSON-Schema-Test-Suite, over digest and schemas",
    "tests/edge/test_endings.py": "every ending of an exchange, by chance, over channel and stack",
    "tests/reactor/test_conformance.py": "Twisted's own reactor tests",
    "tests/settings/test_examples.py": "the configurations that are shipped",
    "tests/upstream/test_attempt_uploads.py": "attempts that have a body, or are given up",
    "tests/upstream/test_endings.py": "every ending of a request, whichever part it meets",
    "tests/upstream/test_loopback.py": "what a transport in memory cannot show",
    "tests/wire/test_response_corpus.py": "the corpus of answers, over the whole gateway",
    "tests/wire/test_request_corpus.py": "the corpus of requests, over the whole gateway",
    "tests/wire/test_gate.py": "the tables of what is refused, over reader and targets",
    "tests/resilience/test_breaker_model.py": "the breaker against a model of it, run by chance",
    "tests/tls/test_layer_abroad.py": "our layer of TLS before clients that are not Twisted",
    "tests/test_house.py": "the sources as a whole",
    "tests/test_operating.py": "a page of the documentation",
    "tests/test_security.py": "a page of the documentation",
}


class FloorTests(SynchronousTestCase):
    """Imports point downward only."""

    def test_every_room_has_a_floor(self) -> None:
        """Each module of altlas belongs to a room whose place in the order is known."""
        known = set().union(*FLOORS)
        self.none(m.where for m in house.modules("altlas") if m.room not in known)

    def test_imports_point_downward(self) -> None:
        """No module imports from a higher floor, or from another room of its own."""
        floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
        lowest = len(FLOORS) - 1
        self.none(
            f"{module.where} imports {name}"
            for module, name in _inner_imports()
            if module.room != (room := name.partition(".")[2].partition(".")[0])
            and not floor[module.room] < floor[room]
            and not floor[module.room] == floor[room] == lowest
        )

    def test_no_circles(self) -> None:
        """No modules load each other, not even over others; naming a type is no loading."""
        edges = {module.name: set(module.loads) for module in house.modules("altlas")}
        self.none(" <-> ".join(circle) for circle in house.circles(edges))

    def test_only_the_top_names_the_tests(self) -> None:
        """Nothing that is shipped imports the tests."""
        self.none(
            f"{module.where} imports {name}"
            for module in house.modules("altlas")
            for name in module.imports
            if name.partition(".")[0] == "tests"
        )

    def none(self, found: Iterable[str]) -> None:
        """Fail with everything that was found."""
        self.assertEqual("\n".join(found), "")


class PurityTests(SynchronousTestCase):
    """What decides does not wait."""

    def test_pure_rooms_import_nothing_that_waits(self) -> None:
        """No module of a pure room names Twisted or another library that waits."""
        found = [
            f"{module.where} imports {name}"
            for module in house.modules("altlas")
            if module.room in PURE
            for name in module.imports
            if name.partition(".")[0] in WAITING
        ]
        self.assertEqual(found, [])

    def test_pure_rooms_load_nothing_that_waits(self) -> None:
        """Every module of a pure room can be imported without Twisted being loaded by it."""
        names = [module.name for module in house.modules("altlas") if module.room in PURE]
        script = (
            "import sys; from importlib import import_module\n"
            f"for name in {names!r}:\n"
            "    import_module(name)\n"
            f"    loaded = {{*sys.modules}} & {set(WAITING)!r}\n"
            "    if loaded: sys.exit(f'{name} loads {sorted(loaded)}')\n"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script], cwd=house.ROOT, capture_output=True, text=True
        )
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))


class MeasureTests(SynchronousTestCase):
    """Files and functions keep a size that can be read at once."""

    def test_files(self) -> None:
        """No file has more than 400 lines."""
        found = [f"{m.where}: {m.lines}" for m in house.modules("altlas") if m.lines > 400]
        self.assertEqual(found, [])

    def test_functions(self) -> None:
        """No function has more than 40 lines, and nine of ten have fewer than 20."""
        lengths = {
            where: house.length(function)
            for module in house.modules("altlas")
            for where, function in module.functions
        }
        self.assertEqual({w: n for w, n in lengths.items() if n > 40}, {})
        long = {w: n for w, n in lengths.items() if n >= 20}
        self.assertLessEqual(len(long), len(lengths) / 10, long)

    def test_parameters(self) -> None:
        """No function takes more than 5 parameters beside self, unless it has a reason."""
        found = [
            f"{where}: {house.parameters(function)}"
            for module in house.modules("altlas")
            for where, function in module.functions
            if house.parameters(function) > 5 and f"{module.where} {function.name}" not in WIDE
        ]
        self.assertEqual(found, [])


class NameTests(SynchronousTestCase):
    """Files are named by what they are about, and public things say what they promise."""

    def test_no_empty_names(self) -> None:
        """No file or folder has a name that could stand for anything."""
        found = [m.where for m in house.modules("altlas") if EMPTY_NAMES & {*m.name.split(".")}]
        self.assertEqual(found, [])

    def test_docstrings(self) -> None:
        """Every public module, class, function and method has a docstring."""
        found = [where for m in house.modules("altlas") for where in house.undocumented(m)]
        self.assertEqual("\n".join(found), "")


class TestTests(SynchronousTestCase):
    """The tests keep a law too."""

    def test_docstrings(self) -> None:
        """Every test says in its docstring what is promised."""
        found = [
            where
            for module in house.modules("tests")
            if module.path.name.startswith("test_")
            for where, function in module.functions
            if function.name.startswith("test_") and not ast.get_docstring(function)
        ]
        self.assertEqual("\n".join(found), "")

    def test_mirror(self) -> None:
        """Every test file stands where the file that it tests does, or has a reason."""
        found = [
            module.where
            for module in house.modules("tests")
            if module.path.name.startswith("test_")
            and module.room not in ACROSS
            and module.where not in UNMIRRORED
            and not _mirrors(module)
        ]
        self.assertEqual("\n".join(found), "")

    def test_reasons_are_current(self) -> None:
        """No exception is made for a test file that is gone."""
        self.assertEqual([name for name in UNMIRRORED if not (house.ROOT / name).exists()], [])


def _inner_imports() -> Iterable[tuple[house.Module, str]]:
    """Each module of altlas with each module of altlas that it imports."""
    return (
        (module, name)
        for module in house.modules("altlas")
        for name in sorted(module.imports)
        if name.partition(".")[0] == "altlas"
    )


def _mirrors(module: house.Module) -> bool:
    """Whether ``tests/x/test_y.py`` has an ``altlas/x/y.py``, or a folder of that name."""
    folder = house.ROOT / "altlas" / module.path.parent.relative_to(house.ROOT / "tests")
    name = module.path.stem.removeprefix("test_")
    return (folder / f"{name}.py").exists() or (folder / name / "__init__.py").exists()
