"""TLS between a transport and a protocol: Twisted's layer, with a shorter way once both agree.

Shaking hands, closing, aborting, errors and producers are Twisted's. What is ours is the way of
each message: pyOpenSSL allocates 32 KiB for every read, and reads until that fails, by an
exception. So OpenSSL's own functions are called here, which pyOpenSSL has but offers to itself
only, and it is asked whether there is more to read: a third of the price of Twisted's way.
"""

from __future__ import annotations

from typing import Any, Final

from OpenSSL import SSL
from OpenSSL._util import ffi, lib
from twisted.internet.interfaces import ITransport
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from twisted.python.failure import Failure

#: what a TLS record holds at most (RFC 8446, 5.1)
_RECORD: Final = 16 * 1024
#: bytes given to OpenSSL at once: its buffers grow with that, and never shrink
_PIECE: Final = 32 * 1024
#: more than a record, with all that OpenSSL may have to say before it
_SIZE: Final = 32 * 1024
# All connections have these in common: what OpenSSL puts there is copied at once.
_buffer: Final = ffi.new("char[]", _SIZE)
_bytes: Final = ffi.buffer(_buffer)
_NULL: Final = ffi.NULL
_read, _write = lib.SSL_read, lib.SSL_write
_put, _take = lib.BIO_write, lib.BIO_read
#: how many bytes are in a BIO in memory
_held = lib.BIO_get_mem_data


class TLSLayer(TLSMemoryBIOProtocol):
    """What a listener's connections speak TLS by. Nothing is delayed: an answer is one write."""

    transport: Any
    # OpenSSL's own, below pyOpenSSL's connection: the state, and what goes into it and out of it.
    _ssl: Any = None
    _into: Any = None
    _out: Any = None

    def makeConnection(self, transport: ITransport) -> None:
        """Begin to shake hands."""
        super().makeConnection(transport)  # type: ignore[no-untyped-call]
        connection: Any = self._tlsConnection
        if connection is not None:  # else it is lost already
            self._ssl = connection._ssl
            self._into, self._out = connection._into_ssl, connection._from_ssl

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        """Tell the protocol, whether or not the other side said good-bye."""
        super().connectionLost(reason)  # type: ignore[no-untyped-call]
        self._ssl = self._into = self._out = None

    # --- from the wire -----------------------------------------------------------------

    def dataReceived(self, data: bytes) -> None:
        """Hand over what is said in `data`, as far as its records are complete."""
        if not self._handshakeDone or self._appSendBuffer:
            super().dataReceived(data)  # type: ignore[no-untyped-call]
        elif len(data) <= _PIECE:
            self._decrypt(data)
        else:
            for start in range(0, len(data), _PIECE):
                self._decrypt(data[start : start + _PIECE])

    def _decrypt(self, data: bytes) -> None:
        if self._lostTLSConnection:
            return
        ssl, into = self._ssl, self._into
        _put(into, data, len(data))
        while True:
            size = _read(ssl, _buffer, _SIZE)
            if size <= 0:
                self._stopped(size)
                break
            if self._aborted:
                break
            self.wrappedProtocol.dataReceived(_bytes[:size])
            # A whole record was read, since more than one fits, and OpenSSL reads none ahead.
            if self._lostTLSConnection or not _held(into, _NULL):
                break
        # Nearly never is there an answer to be sent that only TLS knows of: to a change of keys.
        if not self._lostTLSConnection and _held(self._out, _NULL):
            self._send()

    def _stopped(self, result: int) -> None:
        """There is nothing more to read: for now, or because TLS has ended, well or badly."""
        connection: Any = self._tlsConnection
        try:
            connection._raise_ssl_error(self._ssl, result)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self._shutdownTLS()  # type: ignore[no-untyped-call]
            self._tlsShutdownFinished(None)  # type: ignore[no-untyped-call]
        except SSL.Error:
            self._tlsShutdownFinished(Failure())  # type: ignore[no-untyped-call]

    # --- to the wire -------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Send `data` in as few records as may be; nothing after `loseConnection`."""
        if (
            self.disconnecting
            or self._lostTLSConnection
            or not self._handshakeDone
            or self._appSendBuffer
        ):
            super().write(data)  # type: ignore[no-untyped-call]
        elif len(data) > _RECORD:
            self._write_long(data)
        elif data:
            sent = _write(self._ssl, data, len(data))
            if sent == len(data):
                self._send()
            else:
                self._write_on(data, sent)

    def _write_long(self, data: bytes) -> None:
        """Encrypt a record at a time, so that OpenSSL's buffer stays small; send all at once."""
        ssl, out, whole, place = self._ssl, self._out, ffi.from_buffer(data), 0
        pieces = []
        while place < len(data):
            sent = _write(ssl, whole + place, min(_RECORD, len(data) - place))
            if sent <= 0:
                break
            place += sent
            size = _take(out, _buffer, _SIZE)
            pieces.append(_bytes[: max(size, 0)])
        self.transport.writeSequence(pieces)
        if place < len(data):
            self._write_on(data, place)

    def _write_on(self, data: bytes, sent: int) -> None:
        # Refused, or for a client that wants small records: Twisted's way finds out, and waits.
        self._write(data[max(sent, 0) :])  # type: ignore[no-untyped-call]

    def _send(self) -> None:
        """Send all that OpenSSL has for the other side."""
        size = _SIZE
        while size == _SIZE:
            size = _take(self._out, _buffer, _SIZE)
            if size > 0:
                self.transport.write(_bytes[:size])


class TLSLayers(TLSMemoryBIOFactory):
    """Puts `TLSLayer` below the protocols of another factory."""

    protocol = TLSLayer
    noisy = False
