"""Field lines: names, values, and where a line ends (RFC 9112, 2.2 and 5; RFC 9110, 5)."""

from __future__ import annotations

from tests.wire.corpus.cases import Heard, Request, Waits, read, refused

G = b"GET /x HTTP/1.1\r\nHost: a\r\n"
FIELD = refused(400, "field")


def _passes(name: str, lines: bytes, *fields: tuple[bytes, bytes]) -> Request:
    return Request(name, G + lines + b"\r\n", read(Heard(b"GET", b"/x", fields=fields)))


CASES = (
    # what passes, as it came
    _passes("one", b"X: y\r\n", (b"X", b"y")),
    _passes("its spelling", b"x-LoUd: y\r\n", (b"x-LoUd", b"y")),
    _passes(
        "order and repetition",
        b"B: 1\r\nA: 2\r\nb: 3\r\n",
        (b"B", b"1"),
        (b"A", b"2"),
        (b"b", b"3"),
    ),
    _passes("no value", b"X:\r\n", (b"X", b"")),
    _passes("blanks for a value", b"X: \t \r\n", (b"X", b"")),
    _passes("blanks around a value", b"X: \t y z \t\r\n", (b"X", b"y z")),
    _passes("a tab within", b"X: y\tz\r\n", (b"X", b"y\tz")),
    _passes("a colon in the value", b"X: y: z\r\n", (b"X", b"y: z")),
    _passes("a colon first", b"X::\r\n", (b"X", b":")),
    _passes("UTF-8", b"X: \xc3\xa9\r\n", (b"X", b"\xc3\xa9")),
    _passes("high bytes", b"X: \x80\xff\r\n", (b"X", b"\x80\xff")),
    _passes("a next-line control of Latin-1", b"X: a\x85b\r\n", (b"X", b"a\x85b")),
    _passes("a no-break space at the end", b"X: a\xa0\r\n", (b"X", b"a\xa0")),
    _passes(
        "every character of a token", b"!#$%&'*+-.^`|~09Az: y\r\n", (b"!#$%&'*+-.^`|~09Az", b"y")
    ),
    _passes("marks in the value", b'X: "<>[]{}()\\#%\r\n', (b"X", b'"<>[]{}()\\#%')),
    _passes("a comment that stays open", b"X: (((\r\n", (b"X", b"(((")),
    _passes("an escape stays an escape", b"X: %0d%0aY: z\r\n", (b"X", b"%0d%0aY: z")),
    _passes("a backslash r stays one", b"X: \\r\\nY: z\r\n", (b"X", b"\\r\\nY: z")),
    _passes(
        "UTF-8 whose cut-off bytes are line ends",
        b"X: \xc4\x8d\xc4\x8aY: z\r\n",
        (b"X", b"\xc4\x8d\xc4\x8aY: z"),
    ),
    _passes("an overlong line end", b"X: a\xc0\x8d\xc0\x8ab\r\n", (b"X", b"a\xc0\x8d\xc0\x8ab")),
    _passes("18 of them", b"X: y\r\n" * 19, *[(b"X", b"y")] * 19),
    _passes("no letters but a dash", b"-: y\r\n", (b"-", b"y")),
    _passes("a digit first", b"1: y\r\n", (b"1", b"y")),
    # names
    Request("no name, CVE-2023-25725", G + b": y\r\n\r\n", FIELD),
    Request("no name, and a length", G + b": Content-Length: 5\r\n\r\n", FIELD),
    Request("a blank for a name", G + b" : y\r\n\r\n", FIELD),
    Request("a blank before the colon, Twisted #12191", G + b"X : y\r\n\r\n", FIELD),
    Request("a tab before the colon", G + b"X\t: y\r\n\r\n", FIELD),
    Request("a blank in the name", G + b"X Y: z\r\n\r\n", FIELD),
    Request("a tab in the name", G + b"X\tY: z\r\n\r\n", FIELD),
    Request("a blank before the name", G + b" X: y\r\n\r\n", FIELD),
    Request("a NUL in the name, Twisted #12228", G + b"X\0: y\r\n\r\n", FIELD),
    Request("a NUL before the name", G + b"\0X: y\r\n\r\n", FIELD),
    Request("a control in the name", G + b"X\x01: y\r\n\r\n", FIELD),
    Request("a DEL in the name", G + b"X\x7f: y\r\n\r\n", FIELD),
    Request("a vertical tab in the name", G + b"X\x0b: y\r\n\r\n", FIELD),
    Request("a high byte in the name", G + b"X\xe9: y\r\n\r\n", FIELD),
    Request("a byte order mark", G + b"\xef\xbb\xbfX: y\r\n\r\n", FIELD),
    Request("a soft hyphen", G + b"Content\xadLength: 3\r\n\r\nabc", FIELD),
    Request("a parenthesis", G + b"X(: y\r\n\r\n", FIELD),
    Request("a slash", G + b"X/: y\r\n\r\n", FIELD),
    Request("a bracket", G + b"X[]: y\r\n\r\n", FIELD),
    Request("a quote", G + b'"X": y\r\n\r\n', FIELD),
    Request("an equals sign", G + b"X=: y\r\n\r\n", FIELD),
    Request("an at sign", G + b"X@: y\r\n\r\n", FIELD),
    Request("a comma", G + b"X,: y\r\n\r\n", FIELD),
    Request("a semicolon", G + b"X;: y\r\n\r\n", FIELD),
    Request("a backslash", G + b"X\\: y\r\n\r\n", FIELD),
    Request("a less-than", G + b"<X>: y\r\n\r\n", FIELD),
    Request("no colon", G + b"X\r\n\r\n", FIELD),
    Request("no colon but a value", G + b"X y\r\n\r\n", FIELD),
    Request("a request line among the fields", G + b"GET /y HTTP/1.1\r\n\r\n", FIELD),
    # values
    Request("a NUL, CVE-2019-9900", G + b"X: a\0b\r\n\r\n", FIELD),
    Request("a NUL only", G + b"X: \0\r\n\r\n", FIELD),
    Request("a control", G + b"X: a\x01b\r\n\r\n", FIELD),
    Request("a bell", G + b"X: \x07\r\n\r\n", FIELD),
    Request("a backspace", G + b"X: a\x08b\r\n\r\n", FIELD),
    Request("a vertical tab", G + b"X: a\x0bb\r\n\r\n", FIELD),
    Request("a form feed", G + b"X: a\x0cb\r\n\r\n", FIELD),
    Request("an escape character", G + b"X: \x1b[31m\r\n\r\n", FIELD),
    Request("a record separator", G + b"X: a\x1eb\r\n\r\n", FIELD),
    Request("a DEL", G + b"X: a\x7fb\r\n\r\n", FIELD),
    # folding
    Request("folded by a blank", G + b"X: y\r\n z\r\n\r\n", FIELD),
    Request("folded by a tab", G + b"X: y\r\n\tz\r\n\r\n", FIELD),
    Request("folded with nothing behind", G + b"X: y\r\n \r\n\r\n", FIELD),
    Request("folded from the first line on", b"GET /x HTTP/1.1\r\n Host: a\r\n\r\n", FIELD),
    Request("a Host that is folded", b"GET /x HTTP/1.1\r\nHost:\r\n a\r\n\r\n", FIELD),
    # bare line ends
    Request("a bare LF after a field", b"GET /x HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", FIELD),
    Request("a bare LF in a value", G + b"X: y\nZ: 1\r\n\r\n", FIELD),
    Request("a bare LF first in a value", G + b"X: \nZ: 1\r\n\r\n", FIELD),
    Request("a bare LF in a name", G + b"X\nY: 1\r\n\r\n", FIELD),
    Request("a bare LF and CRLF", G + b"X: y\n\r\n\r\n", FIELD),
    Request("a bare LF for an empty line", G + b"X: y\r\n\nZ: 1\r\n\r\n", FIELD),
    Request("two bare LFs wait, then refuse", G + b"X: y\n\nGET /y HTTP/1.1\r\n\r\n", FIELD),
    Request("a bare CR in a value, Twisted #12754", G + b"X: y\rZ: 1\r\n\r\n", FIELD),
    Request("a bare CR first in a value", G + b"X: \rZ: 1\r\n\r\n", FIELD),
    Request("a bare CR in a name", G + b"X\rY: 1\r\n\r\n", FIELD),
    Request("a bare CR after the colon", G + b"X:\ry\r\n\r\n", FIELD),
    Request("CR CR LF", G + b"X: y\r\r\n\r\n", FIELD),
    Request("CR CR LF at the end", G + b"X: y\r\n\r\r\n\r\n", FIELD),
    Request("a bare CR for an empty line", G + b"\rX: y\r\n\r\n", FIELD),
    Request("LF CR", G + b"X: y\n\rZ: 1\r\n\r\n", FIELD),
    Request("a CR at the very end", G + b"\r", Waits()),
    Request("a bare LF at the very end", G + b"\n", Waits()),
    Request("no empty line", G, Waits()),
    Request("no line end at all", G + b"X: y", Waits()),
    # limits
    Request("20 of them", G + b"X: y\r\n" * 19 + b"\r\n", read(Heard(b"GET", b"/x"))),
    Request("21 of them", G + b"X: y\r\n" * 20 + b"\r\n", refused(431, "size")),
    Request(
        "as long as may be",
        G + b"X: " + b"y" * (1024 - 14) + b"\r\n\r\n",
        read(Heard(b"GET", b"/x")),
    ),
    Request("a byte longer", G + b"X: " + b"y" * (1024 - 13) + b"\r\n\r\n", refused(431, "size")),
    Request("a value without end", G + b"X: " + b"y" * 1100, refused(431, "size")),
    Request("a name without end", G + b"x" * 1100, refused(431, "size")),
    # what a CGI backend would take for its own
    _passes("Proxy, CVE-2016-5385", b"Proxy: http://b\r\n"),
)
