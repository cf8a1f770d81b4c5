"""The first line: method, target, version, and what stands around it (RFC 9112, 2.2 and 3)."""

from __future__ import annotations

from tests.wire.corpus.cases import Heard, Request, Waits, read, refused

E = b" HTTP/1.1\r\nHost: a\r\n\r\n"
LINE, TARGET = refused(400, "line"), refused(400, "target")
VERSION, METHOD, LONG = refused(505, "version"), refused(501, "method"), refused(414, "size")


def _passes(name: str, target: bytes) -> Request:
    """The target goes on byte for byte."""
    return Request(name, b"GET " + target + E, read(Heard(b"GET", target)))


def _method(method: bytes) -> Request:
    return Request(f"{method.decode()} passes", method + b" /x" + E, read(Heard(method, b"/x")))


def _bad(name: str, target: bytes) -> Request:
    return Request(name, b"GET " + target + E, TARGET)


CASES = (
    # targets that pass
    _passes("the root", b"/"),
    _passes("a bare question mark", b"/x?"),
    _passes("two question marks", b"/x?a?b"),
    _passes("double slashes", b"//x//y/"),
    _passes("dots", b"/x/./y/../z"),
    _passes("many dots", b"/.../...."),
    _passes("escapes in both cases", b"/%2f%2F%5c%5C%41"),
    _passes("escapes that are no UTF-8", b"/%ff%fe"),
    _passes("an escaped line end", b"/%0d%0aX:%20y"),
    _passes("an escaped blank, hash and question mark", b"/%20%23%3f"),
    _passes("a double escape", b"/x/%252e%252e/"),
    _passes("a double escape of what needs none", b"/%2561"),
    _passes("sub-delimiters", b"/!$&'()*+,;=:@"),
    _passes("parameters", b"/x;p=1;q/y;r"),
    _passes("what many clients do not escape", b"/^`{|}~"),
    _passes("brackets in the query", b"/x?a[]=1&b[c]=2"),
    _passes("slashes and dots in the query", b"/x?../../y//z"),
    _passes("a broken escape in the query", b"/x?%zz%"),
    _passes("an escaped NUL in the query", b"/x?%00"),
    _passes("a caret, a backquote, a brace in the query", b"/x?^`{|}"),
    _passes("a path that looks absolute", b"/http://b/"),
    _passes("a path that looks like a host", b"//b:80/x"),
    _passes("an asterisk in the path", b"/*"),
    # methods
    *[_method(method) for method in b"GET POST PUT PATCH DELETE OPTIONS TRACE PROPFIND".split()],
    *[_method(method) for method in b"MKCOL COPY MOVE LOCK REPORT SEARCH QUERY PURGE".split()],
    Request("HEAD passes", b"HEAD /x" + E, read(Heard(b"HEAD", b"/x"))),
    Request("an asterisk", b"OPTIONS *" + E, read(Heard(b"OPTIONS", b"*"))),
    Request("1.0", b"GET /x HTTP/1.0\r\nHost: a\r\n\r\n", read(Heard(b"GET", b"/x"), closes=True)),
    Request(
        "1.0 that asks to keep",
        b"GET /x HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
        read(Heard(b"GET", b"/x")),
    ),
    # empty lines
    Request("one empty line before", b"\r\nGET /x" + E, read(Heard(b"GET", b"/x"))),
    Request("four empty lines before", b"\r\n" * 4 + b"GET /x" + E, read(Heard(b"GET", b"/x"))),
    Request("five empty lines before", b"\r\n" * 5 + b"GET /x" + E, LINE),
    Request("a bare LF before", b"\nGET /x" + E, LINE),
    Request("a bare CR before", b"\rGET /x" + E, LINE),
    Request("CR CR LF before", b"\r\r\nGET /x" + E, LINE),
    # blanks
    Request("two blanks", b"GET  /x" + E, LINE),
    Request("two blanks before the version", b"GET /x " + E, LINE),
    Request("a blank first", b" GET /x" + E, LINE),
    Request("a blank last", b"GET /x HTTP/1.1 \r\nHost: a\r\n\r\n", LINE),
    Request("a tab for the first blank", b"GET\t/x" + E, LINE),
    Request("a tab for the second", b"GET /x\tHTTP/1.1\r\nHost: a\r\n\r\n", LINE),
    Request("a vertical tab for a blank", b"GET\x0b/x" + E, LINE),
    Request("a form feed for a blank", b"GET /x\x0cHTTP/1.1\r\nHost: a\r\n\r\n", LINE),
    Request("a no-break space for a blank", b"GET\xa0/x" + E, LINE),
    Request("a NUL for a blank", b"GET\0/x" + E, LINE),
    Request("a tab behind", b"GET /x HTTP/1.1\t\r\nHost: a\r\n\r\n", LINE),
    Request("a blank in the target", b"GET /x y" + E, LINE),
    Request("two requests in one line", b"GET /x HTTP/1.1 GET /y" + E, LINE),
    # line ends
    Request("a bare LF", b"GET /x HTTP/1.1\nHost: a\r\n\r\n", LINE),
    Request("a bare CR", b"GET /x HTTP/1.1\rHost: a\r\n\r\n", LINE),
    Request("CR CR LF", b"GET /x HTTP/1.1\r\r\nHost: a\r\n\r\n", LINE),
    Request("a CR in the target", b"GET /x\ry" + E, LINE),
    Request("a CRLF in the method, CVE-2019-12387", b"G\r\nET /x" + E, LINE),
    Request("a LF in the target", b"GET /x\ny" + E, LINE),
    # versions
    Request("no version", b"GET /x\r\nHost: a\r\n\r\n", LINE),
    Request("0.9", b"GET /x\r\n\r\n", LINE),
    Request("HTTP/0.9", b"GET /x HTTP/0.9\r\nHost: a\r\n\r\n", VERSION),
    Request("HTTP/1.2", b"GET /x HTTP/1.2\r\nHost: a\r\n\r\n", VERSION),
    Request("HTTP/1.10", b"GET /x HTTP/1.10\r\nHost: a\r\n\r\n", VERSION),
    Request("HTTP/1.01", b"GET /x HTTP/1.01\r\nHost: a\r\n\r\n", VERSION),
    Request("HTTP/01.1", b"GET /x HTTP/01.1\r\nHost: a\r\n\r\n", VERSION),
    Request("HTTP/1", b"GET /x HTTP/1\r\nHost: a\r\n\r\n", VERSION),
    Request("HTTP/2", b"GET /x HTTP/2\r\nHost: a\r\n\r\n", VERSION),
    Request("HTTP/2.0", b"GET /x HTTP/2.0\r\nHost: a\r\n\r\n", VERSION),
    Request("HTTP/3.0", b"GET /x HTTP/3.0\r\nHost: a\r\n\r\n", VERSION),
    Request("the greeting of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", VERSION),
    Request("HTTP/1.1x", b"GET /x HTTP/1.1x\r\nHost: a\r\n\r\n", LINE),
    Request("HTTP/1,1", b"GET /x HTTP/1,1\r\nHost: a\r\n\r\n", LINE),
    Request("HTTP /1.1", b"GET /x HTTP /1.1\r\nHost: a\r\n\r\n", LINE),
    Request("HTTP/ 1.1", b"GET /x HTTP/ 1.1\r\nHost: a\r\n\r\n", LINE),
    Request("HTTP/-1.1", b"GET /x HTTP/-1.1\r\nHost: a\r\n\r\n", LINE),
    Request("HTTP/+1.1", b"GET /x HTTP/+1.1\r\nHost: a\r\n\r\n", LINE),
    Request("small letters", b"GET /x http/1.1\r\nHost: a\r\n\r\n", LINE),
    Request("HTTPS/1.1", b"GET /x HTTPS/1.1\r\nHost: a\r\n\r\n", LINE),
    Request("HTCPCP/1.0", b"GET /x HTCPCP/1.0\r\nHost: a\r\n\r\n", LINE),
    Request("ICY", b"GET /x ICY/1.0\r\nHost: a\r\n\r\n", LINE),
    Request("RTSP/1.0", b"GET /x RTSP/1.0\r\nHost: a\r\n\r\n", LINE),
    Request("digits of another script", b"GET /x HTTP/\xd9\xa1.1\r\nHost: a\r\n\r\n", LINE),
    # targets that are refused
    _bad("no slash", b"x"),
    _bad("a question mark first", b"?x"),
    _bad("a fragment, CVE-2023-45539", b"/x#y"),
    _bad("a fragment in the query", b"/x?y#z"),
    _bad("a fragment only", b"#x"),
    _bad("a quote", b'/x"y'),
    _bad("a less-than", b"/x<y"),
    _bad("a greater-than", b"/x>y"),
    _bad("markup in the query", b"/x?<script>"),
    _bad("a backslash", b"/x\\y"),
    _bad("a backslash first", b"\\x"),
    _bad("a backslash in the query", b"/x?y\\z"),
    _bad("a bracket in the path", b"/x[y]"),
    _bad("a control", b"/x\x01"),
    _bad("a NUL, CVE-2019-9900", b"/x\0"),
    _bad("a DEL", b"/x\x7f"),
    _bad("an escape character", b"/x\x1b[31m"),
    _bad("UTF-8", b"/\xc3\xa9"),
    _bad("high bytes", b"/\xff"),
    _bad("high bytes in the query", b"/x?\xff"),
    _bad("an asterisk for GET", b"*"),
    _bad("an authority for GET", b"a:80"),
    _bad("a relative path", b"../x"),
    Request("an asterisk and more", b"OPTIONS *x" + E, TARGET),
    Request("an asterisk and a query", b"OPTIONS *?x" + E, TARGET),
    Request("two asterisks", b"OPTIONS **" + E, TARGET),
    Request("no target", b"GET HTTP/1.1\r\nHost: a\r\n\r\n", LINE),
    Request("nothing between two blanks", b"GET " + E, TARGET),
    # methods that are refused
    Request("CONNECT, CVE-2026-71324", b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", METHOD),
    Request("CONNECT with a path", b"CONNECT /x" + E, METHOD),
    Request("CONNECT and what would be a tunnel", b"CONNECT a:80" + E + b"GET /y" + E, METHOD),
    Request("an unknown one", b"FROB /x" + E, METHOD),
    Request("small letters in the method", b"get /x" + E, METHOD),
    Request("one small letter", b"GEt /x" + E, METHOD),
    Request("a longer one", b"GETS /x" + E, METHOD),
    Request("a shorter one", b"GE /x" + E, METHOD),
    Request("marks in the method", b"GET! /x" + E, METHOD),
    Request("digits", b"123 /x" + E, METHOD),
    Request("a very long one", b"A" * 150 + b" /x" + E, METHOD),
    Request("a slash in the method", b"GE/T /x" + E, LINE),
    Request("a colon in the method", b"GET: /x" + E, LINE),
    Request("a quote around the method", b'"GET" /x' + E, LINE),
    Request("a high byte in the method", b"G\xc9T /x" + E, LINE),
    Request("a NUL in the method", b"GE\0T /x" + E, LINE),
    Request("no method", b"/x" + E, LINE),
    # what is no HTTP at all
    Request("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", LINE),
    Request("SSH", b"SSH-2.0-OpenSSH_9.6\r\n", LINE),
    Request("SMTP", b"EHLO a\r\n", LINE),
    Request("the PROXY protocol", b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n", LINE),
    Request("its second version", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", LINE),
    Request("a status line", b"HTTP/1.1 200 OK\r\n\r\n", LINE),
    Request("a byte order mark", b"\xef\xbb\xbfGET /x" + E, LINE),
    Request("braces", b'{"a": 1}\r\n\r\n', LINE),
    # limits and what is not all there
    Request(
        "as long as may be",
        b"GET /" + b"x" * (200 - 14) + E,
        read(Heard(b"GET", b"/" + b"x" * 186)),
    ),
    Request("a byte longer", b"GET /" + b"x" * (200 - 13) + E, LONG),
    Request("without end", b"GET /" + b"x" * 250, LONG),
    Request("a method without end", b"G" * 250, LONG),
    Request("half a line", b"GET /x HT", Waits()),
    Request("a line and no more", b"GET /x HTTP/1.1\r\n", Waits()),
    Request("a method", b"GET", Waits()),
    Request("empty lines only", b"\r\n\r\n\r\n", Waits()),
    # paths that two readers could take in two ways
    Request("an escaped NUL", b"GET /x%00" + E, refused(400, "path")),
    Request("a broken escape", b"GET /x%zz" + E, refused(400, "path")),
    Request("half an escape", b"GET /x%2" + E, refused(400, "path")),
    Request("above the root", b"GET /../x" + E, refused(400, "path")),
    Request("above the root by escapes", b"GET /%2e%2e/x" + E, refused(400, "path")),
    Request("an encoded slash beside dots", b"GET /x/..%2fy" + E, refused(400, "path")),
    Request("an encoded backslash beside dots", b"GET /x/..%5cy" + E, refused(400, "path")),
    Request("dots with a parameter", b"GET /x/..;/y" + E, refused(400, "path")),
    Request("dots after a double slash", b"GET /x//../y" + E, refused(400, "path")),
)
