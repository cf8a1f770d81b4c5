"""Credentials that are there, or not."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.flaws import Unusable
from altlas.contracts.operation import Asked, Operation
from altlas.errors import CredentialsMissing
from tests.contracts.documents import asked, operation

SCHEMES = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "Bearer"},
    "other": {"type": "http", "scheme": "hoba"},
    "oauth": {"type": "oauth2", "flows": {}},
    "openid": {"type": "openIdConnect", "openIdConnectUrl": "https://a.test"},
    "mutual": {"type": "mutualTLS"},
    "shared": {"$ref": "#/components/securitySchemes/key"},
}


def secured(*alternatives: Any, document: Any = None) -> Operation:
    """An operation with these alternatives; each scheme by its name."""
    node = {"security": [{name: [] for name in each} for each in alternatives]}
    more = {} if document is None else {"security": document}
    return operation(node, components={"securitySchemes": SCHEMES}, **more)


def authorized(value: bytes) -> Asked:
    """A request with this Authorization."""
    return asked(fields=[(b"Authorization", value)])


class SecurityTests(SynchronousTestCase):
    """What an operation asks for."""

    def missing(self, made: Operation, request: Asked) -> CredentialsMissing:
        """The refusal of a request."""
        return self.assertRaises(CredentialsMissing, made.check, request)

    def test_schemes(self) -> None:
        """Each scheme is met by its credentials, and not without them."""
        for name, good, bad in (
            ("key", asked(fields=[(b"x-key", b"1")]), asked(fields=[(b"X-Key", b"")])),
            ("shared", asked(fields=[(b"x-key", b"1")]), asked()),
            ("query", asked(query=b"a=1&key=2"), asked(query=b"key=")),
            ("query", asked(query=b"key=2"), asked(query=b"%ff")),
            ("cookie", asked(fields=[(b"Cookie", b"a=1; session=2")]), asked()),
            ("basic", authorized(b"bAsIc YTpi"), authorized(b"Bearer YTpi")),
            ("bearer", authorized(b"Bearer x"), authorized(b"Bearer")),
            ("other", authorized(b"HOBA result=x"), authorized(b"Bearer  ")),
            ("oauth", authorized(b"Bearer x"), authorized(b"Basic x")),
            ("openid", authorized(b"Bearer x"), authorized(b"")),
            ("mutual", asked(certified=True), asked()),
        ):
            made = secured([name])
            self.assertEqual(made.check(good), ())
            error = self.missing(made, bad)
            self.assertEqual(
                [(m.where, m.pointer) for m in error.mismatches], [("security", f"/{name}")]
            )

    def test_twice(self) -> None:
        """Of two fields each server takes another one: they are none."""
        one, other = (b"Authorization", b"Bearer x"), (b"Authorization", b"Basic eDp5")
        for fields in ([one, other], [other, one], [one, one]):
            self.missing(secured(["bearer"]), asked(fields=fields))

    def test_alternatives(self) -> None:
        """One alternative will do, but all of it."""
        made = secured(["key", "query"], ["basic"])
        self.assertEqual(made.check(authorized(b"Basic x")), ())
        self.assertEqual(made.check(asked(query=b"key=1", fields=[(b"x-key", b"1")])), ())
        error = self.missing(made, asked(query=b"key=1"))
        self.assertEqual([m.pointer for m in error.mismatches], ["/key", "/query", "/basic"])

    def test_nothing(self) -> None:
        """An empty list, or an empty alternative, asks for nothing."""
        for made in (secured(), secured(["basic"], []), operation({})):
            self.assertEqual(made.check(asked()), ())

    def test_document(self) -> None:
        """What a document asks for is asked by operations that say nothing else."""
        inherited = operation({}, components={"securitySchemes": SCHEMES}, security=[{"basic": []}])
        self.missing(inherited, asked())
        self.assertEqual(secured(document=[{"basic": []}]).check(asked()), ())

    def test_first(self) -> None:
        """Credentials are asked for before parameters are judged."""
        node = {
            "security": [{"basic": []}],
            "parameters": [{"name": "p", "in": "query", "required": True, "schema": {}}],
        }
        made = operation(node, components={"securitySchemes": SCHEMES})
        self.missing(made, asked())
        self.assertEqual(len(made.check(authorized(b"Basic x"))), 1)

    def test_challenges(self) -> None:
        """Each scheme that can be answered has a challenge, none twice."""
        made = secured(["basic"], ["oauth"], ["key"], ["mutual"], ["basic", "key"])
        challenges = self.missing(made, asked()).challenges
        key = 'ApiKey realm="key", in="header", name="X-Key"'
        self.assertEqual(challenges, ('Basic realm="basic"', 'Bearer realm="oauth"', key))

    def test_unknown(self) -> None:
        """A scheme that is not described makes a contract unusable."""
        error = self.assertRaises(Unusable, secured, ["nowhere"])
        self.assertEqual(error.flaws[0].pointer, "/paths/~1x/post")

    def test_documented(self) -> None:
        """A key in the query is a documented name."""
        self.assertEqual(secured(["query"]).undocumented_query(b"key=1&x=1"), ("x",))
