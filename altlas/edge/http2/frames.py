"""Frames in and out: the h2 library, as far as we let it have its way.

h2 keeps the states of connection and streams, the windows and the compression. It judges no
fields here (`altlas.wire.http2.heads` does, so that a bad request is one bad stream and not the
end of all), and it neither refuses streams nor says good-bye, since its ways of both end the
connection.
"""

from __future__ import annotations

from typing import Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, Event
from h2.exceptions import ProtocolError, StreamClosedError
from h2.settings import SettingCodes, Settings
from hyperframe.frame import Frame, GoAwayFrame

from altlas.wire.fields import Fields
from altlas.wire.http2.compression import RememberingDecoder, RememberingEncoder

__all__ = ["ErrorCodes", "Frames", "ProtocolError", "StreamClosedError"]

#: bytes of a frame's content, ours as well as theirs
FRAME: Final = 16 * 1024
#: windows of streams that a connection has
WINDOWS: Final = 16
#: bytes of fields remembered by our compression, whatever the client would remember
TABLE: Final = 4096
#: what stands for "whichever is the last" in a first good-bye (RFC 9113, 6.8)
ANY_STREAM: Final = 2**31 - 1
_FIRST_WINDOW: Final = 65535

_CONFIGURATION = H2Configuration(
    client_side=False,
    header_encoding=None,
    validate_inbound_headers=False,
    normalize_inbound_headers=False,
    validate_outbound_headers=False,
    normalize_outbound_headers=False,
)


class _Connection(H2Connection):
    """h2's connection, but that it goes on after a client's good-bye, and remembers fewer streams
    that are over: all that may still hear of.
    """

    MAX_CLOSED_STREAMS = 1024

    def _receive_goaway_frame(self, frame: GoAwayFrame) -> tuple[list[Frame], list[Event]]:
        # h2 would drop what is to be sent, and take and send nothing more. But the streams that
        # there are go on, and frames of them may follow at once (RFC 9113, 6.8).
        event = ConnectionTerminated()
        event.last_stream_id = frame.last_stream_id
        return [], [event]


class Frames:
    """One connection's frames. Nothing is sent: `take` has what is to be written.

    Methods that write to a stream raise `StreamClosedError` once the client has reset it.
    """

    __slots__ = ("_h2",)

    def __init__(self, streams: int, window: int, most_fields: int) -> None:
        """`most_fields` is the size of a request's fields, counted as RFC 9113, 6.5.2 does."""
        h2 = self._h2 = _Connection(_CONFIGURATION)
        told = {
            SettingCodes.MAX_CONCURRENT_STREAMS: streams,
            SettingCodes.INITIAL_WINDOW_SIZE: window,
            SettingCodes.MAX_FRAME_SIZE: FRAME,
            SettingCodes.MAX_HEADER_LIST_SIZE: most_fields,
        }
        h2.local_settings = Settings(client=False, initial_values=told)
        h2.encoder, h2.decoder = RememberingEncoder(), RememberingDecoder()
        h2.decoder.max_header_list_size = most_fields
        h2.initiate_connection()
        # Who has not heard yet how many streams there may be has done nothing wrong by opening
        # more, so that is for us to judge.
        told[SettingCodes.MAX_CONCURRENT_STREAMS] = ANY_STREAM
        h2.local_settings = Settings(client=False, initial_values=told)
        if (more := WINDOWS * window - _FIRST_WINDOW) > 0:
            h2.increment_flow_control_window(more)

    def receive(self, data: bytes) -> list[Event]:
        """Take bytes off the wire. Raises `ProtocolError`: `take` has the good-bye then."""
        return self._h2.receive_data(data)

    def take(self) -> bytes:
        """What is to be written."""
        return self._h2.data_to_send()

    # --- the connection

    @property
    def last_stream(self) -> int:
        """The last stream that the client began."""
        return self._h2.highest_inbound_stream_id

    def goaway(self, last: int, code: ErrorCodes = ErrorCodes.NO_ERROR) -> bytes:
        """The frame that says that streams after `last` are not served. Others go on."""
        return GoAwayFrame(last_stream_id=last, error_code=code).serialize()

    def settings_changed(self) -> None:
        """Keep our own bounds, whatever the client's settings allow."""
        encoder = self._h2.encoder
        if encoder.header_table_size > TABLE:
            encoder.header_table_size = TABLE

    # --- its streams

    def room(self, stream: int) -> int:
        """Bytes that may be sent in the stream's next frame."""
        window = self._h2.local_flow_control_window(stream)
        return max(0, min(window, self._h2.max_outbound_frame_size, FRAME))

    def admits(self, stream: int) -> bool:
        """Whether the client may send any bytes of the stream: both windows are open."""
        try:
            return self._h2.remote_flow_control_window(stream) > 0
        except StreamClosedError:
            return False

    def headers(self, stream: int, fields: Fields, end: bool) -> None:
        """Send a head, or trailers."""
        self._h2.send_headers(stream, fields, end_stream=end)

    def data(self, stream: int, data: bytes | memoryview, end: bool) -> None:
        """Send a piece of a body, for which there must be `room`."""
        self._h2.send_data(stream, data, end_stream=end)

    def reset(self, stream: int, code: ErrorCodes) -> None:
        """End a stream early. Nothing happens where it is over already."""
        try:
            self._h2.reset_stream(stream, code)
        except (StreamClosedError, KeyError):
            pass

    def acknowledge(self, stream: int, size: int) -> None:
        """Let the client send so many bytes more, in the stream and in all."""
        self._h2.acknowledge_received_data(size, stream)
