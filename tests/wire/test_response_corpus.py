"""Answers of the corpus reach the client as one whole answer, or as none; never the next client.

Each is said by an instance in memory: whole, byte by byte, and cut at every place of it. What
the client gets is read by a strict reader, by h11 and by httptools, and whoever asks next gets the
answer to what it asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.corpus.answers import AFTER, answered, judge
from tests.wire.corpus.cases import Passed, Pending, Response, Torn
from tests.wire.corpus.instances import Answer
from tests.wire.corpus.passage import Passage
from tests.wire.corpus.responses import ALL, TABLES
from tests.wire.corpus.strict import read_responses
from tests.wire.corpus.verdicts import Disagreement

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class ResponseCorpusTests(SynchronousTestCase):
    """What each table says of its answers is what happens."""

    def holds(self, cases: Sequence[Response]) -> None:
        """Try each case in every way, and tell of all that disagree."""
        wrong = []
        for case in cases:
            try:
                judge(case)
            except Exception as error:
                wrong.append(f"{case.name}: {error!r}")
        self.assertEqual("\n".join(wrong), "")

    def test_bodies(self) -> None:
        """Lengths, chunks, the close, no body at all, and more than was asked for."""
        self.holds(TABLES["bodies"])

    def test_fields(self) -> None:
        """What passes, what is hop-by-hop, what would split an answer."""
        self.holds(TABLES["fields"])

    def test_interim(self) -> None:
        """1xx heads, floods of them, and protocols that nobody asked for."""
        self.holds(TABLES["interim"])

    def test_status_lines(self) -> None:
        """The first line, and what is no HTTP."""
        self.holds(TABLES["status_lines"])


class AnywhereTests(SynchronousTestCase):
    """Bytes that have no place in an answer."""

    def test_one_byte_more(self) -> None:
        """A control, a bare CR or LF or a NUL at any place of a head, of a chunk's line or of the
        trailers makes it no answer; the next client does not notice.
        """
        head = b"HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n"
        said = head + b"3;a=b\r\nabc\r\n0\r\nT: v\r\n\r\n"
        passage = Passage()
        for byte in (b"\0", b"\r", b"\n", b"\x01", b"\x0b", b"\x1c", b"\x7f"):
            for place in range(len(said) - 1):
                data = said[:place] + byte + said[place:]
                case = Response(f"{byte!r} behind {data[:place]!r}", data, Torn(), closes=True)
                got = answered(passage, case, Answer((data,), closes=True))
                finals = [one.status for one in got.messages if one.status >= 200]
                self.assertIn(finals, ([], [502]), case)
                self.assertFalse(got.kept)


class EarlyTests(SynchronousTestCase):
    """Answers that come before their request is there whole."""

    REQUEST = b"POST /x HTTP/1.1\r\nHost: a\r\n"
    BODY = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

    def early(self, framing: bytes, body: bytes, size: int, answer: bytes) -> None:
        """The instance answers after `size` bytes of the body; then the rest comes, and more."""
        passage = Passage()
        client = passage.client()
        client.says(self.REQUEST + framing + b"\r\n" + body[:size])
        passage.settle()
        (instance,) = passage.instances
        complete = size == len(body)
        if not complete:
            instance.end.says(answer)
        passage.settle()
        client.says(body[size:] + AFTER)
        passage.settle()
        case = (framing, size, answer)
        heard = [one.more for one in passage.heard]
        self.assertLessEqual(set(heard), {b"/x", b"/after"}, case)
        self.assertLessEqual(len(heard), 2, case)
        if not complete:
            # Whatever else came over that connection, it was no other request.
            self.assertEqual(instance.stream.count(b"/after"), 0, case)
            self.assertTrue(instance.end.over, case)
        end = client.closed and not client.aborted
        messages, torn = read_responses(client.value(), [b"POST", b"GET"], end)
        self.assertEqual(torn, b"", case)
        bodies = [one.body for one in messages]
        self.assertIn(bodies, ([b"ok"], [b"ok", b"/after"], [b"/x", b"/after"]), case)
        self.assertTrue(client.closed or bodies[-1] == b"/after", case)

    def test_at_every_place(self) -> None:
        """Wherever it comes, the connection to the instance serves nobody else, what is left of
        the body is never read as a request, and the client knows where its answer ends.
        """
        chunked = b"23\r\n" + self.BODY + b"\r\n0\r\n\r\n"
        for status in (b"200", b"401", b"413", b"503"):
            for more in (b"", b"Connection: close\r\n"):
                answer = OK.replace(b"200", status).replace(b"\r\n", b"\r\n" + more, 1)
                for size in range(len(self.BODY) + 1):
                    self.early(b"Content-Length: 35\r\n", self.BODY, size, answer)
                for size in range(len(chunked) + 1):
                    self.early(b"Transfer-Encoding: chunked\r\n", chunked, size, answer)

    def test_before_the_request(self) -> None:
        """What an instance says before it was asked is nobody's answer."""
        passage = Passage()
        client = passage.client()
        client.says(AFTER)
        passage.settle()
        (instance,) = passage.instances
        instance.end.says(OK)
        passage.settle()
        self.assertTrue(instance.end.over)
        client.says(AFTER)
        passage.settle()
        messages, _ = read_responses(client.value(), [b"GET", b"GET"], closed=False)
        self.assertEqual([one.body for one in messages], [b"/after", b"/after"])


class TableTests(SynchronousTestCase):
    """The tables, and the judge."""

    def test_size(self) -> None:
        """There are at least 150 different answers, under names that are told apart."""
        said = {(case.method, case.minor, case.closes, case.breaks, case.said) for case in ALL}
        self.assertGreaterEqual(len(said), 150)
        for table, cases in TABLES.items():
            names = [case.name for case in cases]
            self.assertEqual({name for name in names if names.count(name) > 1}, set(), table)

    def test_wrong_expectations(self) -> None:
        """Whatever is told wrongly of an answer is found."""
        for expected in (
            Passed(201, b"ok"),
            Passed(200, b"no"),
            Passed(200, b"ok", reason=b"X"),
            Passed(200, b"ok", fields=((b"X", b"y"),)),
            Passed(200, b"ok", trailers=((b"X", b"y"),)),
            Passed(200, b"ok", interim=(103,)),
            Passed(200, b"ok", kept=False),
            Passed(200, b"ok", length=(b"3",)),
            Torn(),
            Pending(),
        ):
            with self.assertRaises(Disagreement):
                judge(Response("an answer", OK, expected))
        for expected in (Torn((103,)), Pending(), Passed(200, b"ok")):
            with self.assertRaises(Disagreement):
                judge(Response("no answer", b"x", expected))
