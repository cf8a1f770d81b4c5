"""Twisted's own reactor tests hold on this reactor, whichever one runs the tests."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from twisted.internet.test import (
    test_base,
    test_core,
    test_fdset,
    test_newtls,
    test_process,
    test_socket,
    test_stdio,
    test_tcp,
    test_threads,
    test_time,
    test_tls,
    test_udp,
    test_unix,
)
from twisted.trial.unittest import SynchronousTestCase

from tests.reactor.excuses import EXCUSES

REACTORS = ["tests.reactor.building.UvloopReactor"]

MODULES = [
    test_base,
    test_core,
    test_fdset,
    test_newtls,
    test_process,
    test_socket,
    test_stdio,
    test_tcp,
    test_threads,
    test_time,
    test_tls,
    test_udp,
    test_unix,
]


def builders(module: ModuleType) -> list[Any]:
    """What `ReactorBuilder` tests a module has, told by those it made for SelectReactor."""
    made = [case for name, case in vars(module).items() if name.endswith("_SelectReactorTests")]
    return [case.__mro__[1] for case in made]


def suites(module: ModuleType) -> dict[str, type]:
    """The same tests for our reactor."""
    cases: dict[str, type] = {}
    for builder in builders(module):
        ours = type(builder.__name__, (builder,), {"_reactors": REACTORS})
        for name, case in ours.makeTestCaseClasses().items():
            case.__module__ = __name__
            excuse(case, builder.__name__)
            cases[name] = case
    return cases


def excuse(case: Any, name: str) -> None:
    """Skip the tests that `EXCUSES` names, with the reason given there."""
    for (suite, test), reason in EXCUSES.items():
        if suite == name:
            original = getattr(case, test)

            def skipped(self: Any) -> None:
                raise AssertionError("skipped")

            skipped.__doc__ = original.__doc__
            skipped.skip = reason  # type: ignore[attr-defined]
            setattr(case, test, skipped)


for each in MODULES:
    globals().update(suites(each))


class CoverageTests(SynchronousTestCase):
    """That the above found what there is to find."""

    def test_every_module_gives_tests(self) -> None:
        """No module is silently empty, but the one that is known to have none for reactors."""
        empty = [module.__name__.rpartition(".")[2] for module in MODULES if not suites(module)]
        self.assertEqual(["test_base"], empty)

    def test_excuses_name_tests_that_exist(self) -> None:
        """An excuse whose test Twisted has renamed or removed is an excuse no longer."""
        found = {builder.__name__: builder for module in MODULES for builder in builders(module)}
        for suite, test in EXCUSES:
            self.assertTrue(hasattr(found[suite], test), (suite, test))
