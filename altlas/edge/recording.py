"""What is known of an exchange when it begins: the record that it will be logged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from altlas.errors import GatewayError
from altlas.observability.record import ExchangeRecord
from altlas.wire.heads import RequestHead
from altlas.wire.request_line import glimpse

if TYPE_CHECKING:
    from altlas.edge.downstream import Downstream


def unread(beginning: bytes) -> RequestHead:
    """What stands for the head of a request that was refused: as much as its line shows."""
    method, target, minor = glimpse(beginning)
    return RequestHead(
        method=method,
        target=target,
        minor=minor,
        fields=[],
        host=b"",
        path=b"",
        query=None,
        framing=0,
        keep_alive=False,
        expects_continue=False,
        listed=frozenset(),
        upgrade=False,
        size=0,
    )


class Asker:
    """What a record tells of who asked: the same for all requests of a connection that have
    the same fields, so it is looked up once.
    """

    __slots__ = ("block", "client", "referer", "user_agent")

    def __init__(self, channel: Downstream, head: RequestHead) -> None:
        peer, firsts = channel.peer, head.firsts
        self.block = head.block
        self.client = channel.listening.client_of(head, peer) if peer.trusted else peer.address
        self.referer = firsts.get(b"referer", b"")
        self.user_agent = firsts.get(b"user-agent", b"")


def new_record(channel: Downstream, head: RequestHead, request_id: bytes) -> ExchangeRecord:
    """The record of the exchange that begins with `head`."""
    asker, listening = channel.asker, channel.listening
    if asker is None or asker.block is not head.block or head.block is None:
        asker = channel.asker = Asker(channel, head)
    return ExchangeRecord(
        listening.wall_clock(),
        request_id.decode("ascii"),
        listening.settings.name,
        asker.client,
        head.method,
        head.target,
        head.host,
        head.minor,
        asker.referer,
        asker.user_agent,
        channel.secure,
    )


def explain(record: ExchangeRecord, error: GatewayError) -> None:
    """Write down why the exchange did not go well; that its retries were spent stays there."""
    if record.flag == "URX":
        record.flag = f"{error.flag},URX"
        record.reason = f"{error.reason}; {record.reason}"
    else:
        record.flag = error.flag
        record.reason = error.reason
