"""An attacker before the whole gateway in memory, and what came of it."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.corpus.ends import End
from tests.wire.corpus.instances import Answer, obliging
from tests.wire.corpus.passage import SETTINGS, Passage, Reading
from tests.wire.corpus.strict import Message, read_responses

GET = b"GET /x HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /x HTTP/1.1\r\nHost: a\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
VICTIM = b"GET /victim HTTP/1.1\r\nHost: a\r\n\r\n"


class AttackCase(SynchronousTestCase):
    """Has a gateway, and the words to say what must not happen to it."""

    settings = SETTINGS

    def setUp(self) -> None:
        self.passage = Passage(self.settings)

    def sent(self, *pieces: bytes, listener: str = "public") -> Reading:
        """What came of an attacker's bytes."""
        return self.passage.read(pieces, listener)

    def heard(self, *pieces: bytes, listener: str = "public") -> list[Message]:
        """The requests that instances heard of an attacker's bytes."""
        return list(self.sent(*pieces, listener=listener).heard)

    def refused(self, data: bytes, status: int = 400) -> None:
        """Before and behind sound requests it is refused; no instance hears of it, nor of what
        stands behind it.
        """
        reading = self.sent(VICTIM + data + SMUGGLED)
        self.assertEqual([one.more for one in reading.heard], [b"/victim"], data)
        self.assertEqual([one.status for one in reading.answers], [200, status], data)
        self.assertTrue(reading.closed, data)

    # --- an instance that the attacker has in hand

    def says(self, *pieces: bytes, closes: bool = False) -> None:
        """Let the instance say that to whoever asks for ``/x``; others get what they ask for."""
        answer = Answer(pieces, closes)
        self.passage.behaviour = lambda asked: answer if asked.more == b"/x" else obliging(asked)

    def asks(self, data: bytes = GET + b"\r\n") -> End:
        """A client that asks."""
        client = self.passage.client()
        client.says(data)
        self.passage.settle()
        return client

    def victim(self) -> Message:
        """The answer that somebody else gets now; it is always the one that was asked for."""
        client = self.asks(VICTIM)
        messages, torn = read_responses(client.value(), [b"GET"], client.closed)
        self.assertEqual((len(messages), torn), (1, b""))
        self.assertEqual(messages[0].body, b"/victim")
        client.ends(ConnectionError("the victim is done"))
        return messages[0]

    def answer(self, client: End, method: bytes = b"GET") -> list[Message]:
        """The whole answers that a client got."""
        end = client.closed and not client.aborted
        return read_responses(client.value(), [method], end)[0]
