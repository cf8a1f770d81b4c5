"""Host and authority: none, several, odd, or against each other (RFC 9112, 3.2)."""

from __future__ import annotations

from tests.wire.corpus.cases import Heard, Request, read, refused

L = b"GET /x HTTP/1.1\r\n"
HOST = refused(400, "host")


def _passes(name: str, host: bytes) -> Request:
    return Request(name, L + b"Host: " + host + b"\r\n\r\n", read(Heard(b"GET", b"/x", host=host)))


def _bad(name: str, host: bytes) -> Request:
    return Request(name, L + b"Host: " + host + b"\r\n\r\n", HOST)


def _absolute(name: str, target: bytes, host: bytes, heard: bytes) -> Request:
    sent = b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
    return Request(name, sent, read(Heard(b"GET", heard, host=host)))


def _against(name: str, target: bytes, host: bytes) -> Request:
    return Request(name, b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n", HOST)


CASES = (
    _passes("a name", b"gateway.example"),
    _passes("capitals stay", b"GateWay.Example"),
    _passes("a port", b"a:8080"),
    _passes("the highest port", b"a:65535"),
    _passes("a dot at the end", b"a."),
    _passes("an underscore", b"a_b.c"),
    _passes("a tilde", b"a~b"),
    _passes("a dash first", b"-a"),
    _passes("an address", b"192.0.2.7"),
    _passes("an IPv6 address", b"[2001:db8::1]"),
    _passes("with a port", b"[::1]:80"),
    _passes("with an IPv4 tail", b"[::ffff:192.0.2.7]"),
    Request("blanks around it", L + b"Host: \t a \t\r\n\r\n", read(Heard(b"GET", b"/x"))),
    Request("no blank before it", L + b"Host:a\r\n\r\n", read(Heard(b"GET", b"/x"))),
    Request("the name in capitals", L + b"HOST: a\r\n\r\n", read(Heard(b"GET", b"/x"))),
    # none, or several
    Request("none", L + b"\r\n", HOST),
    Request("none but other fields", L + b"X: y\r\n\r\n", HOST),
    Request("X-Forwarded-Host is none", L + b"X-Forwarded-Host: a\r\n\r\n", HOST),
    Request("two", L + b"Host: a\r\nHost: b\r\n\r\n", HOST),
    Request("two equal ones", L + b"Host: a\r\nHost: a\r\n\r\n", HOST),
    Request("two spellings", L + b"Host: a\r\nhOST: a\r\n\r\n", HOST),
    Request("two apart", L + b"Host: a\r\nX: y\r\nHost: b\r\n\r\n", HOST),
    Request("one of them empty", L + b"Host: a\r\nHost:\r\n\r\n", HOST),
    Request("the second before a blank", L + b"Host: a\r\n Host: b\r\n\r\n", refused(400, "field")),
    Request("the second with a blank", L + b"Host: a\r\nHost : b\r\n\r\n", refused(400, "field")),
    Request("empty", L + b"Host:\r\n\r\n", HOST),
    Request("a blank", L + b"Host: \r\n\r\n", HOST),
    # what is none
    _bad("a list", b"a, b"),
    _bad("a list without blanks", b"a,b"),
    _bad("two words", b"a b"),
    _bad("a tab within", b"a\tb"),
    _bad("an address of the web", b"http://a"),
    _bad("a path", b"a/b"),
    _bad("a query", b"a?b"),
    _bad("a fragment in it", b"a#b"),
    _bad("a user", b"user@a"),
    _bad("a user and a secret", b"user:secret@a"),
    _bad("markup, CVE-2022-39348", b"a<b>"),
    _bad("a quote", b'a"b'),
    _bad("a backslash in it", b"a\\b"),
    _bad("an escape", b"a%2eb"),
    _bad("an escaped line end", b"a%0d%0ab"),
    _bad("two dots", b"a..b"),
    _bad("a dot first", b".a"),
    _bad("a dot only", b"."),
    _bad("an asterisk", b"*"),
    _bad("a high byte", b"\xe9.example"),
    _bad("an ideographic dot", b"a\xe3\x80\x82b"),
    _bad("a semicolon", b"a;b"),
    _bad("no port", b"a:"),
    _bad("a port that is no number", b"a:80x"),
    _bad("a signed port", b"a:+80"),
    _bad("a port too high", b"a:65536"),
    _bad("a port of six digits", b"a:000080"),
    _bad("two ports", b"a:80:81"),
    _bad("a port and a path", b"a:80/x"),
    _bad("a port only", b":80"),
    _bad("IPv6 without brackets", b"::1"),
    _bad("brackets around a name", b"[a]"),
    _bad("brackets around IPv4", b"[192.0.2.7]"),
    _bad("empty brackets", b"[]"),
    _bad("open brackets", b"[::1"),
    _bad("more behind brackets", b"[::1]a"),
    _bad("a zone", b"[fe80::1%25eth0]"),
    _bad("an IPv6 address that is none", b"[1:2]"),
    _bad("an IPvFuture address", b"[v1.a]"),
    _bad("a name of 300 letters", b"a" * 300),
    # absolute targets
    _absolute("absolute", b"http://a/x", b"a", b"/x"),
    _absolute("absolute with a query", b"http://a/x?y", b"a", b"/x?y"),
    _absolute("absolute without path", b"http://a", b"a", b"/"),
    _absolute("absolute without path but a query", b"http://a?y", b"a", b"/?y"),
    _absolute("https", b"https://a/x", b"a", b"/x"),
    _absolute("the scheme in capitals", b"HTTP://a/x", b"a", b"/x"),
    _absolute("absolute with a port", b"http://a:81/x", b"a:81", b"/x"),
    _absolute("hosts alike but for case", b"http://A/x", b"a", b"/x"),
    _absolute("IPv6", b"http://[::1]/x", b"[::1]", b"/x"),
    _absolute("a double slash in the path", b"http://a//b/x", b"a", b"//b/x"),
    Request(
        "an asterisk in absolute form",
        b"OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n",
        read(Heard(b"OPTIONS", b"*")),
    ),
    Request(
        "OPTIONS with a slash",
        b"OPTIONS http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        read(Heard(b"OPTIONS", b"/")),
    ),
    Request(
        "1.0 whose target names the host",
        b"GET http://a/x HTTP/1.0\r\n\r\n",
        read(Heard(b"GET", b"/x"), closes=True),
    ),
    Request(
        "1.0 without a host: the instance's own",
        b"GET /x HTTP/1.0\r\n\r\n",
        read(Heard(b"GET", b"/x", host=b"127.0.0.1:9001"), closes=True),
    ),
    Request("no Host beside an absolute target", b"GET http://a/x HTTP/1.1\r\n\r\n", HOST),
    _against("another host", b"http://b/x", b"a"),
    _against("another port", b"http://a:81/x", b"a:80"),
    _against("a port too many", b"http://a:80/x", b"a"),
    _against("a port too few", b"http://a/x", b"a:80"),
    _against("a dot too many", b"http://a./x", b"a"),
    _against("a user in the target", b"http://user@a/x", b"a"),
    _against("a user that looks like the host", b"http://a@b/x", b"a"),
    _against("no authority", b"http:///x", b"a"),
    _against("an empty port", b"http://a:/x", b"a"),
    _against("an escape in the authority", b"http://%61/x", b"a"),
    _against("markup in the authority", b"http://a<b>/x", b"a"),
    Request(
        "1.0 with another host",
        b"GET http://b/x HTTP/1.0\r\nHost: a\r\n\r\n",
        HOST,
    ),
    Request("another scheme", b"GET ftp://a/x HTTP/1.1\r\nHost: a\r\n\r\n", refused(400, "target")),
    Request("a file", b"GET file:///x HTTP/1.1\r\nHost: a\r\n\r\n", refused(400, "target")),
    Request(
        "a websocket's scheme", b"GET ws://a/x HTTP/1.1\r\nHost: a\r\n\r\n", refused(400, "target")
    ),
    Request("one slash", b"GET http:/a/x HTTP/1.1\r\nHost: a\r\n\r\n", refused(400, "target")),
    Request("no slash", b"GET http:a/x HTTP/1.1\r\nHost: a\r\n\r\n", refused(400, "target")),
    Request("a backslash", b"GET http:\\\\a/x HTTP/1.1\r\nHost: a\r\n\r\n", refused(400, "target")),
    Request("a fragment", b"GET http://a/x#y HTTP/1.1\r\nHost: a\r\n\r\n", refused(400, "target")),
    Request(
        "a fragment before the path",
        b"GET http://a#/x HTTP/1.1\r\nHost: a\r\n\r\n",
        refused(400, "target"),
    ),
)
