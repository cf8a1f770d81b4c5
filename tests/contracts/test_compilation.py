"""Schemas are compiled together, and held against values one by one."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.contract import compiled
from altlas.contracts.digesting import digest
from altlas.contracts.flaws import Unusable
from altlas.contracts.schemas import Direction, Schemas
from tests import house

NAMES = [f"s{number}" for number in range(60)]


def entangled(operations: int = 60) -> dict[str, Any]:
    """A document in which every schema leads to all others, as in large ones."""
    to_all = {name: {"$ref": f"#/components/schemas/{name}"} for name in NAMES}
    answer = {"description": "", "content": {"application/json": {"schema": to_all["s0"]}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "paths": {
            f"/{number}": {"get": {"responses": {str(code): answer for code in range(200, 240)}}}
            for number in range(operations)
        },
        "components": {
            "schemas": {
                name: {"type": "object", "properties": to_all | {"own": {"const": name}}}
                for name in NAMES
            }
        },
    }


class CompilationTests(SynchronousTestCase):
    """What is promised of all schemas of a document."""

    def test_apart(self) -> None:
        """Each value is held against its own schema, and its faults lead from its own top."""
        schemas = Schemas(entangled())
        for name in NAMES:
            schema = schemas.at(("components", "schemas", name), Direction.REQUEST)
            self.assertTrue(schema.valid({"own": name}))
            (fault,) = schema.faults({"own": "another"})
            self.assertEqual((fault.pointer, fault.message), ("/own", f'must be "{name}"'))

    def test_later(self) -> None:
        """A schema that is asked for when others are in use is compiled as well."""
        schemas = Schemas(entangled())
        first = schemas.at(("components", "schemas", "s0"), Direction.REQUEST)
        self.assertTrue(first.valid({}))
        second = schemas.at(("components", "schemas", "s1"), Direction.REQUEST)
        self.assertFalse(second.valid(1))
        self.assertTrue(first.valid({"own": "s0"}))

    def test_absent(self) -> None:
        """A place without a schema is told of."""
        with self.assertRaises(ValueError):
            Schemas(entangled()).at(("components", "schemas", "x"), Direction.REQUEST)

    def test_uncompilable(self) -> None:
        """The schemas that cannot be compiled are told of, and no others."""
        document = entangled()
        document["components"]["schemas"]["odd"] = {"minimum": "1"}
        schemas = Schemas(document)
        for name in ("s0", "odd"):
            schemas.at(("components", "schemas", name), Direction.REQUEST)
        with self.assertRaises(Unusable) as caught:
            schemas.compile()
        (flaw,) = caught.exception.flaws
        self.assertEqual(flaw.pointer, "/components/schemas/odd")

    def test_memory(self) -> None:
        """What many operations share costs once: apart it would be a gigabyte."""
        script = (
            "import sys; from tests.contracts.test_compilation import used; used(sys.stdin.read())"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script],
            input=json.dumps(entangled()),
            cwd=house.ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertLess(int(ran.stdout), 50)


def used(document: str) -> None:
    """Print the megabytes that a contract of this document takes more than reading it does."""
    digested = digest(document.encode())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    compiled("x", digested, None)
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
