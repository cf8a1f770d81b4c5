"""Parameters of requests."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.operation import Operation
from tests.contracts.documents import asked, contract, operation

INTEGERS = {"type": "array", "items": {"type": "integer"}}


def taking(*parameters: Any, template: str = "/x", **more: Any) -> Operation:
    """An operation with these parameters."""
    return operation({"parameters": [*parameters]}, template, **more)


def named(where: str, schema: Any, name: str = "p", **more: Any) -> dict[str, Any]:
    """A parameter's object."""
    required = {"required": True} if where == "path" else {}
    return {"name": name, "in": where, "schema": schema, **required, **more}


class ParameterCase(SynchronousTestCase):
    """Operations that are held against requests."""

    def check(self, made: Operation, request: Any, *wrong: tuple[str, str]) -> None:
        """Just this is wrong: where, and the pointer."""
        found = made.check(request)
        self.assertEqual([(m.where, m.pointer) for m in found], [*wrong], found)


class PlaceTests(ParameterCase):
    """Parameters in each place."""

    def test_path(self) -> None:
        """Variables are found by name, and are what their schemas say."""
        made = taking(named("path", {"type": "integer"}, "b"), template="/x/{a}/{b}")
        self.check(made, asked(b"x", b"5"))
        self.check(made, asked(b"5", b"x"), ("path", "/b"))
        for text in (b"%ff", b"%zz", b"nan", b"1_0", b"%201", b"0x1", b"%35x"):
            self.check(made, asked(b"x", text), ("path", "/b"))
        self.check(made, asked(b"x", b"%35"))

    def test_query(self) -> None:
        """A query's parameter may be absent unless it is required, and is there once."""
        made = taking(named("query", {"type": "integer"}))
        for query in (None, b"", b"other=x", b"p=5"):
            self.check(made, asked(query=query))
        for query in (b"p=x", b"p=", b"p", b"p=1&p=2", b"p=%ff"):
            self.check(made, asked(query=query), ("query", "/p"))
        self.check(made, asked(query=b"%ff=1"), ("query", ""))
        must = taking(named("query", {"type": "integer"}, required=True))
        self.check(must, asked(), ("query", "/p"))

    def test_again(self) -> None:
        """What comes again is judged as before, right or wrong, whatever came between."""
        made = taking(
            named("query", {"type": "integer"}),
            named("path", {"enum": [1]}, "a"),
            template="/x/{a}",
        )
        for _ in range(3):
            self.check(made, asked(b"1", query=b"p=5"))
            self.check(made, asked(b"1", query=b"p=x"), ("query", "/p"))
            self.check(made, asked(b"2", query=b"p=5"), ("path", "/a"))
            self.check(made, asked(b"p=5", query=b"1"), ("path", "/a"))

    def test_empty(self) -> None:
        """An empty value will do where the contract says so."""
        made = taking(named("query", {"type": "integer"}, allowEmptyValue=True))
        self.check(made, asked(query=b"p="))
        self.check(made, asked(query=b"p"))
        self.check(made, asked(query=b"p=x"), ("query", "/p"))

    def test_header(self) -> None:
        """A field is found whatever the case of its name; its lines are one."""
        made = taking(named("header", INTEGERS, "X-Ids", required=True))
        self.check(made, asked(fields=[(b"x-iDS", b"1, 2")]))
        self.check(made, asked(fields=[(b"X-Ids", b"1"), (b"X-Ids", b"2,3")]))
        self.check(made, asked(fields=[(b"X-Ids", b"1"), (b"X-Ids", b"x")]), ("header", "/X-Ids/1"))
        self.check(made, asked(), ("header", "/X-Ids"))
        single = taking(named("header", {"type": "integer"}, "X-Id"))
        self.check(single, asked(fields=[(b"X-Id", b"1"), (b"X-Id", b"1")]), ("header", "/X-Id"))

    def test_other_fields(self) -> None:
        """Fields that other parts of a contract speak of are no parameters."""
        names = ("Accept", "content-type", "AUTHORIZATION")
        made = taking(*(named("header", {"const": "x"}, name, required=True) for name in names))
        self.check(made, asked())

    def test_cookie(self) -> None:
        """Cookies are found in all lines of their field."""
        made = taking(named("cookie", {"type": "integer"}, required=True))
        self.check(made, asked(fields=[(b"Cookie", b"a=1"), (b"Cookie", b"b=2; p=3")]))
        self.check(made, asked(fields=[(b"Cookie", b"p=x")]), ("cookie", "/p"))
        self.check(made, asked(fields=[(b"Cookie", b"a=1")]), ("cookie", "/p"))

    def test_detours(self) -> None:
        """Names that some server takes for a parameter are wrong, and so are blanks in cookies."""
        made = taking(named("query", {"type": "integer"}))
        self.check(made, asked(query=b"p%5B%5D=x"), ("query", "/p[]"))
        self.check(made, asked(query=b"P=x"), ("query", "/P"))
        made = taking(named("cookie", {"type": "integer"}))
        self.check(made, asked(fields=[(b"cookie", b"p =x")]), ("cookie", "/p"))
        made = taking(named("header", {"type": "string"}, "X-HTTP-Method"))
        self.check(made, asked(fields=[(b"X-HTTP-Method", b"GET")]))
        field = (b"X-Rewrite-URL", b"/")
        self.check(made, asked(fields=[field]), ("header", "/x-rewrite-url"))

    def test_path_item(self) -> None:
        """Parameters of a path item are those of its operations, unless they have their own."""
        own = [named("query", {"type": "boolean"})]
        item = {
            "parameters": [
                named("query", {"type": "integer"}),
                {"$ref": "#/components/parameters/Q"},
            ],
            "get": {"responses": {}},
            "post": {"responses": {}, "parameters": own},
        }
        shared = {"parameters": {"Q": named("query", {"type": "null"}, "q")}}
        get, post = contract({"/x": item}, components=shared).operations
        self.check(get, asked(query=b"p=1"))
        self.check(get, asked(query=b"p=true"), ("query", "/p"))
        self.check(post, asked(query=b"p=true"))
        self.check(post, asked(query=b"q=1"), ("query", "/q"))


class ValueTests(ParameterCase):
    """What values may be."""

    def test_arrays(self) -> None:
        """Arrays are read as their style says; what is wrong in them is told by pointer."""
        made = taking(named("query", INTEGERS))
        self.check(made, asked(query=b"p=1&p=2"))
        self.check(made, asked(query=b"p=1&p=x"), ("query", "/p/1"))
        made = taking(named("query", INTEGERS, style="form", explode=False))
        self.check(made, asked(query=b"p=1,2"))
        self.check(made, asked(query=b"p="))
        self.check(made, asked(query=b"p=1,x"), ("query", "/p/1"))

    def test_escaped_commas(self) -> None:
        """Commas that a client escaped part items where the items would be wrong with them."""
        made = taking(named("query", INTEGERS, explode=False))
        self.check(made, asked(query=b"p=1%2C2"))
        self.check(made, asked(query=b"p=1%2cx"), ("query", "/p/0"))
        path = taking(named("path", INTEGERS), template="/{p}")
        self.check(path, asked(b"1%2C2"))
        strings = {"type": "array", "items": {"type": "string"}, "maxItems": 1}
        self.check(taking(named("query", strings, explode=False)), asked(query=b"p=a%2Cb"))

    def test_objects(self) -> None:
        """Objects are read as their style says."""
        point = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
        for style, query, wrong in (
            ({}, b"x=1&y=2", b"x=a"),
            ({"explode": False}, b"p=x,1", b"p=x,a"),
            ({"style": "deepObject"}, b"p[x]=1", b"p[x]=a"),
        ):
            made = taking(named("query", point, **style))
            self.check(made, asked(query=query))
            self.check(made, asked(query=wrong), ("query", "/p/x"))
            self.check(made, asked())

    def test_rest(self) -> None:
        """An object without names of its own takes the names that no parameter has."""
        free = {"type": "object", "additionalProperties": {"type": "integer"}}
        made = taking(named("query", free), named("query", {"type": "string"}, "q"))
        self.check(made, asked(query=b"q=text&a=1&b=2"))
        self.check(made, asked(query=b"q=text&a=x"), ("query", "/p/a"))
        self.assertEqual(made.undocumented_query(b"a=1"), ())

    def test_alternatives(self) -> None:
        """What may be several things is right as any of them."""
        either = {"anyOf": [{"type": "integer", "maximum": 5}, {"type": "string", "minLength": 2}]}
        made = taking(named("query", either))
        for query in (b"p=5", b"p=55", b"p=ab"):
            self.check(made, asked(query=query))
        self.check(made, asked(query=b"p=6"), ("query", "/p"))
        listed = {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "boolean"}]}
        made = taking(named("query", listed))
        self.check(made, asked(query=b"p=true"))
        self.check(made, asked(query=b"p=1&p=2"))

    def test_content(self) -> None:
        """A parameter that is described by its content type is parsed as that."""
        content = {"application/json": {"schema": {"type": "object", "required": ["a"]}}}
        made = taking({"name": "p", "in": "query", "content": content})
        self.check(made, asked(query=b"p=%7B%22a%22:1%7D"))
        for query in (b"p=%7B%7D", b"p=a"):
            found = made.check(asked(query=query))
            self.assertEqual([m.where for m in found], ["query"])
        text = {"text/plain": {"schema": {"type": "string", "maxLength": 2}}}
        made = taking({"name": "p", "in": "query", "content": text})
        self.check(made, asked(query=b"p=a+b"), ("query", "/p"))

    def test_names(self) -> None:
        """Names are escaped in pointers, and known for who looks for others."""
        made = taking(
            named("query", {"type": "integer"}, "a/b~c"),
            named("query", {"type": "object", "properties": {"x": {}}}, "deep", style="deepObject"),
        )
        self.check(made, asked(query=b"a/b~c=x"), ("query", "/a~1b~0c"))
        self.assertEqual(made.query_names, {"a/b~c", "deep"})
        found = made.undocumented_query(b"a/b~c=1&deep[x]=1&deeper[x]=1&other=2&%6fther=3&x=1")
        self.assertEqual(found, ("deeper[x]", "other", "x"))
        self.assertEqual(made.undocumented_query(None), ())
        self.assertEqual(made.undocumented_query(b"%ff"), ())

    @given(st.binary(max_size=60), st.sampled_from(["form", "deepObject", "pipeDelimited"]))
    def test_hostile(self, text: bytes, style: str) -> None:
        """Whatever comes is judged, in every place."""
        schema = {"type": ["object", "array", "integer"]}
        made = taking(
            named("query", schema, style=style),
            named("path", schema, "v", style="matrix"),
            named("path", schema, "l", style="label"),
            named("header", schema, "h"),
            named("cookie", schema, "c"),
            template="/{v}/{l}",
        )
        fields = [(b"h", text), (b"cookie", b"c=" + text)]
        for query in (text, b"p=" + text, b"p[" + text, None):
            made.check(asked(text, text, query=query, fields=fields))
