"""Only trailers that come too late for nothing may pass."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.wire.trailers import safe_trailers

HARMFUL = (
    b"Transfer-Encoding",
    b"Content-Length",
    b"Content-Type",
    b"Content-Encoding",
    b"Host",
    b"Connection",
    b"Trailer",
    b"TE",
    b"Upgrade",
    b"Authorization",
    b"Proxy-Authorization",
    b"Cookie",
    b"Set-Cookie",
    b"WWW-Authenticate",
    b"Cache-Control",
    b"Expect",
    b"If-Match",
    b"Range",
    b"Location",
    b"X-Forwarded-For",
    b"X-Forwarded-Anything",
    b"x_forwarded_for",
    b"X_Request-ID",
    b"Forwarded",
    b"Via",
    b"X-Real-IP",
    b"X-Request-ID",
    b"Access-Control-Allow-Origin",
    b"Sec-WebSocket-Key",
    b"Client-Cert",
    b"X-Client-Cert-Subject",
    b"x_client_cert_subject",
    b"SSL-Client-S-DN",
)


class SafeTrailersTests(SynchronousTestCase):
    """What is let through after a body."""

    def test_harmful_fields(self) -> None:
        """Framing, routing and identity are dropped, in any spelling (CVE-2026-88004)."""
        for name in HARMFUL:
            self.assertEqual(safe_trailers([(name, b"x"), (name.upper(), b"y")]), [])

    def test_others(self) -> None:
        """Everything else passes in its order and spelling."""
        fields = [(b"Grpc-Status", b"0"), (b"server-timing", b"a"), (b"ETag", b'"x"')]
        self.assertEqual(safe_trailers(fields), fields)

    def test_withheld(self) -> None:
        """What only the gateway may say does not come after a body either."""
        fields = [(b"X-Who", b"admin"), (b"X-Sum", b"1")]
        self.assertEqual(safe_trailers(fields, frozenset({b"x-who"})), fields[1:])
