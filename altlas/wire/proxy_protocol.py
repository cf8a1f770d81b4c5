"""What a balancer before us says of a connection, in its first bytes: PROXY protocol 1 and 2.

Read as haproxy's ``doc/proxy-protocol.txt`` (revision 2020/03) has it, and nothing more
leniently: whoever may say such a thing is believed in everything that follows from it.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from attrs import frozen

#: longest header of version 1, its CRLF included (section 2.1)
LONGEST_TEXT: Final = 107
#: longest header of version 2 that is taken; what is behind the addresses may be a certificate
LONGEST_BINARY: Final = 16 + 4096
_SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
_TEXT: Final = b"PROXY "
_FIXED: Final = 16
_LINE: Final = re.compile(
    r"PROXY TCP(?:4 ([0-9.]{7,15}) ([0-9.]{7,15})|6 ([0-9A-Fa-f:.]{2,39}) ([0-9A-Fa-f:.]{2,39}))"
    r" (0|[1-9][0-9]{0,4}) (0|[1-9][0-9]{0,4})\r\n",
    re.ASCII,
)
_LOCAL, _PROXY = 0x20, 0x21
_UNSPECIFIED, _TCP4, _TCP6, _UNIX = 0x00, 0x11, 0x21, 0x31
#: bytes of both addresses (and ports) by family
_SIZES: Final = {_UNSPECIFIED: 0, _TCP4: 12, _TCP6: 36, _UNIX: 216}


class Misproxied(ValueError):
    """The first bytes are no header of the PROXY protocol; the message says in what."""


@frozen
class End:
    """One end of the connection that is handed on."""

    host: str
    port: int


@frozen
class Preamble:
    """What a header says: whose connection it is, and where it was made to.

    Without a `source` the connection is the balancer's own (LOCAL, a check), or it does not know
    (UNKNOWN): then the addresses of the connection itself hold. Of a UNIX socket the
    path is the host, and the port is 0; such ends have no IP address.
    """

    source: End | None = None
    destination: End | None = None
    #: whether the ends are UNIX sockets
    unix: bool = False


class PreambleReader:
    """Reads the header of one connection. `versions` are those that are taken: 1, 2 or both."""

    __slots__ = ("_data", "_versions", "rest")

    def __init__(self, versions: frozenset[int]) -> None:
        self._versions = versions
        self._data = b""
        #: what came behind the header
        self.rest = b""

    def feed(self, data: bytes) -> Preamble | None:
        """Take bytes; what the header says once it is complete.

        Raises `Misproxied` as soon as it shows, the same however the bytes were cut up.
        """
        data = self._data = self._data + data
        if not data:
            return None
        if 1 in self._versions and _begins(data, _TEXT):
            return self._text(data)
        if 2 in self._versions and _begins(data, _SIGNATURE):
            return self._binary(data)
        raise Misproxied("there is no PROXY header of a version that is taken")

    def _text(self, data: bytes) -> Preamble | None:
        end = data.find(b"\n", 0, LONGEST_TEXT) + 1
        if end:
            self._data, self.rest = b"", data[end:]
            return _read_line(data[:end])
        if len(data) >= LONGEST_TEXT:
            raise Misproxied("the PROXY line is too long")
        return None

    def _binary(self, data: bytes) -> Preamble | None:
        # What is wrong shows at its own byte, wherever the pieces end.
        if len(data) > 12 and data[12] not in (_LOCAL, _PROXY):
            raise Misproxied(f"version and command are {data[12]:#04x}")
        if len(data) > 13 and data[13] not in _SIZES and data[12] == _PROXY:
            raise Misproxied(f"the family is {data[13]:#04x}, no stream that is known")
        if len(data) < _FIXED:
            return None
        size = _FIXED + int.from_bytes(data[14:16], "big")
        least = _SIZES[data[13]] if data[12] == _PROXY else 0
        if not _FIXED + least <= size <= LONGEST_BINARY:
            raise Misproxied(f"its length is {size - _FIXED}")
        if len(data) < size:
            return None
        self._data, self.rest = b"", data[size:]
        # What follows the addresses (TLVs) is not needed.
        return _read_addresses(data[13], data[_FIXED:size]) if least else Preamble()


def _begins(data: bytes, with_what: bytes) -> bool:
    """Whether `data` may be, or become, something that begins `with_what`."""
    return data.startswith(with_what) or with_what.startswith(data)


def _read_line(line: bytes) -> Preamble:
    if not line.endswith(b"\r\n"):
        raise Misproxied("the PROXY line does not end with CRLF")
    if line.startswith(b"PROXY UNKNOWN") and line[13:14] in (b" ", b"\r"):
        return Preamble()  # "the receiver must ignore anything presented before the CRLF"
    match = _LINE.fullmatch(line.decode("latin-1"))
    if match is None:
        raise Misproxied("the PROXY line is out of form")
    try:
        if match[1]:
            source, destination = _host(IPv4Address(match[1])), _host(IPv4Address(match[2]))
        else:
            source, destination = _host(IPv6Address(match[3])), _host(IPv6Address(match[4]))
    except ValueError as error:
        raise Misproxied(str(error)) from None
    ports = int(match[5]), int(match[6])
    if max(ports) > 0xFFFF:
        raise Misproxied("a port is above 65535")
    return Preamble(End(source, ports[0]), End(destination, ports[1]))


def _read_addresses(family: int, data: bytes) -> Preamble:
    if family == _UNIX:
        return Preamble(End(_path(data[:108]), 0), End(_path(data[108:216]), 0), unix=True)
    size = 4 if family == _TCP4 else 16
    source, destination = _host(ip_address(data[:size])), _host(ip_address(data[size : 2 * size]))
    ports = data[2 * size : 2 * size + 4]
    return Preamble(
        End(source, int.from_bytes(ports[:2], "big")),
        End(destination, int.from_bytes(ports[2:], "big")),
    )


def _host(address: IPv4Address | IPv6Address) -> str:
    # An IPv4 address that came to a socket for both is still one.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def _path(data: bytes) -> str:
    # An abstract address begins with a NUL, which is no end.
    end = data.find(b"\0", 1)
    return (data if end < 0 else data[:end]).decode("utf-8", "surrogateescape").rstrip("\0")
