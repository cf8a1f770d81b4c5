"""What is passed on is what was sent, less what concerns one connection, plus who sent it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.fields import Fields, first, values
from altlas.wire.forwarding import Forwarding, Peer, request_id, with_host
from altlas.wire.heads import RequestHead, ResponseHead
from altlas.wire.hop_by_hop import HOP_BY_HOP
from altlas.wire.limits import Limits
from altlas.wire.reading import RequestReader, ResponseReader
from altlas.wire.roles import PASSES, request_role
from altlas.wire.writing import request_bytes
from tests.wire import messages

STRANGER = Peer("192.0.2.1", 5000, "https", 8443, trusted=False)
FRIEND = Peer("192.0.2.1", 5000, "https", 8443, trusted=True)
OWN: Fields = [
    (b"X-Forwarded-For", b"192.0.2.1"),
    (b"X-Forwarded-Proto", b"https"),
    (b"X-Forwarded-Port", b"8443"),
    (b"X-Forwarded-Host", b"a:1"),
    (b"Forwarded", b'for=192.0.2.1;proto=https;host="a:1"'),
    (b"Via", b"1.1 altlas"),
    (b"X-Request-ID", b"id"),
]
FORGED: Fields = [
    (b"X-Forwarded-For", b"10.0.0.1"),
    (b"x-forwarded-for", b"10.0.0.2"),
    (b"X-Forwarded-Proto", b"ftp"),
    (b"X-Forwarded-Host", b"evil"),
    (b"X-Forwarded-Port", b"1"),
    (b"X-Forwarded-Prefix", b"/evil"),
    (b"X-Real-IP", b"10.0.0.3"),
    (b"Forwarded", b"for=10.0.0.1"),
    (b"Via", b"1.0 other"),
    (b"X-Request-ID", b"theirs"),
]
ALIASES = (
    b"x_forwarded_for",
    b"X_Forwarded-Proto",
    b"X-Forwarded_Host",
    b"X_REQUEST_ID",
    b"X_Real_IP",
    b"Transfer_Encoding",
    b"Content_Length",
    b"Proxy_Authorization",
)


def head_of(
    fields: Fields, version: bytes = b"1.1", host: Fields | None = None, target: bytes = b"/"
) -> RequestHead:
    """The head of a request with those fields after its Host."""
    fields = [*([(b"HOST", b"A:1")] if host is None else host), *fields]
    data = messages.head(b"POST " + target + b" HTTP/" + version, fields)
    head = RequestReader(Limits()).feed(data)
    assert head is not None
    return head


def forwarded(fields: Fields, peer: Peer = STRANGER) -> Fields:
    """The fields that go on, less the Host, which has to be the first."""
    sent = Forwarding("altlas").request_fields(head_of(fields), peer, b"id")
    assert sent[0] == (b"HOST", b"A:1"), sent
    return sent[1:]


class RequestFieldsTests(SynchronousTestCase):
    """Fields on their way to an instance."""

    def test_end_to_end_fields(self) -> None:
        """End-to-end fields pass in their order and spelling, repeated ones too."""
        fields = [
            (b"b", b"1"),
            (b"A", b"2"),
            (b"B", b"3"),
            (b"Cookie", b"4"),
            (b"Content-Length", b"3"),
            (b"under_score", b"5"),
        ]
        self.assertEqual(forwarded(fields), [*fields, *OWN])

    def test_hop_by_hop_fields(self) -> None:
        """Fields of one connection are dropped, and so are those that Connection lists."""
        fields = [
            (name, b"x") for name in HOP_BY_HOP - {b"transfer-encoding", b"te", b"connection"}
        ]
        fields += [(b"Connection", b"Mine , close"), (b"MINE", b"1"), (b"connection", b"Also")]
        self.assertEqual(forwarded([*fields, (b"also", b"2"), (b"Kept", b"3")])[0][0], b"Kept")

    def test_connection_cannot_name_what_lasts(self) -> None:
        """Connection cannot make us lose identity, credentials or the body's length
        (CVE-2024-45410, CVE-2026-29054)."""
        lasting = [
            (b"Content-Length", b"3"),
            (b"Content-Type", b"a/b"),
            (b"Authorization", b"x"),
            (b"Cookie", b"y"),
        ]
        names = b", ".join([name for name, _ in [*lasting, *OWN]] + [b"Host"])
        for peer in (STRANGER, FRIEND):
            sent = forwarded([*lasting, (b"Connection", names)], peer)
            self.assertEqual(sent, [*lasting, *OWN])

    def test_strangers_are_not_believed(self) -> None:
        """What a stranger says of its origin is replaced."""
        self.assertEqual(forwarded(FORGED), OWN)

    def test_other_spellings_are_dropped(self) -> None:
        """Names that a CGI backend cannot tell from ours go no further (CVE-2026-35051),
        from whomever they come."""
        for peer in (STRANGER, FRIEND):
            sent = forwarded([(name, b"1") for name in ALIASES], peer)
            self.assertEqual(sent, OWN)

    def test_proxy_field(self) -> None:
        """No client sets the proxy of a CGI backend (CVE-2016-5385)."""
        self.assertEqual(forwarded([(b"Proxy", b"http://evil")]), OWN)

    def test_friends_are_believed(self) -> None:
        """What a trusted peer says is kept, and it is added to the lists itself."""
        sent = forwarded(FORGED, FRIEND)
        for name, expected in (
            (b"x-forwarded-for", [b"10.0.0.1, 10.0.0.2, 192.0.2.1"]),
            (b"x-forwarded-proto", [b"ftp"]),
            (b"x-forwarded-host", [b"evil"]),
            (b"x-forwarded-port", [b"1"]),
            (b"x-forwarded-prefix", [b"/evil"]),
            (b"x-real-ip", [b"10.0.0.3"]),
            (b"forwarded", [b'for=10.0.0.1, for=192.0.2.1;proto=https;host="a:1"']),
            (b"via", [b"1.0 other", b"1.1 altlas"]),
            (b"x-request-id", [b"id"]),
        ):
            self.assertEqual(values(sent, name), expected)

    def test_friends_who_say_nothing(self) -> None:
        """A trusted peer that says nothing of its origin is the origin itself."""
        self.assertEqual(forwarded([], FRIEND), OWN)
        self.assertEqual(forwarded([(b"TE", b"gzip")], FRIEND), OWN)

    def test_te(self) -> None:
        """Of TE only the wish for trailers goes on, as a field of the next connection."""
        te = [(b"TE", b"trailers"), (b"Connection", b"TE")]
        sent = forwarded([(b"te", b"gzip;q=1, Trailers"), (b"Connection", b"te, close")])
        self.assertEqual(sent, [*te, *OWN])
        self.assertEqual(forwarded([(b"TE", b"gzip")]), OWN)

    def test_trailer(self) -> None:
        """Trailers are announced only where there can be any."""
        trailer = (b"Trailer", b"x")
        self.assertEqual(forwarded([trailer]), OWN)
        self.assertEqual(forwarded([trailer, (b"Transfer-Encoding", b"chunked")]), [trailer, *OWN])

    def test_expect(self) -> None:
        """An expectation goes on only while somebody waits for its answer."""
        expect = (b"Expect", b"100-continue")
        self.assertEqual(forwarded([expect]), OWN)
        length = (b"Content-Length", b"3")
        self.assertEqual(forwarded([expect, length]), [length, expect, *OWN])

    def test_versions_in_via(self) -> None:
        """Via says with which version the message came (RFC 9110, 7.6.3)."""
        sent = Forwarding("gw").request_fields(head_of([], b"1.0"), STRANGER, b"id")
        self.assertEqual(first(sent, b"via"), b"1.0 gw")

    def test_host_of_1_0(self) -> None:
        """A host that only the target named becomes the Host; where there is none, none is made."""
        fields = Forwarding("gw").request_fields(
            head_of([(b"A", b"b")], b"1.0", [], b"http://H/"), STRANGER, b"id"
        )
        self.assertEqual(fields[:2], [(b"Host", b"h"), (b"A", b"b")])
        fields = Forwarding("gw").request_fields(head_of([], b"1.0", []), STRANGER, b"id")
        self.assertIsNone(first(fields, b"host"))
        self.assertIsNone(first(fields, b"x-forwarded-host"))
        self.assertEqual(first(fields, b"forwarded"), b"for=192.0.2.1;proto=https")

    @given(
        messages.plain_fields,
        st.sampled_from([STRANGER, FRIEND]),
        st.lists(st.sampled_from([*FORGED, *((name, b"1") for name in ALIASES)])),
    )
    def test_next_reader(self, fields: Fields, peer: Peer, forged: Fields) -> None:
        """What goes on passes the gate again, with the same body and just one of each claim."""
        head = head_of([(b"Content-Length", b"3"), *fields, *forged])
        sent = Forwarding("altlas").request_fields(head, peer, b"id")
        data = request_bytes(head.method, head.origin_form, sent, head.framing)
        again = RequestReader(Limits()).feed(data)
        assert again is not None
        self.assertEqual((again.framing, again.host, again.path), (3, head.host, head.path))
        for name in (b"x-forwarded-for", b"forwarded", b"x-request-id"):
            self.assertEqual(len(values(again.fields, name)), 1)
        passing = [field for field in fields if request_role(field[0]) == PASSES]
        self.assertEqual([field for field in again.fields if field in passing], passing)


class ResponseFieldsTests(SynchronousTestCase):
    """Fields on their way to the client."""

    def test_fields(self) -> None:
        """End-to-end fields pass as they are, hop-by-hop and listed ones do not."""
        head = self._head(
            b"Set-Cookie: a\r\nSET-cookie: b\r\nConnection: x-mine, keep-alive\r\nX-Mine: 1\r\n"
            b"Keep-Alive: timeout=5\r\nUpgrade: h2c\r\nTrailer: t\r\nContent-Length: 3\r\n"
            b"Via: 1.1 inner\r\n"
        )
        self.assertEqual(
            Forwarding("altlas").response_fields(head),
            [
                (b"Set-Cookie", b"a"),
                (b"SET-cookie", b"b"),
                (b"Content-Length", b"3"),
                (b"Via", b"1.1 inner"),
                (b"Via", b"1.1 altlas"),
            ],
        )

    def test_trailer(self) -> None:
        """Trailers are announced only where there can be any."""
        head = self._head(b"Transfer-Encoding: chunked\r\nTrailer: t\r\n")
        self.assertEqual(
            Forwarding("altlas").response_fields(head),
            [(b"Trailer", b"t"), (b"Via", b"1.1 altlas")],
        )

    def _head(self, fields: bytes) -> ResponseHead:
        head = ResponseReader(Limits()).feed(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n")
        assert head is not None
        return head


class RequestIdTests(SynchronousTestCase):
    """Who names a request."""

    def test_believed(self) -> None:
        """A trusted peer names the request, if it does so once and with a plain word."""
        for peer, claims, expected in (
            (FRIEND, [b"abc-1"], b"abc-1"),
            (FRIEND, [b"a" * 128], b"a" * 128),
            (FRIEND, [b"a" * 129], b"new"),
            (FRIEND, [b"a b"], b"new"),
            (FRIEND, [b'a"b'], b"new"),
            (FRIEND, [b""], b"new"),
            (FRIEND, [b"a", b"b"], b"new"),
            (FRIEND, [], b"new"),
            (STRANGER, [b"abc"], b"new"),
        ):
            head = head_of([(b"x-request-id", claim) for claim in claims])
            self.assertEqual(request_id(head, peer, lambda: b"new"), expected)


class WithHostTests(SynchronousTestCase):
    """Another Host than the client's."""

    def test_in_place(self) -> None:
        """The Host is changed where it stands, and put first where there is none."""
        fields = [(b"A", b"1"), (b"HOST", b"a")]
        self.assertEqual(with_host(fields, b"b"), [(b"A", b"1"), (b"HOST", b"b")])
        self.assertEqual(with_host(fields[:1], b"b"), [(b"Host", b"b"), (b"A", b"1")])
        self.assertEqual(fields, [(b"A", b"1"), (b"HOST", b"a")])


class WithheldTests(SynchronousTestCase):
    """Fields that only the gateway may say."""

    FORGED: Fields = [
        (b"X-Client-Cert-Subject", b"CN=admin"),
        (b"x_client-cert_subject", b"CN=admin"),
        (b"X-Who", b"admin"),
        (b"X_Who", b"admin"),
        (b"Client-Cert", b":AA==:"),
    ]

    def passed(self, peer: Peer, withheld: frozenset[bytes] = frozenset()) -> list[bytes]:
        """What of the forged fields arrives, with the claims of the peer."""
        head = head_of([*self.FORGED, (b"Connection", b"x-who")])
        fields = Forwarding("altlas", withheld).request_fields(head, peer, b"id")
        names = {name.lower() for name, _ in self.FORGED}
        return [value for name, value in fields if name.lower() in names]

    def test_strangers(self) -> None:
        """Who is not trusted says nothing of certificates; a name of one's own is withheld too."""
        own = frozenset({b"x-who", b"x_who"})
        self.assertEqual(self.passed(STRANGER, own), [])

    def test_friends(self) -> None:
        """A trusted peer may, unless that is what this gateway says itself."""
        self.assertEqual(self.passed(FRIEND), [b"admin", b"CN=admin", b":AA==:"])
        own = frozenset({b"x-who", b"x_who", b"x-client-cert-subject"})
        self.assertEqual(self.passed(FRIEND, own), [b":AA==:"])

    def test_claims(self) -> None:
        """What is known of a peer arrives, once, whatever it says of itself."""
        for trusted in (True, False):
            peer = Peer("192.0.2.1", 5000, "https", 8443, trusted)
            peer.claims.append((b"X-Client-Cert-Subject", b"CN=runner"))
            own = frozenset({b"x-client-cert-subject", b"x-who", b"x_who"})
            found = [value for value in self.passed(peer, own) if value != b":AA==:"]
            self.assertEqual(found, [b"CN=runner"])
