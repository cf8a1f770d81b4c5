"""Whether what came of a case is what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from attrs import frozen

from tests.wire.corpus.cases import WORDS, Answered, Heard, Read, Refused, Request, Waits
from tests.wire.corpus.passage import OURS, Passage, Reading, Said
from tests.wire.corpus.sloppy import HALF_BLIND, READERS, Asked
from tests.wire.corpus.strict import Message, read_requests

#: what stands before and behind a case in a pipelined row
BEFORE = b"GET /before HTTP/1.1\r\nHost: row\r\n\r\n"
AFTER = b"GET /after HTTP/1.1\r\nHost: row\r\n\r\n"
_BEFORE, _AFTER = Heard(b"GET", b"/before", host=b"row"), Heard(b"GET", b"/after", host=b"row")

#: bytes at both ends of a long case that are cut between each; within, some places stand for all
EDGE = 300
STRIDE = 97

_FRAMING = {b"host", b"content-length", b"transfer-encoding"}
#: what the gateway says where it will not use the connection again; see `judge_reuse`
_CLOSE = (b"Connection", b"close")


class Disagreement(AssertionError):
    """A case came to something else."""


def cuts(first: int, last: int) -> Iterator[int]:
    """Every place from `first` to `last`; of a very long stretch both ends, and some between."""
    for place in range(first, last + 1):
        if place - first <= EDGE or last - place <= EDGE or not (place - first) % STRIDE:
            yield place


def pieces(data: bytes, *places: int) -> list[bytes]:
    """The bytes cut at those places."""
    return [data[begin:end] for begin, end in pairwise([0, *places, len(data)])]


@frozen
class Try:
    """One way to send a case: what stands before it and behind it, and where it is cut."""

    pieces: list[bytes]
    before: bool = False
    after: bool = False


def tries(case: Request) -> Iterator[Try]:
    """Alone and in a row, whole, byte by byte, and cut at every place.

    The first ones are those whose connections `judge` has all readers look at.
    """
    sent = case.sent
    row = BEFORE + sent + AFTER
    alone = isinstance(case.expected, Waits)
    for whole, in_row in ((sent, False),) if alone else ((sent, False), (row, True)):
        yield Try([whole], in_row, in_row)
        if len(sent) <= 2 * EDGE:
            yield Try(pieces(whole, *range(1, len(whole))), in_row, in_row)
    behind = b"" if alone else AFTER
    for place in cuts(1, len(sent) - alone):
        yield Try(pieces(sent + behind, place), after=not alone)


def judge(passage: Passage, case: Request) -> int:
    """Try `case` in each way; gives their number. Raises `Disagreement`, or `strict.Unsound`."""
    count = 0
    for one in tries(case):
        count += 1
        looked_at = count <= 4
        if looked_at:
            passage.refresh()
        reading = passage.read(one.pieces, case.listener)
        _compare(case, reading, one)
        if looked_at:
            for instance in passage.instances:
                judge_stream(instance.stream)
    return count


def _compare(case: Request, reading: Reading, one: Try) -> None:
    expected = case.expected
    heard: list[Heard] = [_BEFORE] if one.before else []
    closes = False
    if isinstance(expected, Read):
        heard += expected.heard
        closes = expected.closes
    elif isinstance(expected, Refused):
        heard += expected.before
        closes = True
    if one.after and not closes:
        heard.append(_AFTER)
    _same(case, "heard", [seen(each, two) for each, two in _pairs(reading.heard, heard)], heard)
    if isinstance(expected, Waits):
        _same(case, "answers", reading.answers, ())
    else:
        _judge_answers(case, reading, heard, one.before)
    _same(case, "closed", reading.closed, closes)
    _same(case, "torn", reading.torn, b"")


def _judge_answers(case: Request, reading: Reading, heard: Sequence[Heard], before: bool) -> None:
    expected = case.expected
    answers = [Said(200, b"" if one.method == b"HEAD" else one.target) for one in heard]
    if isinstance(expected, Answered):
        answers.insert(int(before), Said(expected.status, expected.body))
    given = list(reading.answers)
    if isinstance(expected, Refused):
        last = given.pop() if given else None
        fits = last and last.status == expected.status and _says(last, expected.word)
        if not fits:
            raise Disagreement(f"{case.name}: refused with {last}, not {expected}")
    _same(case, "answers", given, answers)


def _says(answer: Said, word: str) -> bool:
    return re.search(WORDS[word], answer.body.decode()) is not None


def _pairs(given: Sequence[Message], wanted: Sequence[Heard]) -> list[tuple[Message, Heard | None]]:
    return [(one, wanted[at] if at < len(wanted) else None) for at, one in enumerate(given)]


def seen(message: Message, wanted: Heard | None = None) -> Heard:
    """The message as a case puts it down: fields and claims where `wanted` asks for them."""
    unasked = wanted is None or wanted.fields is None
    own = _FRAMING | OURS
    fields = tuple(one for one in message.fields if one[0].lower() not in own and one != _CLOSE)
    asked = {name for name, _ in wanted.claims} if wanted else set()
    return Heard(
        message.what,
        message.more,
        message.body,
        message.values(b"host")[0],
        message.trailers,
        None if unasked else fields,
        tuple((name, value) for name in sorted(asked) for value in message.values(name)),
    )


def _same(case: Request, what: str, given: object, wanted: object) -> None:
    if given != wanted:
        raise Disagreement(f"{case.name}: {what}\n  is     {given}\n  not    {wanted}")


def judge_stream(stream: bytes) -> None:
    """Whether every reader cuts what one connection carried into the same requests."""
    messages, rest = read_requests(stream)
    whole = stream[: len(stream) - len(rest)]
    asked: list[Asked] = [(one.what, one.more, one.body) for one in messages]
    for name, reader in READERS.items():
        if reader(whole) != asked:
            raise Disagreement(f"who reads so that {name}, reads {reader(whole)}, not {asked}")


def judge_reuse(stream: bytes) -> None:
    """Whether nobody hears more requests in a stream than there are, not even who does not know
    chunks, looks for no body of a GET, or answers an expectation without reading what was offered.

    Raises `Disagreement` unless the first request that one of these could read otherwise is the
    last of its connection, and says so.
    """
    messages, rest = read_requests(stream)
    ends = list(accumulate(message.size for message in messages))
    for place, message in enumerate(messages):
        part = stream[: ends[place]]
        asked: list[Asked] = [(one.what, one.more, one.body) for one in messages[: place + 1]]
        lonely = b"close" in message.options and place == len(messages) - 1 and not rest
        for name, reader in HALF_BLIND.items():
            if reader(part) != asked and not lonely:
                raise Disagreement(f"who reads so that {name}, reads {reader(part)}, not {asked}")
