"""HTTP/2 spoken in memory: h2's own client before a connection of ours and a scripted backend."""

from __future__ import annotations

from typing import Any

from attrs import define, field
from h2.config import H2Configuration
from h2.connection import ConnectionState, H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    InformationalResponseReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)

from altlas.edge.http2.connection import Http2Connection
from altlas.testing import Step
from altlas.wire.fields import Fields, first
from tests.edge.connected import ClientTransport, Connected


@define
class Answered:
    """What came on one stream."""

    informational: list[int] = field(factory=list)
    fields: Fields = field(factory=list)
    body: bytes = b""
    trailers: Fields = field(factory=list)
    ended: bool = False
    #: the error that the stream was reset with
    reset: int | None = None

    @property
    def status(self) -> int:
        """The final status; 0 as long as there is none."""
        return int(first(self.fields, b":status") or 0)

    def value(self, name: bytes) -> bytes | None:
        """The value of a field."""
        return first(self.fields, name)


class Client:
    """h2's client, and what it heard. Whoever has the wire carries the bytes."""

    def __init__(self, acknowledges: bool = True, **settings: int) -> None:
        """`settings` are those of h2's `SettingCodes`; without `acknowledges` windows close."""
        configuration = H2Configuration(
            client_side=True,
            header_encoding=None,
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self.h2 = H2Connection(configuration)
        self.answers: dict[int, Answered] = {}
        self.acknowledges = acknowledges
        self.terminated: ConnectionTerminated | None = None
        self._rest = b""
        #: streams whose requests have a body
        self.uploads: set[int] = set()
        self.h2.initiate_connection()

    def ask(self, *more: tuple[bytes, bytes], body: bytes | None = None, **pseudo: bytes) -> int:
        """Begin a request; it ends with its head unless there is a `body`, which is to be sent."""
        plain = {"method": b"GET", "scheme": b"http", "authority": b"h.test", "path": b"/"}
        told = {**plain, **pseudo}
        number = self.h2.get_next_available_stream_id()
        head = [(b":" + name.encode(), value) for name, value in told.items()]
        self.answers[number] = Answered()
        self.h2.send_headers(number, [*head, *more], end_stream=body is None)
        if body is not None:
            self.uploads.add(number)
        if body:
            self.h2.send_data(number, body)
        return number

    def is_open(self, number: int) -> bool:
        """Whether the stream is not over on either side."""
        return number in self.h2.streams and not self.h2.streams[number].closed

    def receive(self, data: bytes) -> None:
        """Take what the gateway sent."""
        # Frame by frame: h2 takes nothing more after a good-bye, clients do.
        self._rest += data
        while len(self._rest) >= 9 and len(self._rest) >= (
            size := 9 + int.from_bytes(self._rest[:3])
        ):
            piece, self._rest = self._rest[:size], self._rest[size:]
            for event in self.h2.receive_data(piece):
                self._take(event)

    def _take(self, event: Event) -> None:
        if isinstance(event, ConnectionTerminated):
            self.terminated = event
            self.h2.state_machine.state = ConnectionState.CLIENT_OPEN
        answer = self.answers.get(getattr(event, "stream_id", 0) or 0, Answered())
        if isinstance(event, InformationalResponseReceived):
            answer.informational.append(int(first(event.headers, b":status") or 0))
        elif isinstance(event, ResponseReceived):
            answer.fields = list(event.headers)
        elif isinstance(event, TrailersReceived):
            answer.trailers = list(event.headers)
        elif isinstance(event, DataReceived):
            answer.body += event.data
            if self.acknowledges:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            answer.ended = True
        elif isinstance(event, StreamReset):
            answer.reset = event.error_code

    @property
    def goodbye(self) -> ErrorCodes | int | None:
        """The error of the gateway's good-bye, if it said one."""
        return None if self.terminated is None else self.terminated.error_code


class Spoken:
    """One client of one listener, as `Connected` has it, that speaks HTTP/2."""

    def __init__(self, *steps: Step, client: Client | None = None, **settings: Any) -> None:
        self.one = Connected(*steps, **settings)
        # The channel that it comes with is not wanted.
        self.one.leave()
        self.one.clock.advance(0)
        self.clock = self.one.clock
        self.listening = self.one.listening
        self.records = self.one.records
        self.connection = Http2Connection(self.one.listening)
        self.transport = ClientTransport(self.clock)
        self.transport.channel = self.connection  # type: ignore[assignment]
        self.client = client or Client()
        self.connection.makeConnection(self.transport)  # type: ignore[arg-type]
        self.carry()

    def carry(self) -> None:
        """Carry bytes both ways until nobody says anything more."""
        while True:
            sent, said = self.client.h2.data_to_send(), self.transport.value()
            self.transport.clear()
            if sent:
                self.connection.dataReceived(sent)
            if said:
                self.client.receive(said)
            if not sent and not said:
                return

    def ask(
        self, *more: tuple[bytes, bytes], body: bytes | None = None, **pseudo: bytes
    ) -> Answered:
        """Ask, and take what is answered at once."""
        number = self.client.ask(*more, body=body, **pseudo)
        self.carry()
        return self.client.answers[number]

    def advance(self, seconds: float) -> None:
        """Let time go by."""
        self.clock.advance(seconds)
        self.carry()

    @property
    def asked(self) -> int:
        """How many requests the backend got."""
        return len(self.one.scene.script.asked)
