"""What the clients ask for: the same for every proxy."""

from __future__ import annotations

from attrs import frozen

from bench import promise

KIB = 1024
MIB = 1024 * KIB

#: what a browser or an SDK sends along; with Host it makes thirty fields
THIRTY_FIELDS = (
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
    ("Accept", "application/json, text/plain, */*"),
    ("Accept-Language", "en-US,en;q=0.8,de;q=0.5,de-DE;q=0.3"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Referer", "https://app.example.com/projects/1742/segments?page=3"),
    ("Origin", "https://app.example.com"),
    (
        "Authorization",
        "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxNzQyIn0.c2lnbmF0dXJlLW9mLWEtYmVuY2g",
    ),
    ("Cookie", "session=5f2b7c1e9a; theme=dark; consent=necessary; lang=en; ab=variant-b"),
    ("Cache-Control", "no-cache"),
    ("Pragma", "no-cache"),
    ("DNT", "1"),
    ("Sec-GPC", "1"),
    ("Sec-Fetch-Dest", "empty"),
    ("Sec-Fetch-Mode", "cors"),
    ("Sec-Fetch-Site", "same-site"),
    ("Priority", "u=4"),
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("tracestate", "vendor=opaque-value-of-a-vendor"),
    ("baggage", "tenant=acme,plan=team"),
    ("X-Requested-With", "XMLHttpRequest"),
    ("X-CSRF-Token", "b1946ac92492d2347c6235b4d2611184"),
    ("X-Client-Version", "2026.11.3"),
    ("X-Client-Platform", "web"),
    ("X-Tenant", "acme"),
    ("X-Project", "1742"),
    ("X-Feature-Flags", "new-editor,fast-search,beta-export"),
    ("X-Timezone", "Europe/Berlin"),
    ("If-None-Match", '"33a64df551425fcc55e4d42a148795d9f25f89d4"'),
    ("X-Debug", "0"),
)


@frozen(kw_only=True)
class Workload:
    """One sort of request, asked again and again by a number of clients at once."""

    name: str
    title: str
    path: str = "/json"
    method: str = "GET"
    #: bytes of the request's body, whatever they are
    body: int = 0
    #: the body itself, where that matters
    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    clients: int = 64
    tls: bool = False
    #: a new connection for each request
    fresh: bool = False


WORKLOADS = (
    Workload(name="json", title="small JSON, keep-alive"),
    Workload(
        name="post",
        title="2 KiB POST",
        path="/post",
        method="POST",
        body=2 * KIB,
        fields=(("Content-Type", "application/json"),),
    ),
    Workload(
        name="held",
        title="small JSON POST that a contract has",
        path=promise.PATH,
        method="POST",
        text=promise.BODY.decode(),
        fields=(("Content-Type", "application/json"),),
    ),
    Workload(name="64k", title="64 KiB response", path="/files/64k"),
    Workload(name="10m", title="10 MiB response", path="/files/10m", clients=8),
    Workload(
        name="upload",
        title="10 MiB upload",
        path="/upload",
        method="PUT",
        body=10 * MIB,
        fields=(("Content-Type", "application/octet-stream"),),
        clients=8,
    ),
    Workload(name="connect", title="a connection a request", fresh=True),
    Workload(name="tls", title="TLS, keep-alive, small JSON", tls=True),
    Workload(name="512", title="512 clients, small JSON", clients=512),
    Workload(name="fields", title="30 header fields", fields=THIRTY_FIELDS),
)
