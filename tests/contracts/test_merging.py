"""One document for the gateway."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.digesting import digest
from altlas.contracts.merging import merged
from tests.contracts.merge_parts import (
    Node,
    answering,
    document,
    get,
    of,
    parts,
    route,
    schema_of,
)

DEMO = Path(__file__).parents[2] / "altlas/demo/contracts"
ARCHIVE, RUNNER = route("archive"), route("runner")
NAMES = ("Error", "Item", "List")


def flaws(said: Node) -> list[str]:
    """What is wrong with a document."""
    plain = json.loads(json.dumps(said))
    return [f"{list(e.path)}: {e.message}" for e in OpenAPIV31SpecValidator(plain).iter_errors()]


def unfolded(said: Node, node: Any, depth: int = 6) -> Any:
    """A schema with what it refers to in it, as deep as that."""
    if depth == 0:
        return "..."
    if isinstance(node, list):
        return [unfolded(said, each, depth) for each in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        at: Any = said
        for step in node["$ref"].split("/")[1:]:
            at = at[int(step)] if isinstance(at, list) else at[step.replace("~1", "/")]
        return unfolded(said, at, depth - 1)
    # An example is no place of references.
    return {k: v if k == "examples" else unfolded(said, v, depth) for k, v in node.items()}


#: where references of made documents lead: to components, into them, and into paths
references = st.sampled_from(
    [f"#/components/schemas/{name}" for name in NAMES]
    + ["#/components/schemas/Item/properties/a"]
    + ["#/paths/~1items/get/responses/200/content/application~1json/schema"]
)
schemas = st.recursive(
    st.sampled_from([{"type": "string"}, {"type": "integer", "maximum": 5}])
    | references.map(lambda to: {"$ref": to}),
    lambda inner: (
        inner.map(lambda one: {"type": "array", "items": one})
        | inner.map(lambda one: {"type": "object", "properties": {"b": one, "$ref": one}})
        | inner.map(lambda one: {"anyOf": [one, {"type": "null"}], "examples": [{"$ref": "no"}]})
    ),
    max_leaves=3,
)


@st.composite
def documents(draw: st.DrawFn) -> Node:
    """Documents that share names, and what those mean now and then."""
    items = {name: draw(schemas) for name in NAMES}
    items["Item"] = {"type": "object", "properties": {"a": draw(schemas)}}
    # A circle of nothing but references is no schema.
    loops = [name for name in ("Error", "List") if "$ref" in items[name]]
    items.update({name: {"type": "array", "items": items[name]} for name in loops})
    if "$ref" in items["Item"]["properties"]["a"]:
        items["Item"]["properties"]["a"] = {"type": "array", "items": {"type": "string"}}
    answer = {"type": "object", "properties": {"c": draw(schemas)}}
    return document(
        {
            "/items": answering(answer, operationId="all", security=[{"key": []}]),
            "/items/{id}": answering(
                draw(schemas),
                operationId=draw(st.sampled_from(["one", "all one"])),
                parameters=[{"name": "id", "in": "path", "required": True, "schema": True}],
            ),
        },
        components={
            "schemas": items,
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": draw(st.sampled_from("XY"))}
            },
        },
    )


class ValidityTests(SynchronousTestCase):
    """Whatever the parts have in common."""

    @settings(max_examples=60, deadline=None)
    @given(st.lists(documents(), min_size=1, max_size=3))
    def test_valid(self, said: list[Node]) -> None:
        """The document is valid, says of each operation what its own said, and always the same."""
        held = [(route(f"b{number}"), one) for number, one in enumerate(said)]
        made = of(*held)
        self.assertEqual(flaws(made), [])
        self.assertEqual(json.dumps(made), json.dumps(of(*held)))
        for number, one in enumerate(said):
            for path, item in one["paths"].items():
                there = made["paths"][f"/b{number}{path}"]["get"]
                self.assertEqual(
                    unfolded(made, schema_of(there)), unfolded(one, schema_of(item["get"]))
                )
                for choice in there.get("security", ()):
                    (name,) = choice
                    self.assertEqual(
                        made["components"]["securitySchemes"][name],
                        one["components"]["securitySchemes"]["key"],
                    )

    def test_demo(self) -> None:
        """The demo's contracts make a valid one, with all their operations and components."""
        read = {path.stem: digest(path.read_bytes()).document for path in DEMO.iterdir()}
        made = of(*((route(name), one) for name, one in sorted(read.items())))
        self.assertEqual(flaws(made), [])
        self.assertEqual(
            sorted(made["paths"]),
            sorted(f"/{name}{path}" for name, one in read.items() for path in one["paths"]),
        )
        self.assertEqual([tag["name"] for tag in made["tags"]][:3], sorted(read))

    def test_nothing(self) -> None:
        """Without any contract it is a document still."""
        self.assertEqual(flaws(merged([], "All")), [])


class ComponentTests(SynchronousTestCase):
    """What documents call by the same name."""

    def test_differs(self) -> None:
        """A component is called after its backend where another means something else."""
        made = of(
            *(
                (one, document(
                    {"/x": answering({"$ref": "#/components/schemas/Error"})},
                    components={"schemas": {"Error": {"type": kind}, "Unused": {}}},
                ))
                for one, kind in ((ARCHIVE, "object"), (RUNNER, "string"))
            )
        )  # fmt: skip
        self.assertEqual([*made["components"]["schemas"]], ["archive_Error", "runner_Error"])
        there = schema_of(made["paths"]["/runner/x"]["get"])
        self.assertEqual(there, {"$ref": "#/components/schemas/runner_Error"})

    def test_differs_below(self) -> None:
        """What is written alike and refers to something else is something else."""
        made = of(
            *(
                (one, document(
                    {"/x": answering({"$ref": "#/components/schemas/List"})},
                    components={"schemas": {
                        "List": {"items": {"$ref": "#/components/schemas/Item"}},
                        "Item": {"type": kind},
                    }},
                ))
                for one, kind in ((ARCHIVE, "object"), (RUNNER, "string"))
            )
        )  # fmt: skip
        self.assertEqual(
            [*made["components"]["schemas"]],
            ["archive_Item", "archive_List", "runner_Item", "runner_List"],
        )

    def test_shared(self) -> None:
        """What is the same everywhere is there once, under its own name, circles too."""
        said = document(
            {"/x": answering({"$ref": "#/components/schemas/Tree"})},
            components={"schemas": {"Tree": {"items": {"$ref": "#/components/schemas/Tree"}}}},
        )
        made = of((ARCHIVE, said), (RUNNER, json.loads(json.dumps(said))))
        self.assertEqual([*made["components"]["schemas"]], ["Tree"])

    def test_taken_name(self) -> None:
        """A name that is made is none that is there already."""
        held = []
        for one, kind in ((ARCHIVE, "object"), (RUNNER, "string")):
            refs = [{"$ref": f"#/components/schemas/{name}"} for name in ("E", "archive_E")]
            components = {"schemas": {"E": {"type": kind}, "archive_E": {"type": "null"}}}
            held.append((one, document({"/x": answering({"anyOf": refs})}, components=components)))
        made = of(*held)
        self.assertEqual([*made["components"]["schemas"]], ["archive_E", "archive_E_2", "runner_E"])

    def test_discriminator(self) -> None:
        """The values of a discriminator stay when the schemas that they name are renamed."""
        held = []
        for one, kind in ((ARCHIVE, "object"), (RUNNER, "string")):
            schemas = {
                "Pet": {
                    "oneOf": [
                        {"$ref": "#/components/schemas/Cat"},
                        {"$ref": "#/components/schemas/Dog"},
                    ],
                    "discriminator": {"propertyName": "k", "mapping": {"hound": "Dog"}},
                },
                "Cat": {"type": kind},
                "Dog": {"type": "object"},
            }
            said = {"/x": answering({"$ref": "#/components/schemas/Pet"})}
            held.append((one, document(said, components={"schemas": schemas})))
        made = of(*held)["components"]["schemas"]["archive_Pet"]["discriminator"]["mapping"]
        self.assertEqual(
            made,
            {"hound": "#/components/schemas/Dog", "Cat": "#/components/schemas/archive_Cat"},
        )

    def test_heirs(self) -> None:
        """Schemas that a discriminator finds by their ``allOf`` come along."""
        said = document(
            {"/x": answering({"$ref": "#/components/schemas/Pet"})},
            components={
                "schemas": {
                    "Pet": {"discriminator": {"propertyName": "k"}, "type": "object"},
                    "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"}]},
                }
            },
        )
        self.assertEqual([*of((ARCHIVE, said))["components"]["schemas"]], ["Cat", "Pet"])

    def test_anchors(self) -> None:
        """References to anchors lead to the same, and no anchor is there twice."""
        held = []
        for one, kind in ((ARCHIVE, "object"), (RUNNER, "string")):
            schemas = {"A": {"$anchor": "a", "type": kind}}
            said = {"/x": answering({"$ref": "#a"})}
            held.append((one, document(said, components={"schemas": schemas})))
        made = of(*held)
        there = schema_of(made["paths"]["/runner/x"]["get"])
        self.assertEqual(unfolded(made, there), {"type": "string"})
        self.assertNotIn("$anchor", json.dumps(made))

    def test_dynamic_anchors(self) -> None:
        """Dynamic anchors of two documents are two."""
        held = []
        for one in (ARCHIVE, RUNNER):
            schemas = {"N": {"$dynamicAnchor": "n", "items": {"$dynamicRef": "#n"}}}
            said = {"/x": answering({"$ref": "#/components/schemas/N"})}
            held.append((one, document(said, components={"schemas": schemas})))
        made = of(*held)["components"]["schemas"]
        self.assertEqual(
            [one["$dynamicAnchor"] for one in made.values()], ["archive_n", "runner_n"]
        )
        self.assertEqual(made["runner_N"]["items"], {"$dynamicRef": "#runner_n"})


class OperationTests(SynchronousTestCase):
    """What becomes of an operation."""

    def test_security(self) -> None:
        """The security of a whole document is that of its operations, unless they say otherwise."""
        schemes = {"key": {"type": "http", "scheme": "basic"}, "unused": {"type": "mutualTLS"}}
        said = document(
            {"/a": get(), "/b": get(security=[])},
            security=[{"key": []}],
            components={"securitySchemes": schemes},
        )
        made = of((ARCHIVE, said))
        found = [made["paths"][f"/archive/{name}"]["get"]["security"] for name in "ab"]
        self.assertEqual(found, [[{"key": []}], []])
        self.assertNotIn("security", made)
        self.assertEqual([*made["components"]["securitySchemes"]], ["key"])

    def test_ids(self) -> None:
        """Operations that have one id are told apart by backend, and by route if need be."""
        said = document({"/x": get(operationId="list"), "/y": get(operationId="only")})
        other = document({"/x": get(operationId="list")})
        again = route("again", backend="archive")
        made = of((ARCHIVE, said), (again, said), (RUNNER, other))
        ids = {path: item["get"]["operationId"] for path, item in made["paths"].items()}
        self.assertEqual(
            ids,
            {
                "/again/x": "again_list",
                "/again/y": "again_only",
                "/archive/x": "archive_list",
                "/archive/y": "archive_only",
                "/runner/x": "runner_list",
            },
        )

    def test_links(self) -> None:
        """A link leads to the operation where it is now, and goes with it if it is not listed."""
        links = {
            "by_id": {"operationId": "list"},
            "by_place": {"operationRef": "#/paths/~1y~1{z}/get"},
            "gone": {"operationId": "hidden"},
            "referred": {"$ref": "#/components/links/L"},
        }
        answer = {"200": {"description": "fine", "links": links}}
        where = [{"name": "z", "in": "path", "required": True, "schema": {}}]
        said = document(
            {
                "/x": get(operationId="list", responses=answer),
                "/y/{z}": get(parameters=where),
                "/z": {"post": get(operationId="hidden")["get"]},
            },
            components={"links": {"L": {"operationId": "list"}}},
        )
        one = route("archive", method=("GET",))
        made = of((one, said), (RUNNER, document({"/x": get(operationId="list")})))
        found = made["paths"]["/archive/x"]["get"]["responses"]["200"]["links"]
        self.assertEqual(
            found,
            {
                "by_id": {"operationId": "archive_list"},
                "by_place": {"operationRef": "#/paths/~1archive~1y~1{z}/get"},
                "referred": {"operationId": "archive_list"},
            },
        )
        self.assertEqual(flaws(made), [])

    def test_callbacks(self) -> None:
        """Callbacks refer to what is theirs, and have no ids that another might have."""
        callback = {"{$request.body#/to}": get(operationId="told", security=[{"key": []}])}
        held = []
        for one, scheme in ((ARCHIVE, "basic"), (RUNNER, "bearer")):
            schemes = {"key": {"type": "http", "scheme": scheme}}
            said = document(
                {"/x": get(callbacks={"c": callback})}, components={"securitySchemes": schemes}
            )
            held.append((one, said))
        made = of(*held)
        (told,) = made["paths"]["/runner/x"]["get"]["callbacks"]["c"].values()
        self.assertEqual(told["get"]["security"], [{"runner_key": []}])
        self.assertNotIn("operationId", told["get"])
        self.assertEqual(flaws(made), [])

    def test_tags(self) -> None:
        """The backend is the first tag, and each tag that is used is told of."""
        tags = [{"name": "jobs", "description": "Work"}, {"name": "unused"}]
        said = document({"/x": get(tags=["jobs"])}, tags=tags)
        made = of((RUNNER, said))
        self.assertEqual(made["paths"]["/runner/x"]["get"]["tags"], ["runner", "jobs"])
        self.assertEqual(
            made["tags"],
            [{"name": "runner", "description": "T"}, {"name": "jobs", "description": "Work"}],
        )

    def test_words_to_the_gateway(self) -> None:
        """What a backend says to the gateway is not told to clients; other extensions are."""
        said = document({"/x": get(**{"x-altlas-timeout": "1s", "x-mine": 1})})
        made = of((ARCHIVE, said))["paths"]["/archive/x"]["get"]
        self.assertEqual([key for key in made if key.startswith("x-")], ["x-mine"])

    def test_hosts(self) -> None:
        """An operation that wants a host says so; the others are where the document is."""
        one = route("archive", host=("api.test", "*.old.test"))
        made = of((one, document({"/x": get()})), (RUNNER, document({"/x": get()})))
        self.assertEqual(made["servers"], [{"url": "/"}])
        self.assertNotIn("servers", made["paths"]["/runner/x"]["get"])
        urls = [each["url"] for each in made["paths"]["/archive/x"]["get"]["servers"]]
        self.assertEqual(urls, ["//api.test/", "//{subdomain}.old.test/"])
        self.assertEqual(flaws(made), [])

    def test_servers(self) -> None:
        """The servers of backends are not the gateway's."""
        said = document({"/x": get(servers=[{"url": "http://10.0.0.1/v1"}])})
        said["servers"] = [{"url": "http://10.0.0.1/v2"}]
        made = of((route("archive", to="/v1/"), said))
        self.assertEqual([*made["paths"]], ["/archive/x"])
        self.assertNotIn("10.0.0.1", json.dumps(made))


class PartialTests(SynchronousTestCase):
    """What is not all."""

    def test_missing(self) -> None:
        """A contract that is missing is named, for programs and for people."""
        made = of((ARCHIVE, document({"/x": get()})), (RUNNER, None))
        self.assertEqual(made["x-altlas-missing"], ["runner"])
        self.assertIn("missing here: runner", made["info"]["description"])
        self.assertEqual([*made["paths"]], ["/archive/x"])

    def test_whole(self) -> None:
        """Nothing is said to be missing or left out if nothing is."""
        made = of((ARCHIVE, document({"/x": get()})))
        self.assertEqual([key for key in made if key.startswith("x-")], [])
        self.assertEqual(made["info"]["version"], "archive 1")

    def test_left_out(self) -> None:
        """Routes whose paths cannot be traced back are named with the reason."""
        said = document({"/x": get()})
        made = of((route("archive", "~^/v[0-9]/", None), said))
        self.assertEqual(
            made["x-altlas-left-out"], [{"route": "archive", "reason": "its path is a regex"}]
        )
        self.assertEqual(flaws(made), [])

    def test_parts_stay(self) -> None:
        """The documents of the parts are left as they were."""
        said = document({"/x": answering({"$ref": "#/paths/~1x/get"}, tags=["t"])})
        before = json.dumps(said)
        merged(parts([(ARCHIVE, said)]), "All")
        self.assertEqual(json.dumps(said), before)
