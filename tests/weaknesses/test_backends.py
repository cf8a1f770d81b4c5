"""Backends that are broken, or in somebody's hands."""

from __future__ import annotations

import gzip

from tests.weaknesses.attack import GET, AttackCase

OK = b"HTTP/1.1 200 OK\r\n"
CL = b"Content-Length: "
EVIL = OK + CL + b"4\r\n\r\nevil"


class BackendTests(AttackCase):
    """What one answer is, is whole or seen not to be, and is one client's alone."""

    def test_extra_bytes(self) -> None:
        """What stands behind an answer is nobody's: its connection is not used again (response
        queue poisoning; nginx-tests extra_data).
        """
        for said in (OK + CL + b"2\r\n\r\nok" + EVIL, OK + CL + b"2\r\n\r\nok\r\n"):
            for pieces in ((said,), (said[:-3], said[-3:]), (said[:40], said[40:])):
                self.says(*pieces)
                (answer,) = self.answer(self.asks())
                self.assertEqual(answer.body, b"ok")
                self.victim()

    def test_bodies_that_cannot_be(self) -> None:
        """A body of a 204, of a 304 or in answer to HEAD is no answer to the next request."""
        self.says(b"HTTP/1.1 204 X\r\n" + CL + b"%d\r\n\r\n" % len(EVIL) + EVIL)
        self.assertEqual([one.status for one in self.answer(self.asks())], [204])
        self.victim()
        self.says(b"HTTP/1.1 304 X\r\n" + CL + b"%d\r\n\r\n" % len(EVIL), EVIL)
        self.assertEqual([one.status for one in self.answer(self.asks())], [304])
        self.victim()
        self.says(OK + CL + b"%d\r\n\r\n" % len(EVIL) + EVIL)
        head = self.asks(GET.replace(b"GET", b"HEAD") + b"\r\n")
        self.assertEqual([one.body for one in self.answer(head, b"HEAD")], [b""])
        self.victim()

    def test_cut_answers(self) -> None:
        """Half an answer is never made whole: the client gets an error, or sees the cut
        (stock reverse proxies complete it; nginx-tests unfinished).
        """
        for said in (
            OK + CL + b"4\r\n\r\nok",
            OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
            OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nok",
            OK[:-4],
        ):
            for pieces in ((said,), (said[:-1], said[-1:]), (said[:-2], said[-2:])):
                self.says(*pieces, closes=True)
                for minor in (b"1", b"0"):
                    client = self.asks(GET.replace(b"1.1", b"1." + minor) + b"\r\n")
                    whole = [one for one in self.answer(client) if one.status != 502]
                    self.assertEqual(whole, [], (said, pieces))
                    self.assertTrue(client.closed or self.answer(client))
                self.victim()

    def test_splitting(self) -> None:
        """No field of an answer becomes two, and no answer does (response splitting)."""
        for line in (b"X: y\nSet-Cookie: a", b"X: y\rSet-Cookie: a", b"X: y\r\n Set-Cookie: a"):
            self.says(OK + line + b"\r\n" + CL + b"2\r\n\r\nok")
            self.assertEqual([one.status for one in self.answer(self.asks())], [502])
            self.victim()

    def test_conflicting_framing(self) -> None:
        """An answer with two ends is none (stock proxies pass both lengths on)."""
        for lines in (
            CL + b"2\r\n" + CL + b"40\r\n",
            CL + b"2\r\nTransfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: chunked, identity\r\n",
        ):
            self.says(OK + lines + b"\r\nok" + EVIL)
            self.assertEqual([one.status for one in self.answer(self.asks())], [502])
            self.victim()

    def test_interim_floods(self) -> None:
        """1xx heads without end come to one, for clients of HTTP/1.0 too."""
        hint = b"HTTP/1.1 103 X\r\n\r\n"
        for minor in (b"1", b"0"):
            self.says(hint * 500, hint * 500, hint * 500)
            client = self.asks(GET.replace(b"1.1", b"1." + minor) + b"\r\n")
            finals = [one.status for one in self.answer(client) if one.status >= 200]
            self.assertEqual(finals, [502])
            self.assertLess(len(client.value()), 10_000)
            self.victim()

    def test_one_client_s_cookies(self) -> None:
        """What one client's answer sets is not said with the next client's request (treq and
        requests keep cookies), and nothing is asked that no client asked.
        """
        self.says(OK + b"Set-Cookie: session=1\r\nLocation: /evil\r\n" + CL + b"0\r\n\r\n")
        self.asks()
        self.passage.heard.clear()
        self.victim()
        (heard,) = self.passage.heard
        self.assertEqual(heard.by_name.keys() & {b"cookie", b"accept-encoding", b"referer"}, set())

    def test_bombs(self) -> None:
        """Compressed bodies are passed on as they are, in both directions: there is nothing to
        blow up (CVE-2022-29225, 2026-42587, 2026-1526).
        """
        bomb = gzip.compress(bytes(300_000))
        coded = b"Content-Encoding: gzip\r\n" + CL + b"%d\r\n\r\n" % len(bomb) + bomb
        self.says(OK + coded)
        (answer,) = self.answer(self.asks())
        self.assertEqual(answer.body, bomb)
        self.passage.heard.clear()
        self.asks(b"POST /y HTTP/1.1\r\nHost: a\r\n" + coded)
        self.assertEqual([one.body for one in self.passage.heard], [bomb])

    def test_endless_heads(self) -> None:
        """A head that does not end is an error before it fills the memory."""
        for said in (OK + b"X: " + b"y" * 80_000, b"HTTP/1.1 200 " + b"y" * 80_000):
            self.says(said)
            self.assertEqual([one.status for one in self.answer(self.asks())], [502])
            self.victim()
