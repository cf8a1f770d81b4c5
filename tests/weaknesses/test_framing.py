"""Where one request ends and the next begins."""

from __future__ import annotations

from tests.weaknesses.attack import GET, POST, SMUGGLED, VICTIM, AttackCase
from tests.wire.corpus.verdicts import judge_reuse, judge_stream

CL = b"Content-Length: "
TE = b"Transfer-Encoding: "
CHUNKED = TE + b"chunked\r\n\r\n"
END = b"0\r\n\r\n"


class FramingTests(AttackCase):
    """What two readers could read in two ways goes to neither."""

    settings = AttackCase.settings.replace("path = /\n", "path = /x\n") + (
        "[route:victim]\npath = /victim\nbackend = demo\n"
        "[route:smuggled]\npath = /smuggled\nbackend = demo\n"
        "[route:fixed]\npath = /fixed\nrespond.status = 200\nrespond.body = hello\n"
        "[route:broken]\npath = /broken\nrespond.status = 503\n"
    )

    def test_lengths_and_codings(self) -> None:
        """Both fields, several of one, or a coding that is not quite it (CVE-2020-10108, -10109,
        2019-18277, 2024-1135, 2024-6827, 2026-2835, 2026-73257, 2026-69204).
        """
        self.refused(POST + CL + b"5\r\n" + CHUNKED + END)
        self.refused(POST + TE + b"chunked\r\n" + CL + b"5\r\n\r\n" + END)
        self.refused(POST + CL + b"3\r\n" + CL + b"0\r\n\r\nabc")
        self.refused(POST + CL + b"3, 3\r\n\r\nabc")
        self.refused(POST + TE + b"chunked, identity\r\n\r\n" + END)
        self.refused(POST + TE + b"identity, chunked\r\n\r\n" + END)
        self.refused(POST + TE + b"xchunked\r\n\r\n" + END)
        self.refused(POST + TE + b"\x0bchunked\r\n\r\n" + END)
        self.refused(POST + (TE + b"chunked\r\n") * 2 + b"\r\n" + END)
        self.refused(b"POST /x HTTP/1.0\r\nHost: a\r\n" + CHUNKED + END)

    def test_numbers(self) -> None:
        """Numbers are digits and nothing else, and no number runs over (CVE-2022-24801,
        2022-24761, 2023-40225, 2021-40346, 2025-43859, 2023-39326).
        """
        for length in (b"+3", b"-3", b"0x3", b"3_0", b" ", b"", b"3;", b"\xd9\xa3", b"1e0"):
            self.refused(POST + CL + length + b"\r\n\r\nabc")
        self.refused(POST + CL + b"18446744073709551619\r\n\r\nabc")
        for size in (b"+3", b"0x3", b"3 ", b" 3", b"", b"3;a\nb", b"3;", b"00000000000000003"):
            self.refused(POST + CHUNKED + size + b"\r\nabc\r\n" + END)
        self.refused(POST + CHUNKED + b"3\r\nabcXX" + END)
        self.refused(POST + CHUNKED + b"3;" + b"a" * 300 + b"\r\nabc\r\n" + END)

    def test_chunks_are_written_anew(self) -> None:
        """Extensions, zeros and cuts of the client's chunks go no further than here."""
        sent = POST + CHUNKED + b'001;a="b"\r\na\r\n2;c\r\nbc\r\n000;d=e\r\n\r\n'
        (heard,) = self.heard(sent)
        self.assertEqual((heard.body, heard.framing), (b"abc", "chunked"))
        self.assertTrue(self.passage.instances[0].stream.endswith(b"\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))

    def test_names_and_values(self) -> None:
        """Names are tokens, values have no NUL and no line end, lines do not fold
        (CVE-2023-25725, 2019-9900, Twisted #12191, #12228, #12754).
        """
        for line in (
            *(b": y", b"X : y", b" X: y", b"X\t: y", b"X\0: y", b"X\xe9: y", b"X", b"X(: y"),
            *(b"X: a\0b", b"X: a\rb", b"X: a\nb", b"X: a\r\n b", b"X: a\x0bb", b"X: \x7f"),
        ):
            self.refused(GET + line + b"\r\n\r\n")

    def test_blind_backends(self) -> None:
        """A backend that looks for no body, or knows no chunks, finds no request in one that it
        could answer: that was the last of its connection (CL.0, TE.0; CVE-2022-32213 and its kin).
        """
        for head in (
            GET + CL + b"35\r\n\r\n",
            GET.replace(b"GET", b"DELETE") + CL + b"35\r\n\r\n",
            GET.replace(b"GET", b"OPTIONS") + CL + b"35\r\n\r\n",
            POST + CHUNKED + b"23\r\n",
        ):
            self.passage.refresh()
            end = b"\r\n" + END if b"chunked" in head else b""
            heard = self.heard(head + SMUGGLED + end + VICTIM)
            self.assertEqual([one.more for one in heard], [b"/x", b"/victim"])
            self.assertIn(b"close", heard[0].options)
            for instance in self.passage.instances:
                judge_stream(instance.stream)
                judge_reuse(instance.stream)

    def test_expectations(self) -> None:
        """A body that waits to be asked for makes nothing of what is left of it, whether it is
        asked for or not (PortSwigger 2025: 0.CL, Expect); twice the field, or another, is refused.
        """
        expect = b"Expect: 100-continue\r\n"
        self.refused(POST + expect + expect + CL + b"3\r\n\r\nabc", 417)
        self.refused(POST + b"Expect: 100-continue x\r\n" + CL + b"3\r\n\r\nabc", 417)
        heard = self.heard(POST + expect + CL + b"35\r\n\r\n", SMUGGLED + VICTIM)
        self.assertEqual([one.more for one in heard], [b"/x", b"/victim"])
        self.assertIn(b"close", heard[0].options)
        (heard_of_get,) = self.heard(GET + expect + b"\r\n")
        self.assertEqual(heard_of_get.values(b"expect"), [])

    def test_left_over_bodies(self) -> None:
        """Where the gateway answers before the body is there, what is left of it is never the
        next request (CVE-2025-4366, "0.CL").
        """
        for status, head in (
            (413, POST + CL + b"635\r\n\r\n"),
            (404, b"POST /nowhere HTTP/1.1\r\nHost: a\r\n" + CL + b"35\r\n\r\n"),
            (404, b"POST /nowhere HTTP/1.1\r\nHost: a\r\n" + CHUNKED + b"23\r\n"),
            (200, b"POST /fixed HTTP/1.1\r\nHost: a\r\n" + CL + b"35\r\n\r\n"),
            (503, b"POST /broken HTTP/1.1\r\nHost: a\r\n" + CL + b"35\r\n\r\n"),
        ):
            reading = self.sent(head, SMUGGLED + VICTIM)
            told = [one.status for one in reading.answers]
            self.assertEqual(told[0], status)
            self.assertEqual(b"/smuggled" in [one.more for one in reading.heard], False, head)
            # Either the connection is over, or the body was taken for what it was.
            self.assertTrue(reading.closed or told[1:] == [200], head)


class OrderTests(AttackCase):
    """Answers belong to requests."""

    def test_pipelining(self) -> None:
        """The second request is not even looked at before the first is answered; an error page
        waits for its turn as well (CVE-2023-46137, 2024-41671, Twisted #4894).
        """
        for behind in (VICTIM, b"BAD\r\n\r\n", GET + b"X: \0\r\n\r\n"):
            self.says()
            client = self.asks(GET + b"\r\n" + behind)
            self.assertEqual([one.more for one in self.passage.heard], [b"/x"])
            self.assertEqual(client.value(), b"")
            instance = self.passage.instances[-1]
            instance.end.says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst")
            self.passage.settle()
            self.assertTrue(client.value().startswith(b"HTTP/1.1 200 OK\r\n"))
            _, _, second = client.value().partition(b"first")
            self.assertEqual(second[:12], b"HTTP/1.1 200" if behind is VICTIM else b"HTTP/1.1 400")
            client.ends(ConnectionError("done"))
            self.passage.refresh()
            self.passage.heard.clear()
