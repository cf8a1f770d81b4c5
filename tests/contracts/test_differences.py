"""Tests for `altlas.contracts.differences`."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.differences import differences
from tests.contracts.editions import Contract, asked, changes, compared, document

OK = {"responses": {"200": {"description": "done"}}}


class OperationTests(SynchronousTestCase):
    """Paths and methods."""

    def test_same(self) -> None:
        """A document is no change of itself."""
        self.assertEqual(compared(document(), document()), [])

    def test_only_told(self) -> None:
        """Descriptions, summaries, tags, examples and extensions are no change."""
        told = {"description": "other", "summary": "x", "tags": ["a"], "x-y": 1}
        new = document(**told)
        new["info"] = {"title": "Other", "version": "2", "description": "x"}
        new["paths"]["/pets"]["post"]["responses"]["200"]["description"] = "other"
        self.assertEqual(compared(document(), new), [])

    def test_a_field_named_description(self) -> None:
        """A field is a field, whatever its name is."""
        old = asked({"properties": {"description": {"type": "string"}}})
        new = asked({"properties": {"description": {"type": "integer"}}})
        self.assertEqual([verdict for verdict, _ in compared(old, new)], ["breaking"])

    def test_path_gone(self) -> None:
        """A path that is gone breaks, one that is new does not."""
        old = document(paths={"/a": {"get": OK}, "/b": {"get": OK}})
        new = document(paths={"/a": {"get": OK}, "/c": {"get": OK}})
        gone, more = changes(old, new)
        self.assertEqual((gone.operation, gone.pointer), ("GET /b", "/paths/~1b/get"))
        self.assertEqual((gone.breaking, gone.message), (True, "the path /b is gone"))
        self.assertEqual((more.operation, more.breaking), ("GET /c", False))

    def test_method_gone(self) -> None:
        """A method that is gone breaks."""
        old = document(paths={"/a": {"get": OK, "put": OK}})
        new = document(paths={"/a": {"get": OK, "patch": OK}})
        self.assertEqual(
            compared(old, new),
            [("breaking", "the method PUT of /a is gone"), ("harmless", "PATCH /a is new")],
        )

    def test_renamed(self) -> None:
        """Another operationId is harmless, and told under the old one."""
        (change,) = changes(document(), document(operationId="createPet"))
        self.assertEqual((change.operation, change.breaking), ("addPet", False))
        self.assertEqual(change.message, "has the id createPet now")

    def test_path_parameter_renamed(self) -> None:
        """The name of a path's parameter is nobody's business."""
        both = [
            document(
                paths={
                    f"/pets/{{{name}}}": {
                        "get": {
                            "operationId": "getPet",
                            "parameters": [
                                {"in": "path", "name": name, "required": True, "schema": kind}
                            ],
                            **OK,
                        }
                    }
                }
            )
            for name, kind in (("id", {"type": "string"}), ("petId", {"type": "string"}))
        ]
        self.assertEqual(compared(*both), [])
        narrow: Any = deepcopy(both[1])
        narrow["paths"]["/pets/{petId}"]["get"]["parameters"][0]["schema"]["maxLength"] = 9
        self.assertEqual(
            compared(both[0], narrow),
            [("breaking", "the path parameter 'id' has maxLength 9 now")],
        )

    def test_deprecated(self) -> None:
        """To be deprecated is told, and harmless."""
        found = compared(document(), document(deprecated=True))
        self.assertEqual(found, [("harmless", "is deprecated now")])

    def test_base_path(self) -> None:
        """A base path that moved breaks all operations; a further one none."""
        old, moved = Contract(document(), ("/v1",)), Contract(document(), ("/v2",))
        gone, more = differences(old, moved)
        self.assertEqual((gone.operation, gone.breaking), ("", True))
        self.assertIn("/v1", gone.message)
        self.assertFalse(more.breaking)
        (further,) = differences(old, Contract(document(), ("/v1", "/v2")))
        self.assertFalse(further.breaking)

    def test_path_item_by_reference(self) -> None:
        """A path item that is referred to is the one that it refers to."""
        item = {"get": OK}
        shared = document(paths={"/a": {"$ref": "#/components/pathItems/a"}})
        shared["components"] = {"pathItems": {"a": item}}
        self.assertEqual(compared(document(paths={"/a": item}), shared), [])


class WholeTests(SynchronousTestCase):
    """The comparison as a whole."""

    def large(self, kind: str = "string") -> dict[str, Any]:
        """A document of 100 operations over 200 schemas that refer to one another."""
        schemas: dict[str, Any] = {
            f"S{n}": {
                "properties": {
                    f"f{m}": {"$ref": f"#/components/schemas/S{(n * 7 + m) % 200}"}
                    if m % 3
                    else {"type": kind, "description": f"field {m} of {n}"}
                    for m in range(20)
                }
            }
            for n in range(200)
        }
        body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S1"}}}}
        paths = {
            f"/p{n}": {"post": {"operationId": f"op{n}", "requestBody": body, **OK}}
            for n in range(500)
        }
        return document(paths=paths, components={"schemas": schemas})

    def test_large(self) -> None:
        """Where all schemas of a large document differ, each operation has its changes."""
        old, new = Contract(self.large()), Contract(self.large("integer"))
        found = differences(old, new)
        self.assertEqual({each.operation for each in found}, {f"op{n}" for n in range(500)})
        self.assertEqual(len([each for each in found if each.operation == "op0"]), 101)

    def test_large_but_told_otherwise(self) -> None:
        """Where only descriptions differ nothing is told."""
        new = self.large()
        for schema in new["components"]["schemas"].values():
            schema["description"] = "other"
        self.assertEqual(differences(Contract(self.large()), Contract(new)), ())

    def test_deterministic(self) -> None:
        """The same two contracts have the same changes, in the same order."""
        pair = Contract(self.large()), Contract(self.large("boolean"))
        self.assertEqual(differences(*pair), differences(*pair))

    @given(st.data())
    def test_any_schemas(self, data: st.DataObject) -> None:
        """Whatever two schemas are, comparing ends; a schema is no change of itself."""
        schemas = st.recursive(
            st.booleans()
            | st.fixed_dictionaries({}, optional={"type": st.sampled_from(["string", "null"])})
            | st.builds(lambda n: {"$ref": f"#/components/schemas/{n}"}, st.sampled_from("AB")),
            lambda inner: st.fixed_dictionaries(
                {},
                optional={
                    "properties": st.dictionaries(st.sampled_from("xy"), inner),
                    "required": st.lists(st.sampled_from("xy"), unique=True),
                    "items": inner,
                    "allOf": st.lists(inner, min_size=1, max_size=2),
                    "anyOf": st.lists(inner, min_size=1, max_size=2),
                    "oneOf": st.lists(inner, min_size=1, max_size=2),
                    "not": inner,
                    "additionalProperties": inner,
                    "minLength": st.integers(0, 3),
                },
            ),
            max_leaves=6,
        )
        old, new = (asked(data.draw(schemas), A=data.draw(schemas), B=True) for _ in range(2))
        self.assertEqual(compared(old, deepcopy(old)), [])
        compared(old, new)
