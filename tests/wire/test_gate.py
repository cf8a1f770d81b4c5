"""What two parsers could read in two ways, or was used to smuggle, is refused."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import (
    BadRequest,
    ClientError,
    ExpectationFailed,
    HeadersTooLarge,
    MethodUnknown,
    TargetTooLong,
    UpstreamMalformed,
    VersionUnsupported,
)
from altlas.wire.limits import Limits
from altlas.wire.reading import RequestReader, ResponseReader

#: published case or section: request head without its last empty line
AMBIGUOUS: dict[str, bytes] = {
    # both lengths, several lengths, odd codings
    "CL+TE, CVE-2020-10108": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
    b"Transfer-Encoding: chunked\r\n",
    "TE+CL, CVE-2024-1135": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Length: 3\r\n",
    "two lengths, CVE-2020-10109": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
    b"Content-Length: 4\r\n",
    "two equal lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
    b"content-length: 3\r\n",
    "a list of lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n",
    "two codings": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
    b"Transfer-Encoding: chunked\r\n",
    "chunked, identity": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n",
    "identity": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n",
    "gzip, chunked": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n",
    "xchunked, CVE-2019-18277": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n",
    "vertical tab before chunked": b"POST / HTTP/1.1\r\nHost: a\r\n"
    b"Transfer-Encoding: \x0bchunked\r\n",
    "quoted chunked": b'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "chunked"\r\n',
    "chunked with a parameter": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;a=b\r\n",
    "TE in 1.0, CVE-2026-2835": b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n",
    "TE with a blank before the colon": b"POST / HTTP/1.1\r\nHost: a\r\n"
    b"Transfer-Encoding : chunked\r\n",
    "TE folded": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n",
    "empty TE": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n",
    # lenient numbers
    "+3, CVE-2022-24801": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n",
    "-3": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n",
    "0x3": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n",
    "3 with a blank": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3 \r\n",
    "1_0": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1_0\r\n",
    "3 3": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3 3\r\n",
    "digits of another script": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \xd9\xa3\r\n",
    "empty length, CVE-2023-40225": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n",
    "length of 2**64, CVE-2021-40346": b"POST / HTTP/1.1\r\nHost: a\r\n"
    b"Content-Length: 18446744073709551617\r\n",
    "length of 19 digits": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0000000000000000003\r\n",
    # field names and values
    "empty name, CVE-2023-25725": b"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n",
    "NUL in a value, CVE-2019-9900": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n",
    "NUL in a name": b"GET / HTTP/1.1\r\nHost: a\r\nX\x00: b\r\n",
    "bare CR in a value, twisted #12754": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n",
    "bare LF in a value": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n",
    "bare LF after a field": b"GET / HTTP/1.1\r\nHost: a\nX: a\r\n",
    "bare LF after the line": b"GET / HTTP/1.1\nHost: a\r\n",
    "bare CR in the line": b"GET /\r HTTP/1.1\r\nHost: a\r\n",
    "name with a blank, twisted #12191": b"GET / HTTP/1.1\r\nHost: a\r\nX : a\r\n",
    "name with a blank within": b"GET / HTTP/1.1\r\nHost: a\r\nX Y: a\r\n",
    "name with a tab": b"GET / HTTP/1.1\r\nHost: a\r\nX\t: a\r\n",
    "name that is no token": b"GET / HTTP/1.1\r\nHost: a\r\nX(: a\r\n",
    "name beyond ASCII": b"GET / HTTP/1.1\r\nHost: a\r\nX\xe9: a\r\n",
    "line without colon": b"GET / HTTP/1.1\r\nHost: a\r\nX\r\n",
    "blank before the first field": b"GET / HTTP/1.1\r\n Host: a\r\n",
    "folding": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n",
    "folding by tab": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\n",
    "control in a value": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x01b\r\n",
    "DEL in a value": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x7fb\r\n",
    # Host
    "no Host": b"GET / HTTP/1.1\r\n",
    "no Host beside an absolute target": b"GET http://a/ HTTP/1.1\r\n",
    "two Hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n",
    "two equal Hosts": b"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n",
    "empty Host": b"GET / HTTP/1.1\r\nHost:\r\n",
    "list of Hosts": b"GET / HTTP/1.1\r\nHost: a, b\r\n",
    "list of Hosts without blank": b"GET / HTTP/1.1\r\nHost: a,b\r\n",
    "Host with markup, CVE-2022-39348": b"GET / HTTP/1.1\r\nHost: a<b>\r\n",
    "Host with a user": b"GET / HTTP/1.1\r\nHost: user@a\r\n",
    "Host with a path": b"GET / HTTP/1.1\r\nHost: a/b\r\n",
    "Host with an escape": b"GET / HTTP/1.1\r\nHost: a%2fb\r\n",
    "Host with a blank": b"GET / HTTP/1.1\r\nHost: a b\r\n",
    "Host of a URL": b"GET / HTTP/1.1\r\nHost: http://a\r\n",
    "port that is no number": b"GET / HTTP/1.1\r\nHost: a:80x\r\n",
    "port too high": b"GET / HTTP/1.1\r\nHost: a:65536\r\n",
    "port missing": b"GET / HTTP/1.1\r\nHost: a:\r\n",
    "IPv6 without brackets": b"GET / HTTP/1.1\r\nHost: ::1\r\n",
    "brackets around a name": b"GET / HTTP/1.1\r\nHost: [a]\r\n",
    "IPv6 that is none": b"GET / HTTP/1.1\r\nHost: [1:2]\r\n",
    "target against Host": b"GET http://b/ HTTP/1.1\r\nHost: a\r\n",
    "target's port against Host": b"GET http://a:81/ HTTP/1.1\r\nHost: a:80\r\n",
    "target with a user": b"GET http://user@a/ HTTP/1.1\r\nHost: a\r\n",
    "target without authority": b"GET http:///x HTTP/1.1\r\nHost: a\r\n",
    "target of another scheme": b"GET file://a/ HTTP/1.1\r\nHost: a\r\n",
    # request line and target
    "two blanks": b"GET  / HTTP/1.1\r\nHost: a\r\n",
    "two blanks before the version": b"GET /  HTTP/1.1\r\nHost: a\r\n",
    "tab for a blank": b"GET\t/ HTTP/1.1\r\nHost: a\r\n",
    "blank first": b" GET / HTTP/1.1\r\nHost: a\r\n",
    "blank last": b"GET / HTTP/1.1 \r\nHost: a\r\n",
    "blank in the target": b"GET /a b HTTP/1.1\r\nHost: a\r\n",
    "no version": b"GET /\r\nHost: a\r\n",
    "lower-case version": b"GET / http/1.1\r\nHost: a\r\n",
    "no target": b"GET HTTP/1.1\r\nHost: a\r\n",
    "fragment, CVE-2023-45539": b"GET /a#b HTTP/1.1\r\nHost: a\r\n",
    "fragment in the query": b"GET /?a#b HTTP/1.1\r\nHost: a\r\n",
    "quote": b'GET /a"b HTTP/1.1\r\nHost: a\r\n',
    "less than": b"GET /a<b HTTP/1.1\r\nHost: a\r\n",
    "greater than in the query": b"GET /?a>b HTTP/1.1\r\nHost: a\r\n",
    "backslash": b"GET /a\\b HTTP/1.1\r\nHost: a\r\n",
    "backslash first": b"GET \\a HTTP/1.1\r\nHost: a\r\n",
    "bracket in the path": b"GET /a[b HTTP/1.1\r\nHost: a\r\n",
    "control in the target": b"GET /a\x01b HTTP/1.1\r\nHost: a\r\n",
    "NUL in the target": b"GET /a\x00b HTTP/1.1\r\nHost: a\r\n",
    "DEL in the target": b"GET /a\x7fb HTTP/1.1\r\nHost: a\r\n",
    "target beyond ASCII": b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n",
    "target without slash": b"GET a HTTP/1.1\r\nHost: a\r\n",
    "query without path": b"GET ?a HTTP/1.1\r\nHost: a\r\n",
    "asterisk for GET": b"GET * HTTP/1.1\r\nHost: a\r\n",
    "asterisk and more": b"OPTIONS *a HTTP/1.1\r\nHost: a\r\n",
    "authority for GET": b"GET a:80 HTTP/1.1\r\nHost: a\r\n",
    "CRLF in the method, CVE-2019-12387": b"G\r\nET / HTTP/1.1\r\nHost: a\r\n",
    "TRACE with a body": b"TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n",
    "half a blank line": b"\rGET / HTTP/1.1\r\nHost: a\r\n",
    "many blank lines": b"\r\n" * 5 + b"GET / HTTP/1.1\r\nHost: a\r\n",
    "TLS on a plain port": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n",
}

OTHERWISE: dict[str, tuple[bytes, type[ClientError]]] = {
    "CONNECT, CVE-2026-71324": (b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n", MethodUnknown),
    "CONNECT with a path": (b"CONNECT / HTTP/1.1\r\nHost: a\r\n", MethodUnknown),
    "a method of no registry": (b"FROB / HTTP/1.1\r\nHost: a\r\n", MethodUnknown),
    "a method in lower case": (b"get / HTTP/1.1\r\nHost: a\r\n", MethodUnknown),
    "absolute with an unknown method": (b"FROB http://a/ HTTP/1.1\r\nHost: a\r\n", MethodUnknown),
    "HTTP/2 greeting": (b"PRI * HTTP/2.0\r\n", VersionUnsupported),
    "HTTP/2.0": (b"GET / HTTP/2.0\r\nHost: a\r\n", VersionUnsupported),
    "HTTP/0.9": (b"GET / HTTP/0.9\r\nHost: a\r\n", VersionUnsupported),
    "HTTP/1.2": (b"GET / HTTP/1.2\r\nHost: a\r\n", VersionUnsupported),
    "HTTP/01.1": (b"GET / HTTP/01.1\r\nHost: a\r\n", VersionUnsupported),
    "another expectation": (
        b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\nContent-Length: 3\r\n",
        ExpectationFailed,
    ),
    "two expectations": (
        b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nExpect: x\r\nContent-Length: 3\r\n",
        ExpectationFailed,
    ),
    "a long target": (
        b"GET /" + b"a" * 8200 + b" HTTP/1.1\r\nHost: a\r\n",
        TargetTooLong,
    ),
    "a long field": (
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 16384 + b"\r\n",
        HeadersTooLarge,
    ),
    "many fields": (
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 100,
        HeadersTooLarge,
    ),
}

HARMLESS: dict[str, bytes] = {
    "odd characters": b"GET /a|b^c`d{e}~!$&'()*+,;=:@ HTTP/1.1\r\nHost: a\r\n",
    "escapes and double slashes": b"GET //a%2Fb%5c//?%zz HTTP/1.1\r\nHost: a\r\n",
    "brackets in the query": b"GET /?a[]=1&b[c]=2 HTTP/1.1\r\nHost: a\r\n",
    "bare question mark": b"GET /? HTTP/1.1\r\nHost: a\r\n",
    "coding in capitals": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n",
    "Host with a port": b"GET / HTTP/1.1\r\nHost: a.b-c_d:65535\r\n",
    "Host that is IPv6": b"GET / HTTP/1.1\r\nHost: [::ffff:1.2.3.4]:80\r\n",
    "blanks around a value": b"GET / HTTP/1.1\r\nHost:  a \r\nX:\t b \t\r\n",
    "value beyond ASCII": b"GET / HTTP/1.1\r\nHost: a\r\nX: \xc3\xa9\r\n",
    "empty value": b"GET / HTTP/1.1\r\nHost: a\r\nX:\r\n",
    "no Host in 1.0": b"GET / HTTP/1.0\r\n",
    "any expectation in 1.0": b"GET / HTTP/1.0\r\nExpect: x\r\n",
    "asterisk for OPTIONS": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n",
    "absolute target": b"GET HTTP://A/x HTTP/1.1\r\nHost: a\r\n",
    "a few blank lines": b"\r\n" * 4 + b"GET / HTTP/1.1\r\nHost: a\r\n",
    "upgrade to h2c": b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n"
    b"Connection: Upgrade, HTTP2-Settings\r\n",
    "a proxy's connection that closes": b"GET / HTTP/1.1\r\nHost: a\r\nProxy-Connection: close\r\n",
    "as many fields as may be": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 99,
    "as long a target as may be": b"GET /" + b"a" * (8192 - 14) + b" HTTP/1.1\r\nHost: a\r\n",
}

#: response head without its last empty line
BROKEN: dict[str, bytes] = {
    "both lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n",
    "TE in 1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n",
    "another coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n",
    "a length with a sign": b"HTTP/1.1 200 OK\r\nContent-Length: +3\r\n",
    "a bare LF": b"HTTP/1.1 200 OK\nX: a\r\n",
    "a bare CR": b"HTTP/1.1 200 OK\r\nX: a\rb\r\n",
    "a NUL": b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n",
    "folding": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n",
    "a control in the reason": b"HTTP/1.1 200 O\x01K\r\n",
    "an empty name": b"HTTP/1.1 200 OK\r\n: a\r\n",
    "a blank before the colon": b"HTTP/1.1 200 OK\r\nX : a\r\n",
    "a status of two digits": b"HTTP/1.1 99 OK\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n",
    "a status of 0": b"HTTP/1.1 000 OK\r\n",
    "no status": b"HTTP/1.1 OK\r\n",
    "HTTP/2": b"HTTP/2 200 OK\r\n",
    "HTTP/1.2": b"HTTP/1.2 200 OK\r\n",
    "no HTTP at all": b"SSH-2.0-OpenSSH_9.6\r\n",
    "blank line first": b"\r\nHTTP/1.1 200 OK\r\n",
    "many fields": b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 101,
    "a long field": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 16384 + b"\r\n",
    "a long reason": b"HTTP/1.1 200 " + b"a" * 8192 + b"\r\n",
}


class RequestGateTests(SynchronousTestCase):
    """Requests that were used against others."""

    def test_ambiguous_requests_are_refused(self) -> None:
        """Each published ambiguity is a 400, whole and byte by byte."""
        for case, data in AMBIGUOUS.items():
            self._refused(case, data + b"\r\n", BadRequest)

    def test_others_are_refused_with_their_own_status(self) -> None:
        """What is clear but not served is refused with the status that says so."""
        for case, (data, error) in OTHERWISE.items():
            self._refused(case, data + b"\r\n", error)

    def test_harmless_requests_pass(self) -> None:
        """What is odd but clear passes, since clients do send it."""
        for case, data in HARMLESS.items():
            for size in (len(data) + 2, 1):
                self.assertIsNotNone(self._read(data + b"\r\n", size), case)

    def _refused(self, case: str, data: bytes, error: type[ClientError]) -> None:
        for size in (len(data), 1):
            try:
                head = self._read(data, size)
            except ClientError as raised:
                self.assertIs(type(raised), error, f"{case}: {raised!r}")
            else:
                self.fail(f"{case} gave {head!r} in pieces of {size}")

    def _read(self, data: bytes, size: int) -> object:
        reader = RequestReader(Limits())
        for at in range(0, len(data), size):
            head = reader.feed(data[at : at + size])
            if head is not None:
                return head
        return None


class ResponseGateTests(SynchronousTestCase):
    """Responses of broken or hostile backends."""

    def test_broken_responses_are_refused(self) -> None:
        """What is not clearly HTTP is malformed, whole and byte by byte."""
        for case, data in BROKEN.items():
            for size in (len(data) + 2, 1):
                reader = ResponseReader(Limits())
                with self.assertRaises(UpstreamMalformed, msg=case):
                    for at in range(0, len(data) + 2, size):
                        reader.feed((data + b"\r\n")[at : at + size])
