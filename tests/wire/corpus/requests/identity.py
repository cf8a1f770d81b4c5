"""Who asks: what only the gateway, or who is trusted, may say (RFC 7239), and underscores."""

from __future__ import annotations

from tests.wire.corpus.cases import Fields, Heard, Request, read, refused

G = b"GET /x HTTP/1.1\r\nHost: a\r\n"
#: what the gateway says of a stranger
CLAIMS = (
    (b"forwarded", b"for=192.0.2.1;proto=http;host=a"),
    (b"via", b"1.1 altlas"),
    (b"x-forwarded-for", b"192.0.2.1"),
    (b"x-forwarded-host", b"a"),
    (b"x-forwarded-port", b"80"),
    (b"x-forwarded-proto", b"http"),
)


def _replaced(name: str, *lines: bytes, via: bytes = b"1.1 altlas") -> Request:
    """Nothing of it goes on but what the gateway says itself."""
    sent = G + b"".join(line + b"\r\n" for line in lines) + b"\r\n"
    return Request(name, sent, read(Heard(b"GET", b"/x", fields=(), claims=CLAIMS)))


def _believed(name: str, line: bytes, *claims: tuple[bytes, bytes], fields: Fields = ()) -> Request:
    """From who is trusted."""
    heard = Heard(b"GET", b"/x", fields=fields, claims=claims)
    return Request(name, G + line + b"\r\n\r\n", read(heard), listener="trusting")


def _named(name: str, line: bytes) -> tuple[Request, ...]:
    """A name with an underscore that means nothing to us, at each sort of listener."""
    field = tuple(line.split(b": "))
    sent = G + line + b"\r\n\r\n"
    return (
        Request(f"{name} is dropped", sent, read(Heard(b"GET", b"/x", fields=()))),
        Request(
            f"{name} is kept",
            sent,
            read(Heard(b"GET", b"/x", fields=((field[0], field[1]),))),
            listener="keeping",
        ),
        Request(f"{name} is refused", sent, refused(400, "name"), listener="refusing"),
    )


def _alias(name: bytes) -> Request:
    """A name that CGI cannot tell from one that means something: not even kept."""
    sent = G + name + b": 10.0.0.1\r\n\r\n"
    heard = Heard(b"GET", b"/x", fields=(), claims=CLAIMS)
    return Request(f"{name.decode()} goes no further", sent, read(heard), listener="keeping")


CASES = (
    _replaced("nothing said"),
    _replaced("an address", b"X-Forwarded-For: 10.0.0.1"),
    _replaced("addresses", b"X-Forwarded-For: 10.0.0.1, 10.0.0.2", b"x-forwarded-for: 10.0.0.3"),
    _replaced("our own address", b"X-Forwarded-For: 127.0.0.1"),
    _replaced("a host", b"X-Forwarded-Host: admin.example"),
    _replaced("a scheme", b"X-Forwarded-Proto: https"),
    _replaced("a port", b"X-Forwarded-Port: 443"),
    _replaced("a prefix, CVE-2024-52003", b"X-Forwarded-Prefix: /admin"),
    _replaced("a path", b"X-Forwarded-Uri: /admin"),
    _replaced("a user", b"X-Forwarded-User: root"),
    _replaced("a certificate", b"X-Forwarded-Tls-Client-Cert: x"),
    _replaced("anything of that kind", b"X-Forwarded: for=10.0.0.1"),
    _replaced("a server", b"X-Forwarded-Server: b"),
    _replaced("a real address", b"X-Real-IP: 10.0.0.1"),
    _replaced("Forwarded", b"Forwarded: for=10.0.0.1;host=b"),
    _replaced("two Forwarded", b"Forwarded: for=10.0.0.1", b"Forwarded: for=10.0.0.2"),
    _replaced("broken Forwarded", b'Forwarded: for="'),
    _replaced("an id", b"X-Request-ID: 1"),
    _replaced("Via", b"Via: 1.1 b"),
    _replaced("in capitals", b"X-FORWARDED-FOR: 10.0.0.1", b"X-REAL-IP: 10.0.0.1"),
    Request(
        "1.0 is told",
        b"GET /x HTTP/1.0\r\nHost: a\r\n\r\n",
        read(Heard(b"GET", b"/x", claims=((b"via", b"1.0 altlas"),)), closes=True),
    ),
    # who is trusted
    _believed(
        "an address, with its own",
        b"X-Forwarded-For: 10.0.0.1",
        (b"x-forwarded-for", b"10.0.0.1, 192.0.2.1"),
    ),
    _believed(
        "addresses of two fields",
        b"X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: 10.0.0.2",
        (b"x-forwarded-for", b"10.0.0.1, 10.0.0.2, 192.0.2.1"),
    ),
    _believed("a scheme of its own", b"X-Forwarded-Proto: https", (b"x-forwarded-proto", b"https")),
    _believed("a host of its own", b"X-Forwarded-Host: b", (b"x-forwarded-host", b"b")),
    _believed("an id of its own", b"X-Request-ID: abc", (b"x-request-id", b"abc")),
    _believed("Via is added to", b"Via: 1.0 b", (b"via", b"1.0 b"), (b"via", b"1.1 altlas")),
    _believed(
        "Forwarded is added to",
        b"Forwarded: for=10.0.0.1",
        (b"forwarded", b"for=10.0.0.1, for=192.0.2.1;proto=http;host=a"),
    ),
    _believed(
        "a real address stays", b"X-Real-IP: 10.0.0.1", fields=((b"X-Real-IP", b"10.0.0.1"),)
    ),
    # underscores
    *_named("a user's name", b"X_User: root"),
    *_named("an underscore first", b"_x: y"),
    *_named("underscores only", b"___: y"),
    *_named("one among dashes", b"X-Remote_User: root"),
    *_named("one in capitals", b"REMOTE_USER: root"),
    Request(
        "underscores in values mean nothing",
        G + b"X: a_b\r\n\r\n",
        read(Heard(b"GET", b"/x", fields=((b"X", b"a_b"),))),
        listener="refusing",
    ),
    _alias(b"X_Forwarded_For"),
    _alias(b"X_FORWARDED-FOR"),
    _alias(b"X-Forwarded_Proto"),
    _alias(b"X_Forwarded_Prefix"),
    _alias(b"X_Real_IP"),
    _alias(b"X_Request_ID"),
    _alias(b"Content_Length"),
    _alias(b"Content_Type"),
    _alias(b"Transfer_Encoding"),
    _alias(b"Proxy_Authorization"),
    _alias(b"Keep_Alive"),
)
