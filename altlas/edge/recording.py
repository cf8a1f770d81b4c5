"""What is known of an exchange when it begins: the record that it will be logged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from altlas.observability.record import ExchangeRecord
from altlas.wire.fields import first
from altlas.wire.heads import RequestHead
from altlas.wire.request_line import glimpse

if TYPE_CHECKING:
    from altlas.edge.channel import Channel


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


def new_record(channel: Channel, head: RequestHead, request_id: bytes) -> ExchangeRecord:
    """The record of the exchange that begins with `head`."""
    peer, listening = channel.peer, channel.listening
    record = ExchangeRecord()
    record.started = listening.wall_clock()
    record.request_id = request_id.decode("ascii")
    record.listener = listening.name
    record.client = listening.client_of(head, peer)
    record.method = head.method
    record.target = head.target
    record.host = head.host
    record.minor = head.minor
    record.tls = peer.scheme == "https"
    names = head.names
    if b"referer" in names:
        record.referer = first(head.fields, b"referer") or b""
    if b"user-agent" in names:
        record.user_agent = first(head.fields, b"user-agent") or b""
    return record
