"""Promises of reading PROXY headers."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.proxy_protocol import (
    LONGEST_BINARY,
    LONGEST_TEXT,
    End,
    Misproxied,
    Preamble,
    PreambleReader,
)

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
BOTH = frozenset({1, 2})
PORTS = st.integers(0, 65535)

TEXTS = {
    b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n": Preamble(
        End("192.0.2.1", 56324), End("198.51.100.2", 443)
    ),
    b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n": Preamble(
        End("255.255.255.255", 65535), End("255.255.255.255", 65535)
    ),
    b"PROXY TCP6 2001:DB8::1 ::1 1 0\r\n": Preamble(End("2001:db8::1", 1), End("::1", 0)),
    b"PROXY TCP6 ::ffff:192.0.2.1 ::ffff:192.0.2.2 1 2\r\n": Preamble(
        End("192.0.2.1", 1), End("192.0.2.2", 2)
    ),
    b"PROXY UNKNOWN\r\n": Preamble(),
    b"PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n": Preamble(),
}

REFUSED_TEXTS = (
    b"GET / HTTP/1.1\r\n",
    b"proxy TCP4 192.0.2.1 198.51.100.2 1 2\r\n",
    b"PROXY  TCP4 192.0.2.1 198.51.100.2 1 2\r\n",
    b"PROXY TCP4 192.0.2.1 198.51.100.2 1 2\n",
    b"PROXY TCP4 192.0.2.1 198.51.100.2 1 2 \r\n",
    b"PROXY TCP4 192.0.2.1\t198.51.100.2 1 2\r\n",
    b"PROXY TCP4 192.0.2.1 198.51.100.2 1\r\n",
    b"PROXY TCP4 192.0.2.1 198.51.100.2 1 65536\r\n",
    b"PROXY TCP4 192.0.2.1 198.51.100.2 01 2\r\n",
    b"PROXY TCP4 192.0.2.1 198.51.100.2 +1 2\r\n",
    b"PROXY TCP4 192.0.2.256 198.51.100.2 1 2\r\n",
    b"PROXY TCP4 192.0.2.01 198.51.100.2 1 2\r\n",
    b"PROXY TCP4 ::1 ::1 1 2\r\n",
    b"PROXY TCP6 192.0.2.1 198.51.100.2 1 2\r\n",
    b"PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
    b"PROXY TCP6 1::2::3 ::1 1 2\r\n",
    b"PROXY UDP4 192.0.2.1 198.51.100.2 1 2\r\n",
    b"PROXY UNKNOWNS\r\n",
    b"PROXY\r\n",
    b"PROXY \r\n",
    b"PROXY TCP4 192.0.2.\xb2 198.51.100.2 1 2\r\n",
    b"PROXY UNKNOWN " + b"x" * (LONGEST_TEXT - 15) + b"\r\n",
    b"PROXY UNKNOWN " + b"x" * 200,
)


def binary(command: int, family: int, body: bytes, size: int | None = None) -> bytes:
    """A header of version 2."""
    length = len(body) if size is None else size
    return SIGNATURE + bytes((command, family)) + length.to_bytes(2, "big") + body


IP4 = IPv4Address("192.0.2.1").packed + IPv4Address("198.51.100.2").packed + b"\xdc\x04\x01\xbb"
IP6 = IPv6Address("2001:db8::1").packed + IPv6Address("::1").packed + b"\x00\x01\x00\x00"
UNIX = b"/run/a.sock".ljust(108, b"\0") + b"/run/b.sock".ljust(108, b"\0")
TLVS = b"\x04\x00\x03abc" + b"\x20\x00\x00"

BINARIES = {
    binary(0x21, 0x11, IP4): Preamble(End("192.0.2.1", 56324), End("198.51.100.2", 443)),
    binary(0x21, 0x11, IP4 + TLVS): Preamble(End("192.0.2.1", 56324), End("198.51.100.2", 443)),
    binary(0x21, 0x21, IP6): Preamble(End("2001:db8::1", 1), End("::1", 0)),
    binary(0x21, 0x31, UNIX + TLVS): Preamble(End("/run/a.sock", 0), End("/run/b.sock", 0), True),
    binary(0x21, 0x00, b""): Preamble(),
    binary(0x21, 0x00, TLVS): Preamble(),
    binary(0x20, 0x00, b""): Preamble(),
    binary(0x20, 0x11, IP4): Preamble(),
    binary(0x20, 0xFF, b"whatever"): Preamble(),
    binary(0x21, 0x11, IP4 + b"\0" * (LONGEST_BINARY - 28)): Preamble(
        End("192.0.2.1", 56324), End("198.51.100.2", 443)
    ),
}

REFUSED_BINARIES = (
    b"\r\n\r\n\x00\r\nQUIT\r",
    b"\r\nGET / HTTP/1.1\r\n",
    binary(0x11, 0x11, IP4),
    binary(0x22, 0x11, IP4),
    binary(0x21, 0x12, IP4),
    binary(0x21, 0x22, IP6),
    binary(0x21, 0x32, UNIX),
    binary(0x21, 0x41, IP4),
    binary(0x21, 0x11, IP4[:-1]),
    binary(0x21, 0x21, IP4),
    binary(0x21, 0x31, UNIX[:-1]),
    binary(0x21, 0x11, IP4 + b"\0" * (LONGEST_BINARY - 27)),
    binary(0x21, 0x11, b"", 65535),
)


def reading(
    pieces: list[bytes], versions: frozenset[int] = BOTH
) -> tuple[Preamble | None, bytes] | None:
    """What is read of the pieces, and what is left; None where they are refused."""
    reader = PreambleReader(versions)
    try:
        for number, piece in enumerate(pieces):
            found = reader.feed(piece)
            if found is not None:
                return found, reader.rest + b"".join(pieces[number + 1 :])
    except Misproxied:
        return None
    return None, b""


class PreambleTests(SynchronousTestCase):
    """Headers of both versions."""

    def test_read(self) -> None:
        """Whose connection it is comes out, wherever the bytes are cut, and what follows stays."""
        for header, meaning in {**TEXTS, **BINARIES}.items():
            data = header + b"GET / HTTP/1.1\r\n"
            cuts = range(len(data) + 1) if len(data) < 400 else (1, 12, 13, 16, 28, 4000)
            for cut in cuts:
                found = reading([data[:cut], data[cut:]])
                self.assertEqual(found, (meaning, b"GET / HTTP/1.1\r\n"), (header, cut))
            self.assertEqual(reading([bytes([byte]) for byte in header]), (meaning, b""))

    def test_refused(self) -> None:
        """What is out of form is refused, wherever it is cut."""
        for header in (*REFUSED_TEXTS, *REFUSED_BINARIES):
            for cut in range(min(len(header), 300)):
                self.assertIsNone(reading([header[:cut], header[cut:]]), (header, cut))

    def test_incomplete(self) -> None:
        """Before its last byte a header is neither read nor refused."""
        for header in (*TEXTS, *BINARIES):
            for cut in range(0, len(header), 1 + len(header) // 300):
                self.assertEqual(reading([header[:cut]]), (None, b""), (header, cut))

    def test_versions(self) -> None:
        """A version that is not taken is refused with its first byte."""
        for header in TEXTS:
            self.assertIsNone(reading([header[:1]], frozenset({2})))
        for header in BINARIES:
            self.assertIsNone(reading([header[:1]], frozenset({1})))

    @given(st.ip_addresses(v=4), st.ip_addresses(v=4), PORTS, PORTS)
    def test_any_address(
        self, source: IPv4Address, destination: IPv4Address, one: int, other: int
    ) -> None:
        """Both versions mean the same by the same addresses."""
        meant = Preamble(End(str(source), one), End(str(destination), other))
        text = f"PROXY TCP4 {source} {destination} {one} {other}\r\n".encode()
        ports = one.to_bytes(2, "big") + other.to_bytes(2, "big")
        for data in (text, binary(0x21, 0x11, source.packed + destination.packed + ports)):
            self.assertEqual(reading([data]), (meant, b""))

    @given(st.lists(st.binary(max_size=40), max_size=8), st.sampled_from(["", "PROXY ", "sig"]))
    def test_any_bytes(self, pieces: list[bytes], beginning: str) -> None:
        """Whatever comes is read or refused the same in one piece as in many."""
        first = SIGNATURE if beginning == "sig" else beginning.encode()
        whole = first + b"".join(pieces)
        self.assertEqual(reading([whole]), reading([first, *pieces]))
