"""One request that is held to its operation before it goes on."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.edge.body import READ_AHEAD
from altlas.errors import ConnectFailed
from altlas.settings.backends import RetrySettings
from altlas.settings.tree import ListenerLimits, Timeouts
from altlas.testing import Answer
from tests.edge.contracts.promised import (
    BAD,
    EXPECT,
    GET,
    GOOD,
    LAST,
    NO_NUMBER,
    Promised,
    chunks,
    post,
)

ANSWER = Answer(body=b"ok")
COUNTED = ("request", "things", (), False)
REFUSED = ("request", "things", ("body",), True)
UNPACED = {"limit": ListenerLimits(body_rate=None)}


class WholeTests(SynchronousTestCase):
    """Bodies that are here with their heads."""

    def test_passes(self) -> None:
        """What matches goes on, byte for byte."""
        one = Promised(ANSWER)
        one.send(post(GOOD))
        self.assertEqual((one.statuses, one.asked.body, one.told), ([200], GOOD, [COUNTED]))

    def test_refused(self) -> None:
        """What does not is refused before an instance is picked; the connection serves on."""
        one = Promised(ANSWER)
        one.send(post(BAD) + GET)
        self.assertEqual((one.statuses, len(one.scene.asked)), ([400, 200], 1))
        self.assertEqual(one.told[0], REFUSED)
        self.assertEqual((one.records[0].flag, one.records[0].tries), ("CV", 0))
        self.assertEqual(one.records[0].reason, "body /n: is no number")

    def test_reported(self) -> None:
        """Where nothing is refused it is counted and goes on."""
        one = Promised(ANSWER, contract={"requests": "report"})
        one.send(post(BAD))
        self.assertEqual((one.statuses, one.asked.body), ([200], BAD))
        self.assertEqual(one.told, [("request", "things", ("body",), False)])

    def test_media_type(self) -> None:
        """A type that the operation does not take is a 415, one of no interest goes on unread."""
        one = Promised(ANSWER)
        one.send(post(b"<x/>", kind="text/xml"))
        self.assertEqual(one.statuses, [415])
        self.assertEqual(one.told, [("request", "things", ("content-type",), True)])
        one.send(post(b"not json", kind="text/plain"))
        self.assertEqual((one.statuses[1:], one.told[1:]), ([200], [COUNTED]))

    def test_unlooked(self) -> None:
        """What is encoded in a way that cannot be undone goes on, counted as such."""
        one = Promised(ANSWER)
        one.send(post(b"\x00", "Content-Encoding: br"))
        self.assertEqual(one.statuses, [200])
        self.assertEqual(one.told, [("unlooked", "request", "encoded"), COUNTED])

    def test_fields(self) -> None:
        """Fields that are not in the contract are looked for in a few bodies a second."""
        one = Promised(*[ANSWER] * 4, contract={"field_samples": 2})
        for _ in range(3):
            one.send(post(b'{"n":1,"x":2}'))
        found = ("undocumented", "request", ("/x",))
        self.assertEqual([each for each in one.told if each[0] == "undocumented"], [found] * 2)
        one.clock.advance(1)
        one.send(post(b'{"n":1,"x":2}'))
        self.assertEqual(len([each for each in one.told if each[0] == "undocumented"]), 3)

    def test_query(self) -> None:
        """Names in a query that are not in the contract are counted, of refused ones not."""
        one = Promised(*[ANSWER] * 4, contract={"field_samples": 1})
        asked = GET.replace(b"a=b", b"a=b&x=1")
        one.promise.operation.wrong = [NO_NUMBER]
        one.send(asked)
        self.assertEqual([each[0] for each in one.told], ["request"])
        one.promise.operation.wrong = ()
        for _ in range(2):
            one.send(asked)
            one.send(GET.replace(b"?a=b", b"?"))
        found = ("undocumented", "query", ("x",))
        self.assertEqual([each for each in one.told if each[0] == "undocumented"], [found])

    def test_length(self) -> None:
        """What is longer than bodies are looked into is refused or goes on, as the key says."""
        for longer, status in (("refuse", 413), ("pass", 200)):
            one = Promised(ANSWER, contract={"max_body": 5, "longer": longer})
            one.send(post(GOOD))
            self.assertEqual(one.statuses, [status])
            self.assertEqual(one.told[0] == REFUSED, status == 413)
            self.assertEqual(("unlooked", "request", "long") in one.told, status == 200)

    def test_unpacked(self) -> None:
        """So is what is longer when its coding is undone."""
        long = ("unlooked", "request", "long")
        for settings, status, told in (
            ({}, 413, [REFUSED]),
            ({"longer": "pass"}, 200, [long, COUNTED]),
            ({"requests": "report"}, 200, [long, COUNTED]),
        ):
            one = Promised(ANSWER, contract=settings)
            one.send(post(b"\x1f", "Content-Encoding: gzip"))
            self.assertEqual((one.statuses, one.told), ([status], told))


class HeldTests(SynchronousTestCase):
    """Bodies that are still to come."""

    def held(self, sent: bytes, *more: bytes, **said: Any) -> Promised:
        """A client that sent some of a body; no instance was picked yet."""
        one = Promised(ANSWER, ANSWER, **said)
        one.send(sent)
        for piece in more:
            one.send(piece)
        self.assertEqual((one.statuses, one.scene.asked, one.leases[0]), ([], [], 0))
        return one

    def test_passes(self) -> None:
        """It goes on when all of it is here, with its length as it was."""
        one = self.held(post(GOOD[:3], size=len(GOOD)), GOOD[3:5])
        one.send(GOOD[5:])
        self.assertEqual((one.statuses, one.asked.body, one.told), ([200], GOOD, [COUNTED]))
        self.assertEqual(one.asked.request.body.length, len(GOOD))  # type: ignore[union-attr]

    def test_chunks(self) -> None:
        """Chunks go on as chunks, with the trailers after them."""
        one = self.held(chunks(GOOD[:3]), b"4\r\n", GOOD[3:7] + b"\r\n")
        one.send(LAST)
        body: Any = one.asked.request.body
        self.assertEqual((one.asked.body, body.trailers), (GOOD, [(b"X-Sum", b"1")]))
        self.assertEqual(one.statuses, [200])

    def test_refused(self) -> None:
        """It is refused when all of it is here; what was sent behind it is served."""
        for first, last in (
            (post(BAD[:3], size=len(BAD)), BAD[3:]),
            (chunks(BAD[:3]), b"%x\r\n%b\r\n" % (len(BAD) - 3, BAD[3:]) + LAST),
        ):
            one = self.held(first)
            one.send(last + GET + GET[:20])
            self.assertEqual(one.statuses, [400, 200])
            one.send(GET[20:])
            self.assertEqual((one.statuses, len(one.scene.asked)), ([400, 200, 200], 2))

    def test_nothing(self) -> None:
        """Chunks that come to nothing are no body."""
        one = self.held(chunks())
        one.send(b"0\r\n\r\n")
        self.assertEqual((one.statuses, one.told), ([200], [COUNTED]))
        self.assertEqual([a.has_body for a in one.promise.operation.asked][-1], False)

    def test_memory(self) -> None:
        """It is read as far as bodies are looked into, though nobody takes it yet."""
        size = 4 * READ_AHEAD
        one = self.held(post(b" " * READ_AHEAD, size=size), b" " * 2 * READ_AHEAD)
        self.assertTrue(one.transport.reading)
        one.send(b" " * (READ_AHEAD - len(GOOD)) + GOOD)
        self.assertEqual((one.statuses, len(one.asked.body)), ([200], size))

    def test_announced(self) -> None:
        """A length that is too long is refused before anything is asked for, or streams on."""
        said = post(b"", EXPECT, size=100)
        one = Promised(ANSWER, contract={"max_body": 10})
        one.send(said)
        self.assertEqual((one.statuses, one.scene.asked), ([413], []))
        self.assertEqual((one.transport.half_closed, one.records[0].flag), (True, "CV"))
        one = Promised(contract={"max_body": 10, "longer": "pass"})
        one.send(said)
        self.assertEqual((one.statuses, len(one.scene.asked)), ([], 1))
        self.assertIn(("unlooked", "request", "long"), one.told)

    def test_turns_out_long(self) -> None:
        """Chunks that turn out too long are refused, or stream on from what is held."""
        limits = {"max_body": 10}
        one = self.held(chunks(b"x" * 10), contract=limits)
        one.send(b"1\r\nx\r\n")
        self.assertEqual((one.statuses, one.scene.asked), ([413], []))
        one = Promised(contract={**limits, "longer": "pass"})
        one.send(chunks(b"x" * 10))
        one.send(b"1\r\ny\r\n")
        self.assertEqual(one.asked.body, b"x" * 10 + b"y")
        one.send(b"1\r\nz\r\n")
        self.assertTrue(one.transport.reading)
        one.send(LAST)
        self.assertEqual(one.asked.body, b"x" * 10 + b"yz")
        one.answer(ANSWER)
        self.assertEqual(one.statuses, [200])
        self.assertEqual(one.told, [("unlooked", "request", "long"), COUNTED])

    def test_invited(self) -> None:
        """The client is asked to go on once its head is right, and no instance is."""
        one = Promised(ANSWER)
        one.send(post(b"", EXPECT, size=len(GOOD)))
        self.assertEqual((one.statuses, one.scene.asked), ([100], []))
        self.assertTrue(one.said.endswith(b"HTTP/1.1 100 Continue\r\n\r\n"))
        one.send(GOOD)
        self.assertEqual((one.statuses, one.asked.body), ([100, 200], GOOD))
        fields: Any = one.asked.request.fields
        self.assertNotIn(b"Expect", [name for name, _ in fields.fields])
        self.assertIn((b"Content-Length", b"7"), fields.fields)

    def test_not_invited(self) -> None:
        """Who sent a head that will not do is not asked to go on."""
        one = Promised()
        one.send(post(b"", EXPECT, size=10, kind="text/xml"))
        self.assertEqual((one.statuses, one.transport.half_closed), ([415], True))

    def test_leaves(self) -> None:
        """A client that leaves meanwhile leaves nothing behind."""
        one = self.held(post(GOOD[:3], size=len(GOOD)))
        one.leave()
        self.assertEqual((one.scene.asked, one.records[0].flag), ([], "DC"))
        self.assertEqual((one.listening.in_flight, one.timers), (0, 0))

    def test_silence(self) -> None:
        """A client that goes silent meanwhile is told so."""
        one = self.held(
            post(GOOD[:3], size=len(GOOD)),
            settings={"timeout": Timeouts(idle=5.0, response=None, total=None)},
            listener=UNPACED,
        )
        one.clock.advance(3)
        one.send(GOOD[3:5])
        one.clock.advance(4)
        self.assertEqual(one.statuses, [])
        one.clock.advance(1)
        self.assertEqual((one.statuses, one.scene.asked), ([408], []))

    def test_pace(self) -> None:
        """A client that is too slow meanwhile is told so."""
        limits = ListenerLimits(body_rate=100, body_grace=10.0)
        one = self.held(post(GOOD[:3], size=len(GOOD)), listener={"limit": limits})
        one.clock.advance(9)
        one.send(GOOD[3:5])
        one.clock.advance(1)
        self.assertEqual((one.statuses, one.scene.asked), ([408], []))

    def test_life(self) -> None:
        """The time that all may take runs from the beginning, and once."""
        one = self.held(
            post(GOOD[:3], size=len(GOOD)),
            settings={"timeout": Timeouts(idle=None, stream=5.0, response=None, total=None)},
            listener=UNPACED,
        )
        one.clock.advance(5)
        self.assertEqual((one.statuses, one.records[0].reason), ([408], "timeout.stream is over"))
        one.leave()
        self.assertEqual(one.timers, 0)

    def test_broken(self) -> None:
        """Chunks that are none are refused as ever."""
        one = self.held(chunks(GOOD[:3]))
        one.send(b"nonsense\r\n")
        self.assertEqual((one.statuses, one.scene.asked), ([400], []))
        self.assertEqual(one.records[0].flag, "DPE")

    def test_mistake(self) -> None:
        """A mistake of ours while a body is judged is answered, and logged."""
        one = self.held(post(b"[", size=2))
        one.send(b"]")  # which our fake cannot take
        self.assertEqual(one.statuses, [500])
        self.assertEqual(len(self.flushLoggedErrors(AttributeError)), 1)

    def test_again(self) -> None:
        """A body that was held can be sent again."""
        one = Promised(ConnectFailed(), ANSWER, settings={"retry": RetrySettings(tries=1)})
        one.send(post(GOOD[:3], size=len(GOOD)))
        one.send(GOOD[3:])
        one.clock.advance(10)
        self.assertEqual((one.statuses, one.asked.body), ([200], GOOD))


class CopiedTests(SynchronousTestCase):
    """Where nothing is refused nothing is held."""

    def test_streams(self) -> None:
        """A body goes on as it comes, and is looked at when it has."""
        one = Promised(contract={"requests": "report"})
        one.send(post(BAD[:3], size=len(BAD)))
        self.assertEqual((one.asked.body, one.told), (BAD[:3], []))
        one.send(BAD[3:])
        self.assertEqual(one.asked.body, BAD)
        self.assertEqual(one.told, [("request", "things", ("body",), False)])

    def test_too_long(self) -> None:
        """A long one is not kept."""
        for sent in (post(b"", size=8), chunks()):
            one = Promised(contract={"requests": "report", "max_body": 6})
            one.send(sent)
            one.send(b"12345678" if b"Length" in sent else b"8\r\n12345678\r\n" + LAST)
            self.assertEqual(one.asked.body, b"12345678")
            self.assertEqual(one.told, [("unlooked", "request", "long"), COUNTED])

    def test_breaks_off(self) -> None:
        """An upload that does not come to its end is counted once, as not looked into."""
        told = [("unlooked", "request", "broken"), COUNTED]
        for sent in (post(BAD[:3], size=len(BAD)), chunks(BAD[:3])):
            one = Promised(contract={"requests": "report"})
            one.send(sent)
            self.assertEqual((one.asked.body, one.told), (BAD[:3], []))
            one.leave()
            self.assertEqual((one.told, one.timers), (told, 0))

    def test_never_ends(self) -> None:
        """So is one that is silent for too long, or was answered before, or sent to nobody."""
        told = [("unlooked", "request", "broken"), COUNTED]
        patience = {"timeout": Timeouts(idle=5.0, response=None, total=None)}
        one = Promised(contract={"requests": "report"}, settings=patience, listener=UNPACED)
        one.send(post(BAD[:3], size=len(BAD)))
        one.clock.advance(5)
        self.assertEqual((one.statuses, one.told), ([408], told))
        for answer in (ANSWER, ConnectFailed()):
            one = Promised(answer, contract={"requests": "report"})
            one.send(post(BAD[:3], size=len(BAD)))
            self.assertEqual((len(one.statuses), one.told), (1, told))
            one.leave()
            self.assertEqual(one.told, told)
