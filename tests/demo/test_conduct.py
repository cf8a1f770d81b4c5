"""What an instance can be told, and what it cannot."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.demo.conduct import BadConduct, Conduct


class ToldTests(SynchronousTestCase):
    """Orders by JSON."""

    def test_changes_only_what_is_named(self) -> None:
        """An order changes what it names, and leaves the rest as it was."""
        conduct = Conduct(stall=2.0).told({"fail": 0.5, "trickle": True})
        self.assertEqual(conduct, Conduct(fail=0.5, stall=2.0, trickle=True))

    def test_refuses(self) -> None:
        """An unknown order, or one of the wrong sort, is refused and changes nothing."""
        for order in (
            [],
            "fail",
            {"stalled": 1},
            {"fail": 2},
            {"fail": True},
            {"fail": float("nan")},
            {"status": 200},
            {"status": 503.5},
            {"stall": -1},
            {"stall": "1"},
            {"trickle": 1},
            {"health": None},
        ):
            self.assertRaises(BadConduct, Conduct().told, order)

    def test_names_what_is_known(self) -> None:
        """The refusal of an unknown order says what can be told."""
        error = self.assertRaises(BadConduct, Conduct().told, {"die": True})
        self.assertIn("fail, status, stall, trickle, health, reset", str(error))

    def test_plain_can_be_told(self) -> None:
        """What an instance says of its conduct is an order that brings it about."""
        conduct = Conduct(fail=0.25, status=500, stall=1.5, reset=True)
        self.assertEqual(Conduct().told(conduct.plain()), conduct)


class AskedTests(SynchronousTestCase):
    """Orders by the query of one request."""

    def test_nothing_asked(self) -> None:
        """A query of other words leaves the conduct as it is."""
        conduct = Conduct(stall=1)
        self.assertIs(conduct.asked({b"text": [b"x"]}), conduct)

    def test_asked(self) -> None:
        """A query can ask for an error, for a stall, a trickle and a reset."""
        query = {b"_fail": [b"502"], b"_stall": [b"0.5"], b"_trickle": [b"1"], b"_reset": [b"1"]}
        expected = Conduct(fail=1.0, status=502, stall=0.5, trickle=True, reset=True)
        self.assertEqual(Conduct().asked(query), expected)

    def test_switched_off(self) -> None:
        """A query can spare its request what the instance was told."""
        self.assertFalse(Conduct(trickle=True).asked({b"_trickle": [b"0"]}).trickle)

    def test_no_number(self) -> None:
        """A query that is no number is refused."""
        for value in (b"soon", b"", b"inf", b"nan"):
            self.assertRaises(BadConduct, Conduct().asked, {b"_stall": [value]})
            self.assertRaises(BadConduct, Conduct().asked, {b"_fail": [value]})

    def test_numbers(self) -> None:
        """Numbers are those of JSON; a status is a whole one."""
        self.assertEqual(Conduct().asked({b"_stall": [b"1.5e-3"]}).stall, 0.0015)
        self.assertEqual(Conduct().asked({b"_fail": [b"5.03e2"]}).status, 503)
        for query in ({b"_fail": [b"503.5"]}, {b"_stall": [b"-1"]}, {b"_stall": [b"1e999"]}):
            self.assertRaises(BadConduct, Conduct().asked, query)
