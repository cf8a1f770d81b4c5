"""Fields of one connection, what Connection names, changes of protocol (RFC 9110, 7.6 to 7.8)."""

from __future__ import annotations

from tests.wire.corpus.cases import Fields, Heard, Request, Waits, read, refused

G = b"GET /x HTTP/1.1\r\nHost: a\r\n"
P = b"POST /x HTTP/1.1\r\nHost: a\r\n"
KEPT = (b"X-Kept", b"1")
#: What a gateway says of a client nobody believes, for those who would have it forgotten.
OURS = ((b"forwarded", b"for=192.0.2.1;proto=http;host=a"), (b"x-forwarded-for", b"192.0.2.1"))


def _gone(name: str, *lines: bytes, left: Fields = (KEPT,)) -> Request:
    """Of all lines and one more only that one goes on."""
    sent = G + b"".join(line + b"\r\n" for line in lines) + b"X-Kept: 1\r\n\r\n"
    return Request(name, sent, read(Heard(b"GET", b"/x", fields=left)))


def _lasts(name: str, field: tuple[bytes, bytes]) -> Request:
    """Connection names the field, which goes on all the same."""
    sent = G + b"Connection: " + field[0].lower() + b"\r\n" + b": ".join(field) + b"\r\n\r\n"
    return Request(name, sent, read(Heard(b"GET", b"/x", fields=(field,))))


def _upgrade(name: str, *lines: bytes) -> Request:
    """What offers another protocol is served in this one, and the offer goes no further."""
    return _gone(name, *lines)


CASES = (
    # of one connection
    _gone("Connection", b"Connection: keep-alive"),
    _gone("Keep-Alive", b"Keep-Alive: timeout=5, max=100"),
    _gone("Keep-Alive that is named", b"Connection: keep-alive, Keep-Alive", b"Keep-Alive: 5"),
    _gone("Proxy-Connection", b"Proxy-Connection: keep-alive"),
    _gone("Proxy-Authorization", b"Proxy-Authorization: Basic x"),
    _gone("Proxy-Authenticate", b"Proxy-Authenticate: Basic"),
    _gone("TE", b"TE: gzip"),
    _gone("Trailer without chunks", b"Trailer: X"),
    _gone("HTTP2-Settings", b"HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"),
    _gone("in capitals", b"CONNECTION: KEEP-ALIVE", b"KEEP-ALIVE: 5"),
    _gone(
        "the wish for trailers goes on",
        b"Connection: TE",
        b"TE: trailers, gzip",
        left=(KEPT, (b"TE", b"trailers"), (b"Connection", b"TE")),
    ),
    # what Connection names
    _gone("a name", b"Connection: x-mine", b"X-Mine: 1"),
    _gone("names", b"Connection: x-a,X-B ,\tx-c", b"X-A: 1", b"x-b: 2", b"X-C: 3"),
    _gone("twice the same", b"Connection: x-a, x-a", b"X-A: 1", b"X-A: 2"),
    _gone("names in two fields", b"Connection: x-a", b"X-A: 1", b"Connection: x-b", b"X-B: 2"),
    _gone("a name of what is not there", b"Connection: x-none"),
    _gone("commas only", b"Connection: ,, ,"),
    _gone("an empty one", b"Connection:"),
    _gone("behind the field that it names", b"X-A: 1", b"Connection: x-a"),
    _gone("beside close, in a list", b"Connection: keep-alive, x-a", b"X-A: 1"),
    _gone(
        "what is no name",
        b"Connection: x a, (b), =",
        b"X-A: 1",
        left=((b"X-A", b"1"), KEPT),
    ),
    # what Connection may not name
    _lasts("a cookie", (b"Cookie", b"a=b")),
    _lasts("an authorization", (b"Authorization", b"Basic x")),
    _lasts("a type", (b"Content-Type", b"text/html")),
    _lasts("a range", (b"Range", b"bytes=0-1")),
    _lasts("a condition", (b"If-None-Match", b"x")),
    _lasts("an origin", (b"Origin", b"http://b")),
    _lasts("a site", (b"Sec-Fetch-Site", b"cross-site")),
    _lasts("a wish of the cache", (b"Cache-Control", b"no-cache")),
    Request(
        "Host",
        G + b"Connection: host\r\n\r\n",
        read(Heard(b"GET", b"/x", fields=())),
    ),
    Request(
        "content-length, x-forwarded-for, CVE-2024-45410",
        P + b"Connection: content-length, x-forwarded-for\r\nContent-Length: 3\r\n\r\nabc",
        read(Heard(b"POST", b"/x", b"abc", fields=(), claims=OURS)),
    ),
    Request(
        "every name of ours, CVE-2026-29054",
        G + b"Connection: forwarded, x-forwarded-for, x-forwarded-host, x-forwarded-proto, via, "
        b"x-real-ip, x-request-id\r\n\r\n",
        read(Heard(b"GET", b"/x", fields=(), claims=OURS)),
    ),
    Request(
        "the same from who is trusted",
        G + b"Connection: x-forwarded-for, x-real-ip\r\nX-Forwarded-For: 10.0.0.1\r\n"
        b"X-Real-IP: 10.0.0.1\r\n\r\n",
        read(
            Heard(
                b"GET",
                b"/x",
                fields=((b"X-Real-IP", b"10.0.0.1"),),
                claims=((b"x-forwarded-for", b"10.0.0.1, 192.0.2.1"),),
            )
        ),
        listener="trusting",
    ),
    Request(
        "transfer-encoding, of a chunked body",
        P
        + b"Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        read(Heard(b"POST", b"/x", b"a")),
    ),
    Request(
        "a field that is not HTTP",
        G + b"Connection: x\0y\r\n\r\n",
        refused(400, "field"),
    ),
    # going on, or not
    Request("close", G + b"Connection: close\r\n\r\n", read(Heard(b"GET", b"/x"), closes=True)),
    Request("Close", G + b"Connection: Close\r\n\r\n", read(Heard(b"GET", b"/x"), closes=True)),
    Request(
        "close in a list",
        G + b"Connection: x-a , CLOSE\r\n\r\n",
        read(Heard(b"GET", b"/x"), closes=True),
    ),
    Request(
        "close in a second field",
        G + b"Connection: keep-alive\r\nConnection: close\r\n\r\n",
        read(Heard(b"GET", b"/x"), closes=True),
    ),
    Request("closed is not close", G + b"Connection: closed\r\n\r\n", read(Heard(b"GET", b"/x"))),
    Request(
        "close of the proxy's connection is not ours",
        G + b"Proxy-Connection: close\r\n\r\n",
        read(Heard(b"GET", b"/x", fields=())),
    ),
    Request(
        "what follows close is not read",
        G + b"Connection: close\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        read(Heard(b"GET", b"/x"), closes=True),
    ),
    Request(
        "1.0 that asks to keep and to close",
        b"GET /x HTTP/1.0\r\nHost: a\r\nConnection: keep-alive, close\r\n\r\n",
        read(Heard(b"GET", b"/x"), closes=True),
    ),
    # changes of protocol that are not asked for here
    _upgrade("h2c", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AA"),
    _upgrade("h2c that names no settings", b"Connection: Upgrade", b"Upgrade: h2c"),
    _upgrade("h2c, unnamed", b"Upgrade: h2c", b"HTTP2-Settings: AA"),
    _upgrade("settings that are named alone", b"Connection: HTTP2-Settings", b"HTTP2-Settings: AA"),
    _upgrade("a list", b"Connection: Upgrade", b"Upgrade: websocket, h2c"),
    _upgrade("two of them", b"Connection: Upgrade", b"Upgrade: websocket", b"Upgrade: h2c"),
    _upgrade("TLS", b"Connection: Upgrade", b"Upgrade: TLS/1.0"),
    _upgrade("one of no name", b"Connection: Upgrade", b"Upgrade: x/1"),
    _upgrade("an empty upgrade", b"Connection: Upgrade", b"Upgrade:"),
    _upgrade("Connection alone", b"Connection: Upgrade"),
    _upgrade("websocket", b"Connection: Upgrade", b"Upgrade: websocket"),
    Request(
        "an upgrade and what follows it at once",
        G + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n",
        read(Heard(b"GET", b"/x", fields=()), Heard(b"GET", b"/y")),
    ),
    Request(
        "an upgrade with a body",
        P + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc",
        read(Heard(b"POST", b"/x", b"abc", fields=())),
    ),
    Request(
        "an upgrade with a body that is not there",
        P + b"Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\n",
        Waits(),
    ),
    Request(
        "an upgrade in 1.0",
        b"GET /x HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        read(Heard(b"GET", b"/x", fields=()), closes=True),
    ),
)
