"""Chunks: sizes, extensions, ends (RFC 9112, 7.1)."""

from __future__ import annotations

from tests.wire.corpus.cases import Heard, Request, Waits, read, refused

P = b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"\r\n0\r\n\r\n"
ABC = read(Heard(b"POST", b"/x", b"abc"))
CHUNK = refused(400, "chunk")

CASES = (
    # what passes; extensions go no further
    Request("one chunk", P + b"3\r\nabc" + END, ABC),
    Request("none", P + b"0\r\n\r\n", read(Heard(b"POST", b"/x"))),
    Request("three chunks", P + b"1\r\na\r\n1\r\nb\r\n1\r\nc" + END, ABC),
    Request("zeros before a size", P + b"0003\r\nabc" + END, ABC),
    Request("several zeros at the end", P + b"3\r\nabc\r\n000\r\n\r\n", ABC),
    Request("16 digits", P + b"0000000000000003\r\nabc" + END, ABC),
    Request(
        "a large letter", P + b"A\r\n0123456789" + END, read(Heard(b"POST", b"/x", b"0123456789"))
    ),
    Request(
        "a small letter", P + b"a\r\n0123456789" + END, read(Heard(b"POST", b"/x", b"0123456789"))
    ),
    Request("an extension", P + b"3;a\r\nabc" + END, ABC),
    Request("with a value", P + b"3;a=b\r\nabc" + END, ABC),
    Request("in quotes", P + b'3;a="b c"\r\nabc' + END, ABC),
    Request("in quotes with an escape", P + b'3;a="\\"\\\\"\r\nabc' + END, ABC),
    Request("in quotes with a semicolon", P + b'3;a=";b"\r\nabc' + END, ABC),
    Request("in quotes with high bytes", P + b'3;a="\xff"\r\nabc' + END, ABC),
    Request("two extensions", P + b"3;a=b;c\r\nabc" + END, ABC),
    Request("an extension of the last chunk", P + b"3\r\nabc\r\n0;a=b\r\n\r\n", ABC),
    Request(
        "data of line ends", P + b"4\r\n\r\n\r\n" + END, read(Heard(b"POST", b"/x", b"\r\n\r\n"))
    ),
    Request(
        "data that looks like an end",
        P + b"5\r\n0\r\n\r\n" + END,
        read(Heard(b"POST", b"/x", b"0\r\n\r\n")),
    ),
    Request(
        "data that is a request",
        P + b"23\r\nGET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n" + END,
        read(Heard(b"POST", b"/x", b"GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n")),
    ),
    Request(
        "another request after the end",
        P + b"3\r\nabc" + END + b"GET /y HTTP/1.1\r\nHost: a\r\n\r\n",
        read(Heard(b"POST", b"/x", b"abc"), Heard(b"GET", b"/y")),
    ),
    # what is not all there
    Request("no end", P + b"3\r\nabc\r\n", Waits()),
    Request("half an end", P + b"3\r\nabc\r\n0\r\n", Waits()),
    Request("half a chunk", P + b"3\r\nab", Waits()),
    Request("half a size", P + b"3", Waits()),
    Request("half an extension", P + b"3;a=b", Waits()),
    # sizes
    Request("a plus sign, CVE-2022-24801", P + b"+3\r\nabc" + END, CHUNK),
    Request("a minus sign", P + b"-3\r\nabc" + END, CHUNK),
    Request("minus zero at the end", P + b"3\r\nabc\r\n-0\r\n\r\n", CHUNK),
    Request("0x, CVE-2022-24801", P + b"0x3\r\nabc" + END, CHUNK),
    Request("0X", P + b"0X3\r\nabc" + END, CHUNK),
    Request("x3", P + b"x3\r\nabc" + END, CHUNK),
    Request("an h behind", P + b"3h\r\nabc" + END, CHUNK),
    Request("a letter that is no digit", P + b"g\r\nabc" + END, CHUNK),
    Request("an underscore", P + b"1_0\r\n0123456789abcdef" + END, CHUNK),
    Request("a point", P + b"3.0\r\nabc" + END, CHUNK),
    Request("a comma", P + b"3,3\r\nabc" + END, CHUNK),
    Request("quotes", P + b'"3"\r\nabc' + END, CHUNK),
    Request("a blank before", P + b" 3\r\nabc" + END, CHUNK),
    Request("a tab before", P + b"\t3\r\nabc" + END, CHUNK),
    Request("a blank behind", P + b"3 \r\nabc" + END, CHUNK),
    Request("a tab behind", P + b"3\t\r\nabc" + END, CHUNK),
    Request("a vertical tab behind", P + b"3\x0b\r\nabc" + END, CHUNK),
    Request("a form feed behind", P + b"3\x0c\r\nabc" + END, CHUNK),
    Request("a NUL behind", P + b"3\0\r\nabc" + END, CHUNK),
    Request("a high byte behind", P + b"3\xff\r\nabc" + END, CHUNK),
    Request("a full-width digit", P + b"\xef\xbc\x93\r\nabc" + END, CHUNK),
    Request("no size", P + b"\r\nabc" + END, CHUNK),
    Request("no size but an extension", P + b";a\r\nabc" + END, CHUNK),
    Request("17 digits", P + b"00000000000000003\r\nabc" + END, CHUNK),
    Request("2**64 + 3", P + b"10000000000000003\r\nabc" + END, CHUNK),
    Request("2**32 + 3 waits for more", P + b"100000003\r\nabc", Waits()),
    # ends of lines
    Request("a bare LF after the size", P + b"3\nabc" + END, CHUNK),
    Request("a bare CR after the size", P + b"3\rabc" + END, CHUNK),
    Request("CR CR LF after the size", P + b"3\r\r\nabc" + END, CHUNK),
    Request("LF CR after the size", P + b"3\n\rabc" + END, CHUNK),
    Request("a bare LF after the data", P + b"3\r\nabc\n0\r\n\r\n", CHUNK),
    Request("a bare CR after the data", P + b"3\r\nabc\r0\r\n\r\n", CHUNK),
    Request("nothing after the data", P + b"3\r\nabc0\r\n\r\n", CHUNK),
    Request("two bytes for an end, CVE-2025-43859", P + b"3\r\nabcXX0\r\n\r\n", CHUNK),
    Request("an empty line before the end", P + b"3\r\nabc\r\n\r\n0\r\n\r\n", CHUNK),
    Request("data longer than told", P + b"3\r\nabcd" + END, CHUNK),
    Request("data shorter than told", P + b"4\r\nabc" + END, CHUNK),
    Request("a bare LF after the last size", P + b"3\r\nabc\r\n0\n\r\n", CHUNK),
    Request("a bare LF at the very end", P + b"3\r\nabc\r\n0\r\n\n", Waits()),
    # extensions
    Request("a semicolon and nothing", P + b"3;\r\nabc" + END, CHUNK),
    Request("two semicolons", P + b"3;;a\r\nabc" + END, CHUNK),
    Request("a name and no value", P + b"3;a=\r\nabc" + END, CHUNK),
    Request("a value and no name", P + b"3;=b\r\nabc" + END, CHUNK),
    Request("a blank before the semicolon", P + b"3 ;a\r\nabc" + END, CHUNK),
    Request("a blank after the semicolon", P + b"3; a\r\nabc" + END, CHUNK),
    Request("a blank before the equals sign", P + b"3;a =b\r\nabc" + END, CHUNK),
    Request("a blank after the equals sign", P + b"3;a= b\r\nabc" + END, CHUNK),
    Request("a blank at the end", P + b"3;a \r\nabc" + END, CHUNK),
    Request("a name that is no token", P + b"3;a[b\r\nabc" + END, CHUNK),
    Request("quotes that stay open", P + b'3;a="b\r\nabc' + END, CHUNK),
    Request("quotes around a line end", P + b'3;a="b\r\nc"\r\nabc' + END, CHUNK),
    Request("more after the quotes", P + b'3;a="b"c\r\nabc' + END, CHUNK),
    Request("a bare LF within", P + b"3;a\nb\r\nabc" + END, CHUNK),
    Request("a bare LF that ends it", P + b"3;a\nabc" + END, CHUNK),
    Request("a bare CR within", P + b"3;a\rb\r\nabc" + END, CHUNK),
    Request("a NUL within", P + b"3;a\0b\r\nabc" + END, CHUNK),
    Request("a control in quotes", P + b'3;a="\x01"\r\nabc' + END, CHUNK),
    Request("a DEL in quotes", P + b'3;a="\x7f"\r\nabc' + END, CHUNK),
    Request("a high byte in a name", P + b"3;\xff\r\nabc" + END, CHUNK),
    Request("a line of 256 bytes", P + b"3;" + b"a" * 254 + b"\r\nabc" + END, ABC),
    Request("of 257, CVE-2023-39326", P + b"3;" + b"a" * 255 + b"\r\nabc" + END, CHUNK),
    Request("a size without end", P + b"0" * 300, CHUNK),
    Request("an extension without end", P + b"3;" + b"a" * 300, CHUNK),
    Request(
        "more extensions than data, CVE-2023-39326",
        P + (b"1;" + b"a" * 240 + b"\r\nx\r\n") * 70 + b"0\r\n\r\n",
        CHUNK,
    ),
    # the route's limit
    Request(
        "as long as may be",
        P + b"258\r\n" + b"a" * 600 + END,
        read(Heard(b"POST", b"/x", b"a" * 600)),
    ),
    Request("a byte longer", P + b"259\r\n" + b"a" * 601 + END, refused(413, "size")),
)
