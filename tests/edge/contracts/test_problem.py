"""What a refusal says beside what every refusal says."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.contracts.problem import ENOUGH, LONGEST, MOST, listed, own_fields, own_members
from altlas.edge.refusals import problem
from altlas.errors import (
    CredentialsMissing,
    MethodNotAllowed,
    Mismatch,
    NoRoute,
    OperationNotAllowed,
    RequestMismatch,
    ResponseMismatch,
    UnsupportedMediaType,
)

ONE = Mismatch("body", "/a/0", "is no number")


class ProblemTests(SynchronousTestCase):
    """Members and fields of their own."""

    def test_errors(self) -> None:
        """Every mismatch is told by place, pointer and message; without any there is no member."""
        said = json.loads(problem(RequestMismatch([ONE]), b"id").body)
        self.assertEqual(
            said["errors"], [{"in": "body", "pointer": "/a/0", "message": "is no number"}]
        )
        self.assertEqual((said["status"], said["flag"]), (400, "CV"))
        for error in (NoRoute(), RequestMismatch(), OperationNotAllowed(["GET"])):
            self.assertEqual(own_members(error), {})

    def test_answers(self) -> None:
        """In what an instance's answer is wrong is not for the client."""
        said = problem(ResponseMismatch([ONE]), b"id")
        self.assertEqual(said.status, 502)
        self.assertNotIn(b"number", said.body)

    def test_most(self) -> None:
        """Twenty are told at most, each cut, and never more than a few kilobytes."""
        self.assertEqual(len(listed([ONE] * 100)), MOST)
        long = Mismatch("body", "/" + "p" * 10_000, "m" * 10_000)
        found = listed([long] * 100)
        self.assertEqual({len(one["pointer"]) for one in found}, {LONGEST})
        self.assertLess(len(json.dumps(found)), ENOUGH + 2 * LONGEST + 50 * MOST)

    def test_fields(self) -> None:
        """A 405 says what is allowed, a 401 what it wants; no word of a document breaks a line."""
        self.assertEqual(own_fields(OperationNotAllowed(["GET", "PUT"])), [(b"Allow", b"GET, PUT")])
        self.assertEqual(own_fields(MethodNotAllowed(("GET",))), [(b"Allow", b"GET")])
        found = own_fields(CredentialsMissing((), ["Basic", "a\r\nb\u00e9"]))
        said = [(b"WWW-Authenticate", b"Basic"), (b"WWW-Authenticate", b"a??b?")]
        self.assertEqual(found, said)
        self.assertEqual(own_fields(NoRoute()), [])

    def test_codings(self) -> None:
        """A 415 for the coding of a body says which are taken; one for its type does not."""
        coded = UnsupportedMediaType([Mismatch("body", "", "the coding br is not known here")])
        self.assertEqual(own_fields(coded), [(b"Accept-Encoding", b"gzip, deflate")])
        typed = UnsupportedMediaType([Mismatch("content-type", "", "is none of text/plain")])
        self.assertEqual((own_fields(typed), own_fields(UnsupportedMediaType())), ([], []))
