"""Promises of the treq client: treq's interface without treq's opinions."""

from __future__ import annotations

import treq
from treq.client import HTTPClient
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import BadRequest
from altlas.upstream.headers import FieldHeaders
from altlas.upstream.request import UpstreamRequest
from altlas.wire.section import Section
from tests.upstream.link import ORIGIN, Body, Room, result_of

JSON = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}'


class ClientTests(SynchronousTestCase):
    """What is asked for is sent, and what comes is given."""

    def setUp(self) -> None:
        self.room = Room()
        self.client = self.room.client

    def test_is_treq_s(self) -> None:
        """Whoever wants a treq client gets one."""
        self.assertIsInstance(self.client, HTTPClient)

    def test_raw(self) -> None:
        """Target and fields go out byte for byte, in order, and nothing is added."""
        fields = [(b"hOST", b"a.example"), (b"x-b", b"1"), (b"A", b"2"), (b"X-B", b"3")]
        self.client.request(
            "GET", ORIGIN + b"/a%2Fb//c|d/../?", headers=FieldHeaders(fields), unbuffered=True
        )
        self.assertEqual(
            self.room.accept().heard(),
            b"GET /a%2Fb//c|d/../? HTTP/1.1\r\nhOST: a.example\r\nx-b: 1\r\nA: 2\r\nX-B: 3\r\n\r\n",
        )

    def test_without_treq_s_signature(self) -> None:
        """A request may be given as the value that it is, with a section for its fields."""
        section = Section.of([(b"Host", b"a.example"), (b"X-B", b"1")], framing=0)
        deferred = self.client.send(UpstreamRequest(b"GET", ORIGIN, b"/a|?", section))
        link = self.room.accept()
        self.assertEqual(link.heard(), b"GET /a|? HTTP/1.1\r\nHost: a.example\r\nX-B: 1\r\n\r\n")
        link.says(JSON)
        response = result_of(deferred)
        self.assertEqual(response.take_body(), b'{"a":1}')
        self.assertEqual(response.request.headers.getRawHeaders(b"x-b"), [b"1"])

    def test_text_and_bytes(self) -> None:
        """Method and address may be text, headers a mapping."""
        self.client.request(b"GET", (ORIGIN + b"/a").decode(), headers={"a": "1"})
        self.assertEqual(
            self.room.accept().heard(), b"GET /a HTTP/1.1\r\nHost: 127.0.0.1:9001\r\nA: 1\r\n\r\n"
        )

    def test_treq_s_methods(self) -> None:
        """get, post and the others work, and so do treq's functions on the response."""
        deferred = self.client.get(ORIGIN + b"/")
        self.room.accept().says(JSON)
        self.assertEqual(self.successResultOf(treq.json_content(result_of(deferred))), {"a": 1})
        deferred = self.client.post(ORIGIN + b"/", data=b"x", allow_redirects=False)
        link = self.room.links[0]
        link.says(JSON[:-3])
        content = treq.content(result_of(deferred))
        link.says(JSON[-3:])
        self.assertEqual(self.successResultOf(content), b'{"a":1}')

    def test_response_s_methods(self) -> None:
        """The response has the conveniences of treq's own."""
        for name, expected in (("json", {"a": 1}), ("text", '{"a":1}'), ("content", JSON[-7:])):
            self.setUp()
            response, _ = self.room.answered(JSON)
            self.assertEqual(self.successResultOf(getattr(response, name)()), expected)

    def test_no_cookies(self) -> None:
        """A cookie that one caller got is not sent for the next."""
        _, link = self.room.answered(b"HTTP/1.1 204 No\r\nSet-Cookie: a=b\r\n\r\n")
        link.heard()
        self.room.get()
        self.assertNotIn(b"ookie", link.heard())

    def test_no_redirects_and_no_gzip(self) -> None:
        """Redirects and coded bodies come as they are."""
        response, link = self.room.answered(
            b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Encoding: gzip\r\n"
            b"Content-Length: 4\r\n\r\njunk"
        )
        self.assertEqual((response.code, response.take_body()), (302, b"junk"))
        self.assertNotIn(b"ccept-", link.heard())

    def test_bodies(self) -> None:
        """Bytes are sized, an empty body too; a producer is taken as it is."""
        for data, end in (
            (b"abc", b"Content-Length: 3\r\n\r\nabc"),
            (Body(3, b"abc"), b"Content-Length: 3\r\n\r\nabc"),
            (Body(at_once=b"abc"), b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        ):
            self.setUp()
            self.room.get(method="POST", data=data)
            self.assertTrue(self.room.accept().heard().endswith(b"\r\n" + end))

    def test_refused(self) -> None:
        """Options that would have to do something are refused, not ignored."""
        for options in (
            {"unbuffered": False},
            {"params": {"a": "b"}},
            {"json": {}},
            {"cookies": {"a": "b"}},
            {"allow_redirects": True},
            {"timeout": 1},
            {"data": "text"},
            {"data": {"a": "b"}},
        ):
            self.assertRaises(TypeError, self.client.request, "GET", ORIGIN, **options)

    def test_no_address(self) -> None:
        """What is no address fails, as an error of the tree."""
        self.assertIsInstance(result_of(self.client.get("nonsense")), BadRequest)
