"""Requests of the corpus mean one thing: to us, and to whichever backend gets what we write.

Each is sent alone and in a pipelined row, whole, byte by byte and cut at every place of it,
through the whole gateway in memory. What instances hear is read by a strict reader; that of the
first ways is cut into requests by sloppy readers, h11 and httptools as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.corpus.cases import Heard, Refused, Request, Waits, read, refused
from tests.wire.corpus.passage import Passage
from tests.wire.corpus.requests import ALL, TABLES
from tests.wire.corpus.sloppy import HALF_BLIND, READERS
from tests.wire.corpus.strict import Unsound
from tests.wire.corpus.verdicts import (
    AFTER,
    Disagreement,
    cuts,
    judge,
    judge_reuse,
    judge_stream,
    tries,
)

GET = b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /x HTTP/1.1\r\nHost: a\r\n"
SMUGGLED = b"\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n"

#: a habit, one who has it not, and what these two read differently
SMUGGLING = (
    ("h11", "httptools", POST + b"X: y\r\n Content-Length: 28" + SMUGGLED),
    ("httptools", "a line feed ends a line", POST + b"X: y\nContent-Length: 28" + SMUGGLED),
    (
        "a line feed ends a line",
        "underscores are dashes",
        POST + b"X: y\nContent-Length: 28" + SMUGGLED,
    ),
    (
        "a carriage return ends a line",
        "a line feed ends a line",
        POST + b"X: y\rContent-Length: 28" + SMUGGLED,
    ),
    (
        "vertical tabs and their kin end a line",
        "a line feed ends a line",
        POST + b"X: y\x0bContent-Length: 28" + SMUGGLED,
    ),
    (
        "folded lines are joined",
        "what is no letter in a name is dropped",
        POST + b"X: y\r\n Content-Length: 28" + SMUGGLED,
    ),
    (
        "what is no letter in a name is dropped",
        "underscores are dashes",
        POST + b"Content-Length\x0b: 28" + SMUGGLED,
    ),
    (
        "underscores are dashes",
        "the last length counts",
        POST + b"Content_Length: 28" + SMUGGLED,
    ),
    (
        "the last length counts",
        "underscores are dashes",
        POST + b"Content-Length: 0\r\nContent-Length: 28" + SMUGGLED,
    ),
    (
        "a length counts before a coding",
        "underscores are dashes",
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0" + SMUGGLED,
    ),
    (
        "chunks are unknown",
        "underscores are dashes",
        POST + b"Transfer-Encoding: chunked\r\n\r\n19\r\nGET /y HTTP/1.1\r\n\r\n\r\n0\r\n\r\n",
    ),
    (
        "a body is not read before it is asked for",
        "underscores are dashes",
        POST + b"Expect: 100-continue\r\nContent-Length: 28" + SMUGGLED,
    ),
    (
        "a GET has no body",
        "underscores are dashes",
        GET[:-2] + b"Content-Length: 28" + SMUGGLED,
    ),
)


class RequestCorpusTests(SynchronousTestCase):
    """What each table says of its requests is what happens."""

    def holds(self, cases: Sequence[Request]) -> None:
        """Try each case in every way, and tell of all that disagree."""
        wrong = []
        for case in cases:
            try:
                judge(Passage(), case)
            except Exception as error:
                wrong.append(f"{case.name}: {error!r}")
        self.assertEqual("\n".join(wrong), "")

    def test_bodies(self) -> None:
        """Bodies where some servers look for none, and bodies that wait to be asked for."""
        self.holds(TABLES["bodies"])

    def test_chunks(self) -> None:
        """Chunks: sizes, extensions, ends."""
        self.holds(TABLES["chunks"])

    def test_codings(self) -> None:
        """Transfer-Encoding, plain and in disguise, alone and beside a length."""
        self.holds(TABLES["codings"])

    def test_connections(self) -> None:
        """Fields of one connection, what Connection names, changes of protocol."""
        self.holds(TABLES["connections"])

    def test_fields(self) -> None:
        """Names and values of fields, line ends, folding, limits."""
        self.holds(TABLES["fields"])

    def test_hops(self) -> None:
        """Max-Forwards."""
        self.holds(TABLES["hops"])

    def test_hosts(self) -> None:
        """Host and authority."""
        self.holds(TABLES["hosts"])

    def test_identity(self) -> None:
        """Who asks, and names with underscores."""
        self.holds(TABLES["identity"])

    def test_lengths(self) -> None:
        """Content-Length."""
        self.holds(TABLES["lengths"])

    def test_pipelines(self) -> None:
        """Several requests in one, before and behind each kind of error."""
        self.holds(TABLES["pipelines"])

    def test_request_lines(self) -> None:
        """Methods, targets, versions, and what is no HTTP."""
        self.holds(TABLES["request_lines"])

    def test_trailers(self) -> None:
        """Fields after a chunked body."""
        self.holds(TABLES["trailers"])


class AnywhereTests(SynchronousTestCase):
    """Bytes that have no place in a request."""

    def test_one_byte_more(self) -> None:
        """A control, a bare CR or LF or a NUL at any place of a head, of a chunk's line or of the
        trailers is refused, and nothing behind it is heard.
        """
        sized = POST + b"X: y\r\nContent-Length: 3\r\n\r\n"
        chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: v\r\n\r\n"
        passage = Passage()
        for byte in (b"\0", b"\r", b"\n", b"\x01", b"\x0b", b"\x0c", b"\x1c", b"\x7f"):
            for sent, last in ((sized + b"abc", len(sized) - 2), (chunked, len(chunked) - 2)):
                for place in range(last + 1):
                    data = sent[:place] + byte + sent[place:]
                    reading = passage.read([data + AFTER])
                    case = (byte, sent[:place][-20:])
                    self.assertEqual(reading.heard, (), case)
                    told = [one.status for one in reading.answers]
                    self.assertIn(told, ([400], [501], [505]), case)
                    self.assertTrue(reading.closed, case)


class ReuseTests(SynchronousTestCase):
    """What is not framed in the plainest way leaves no connection behind."""

    def test_half_blind_backends(self) -> None:
        """No backend finds a request in a body, whichever framing it does not know: where one
        could, the request was the last of its connection, and said so.
        """
        for case in ALL:
            passage = Passage()
            passage.read([case.sent + AFTER], case.listener)
            for instance in passage.instances:
                judge_reuse(instance.stream)


class TableTests(SynchronousTestCase):
    """The tables themselves."""

    def test_size(self) -> None:
        """There are at least 300 different requests, under names that are told apart."""
        sent = {(case.listener, case.sent) for case in ALL}
        self.assertGreaterEqual(len(sent), 300)
        for table, cases in TABLES.items():
            names = [case.name for case in cases]
            twice = {name for name in names if names.count(name) > 1}
            self.assertEqual(twice, set(), table)

    def test_every_place(self) -> None:
        """Cases of up to 600 bytes are cut at each place, longer ones at those near both ends."""
        self.assertEqual(list(cuts(1, 600)), list(range(1, 601)))
        places = list(cuts(1, 2000))
        self.assertLess({1, 300, 1700, 2000}, set(places))
        self.assertLess(len(places), 700)
        ways = list(tries(Request("a GET", GET, read(Heard(b"GET", b"/x")))))
        self.assertEqual(len(ways), 4 + len(GET))


class JudgeTests(SynchronousTestCase):
    """The judge is worth its name."""

    def test_wrong_expectations(self) -> None:
        """Whatever is told wrongly of a request is found."""
        heard = Heard(b"GET", b"/x")
        refusal = refused(400, "host")
        for expected in (
            read(Heard(b"POST", b"/x")),
            read(Heard(b"GET", b"/y")),
            read(Heard(b"GET", b"/x", b"body")),
            read(Heard(b"GET", b"/x", host=b"b")),
            read(Heard(b"GET", b"/x", trailers=((b"X", b"y"),))),
            read(Heard(b"GET", b"/x", fields=((b"X", b"y"),))),
            read(Heard(b"GET", b"/x", claims=((b"via", b"1.0 altlas"),))),
            read(heard, heard),
            read(heard, closes=True),
            read(),
            Waits(),
            refusal,
        ):
            with self.assertRaises(Disagreement):
                judge(Passage(), Request("a GET", GET, expected))
        for expected in (
            refused(400, "length"),
            refused(431, "host"),
            Refused(400, "host", (heard,)),
        ):
            with self.assertRaises(Disagreement):
                judge(Passage(), Request("no Host", b"GET /x HTTP/1.1\r\n\r\n", expected))
        judge(Passage(), Request("no Host", b"GET /x HTTP/1.1\r\n\r\n", refusal))

    def test_sloppy_readers(self) -> None:
        """Plain requests are read by all as they are."""
        plain = GET + POST + b"Content-Length: 3\r\n\r\nabc" + GET
        judge_stream(plain)
        get = (b"GET", b"/x", b"")
        for readers in (READERS, HALF_BLIND):
            for name, reader in readers.items():
                self.assertEqual(reader(plain), [get, (b"POST", b"/x", b"abc"), get], name)

    def test_sloppy_readers_disagree(self) -> None:
        """Each habit finds a request, or loses one, where another one does not."""
        for habit, other, stream in SMUGGLING:
            readers = {**READERS, **HALF_BLIND}
            self.assertNotEqual(readers[habit](stream), readers[other](stream), habit)
        self.assertEqual({habit for habit, _, _ in SMUGGLING}, {*READERS, *HALF_BLIND})

    def test_ambiguous_streams(self) -> None:
        """A stream that is not read alike by all, or not plain, does not pass."""
        for habit, _, stream in SMUGGLING:
            if habit in READERS:
                with self.assertRaises((Disagreement, Unsound)):
                    judge_stream(stream)
