"""Whether what came of an instance's answer is what its case says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import h11
import httptools
from attrs import frozen

from tests.wire.corpus.cases import Passed, Pending, Response
from tests.wire.corpus.instances import Answer, obliging
from tests.wire.corpus.passage import Passage
from tests.wire.corpus.strict import HOP_BY_HOP, Message, read_responses
from tests.wire.corpus.verdicts import EDGE, Disagreement, cuts, pieces

AFTER = b"GET /after HTTP/1.1\r\nHost: a\r\n\r\n"

#: what the gateway says itself in an answer, and what frames it
_OURS = {b"date", b"via", b"x-request-id", b"connection", b"content-length", b"transfer-encoding"}


@frozen
class Got:
    """What came of one answer."""

    #: whole answers, 1xx included
    messages: tuple[Message, ...]
    #: bytes towards the client that are no whole answer
    torn: bytes
    #: whether the gateway ended the client's connection
    closed: bool
    #: whether the next request went over the same connection to the instance
    kept: bool


def tries(case: Response) -> Iterator[Sequence[bytes]]:
    """Whole, byte by byte, and cut at every place."""
    said = case.said
    yield pieces(said)
    if len(said) <= 2 * EDGE:
        yield pieces(said, *range(1, len(said)))
    for place in cuts(1, len(said) - 1):
        yield pieces(said, place)


def judge(case: Response) -> int:
    """Try `case` in each way; gives their number. Raises `Disagreement` or `strict.Unsound`."""
    passage = Passage()
    count = 0
    for cut in tries(case):
        count += 1
        got = answered(passage, case, Answer(tuple(cut), case.closes, case.breaks))
        _compare(case, got)
    return count


def answered(passage: Passage, case: Response, answer: Answer) -> Got:
    passage.refresh()
    passage.heard.clear()
    passage.behaviour = lambda asked: answer if asked.more == b"/x" else obliging(asked)
    client = passage.client()
    asked = b"%b /x HTTP/1.%d\r\nHost: a\r\n\r\n" % (case.method, case.minor)
    client.says(asked)
    passage.settle()
    first = passage.instances[:]
    closed = client.closed
    got = client.value()
    _ask_again(case, passage)
    kept = len(passage.instances) == len(first) and not first[0].end.over
    client.ends(ConnectionError("the client is done"))
    passage.settle()
    passage.leave(client)
    end = closed and not client.aborted
    messages, torn = read_responses(got, [case.method], end)
    if messages and messages[-1].status >= 200 and not torn:
        _agrees(case, got, end, messages)
    return Got(tuple(messages), torn, closed, kept)


def _ask_again(case: Response, passage: Passage) -> None:
    """Somebody else asks: the answer to that is another, whatever was said before."""
    client = passage.client()
    client.says(AFTER)
    passage.settle()
    messages, torn = read_responses(client.value(), [b"GET"], closed=False)
    if [one.body for one in messages] != [b"/after"] or torn:
        raise Disagreement(f"{case.name}: the next one is told {messages}, {torn!r}")
    client.ends(ConnectionError("the client is done"))
    passage.leave(client)


def _agrees(case: Response, got: bytes, end: bool, messages: list[Message]) -> None:
    """Readers that many clients have find the same answer in the bytes."""
    finals = [(one.status, one.body) for one in messages if one.status >= 200]
    for reader in (_by_h11, _by_httptools):
        found = reader(got, case.method, end)
        if found != finals:
            raise Disagreement(f"{case.name}: {reader.__name__} reads {found}, not {finals}")


def _by_h11(data: bytes, method: bytes, end: bool) -> list[tuple[int, bytes]]:
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method=method, target="/x", headers=[("Host", "a")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    if end:
        connection.receive_data(b"")
    status, body = 0, b""
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            return [(status, body)]
        elif not isinstance(event, h11.InformationalResponse):
            return []


class _Sink:
    """What httptools calls."""

    def __init__(self) -> None:
        self.body = b""
        self.done = False

    def on_message_begin(self) -> None:
        self.body, self.done = b"", False

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        self.done = True


def _by_httptools(data: bytes, method: bytes, end: bool) -> list[tuple[int, bytes]]:
    sink = _Sink()
    parser = httptools.HttpResponseParser(sink)
    parser.feed_data(data)
    status = parser.get_status_code()
    # It cannot be told that a HEAD was asked, nor that the connection ended.
    if sink.done or ((end or method == b"HEAD") and status >= 200):
        return [(status, sink.body)]
    return []


def _compare(case: Response, got: Got) -> None:
    expected = case.expected
    finals = [one for one in got.messages if one.status >= 200]
    if isinstance(expected, Passed):
        _judge_passed(case, expected, got, finals)
        return
    if got.kept:
        raise Disagreement(f"{case.name}: the connection is used again")
    if isinstance(expected, Pending):
        if finals or got.closed:
            raise Disagreement(f"{case.name}: not pending: {got}")
        return
    if [one.status for one in finals] not in ([], [502]):
        raise Disagreement(f"{case.name}: got {finals}")
    if not finals and not got.closed:
        raise Disagreement(f"{case.name}: neither answered nor closed: {got}")
    _same(case, "interim", _interim(got), expected.interim)


def _judge_passed(case: Response, expected: Passed, got: Got, finals: list[Message]) -> None:
    if len(finals) != 1 or got.torn:
        raise Disagreement(f"{case.name}: got {finals} and {got.torn!r}")
    message = finals[0]
    _same(case, "status", message.status, expected.status)
    _same(case, "body", message.body, expected.body)
    _same(case, "trailers", message.trailers, expected.trailers)
    _same(case, "interim", _interim(got), expected.interim)
    _same(case, "kept", got.kept, expected.kept)
    if expected.reason is not None:
        _same(case, "reason", message.more, expected.reason)
    if expected.fields is not None:
        fields = tuple(one for one in message.fields if one[0].lower() not in _OURS)
        _same(case, "fields", fields, expected.fields)
    if expected.length is not None:
        _same(case, "length", message.values(b"content-length"), list(expected.length))
    passed = HOP_BY_HOP & message.by_name.keys() | message.options - {b"close", b"keep-alive"}
    _same(case, "hop by hop", passed, set())


def _interim(got: Got) -> tuple[int, ...]:
    return tuple(one.status for one in got.messages if one.status < 200)


def _same(case: Response, what: str, given: object, wanted: object) -> None:
    if given != wanted:
        raise Disagreement(f"{case.name}: {what}\n  is     {given}\n  not    {wanted}")
