"""Documents by HTTP."""

from __future__ import annotations

import gzip
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, execute, succeed
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import ResponseFailed
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers

from altlas.gateway.contracts.fetching import AsSent, UrlOrigin, Validators, charset, decoded
from altlas.gateway.contracts.origins import Unreachable
from altlas.settings.tree import Contract
from tests.gateway.contracts.world import URL, Answer, World


class Fetching(SynchronousTestCase):
    """An address that answers as the test says."""

    def asked(self, *answers: Any, most: int = 100, known: Validators | None = None) -> Any:
        """What a question gives: a document, None, or why there is none."""
        self.world = World(answers=[*answers])
        settings = Contract(name="a", url=URL, max_size=most)
        origin = UrlOrigin(settings, lambda: self.world, self.world.clock, execute)
        if known is not None:
            origin.keep(known)
        asked = Deferred.fromCoroutine(origin.asked(False))
        self.world.clock.advance(10.0)
        result: Any = self.successResultOf(asked.addErrback(lambda failure: failure.value))
        return str(result) if isinstance(result, Unreachable) else result


class AnswerTests(Fetching):
    """What becomes of an answer."""

    def test_document(self) -> None:
        """A document comes with what its server calls it."""
        found = self.asked(Answer(b"it", ETag='"x"', Last_Modified="then"))
        self.assertEqual((found.data, found.version), (b"it", Validators('"x"', "then")))

    def test_long_validators(self) -> None:
        """What is too long to be sent with each request is not kept."""
        found = self.asked(Answer(b"it", ETag='"' + "x" * 2000 + '"', Last_Modified="y" * 2000))
        self.assertEqual((found.data, found.version), (b"it", Validators()))

    def test_many_members(self) -> None:
        """A gzip of a million empty members is not worked through."""
        self.assertEqual(decoded(gzip.compress(b"a") * 100, "gzip", 100), b"a" * 100)
        with self.assertRaisesRegex(Unreachable, "more than 100 members"):
            decoded(gzip.compress(b"") * 100_000, "gzip", 100)

    def test_status(self) -> None:
        """Any other status but 200 gives none, nor is a redirect followed; the body is let go."""
        for code in (201, 204, 301, 302, 404, 500):
            answer = Answer(b"x", code, ends=False, Location=URL)
            self.assertEqual(self.asked(answer), f"it is answered with status {code}")
            self.assertTrue(answer.dropped)
        self.assertEqual(len(self.world.asked), 1)

    def test_not_modified(self) -> None:
        """A 304 means that nothing is new, where that was asked."""
        self.assertIsNone(self.asked(Answer(code=304), known=Validators("x")))
        self.assertIn("304", self.asked(Answer(code=304)))

    def test_words(self) -> None:
        """Why no answer came is a part of a sentence, which goes on."""
        self.assertEqual(self.asked(Answer(b"x", code=500)), "it is answered with status 500")
        self.assertEqual(self.asked(ConnectionError("It was refused: 111.")), "It was refused: 111")
        self.assertEqual(self.asked(ConnectionError()), "ConnectionError")

    def test_long(self) -> None:
        """A body is let go as soon as it is longer than it may be."""
        endless = Answer(b"x" * 101, ends=False)
        self.assertIn("longer than max-size, 100 bytes", self.asked(endless))
        self.assertTrue(endless.dropped)

    def test_bomb(self) -> None:
        """So is what is longer once its gzip is undone."""
        bomb = gzip.compress(bytes(10_000_000))
        sent = Headers({"X-Altlas-Encoding": ["gzip"]})
        answer = Answer(bomb)
        answer.headers = sent
        self.assertIn("longer than max-size", self.asked(answer, most=100_000))

    def test_broken_off(self) -> None:
        """A body that is shorter than was said gives no document, and the reason."""
        reasons = [Failure(ConnectionError("cut"))]
        answer = Answer(b"x", ends=False)
        broken = ResponseFailed(reasons, None)
        answer.deliverBody = lambda body: body.connectionLost(Failure(broken))  # type: ignore[method-assign]
        self.assertEqual(self.asked(answer), "cut")

    def test_unmeasured(self) -> None:
        """A body that ends with its connection, as those of HTTP/1.0 do, is one."""
        answer = Answer(b"", ends=False)

        def deliver(body: Any) -> None:
            body.dataReceived(b"it")
            body.connectionLost(Failure(PotentialDataLoss()))

        answer.deliverBody = deliver  # type: ignore[method-assign]
        self.assertEqual(self.asked(answer).data, b"it")

    def test_silence(self) -> None:
        """No answer in time is none."""
        self.assertEqual(self.asked(Deferred()), "no whole answer within 10 s")


class EncodingTests(SynchronousTestCase):
    """What a body is, without how it came."""

    def refused(self, data: bytes, encoding: str, most: int = 100) -> str:
        """Why it is not undone."""
        with self.assertRaises(Unreachable) as raised:
            decoded(data, encoding, most)
        return str(raised.exception)

    @given(st.lists(st.binary(), min_size=1), st.sampled_from(["gzip", "x-gzip", " GZIP "]))
    def test_gzip(self, pieces: list[bytes], encoding: str) -> None:
        """Gzip is undone, of any number of members; the bound is exact."""
        data, plain = b"".join(map(gzip.compress, pieces)), b"".join(pieces)
        self.assertEqual(decoded(data, encoding, len(plain)), plain)
        if plain:
            self.refused(data, encoding, len(plain) - 1)

    def test_plain(self) -> None:
        """What is not encoded stays as it is."""
        for encoding in ("", "identity"):
            self.assertEqual(decoded(b"x", encoding, 1), b"x")

    def test_broken(self) -> None:
        """Gzip that is broken, or broken off, is told, and so is what was not asked for."""
        self.assertIn("broken off", self.refused(gzip.compress(b"x")[:-3], "gzip"))
        self.assertIn("gzip is broken", self.refused(b"x", "gzip"))
        self.assertIn("'br'", self.refused(b"x", "br"))
        self.assertIn("'gzip, gzip'", self.refused(b"x", "gzip, gzip"))

    def test_charset(self) -> None:
        """A document becomes UTF-8, of the charset that its type names."""
        for name in ("utf-8", "ISO-8859-1", "utf-16", "windows-1252", '"utf-16le"'):
            data = "é".encode(name.strip('"'))
            self.assertEqual(charset(data, f"application/json; charset={name}"), "é".encode())
        self.assertEqual(charset(b"\xff", "application/json"), b"\xff")
        self.assertEqual(charset(b"x", ""), b"x")

    def test_bad_charset(self) -> None:
        """A charset that is none, or not the document's, is told."""
        for name in ("klingon", "rot13", "punycode", "zlib"):
            with self.assertRaises(Unreachable) as raised:
                charset(b"x", f"a/b; charset={name}")
            self.assertIn("is not known", str(raised.exception))
        self.assertRaises(Unreachable, charset, b"x", "a/b; charset=utf-16")


class AsSentTests(SynchronousTestCase):
    """What treq is not to see."""

    def test_hidden(self) -> None:
        """How an answer is encoded stands elsewhere, so that treq leaves it alone."""
        answer = Answer(Content_Encoding="gzip")
        agent = type("Agent", (), {"request": lambda *_: succeed(answer)})()
        self.successResultOf(AsSent(agent).request(b"GET", b"http://a/"))
        self.assertFalse(answer.headers.hasHeader("Content-Encoding"))
        self.assertEqual(answer.headers.getRawHeaders("X-Altlas-Encoding"), ["gzip"])


class ConditionsTests(SynchronousTestCase):
    """What a request says of the document that we have."""

    def test_conditions(self) -> None:
        """Only what its server said is said."""
        self.assertEqual(Validators().conditions, {})
        self.assertEqual(Validators("x").conditions, {"If-None-Match": "x"})
        self.assertEqual(Validators("", "then").conditions, {"If-Modified-Since": "then"})
