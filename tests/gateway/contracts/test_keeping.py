"""All contracts of a gateway."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.logger import LogLevel

from altlas.gateway.contracts.keeping import FIRST, Contracts
from altlas.gateway.contracts.readings import Readings
from altlas.settings.tree import Contract
from tests.gateway.contracts.world import BAD, EPOCH, Answer, Contracted, document, version


class StartTests(Contracted):
    """From the settings to the first answer."""

    def test_file(self) -> None:
        """A file serves from the moment that the contracts are made; nobody waits for it."""
        contracts = self.contracts(self.by_file(document(version="7")))
        self.assertEqual((version(contracts), contracts.awaited(), self.changes), ("7", [], []))

    def test_bad_file(self) -> None:
        """A file that cannot be used is no gateway, and the reason names the contract."""
        for data in (BAD, b"", b"\x00"):
            with self.assertRaises(ValueError) as raised:
                self.contracts(self.by_file(data))
            self.assertIn("[contract:a] file = ", str(raised.exception))

    def test_url(self) -> None:
        """An address is asked at the start; nothing serves until it has answered."""
        answer: Deferred[Answer] = Deferred()
        self.world.answers = [answer]
        contracts = self.contracts()
        self.assertIsNone(contracts.kept["a"].contract)
        answer.callback(Answer(document(version="7")))
        self.assertEqual((version(contracts), self.changes), ("7", ["a"]))

    def test_awaited(self) -> None:
        """An address is waited for until it has been asked once, be the answer good or bad."""
        for answer in (Answer(document()), Answer(BAD), Answer(code=500), OSError("gone")):
            waiting: Deferred[object] = Deferred()
            self.world.answers = [waiting]
            contracts = self.contracts()
            self.assertEqual(contracts.awaited(), ["a"])
            waiting.callback(answer) if isinstance(answer, Answer) else waiting.errback(answer)
            self.assertEqual(contracts.awaited(), [])
            contracts.stop()

    def test_awaited_bounded(self) -> None:
        """Nothing is waited for longer than the first seconds."""
        self.world.answers = [Deferred()]
        contracts = self.contracts(self.by_url(timeout=99.0))
        self.assertEqual(contracts.awaited(), ["a"])
        self.world.clock.advance(FIRST)
        self.assertEqual(contracts.awaited(), [])

    def test_not_started(self) -> None:
        """Before the start nothing is asked, or waited for."""
        contracts = self.contracts(start=False)
        self.assertEqual((contracts.awaited(), self.world.asked), ([], []))

    def test_readings(self) -> None:
        """What was read to look at it is what serves, and is kept nowhere else."""
        readings, settings = Readings(), self.by_file(document())
        looked = readings.of_file(settings).contract
        contracts = Contracts.of((settings,), self.world.means, None, readings)
        self.assertIs(contracts.kept["a"].contract, looked)
        self.assertIsNot(readings.of_file(settings).contract, looked)

    def test_doubts(self) -> None:
        """What can be used and is not enforced is told."""
        data = document().replace(
            b'"description": "it"',
            b'"description": "it", "content": {"a/b": {"schema": {"pattern": "(a)\\\\1"}}}',
        )
        self.contracts(self.by_file(data))
        self.assertTrue(any("The contract a: /" in line for line in self.said(LogLevel.warn)))


class CopyTests(Contracted):
    """A start while the source has nothing to say."""

    def test_serves(self) -> None:
        """The copy of the last good document serves, and is asked for by its own validators."""
        self.world.answers = [Answer(document(version="7"), ETag='"x"', Last_Modified="then")]
        self.contracts().stop()
        self.world.clock.advance(50.0)
        self.world.answers = [Answer(code=503)]
        contracts = self.contracts()
        self.assertEqual((version(contracts), self.changes), ("7", ["a"]))
        (row,) = contracts.rows()
        self.assertEqual((row["copied"], row["changed"]), (True, EPOCH))
        asked = self.world.asked[-1]
        self.assertEqual((asked["If-None-Match"], asked["If-Modified-Since"]), ('"x"', "then"))
        self.assertIn("The contract a is the copy of http", "".join(self.said(LogLevel.info)))

    def test_confirmed(self) -> None:
        """What the source says is still so is a copy no more."""
        self.world.answers = [Answer(document(), ETag="x")]
        self.contracts().stop()
        self.world.answers = [Answer(code=304)]
        (row,) = self.contracts().rows()
        self.assertEqual((row["copied"], row["failure"]), (False, ""))

    def test_bad_ones_are_not_kept(self) -> None:
        """What cannot be used takes no good one's place on the disk either."""
        self.world.answers = [Answer(document(version="7")), Answer(BAD)]
        contracts = self.contracts()
        contracts.renew()
        contracts.stop()
        self.world.answers = [Answer(code=503)]
        self.assertEqual(version(self.contracts()), "7")

    def test_unusable(self) -> None:
        """A copy that is of no use (any longer) is told, and the start goes on without one."""
        self.world.answers = [Answer(document())]
        contracts = self.contracts()
        contracts.stop()
        renewal = contracts._renewals["a"]
        found = type("Found", (), {"data": BAD, "version": renewal.origin._known})()
        contracts._swapped(renewal.kept.settings, found)
        self.world.answers = [Answer(code=503)]
        self.assertEqual(version(self.contracts()), "")
        self.assertIn("The copy of contract a cannot be used", self.said(LogLevel.warn)[-1])

    def test_no_place(self) -> None:
        """Where no copy can be written that is told once, and the contract serves all the same."""
        (self.folder / "contracts").write_text("in the way")
        self.world.answers = [Answer(document(version=each)) for each in ("7", "8")]
        contracts = self.contracts()
        contracts.renew()
        self.assertEqual(version(contracts), "8")
        (told,) = [line for line in self.said(LogLevel.error) if "Copies" in line]
        self.assertIn("cannot be kept", told)


class CourseTests(Contracted):
    """In the course of time."""

    def test_renew(self) -> None:
        """All are asked at once when that is wanted."""
        self.world.answers = [Answer(document(version=each)) for each in ("7", "8")]
        contracts = self.contracts()
        contracts.renew()
        self.assertEqual((version(contracts), self.changes), ("8", ["a", "a"]))

    def test_renew_file(self) -> None:
        """A file too, without waiting for it to stand still."""
        settings = self.by_file(document(version="7"))
        contracts = self.contracts(settings)
        self.by_file(document(version="8"))
        contracts.renew()
        self.assertEqual((version(contracts), self.changes), ("8", ["a"]))

    def test_stop(self) -> None:
        """Nothing is left with the clock, and what comes later changes nothing."""
        answer: Deferred[Answer] = Deferred()
        self.world.answers = [answer]
        other = Contract(name="b", file=self.by_file(document()).file)
        contracts = self.contracts(self.by_url(), other)
        contracts.stop()
        contracts.renew()
        self.assertEqual(self.world.clock.getDelayedCalls(), [])
        self.assertTrue(answer.called)
        self.flushLoggedErrors()
        self.assertIsNone(contracts.kept["a"].contract)

    def test_rows(self) -> None:
        """Each has a row, ready for JSON."""
        self.world.answers = [Answer(document())]
        (row,) = self.contracts().rows()
        self.assertEqual((row["name"], row["tried"], row["fetched"]), ("a", True, EPOCH))
        self.assertEqual(len(row["fingerprint"]), 64)
        self.assertEqual((row["unusable"], row["refused"], row["failure"]), (None, None, ""))
