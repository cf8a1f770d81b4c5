"""The tree of errors, as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from twisted.trial.unittest import SynchronousTestCase

from altlas import errors
from altlas.errors import (
    ClientError,
    Fault,
    GatewayError,
    MethodNotAllowed,
    Mismatch,
    Retry,
    UpstreamError,
)


def tree(root: type[GatewayError] = GatewayError) -> Iterator[type[GatewayError]]:
    """Every error there is."""
    yield root
    for inner in root.__subclasses__():
        if inner.__module__ == errors.__name__:
            yield from tree(inner)


class TreeTests(SynchronousTestCase):
    """What holds for every error."""

    def test_statuses(self) -> None:
        """The client's faults are 4xx (or 501, 505); all others are 5xx."""
        for error in tree():
            blamed = error.fault is Fault.CLIENT
            self.assertEqual(blamed, 400 <= error.status < 500 or error.status in (501, 505), error)
            self.assertEqual(issubclass(error, ClientError), blamed, error)

    def test_titles(self) -> None:
        """Every error has a title of its own status, the standard's where there is one."""
        for error in tree():
            self.assertTrue(error.title, error)
            if error.status in (502, 503, 504):
                self.assertEqual(error.title, HTTPStatus(error.status).phrase.capitalize(), error)

    def test_retries(self) -> None:
        """Another try is only ever safe after an instance's failure, and then has a cause."""
        for error in tree():
            if error.retry is not Retry.NEVER:
                self.assertTrue(issubclass(error, UpstreamError), error)
        for error in tree(UpstreamError):
            # The root and what nobody would try again have none.
            own = error is not UpstreamError and error.retry is not Retry.NEVER
            self.assertEqual(bool(error.cause), own or error.cause == "timeout", error)


class ErrorTests(SynchronousTestCase):
    """One error."""

    def test_words(self) -> None:
        """What the client is told and what the log is told are two things, with defaults."""
        error = GatewayError("Sorry.", reason="127.0.0.1:9001 refused", retry_after=2.0)
        self.assertEqual(
            (str(error), error.reason, error.retry_after), ("Sorry.", "127.0.0.1:9001 refused", 2.0)
        )
        bare = errors.NoneHealthy()
        self.assertEqual((str(bare), bare.reason), ("Service unavailable", "Service unavailable"))
        self.assertEqual(errors.NoRoute("Nothing here.").reason, "Nothing here.")
        usual = errors.UpstreamReset(reason="127.0.0.1:9001: closed")
        self.assertEqual((str(usual), usual.reason), (usual.detail, "127.0.0.1:9001: closed"))

    def test_mismatch(self) -> None:
        """A mismatch is a line for the log, with its pointer where it has one; never a long one."""
        self.assertEqual(str(Mismatch("body", "/a", "b")), "body /a: b")
        self.assertEqual(
            str(Mismatch("method", "", "PUT is none of GET")), "method: PUT is none of GET"
        )
        self.assertEqual(len(str(Mismatch("body", "/" + "a" * 999, "b"))), 200)

    def test_allowed(self) -> None:
        """A refused method comes with those that are not."""
        self.assertEqual(MethodNotAllowed(("GET", "PUT")).allowed, ("GET", "PUT"))
