"""One contract in the course of time."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, fail
from twisted.internet.error import ConnectionRefusedError
from twisted.logger import LogLevel

from altlas.gateway.contracts.child import Trouble
from altlas.gateway.contracts.keeping import Contracts
from tests.gateway.contracts.world import BAD, EPOCH, Answer, Contracted, document, judged, version


class Renewing(Contracted):
    """A contract that is fetched once a minute."""

    def serve(self, *answers: Any, **keys: Any) -> Contracts:
        """Start with these answers, of which the first comes at once."""
        self.world.answers = [*answers]
        return self.contracts(self.by_url(**{"poll": 60.0, **keys}))

    def pass_(self, seconds: float) -> int:
        """Let time go on; how many questions that makes."""
        before = len(self.world.asked)
        for _ in range(round(seconds * 4)):
            self.world.clock.advance(0.25)
        return len(self.world.asked) - before

    def row(self, contracts: Contracts) -> dict[str, Any]:
        """What is told of it."""
        (row,) = contracts.rows()
        return row


class PollTests(Renewing):
    """When it is asked."""

    def test_poll(self) -> None:
        """It is asked at every poll, by what its server calls the document that we have."""
        self.serve(Answer(document(), ETag='W/"x"', Last_Modified="then"), Answer(code=304))
        self.assertEqual(self.pass_(59.0), 0)
        self.assertEqual(self.pass_(121.0), 3)
        self.assertNotIn("If-None-Match", self.world.asked[0])
        for asked in self.world.asked[1:]:
            self.assertEqual(
                (asked["If-None-Match"], asked["If-Modified-Since"]), ('W/"x"', "then")
            )

    def test_unchanged(self) -> None:
        """A 304, or the same bytes again, changes nothing, and is judged no more."""
        contracts = self.serve(Answer(document(), ETag="x"), Answer(code=304), Answer(document()))
        first = contracts.kept["a"].contract
        self.pass_(180.0)
        self.assertIs(contracts.kept["a"].contract, first)
        self.assertEqual((len(self.world.judged), self.changes), (1, ["a"]))
        self.assertEqual(self.row(contracts)["fetched"], EPOCH + 180.0)
        self.assertEqual(self.row(contracts)["changed"], EPOCH)

    def test_changed(self) -> None:
        """Another document takes its place at the next poll."""
        contracts = self.serve(Answer(document(version="7")), Answer(document(version="8")))
        self.assertEqual(version(contracts), "7")
        self.pass_(61.0)
        self.assertEqual((version(contracts), self.changes), ("8", ["a", "a"]))

    def test_off(self) -> None:
        """Without polls it is asked until there was an answer, and no more."""
        self.serve(ConnectionRefusedError(), Answer(document()), poll=None)
        self.pass_(10.0)
        self.assertEqual(len(self.world.asked), 2)
        self.assertEqual(self.pass_(900.0), 0)

    def test_again(self) -> None:
        """Who wants it at once while it is asked already has it asked after that."""
        first: Deferred[Answer] = Deferred()
        contracts = self.serve(first, Answer(document(version="8")))
        contracts.renew()
        contracts.renew()
        self.assertEqual(len(self.world.asked), 1)
        first.callback(Answer(document(version="7")))
        self.assertEqual((version(contracts), len(self.world.asked)), ("8", 2))

    def test_spread(self) -> None:
        """Polls are spread by a tenth to both sides."""
        for chance, first in ((0.0, 54.0), (1.0, 66.0)):
            self.world.chance = chance
            contracts = self.serve(Answer(document()))
            (call,) = self.world.clock.getDelayedCalls()
            self.assertAlmostEqual(call.getTime(), first)
            contracts.stop()


class FailureTests(Renewing):
    """When there is no answer."""

    def test_back_off(self) -> None:
        """It is asked again soon, then ever more rarely, down to once a minute."""
        self.serve(ConnectionRefusedError())
        for pause in (1, 2, 4, 8, 16, 32, 60, 60):
            self.assertEqual(self.pass_(pause - 0.25), 0)
            self.assertEqual(self.pass_(0.25), 1)

    def test_told_once(self) -> None:
        """The reason is told once, in log and state, until it is another one or over."""
        contracts = self.serve(
            *[Answer(code=500)] * 3, ConnectionRefusedError(), Answer(document())
        )
        self.assertIn("status 500", self.row(contracts)["failure"])
        self.pass_(20.0)
        first, second = self.said(LogLevel.error)
        self.assertIn("status 500; there is none yet", first)
        self.assertIn("refused", second)
        self.assertEqual(self.row(contracts)["failure"], "")
        self.assertTrue(any("can be had again" in line for line in self.said(LogLevel.info)))

    def test_serves_on(self) -> None:
        """What was good serves on, however long its source is gone."""
        contracts = self.serve(Answer(document(version="7")), Answer(code=404))
        self.pass_(600.0)
        self.assertEqual(version(contracts), "7")
        self.assertIn("the one from before serves on", self.said(LogLevel.error)[0])

    def test_late(self) -> None:
        """An answer has ``timeout`` to come, its body included; then the connection goes."""
        endless = Answer(b"{", ends=False)
        contracts = self.serve(endless, timeout=3.0)
        self.world.clock.advance(2.9)
        self.assertEqual(self.row(contracts)["failure"], "")
        self.world.clock.advance(0.2)
        self.assertIn("within 3 s", self.row(contracts)["failure"])
        self.assertTrue(endless.dropped)

    def test_child(self) -> None:
        """A document that could not be judged is asked for whole again, soon."""
        self.world.judge = lambda _: fail(Trouble("killed"))
        contracts = self.serve(Answer(document(), ETag="x"))
        self.assertEqual(self.row(contracts)["failure"], "killed")
        self.world.judge = judged
        self.pass_(1.25)
        self.assertNotIn("If-None-Match", self.world.asked[1])
        self.assertEqual(version(contracts), "1")

    def test_unforeseen(self) -> None:
        """An error that nobody thought of is logged, and does not end the asking."""
        self.world.judge = lambda _: fail(ZeroDivisionError("by chance"))
        contracts = self.serve(Answer(document()))
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertEqual(self.row(contracts)["failure"], "ZeroDivisionError: by chance")
        self.world.judge = None
        self.pass_(2.0)
        self.assertEqual(version(contracts), "1")


class BadTests(Renewing):
    """When the answer is of no use."""

    def test_bad(self) -> None:
        """A bad document replaces nothing; what is wrong with it is told once, by pointer."""
        contracts = self.serve(Answer(document(version="7")), Answer(BAD))
        self.pass_(300.0)
        self.assertEqual((version(contracts), len(self.world.judged)), ("7", 2))
        row = self.row(contracts)
        self.assertNotEqual(row["unusable"]["fingerprint"], row["fingerprint"])
        self.assertTrue(row["unusable"]["problems"])
        (told,) = self.said(LogLevel.error)
        self.assertIn(row["unusable"]["problems"][0], told)
        self.assertEqual((row["failure"], row["changes"]["unusable"]), ("", 1))

    def test_bad_is_not_asked_for_again(self) -> None:
        """A bad document that has an ETag is not sent again, while it stays."""
        self.serve(Answer(BAD, ETag="bad"), Answer(code=304))
        self.pass_(61.0)
        self.assertEqual(self.world.asked[-1]["If-None-Match"], "bad")

    def test_good_again(self) -> None:
        """When the one that serves comes again, nothing is wrong any more, or judged."""
        good = document(version="7")
        contracts = self.serve(Answer(good), Answer(BAD), Answer(good))
        self.pass_(121.0)
        self.assertIsNone(self.row(contracts)["unusable"])
        self.assertEqual((version(contracts), self.changes), ("7", ["a"]))
        self.assertEqual(self.world.judged, [good, BAD])


class BreakingTests(Renewing):
    """When the new document takes away what clients use."""

    def broken(self, on_breaking: str, used: str = "/a") -> Contracts:
        """After ``/a`` is gone from a contract whose `used` was asked for."""
        new = Answer(document("/b", version="8"), ETag="new")
        old = Answer(document("/a", "/b", version="7"))
        contracts = self.serve(old, new, Answer(code=304), on_breaking=on_breaking)
        kept = contracts.kept["a"]
        assert kept.contract is not None
        for operation in kept.contract.operations:
            if operation.template == used:
                kept.drift.request(operation)
        self.pass_(61.0)
        return contracts

    def test_refused(self) -> None:
        """``refuse`` keeps the old one, told once in log and state."""
        contracts = self.broken("refuse")
        self.pass_(300.0)
        self.assertEqual((version(contracts), self.changes), ("7", ["a"]))
        refused = self.row(contracts)["refused"]
        self.assertIn("/a", refused["breaking"][0])
        self.assertEqual(self.row(contracts)["changes"]["refused"], 1)
        (told,) = self.said(LogLevel.warn)
        self.assertIn("the one from before serves on", told)

    def test_refused_no_more(self) -> None:
        """A document that breaks nothing is taken after one that did."""
        contracts = self.broken("refuse")
        self.world.answers = [Answer(document("/a", version="9"))]
        self.pass_(61.0)
        self.assertEqual((version(contracts), self.row(contracts)["refused"]), ("9", None))

    def test_warned(self) -> None:
        """``warn`` takes it with a line that names what breaks."""
        contracts = self.broken("warn")
        self.assertEqual(version(contracts), "8")
        self.assertEqual(self.row(contracts)["changes"]["broke"], 1)
        (told,) = self.said(LogLevel.warn)
        self.assertIn("/a", told)

    def test_accepted(self) -> None:
        """``accept`` takes it without a word."""
        self.assertEqual(version(self.broken("accept")), "8")
        self.assertEqual(self.said(LogLevel.warn), [])

    def test_unused(self) -> None:
        """What nobody asked for may go."""
        self.assertEqual(version(self.broken("refuse", used="/b")), "8")
        self.assertEqual(self.said(LogLevel.warn), [])


class FileTests(Renewing):
    """A file is looked at."""

    def test_poll(self) -> None:
        """A file that was replaced serves after the next poll, once it stands still."""
        settings = self.by_file(document(version="7"), poll=60.0)
        contracts = self.contracts(settings)
        new = self.folder / "new"
        new.write_bytes(document(version="8"))
        new.replace(self.folder / "a.json")
        self.world.clock.advance(60.0)
        self.assertEqual(version(contracts), "7")
        self.world.clock.advance(1.0)
        self.assertEqual((version(contracts), self.changes), ("8", ["a"]))

    def test_gone(self) -> None:
        """A file that is gone changes nothing but the state."""
        contracts = self.contracts(self.by_file(document(version="7"), poll=60.0))
        (self.folder / "a.json").unlink()
        self.world.clock.advance(60.0)
        self.assertEqual(version(contracts), "7")
        self.assertEqual(self.row(contracts)["failure"], "No such file or directory")
