"""Whatever either side sends, it comes to the same in any pieces, and to nobody else's harm."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import GatewayError
from tests.fuzz import grammar
from tests.wire.corpus.answers import answered
from tests.wire.corpus.cases import Pending, Response
from tests.wire.corpus.instances import Answer
from tests.wire.corpus.passage import Passage, Reading
from tests.wire.corpus.strict import Message
from tests.wire.corpus.verdicts import judge_reuse, judge_stream

#: statuses of what is refused on the wire, or by Max-Forwards
REFUSALS = {204, 400, 405, 413, 414, 417, 431, 501, 505}


class RequestTests(SynchronousTestCase):
    """Clients by chance."""

    def setUp(self) -> None:
        """One gateway serves them all: what one leaves behind would show with the next."""
        self.passage = Passage()

    @settings(max_examples=300)
    @given(grammar.rows(), grammar.places, st.sampled_from(["public", "trusting", "keeping"]))
    def test_rows(self, row: bytes, places: list[int], listener: str) -> None:
        """Requests are the same in any pieces; what instances hear is plain, and heard by each
        reader as it was meant; answers come in order; nothing follows a refusal.
        """
        self.passage.refresh()
        whole = self.passage.read([row], listener)
        for instance in self.passage.instances:
            judge_stream(instance.stream)
            judge_reuse(instance.stream)
        self.sound(whole)
        for pieces in (grammar.cut(row, places), [row[at : at + 1] for at in range(len(row))]):
            other = self.passage.read(pieces, listener)
            self.assertEqual(self.shown(other), self.shown(whole), row)

    def sound(self, reading: Reading) -> None:
        """What is true of every reading."""
        self.assertEqual(reading.torn, b"")
        passed = [one for one in reading.answers if one.status == 200]
        self.assertEqual(len(passed), len(reading.heard))
        refused = [one.status for one in reading.answers if one.status != 200]
        self.assertLessEqual(set(refused), REFUSALS)
        fatal = [
            place for place, one in enumerate(reading.answers) if one.status in {400, 413, 417}
        ]
        if fatal:
            self.assertEqual(fatal, [len(reading.answers) - 1])
            self.assertTrue(reading.closed)

    def shown(self, reading: Reading) -> object:
        """A reading without what may differ: ids, chunks, and whether a 100 came in between."""
        heard = [
            (one.what, one.more, _without_id(one), one.body, one.trailers) for one in reading.heard
        ]
        # What is refused before its method is there is answered with a body, to HEAD without.
        answers = [(one.status, one.status == 200 and one.body) for one in reading.answers]
        return answers, reading.closed, heard


class ResponseTests(SynchronousTestCase):
    """Instances by chance."""

    @settings(max_examples=300)
    @given(
        grammar.answers(),
        grammar.places,
        st.sampled_from([b"GET", b"HEAD"]),
        st.sampled_from([0, 1, 1]),
        st.sampled_from(["", "closes", "breaks"]),
    )
    def test_answers(
        self, said: bytes, places: list[int], method: bytes, minor: int, end: str
    ) -> None:
        """The client gets one whole answer or none, the same in any pieces; who asks next gets
        what it asked for.
        """
        case = Response(
            "by chance",
            said,
            Pending(),
            method=method,
            minor=minor,
            closes=end == "closes",
            breaks=end == "breaks",
        )
        passage = Passage()
        found = set()
        for pieces in (
            [said],
            grammar.cut(said, places),
            [said[at : at + 1] for at in range(len(said))],
        ):
            answer = Answer(tuple(filter(None, pieces)), case.closes, case.breaks)
            got = answered(passage, case, answer)
            finals = [one for one in got.messages if one.status >= 200]
            self.assertLessEqual(len(finals), 1)
            # Torn, or not begun: which of the two is a matter of the moment.
            if not finals or _is_refusal(finals[0]):
                found.add(("none",))
            else:
                found.add((finals[0].status, finals[0].body, finals[0].trailers, got.kept))
        self.assertEqual(len(found), 1, (said, found))

    def tearDown(self) -> None:
        """Errors of instances are told in the access log, not in the log of events."""
        self.assertEqual(self.flushLoggedErrors(GatewayError), [])


def _without_id(message: Message) -> list[tuple[bytes, bytes]]:
    return [field for field in message.fields if field[0] != b"X-Request-ID"]


def _is_refusal(message: Message) -> bool:
    told = message.values(b"content-type") == [b"application/problem+json"]
    return told and message.status == 502
