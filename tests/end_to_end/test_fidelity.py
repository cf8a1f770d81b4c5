"""What is passed on is passed on byte for byte."""

from __future__ import annotations

from tests.end_to_end.messages import Message
from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import answers, closes, in_turn, response
from tests.end_to_end.rude import answers_in_slices as in_slices
from tests.end_to_end.served import Served

#: what the gateway adds to a request of nobody it trusts
OURS = {
    b"x-forwarded-for",
    b"x-forwarded-proto",
    b"x-forwarded-port",
    b"x-forwarded-host",
    b"forwarded",
    b"via",
    b"x-request-id",
}


def end_to_end(message: Message) -> list[tuple[bytes, bytes]]:
    """The fields of a request without what the gateway adds."""
    return [field for field in message.fields if field[0].lower() not in OURS]


class RequestTests(Served):
    """Requests on their way to the backend."""

    async def test_targets(self) -> None:
        """Raw targets go on byte for byte, odd ones too."""
        client = await self.serve(answers(response(b"x")))
        for target in (
            b"/",
            b"/a%2Fb/%2f",
            b"//a//b/",
            b"/a|b^c`d{e}",
            b"/bare?",
            b"/?",
            b"/a?b?c=/../d",
            b"/q?a[]=1&b=%zz&c=||",
            b"/%C3%BC?%00",
            b"/a/./b/../c",
            b"/;p=1,2:3@!$&'()*+~",
        ):
            answer = await client.get(target)
            self.assertEqual((answer.status, self.passed.target), (200, target))

    async def test_absolute_form(self) -> None:
        """An absolute target is passed on in origin form, with its own host as Host."""
        client = await self.serve(answers(response()))
        for sent, passed in {
            b"http://gateway.test/a|b?": b"/a|b?",
            b"http://gateway.test": b"/",
            b"HTTP://gateway.test?x": b"/?x",
        }.items():
            answer = await client.get(sent)
            self.assertEqual((answer.status, self.passed.target), (200, passed))
            self.assertEqual(self.passed.values(b"Host"), [b"gateway.test"])

    async def test_asterisk_form(self) -> None:
        """`OPTIONS *` stays what it is."""
        client = await self.serve(answers(response()))
        answer = await client.ask(request(b"OPTIONS", b"*"))
        self.assertEqual((answer.status, self.passed.line), (200, b"OPTIONS * HTTP/1.1"))

    async def test_methods(self) -> None:
        """Every method that the parser knows goes on as it is."""
        client = await self.serve(answers(response()))
        for method in b"GET POST PUT DELETE PATCH OPTIONS PROPFIND REPORT TRACE".split():
            answer = await client.ask(request(method, b"/"))
            self.assertEqual((answer.status, self.passed.method), (200, method))

    async def test_fields(self) -> None:
        """Order, spelling, duplicates and empty values of fields are kept."""
        client = await self.serve(answers(response()))
        lines = (b"x-LOWER: 1", b"X-Two: a", b"X-two: b", b"Accept: */*", b"X-Empty:")
        await client.get(b"/", *lines, b"X-Latin: \xe9\xff", b"Cookie: a=b; c=d")
        self.assertEqual(
            end_to_end(self.passed),
            [
                (b"Host", b"gateway.test"),
                (b"x-LOWER", b"1"),
                (b"X-Two", b"a"),
                (b"X-two", b"b"),
                (b"Accept", b"*/*"),
                (b"X-Empty", b""),
                (b"X-Latin", b"\xe9\xff"),
                (b"Cookie", b"a=b; c=d"),
            ],
        )

    async def test_hop_by_hop(self) -> None:
        """What concerns one connection, or is named by Connection, stays on it."""
        client = await self.serve(answers(response()))
        await client.get(
            b"/",
            b"Connection: x-mine, keep-alive, Upgrade, HTTP2-Settings, x-forwarded-for, host",
            b"X-Mine: 1",
            b"Keep-Alive: timeout=5",
            b"Proxy-Connection: keep-alive",
            b"Proxy-Authorization: Basic x",
            b"Upgrade: h2c",
            b"HTTP2-Settings: AAMAAABkAAQAAP",
            b"TE: trailers, deflate",
            b"X-Kept: 1",
        )
        self.assertEqual(
            end_to_end(self.passed),
            [
                (b"Host", b"gateway.test"),
                (b"X-Kept", b"1"),
                (b"TE", b"trailers"),
                (b"Connection", b"TE"),
            ],
        )
        self.assertEqual(len(self.passed.values(b"X-Forwarded-For")), 1)

    async def test_bodies(self) -> None:
        """A sized body stays sized and a chunked one chunked, whatever its chunks were."""
        client = await self.serve(answers(response()))
        await client.ask(request(b"POST", b"/", body=b"sized"))
        self.assertEqual(self.passed.values(b"Content-Length"), [b"5"])
        self.assertEqual(self.passed.body, b"sized")
        head = request(b"POST", b"/", b"Transfer-Encoding: chunked", b"Trailer: X-Sum")
        await client.ask(
            head + b"1;x=y\r\na\r\n2\r\nbc\r\n0\r\nX-Sum: 6\r\nX-Forwarded-For: 1\r\n\r\n"
        )
        self.assertEqual(self.passed.values(b"Transfer-Encoding"), [b"chunked"])
        self.assertEqual(self.passed.values(b"Content-Length"), [])
        self.assertEqual(self.passed.values(b"Trailer"), [b"X-Sum"])
        self.assertEqual((self.passed.body, self.passed.trailers), (b"abc", ((b"X-Sum", b"6"),)))
        await client.ask(request(b"POST", b"/", body=b""))
        self.assertEqual(self.passed.values(b"Content-Length"), [b"0"])

    async def test_split_at_every_byte(self) -> None:
        """A request in two parts is the same request, wherever it is cut."""
        client = await self.serve(answers(response(b"ok")))
        whole = request(b"POST", b"/a?b", b"Transfer-Encoding: chunked")
        whole += b'3\r\nabc\r\nA;x="y"\r\n0123456789\r\n0\r\nT: v\r\n\r\n'
        for cut in range(1, len(whole)):
            client.send(whole[:cut])
            await client.sleep(0)
            answer = await client.ask(whole[cut:])
            self.assertEqual((answer.status, answer.body), (200, b"ok"), cut)
            self.assertEqual(self.passed.body, b"abc0123456789", cut)
            self.assertEqual(self.passed.trailers, ((b"T", b"v"),), cut)
        self.assertEqual(
            len({each.raw.partition(b"X-Request-ID")[0] for each in self.backend.requests}), 1
        )

    async def test_byte_by_byte(self) -> None:
        """A request that comes byte by byte, and two that come as one piece, are served."""
        client = await self.serve(answers(response(b"ok")))
        whole = request(b"PUT", b"/a", body=b"12345")
        await client.send_in_slices(whole)
        self.assertEqual((await client.response()).body, b"ok")
        client.send(whole + whole)
        self.assertEqual([(await client.response()).body for _ in range(2)], [b"ok", b"ok"])
        self.assertEqual([each.body for each in self.backend.requests], [b"12345"] * 3)


class ResponseTests(Served):
    """Responses on their way to the client."""

    async def test_head(self) -> None:
        """Status, phrase, order and spelling of the fields are kept; hop-by-hop ones are not."""
        raw = response(
            b"body",
            status="299 Odd Enough",
            fields=(
                b"x-A: 1",
                b"X-a: 2",
                b"Date: today",
                b"Set-Cookie: a",
                b"Set-Cookie: b",
                b"Connection: X-Mine, x-forwarded-for",
                b"X-Mine: 1",
                b"Keep-Alive: timeout=9",
                b"Proxy-Authenticate: x",
                b"X-Request-ID: own",
            ),
        )
        client = await self.serve(answers(raw))
        answer = await client.get()
        self.assertEqual(answer.line, b"HTTP/1.1 299 Odd Enough")
        self.assertEqual(
            answer.fields,
            (
                (b"x-A", b"1"),
                (b"X-a", b"2"),
                (b"Date", b"today"),
                (b"Set-Cookie", b"a"),
                (b"Set-Cookie", b"b"),
                (b"X-Request-ID", b"own"),
                (b"Content-Length", b"4"),
                (b"Via", b"1.1 altlas"),
            ),
        )

    async def test_date_and_id(self) -> None:
        """A response without Date gets one (RFC 9110, 6.6.1), and the id of its request."""
        client = await self.serve(answers(response()))
        answer = await client.get()
        self.assertRegex(answer.value(b"Date") or b"", rb"^\w{3}, \d\d \w{3} \d{4} .* GMT$")
        self.assertEqual(answer.value(b"X-Request-ID"), self.passed.value(b"X-Request-ID"))

    async def test_bodiless(self) -> None:
        """HEAD, 204 and 304 have no body, and a Content-Length only where it tells of another.

        Where one was announced all the same, its connection is not used again.
        """
        client = await self.serve(
            in_turn(
                answers(b"HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n"),
                answers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                answers(
                    b"HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n",
                    b'HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\nETag: "x"\r\n\r\n',
                ),
            )
        )
        answer = await client.ask(request(b"HEAD", b"/"))
        self.assertEqual((answer.value(b"Content-Length"), answer.body), (b"12345", b""))
        answer = await client.ask(request(b"HEAD", b"/"))
        self.assertEqual(answer.values(b"Content-Length"), [])
        answer = await client.get()
        self.assertEqual((answer.status, answer.values(b"Content-Length")), (204, []))
        answer = await client.get()
        self.assertEqual((answer.status, answer.value(b"Content-Length")), (304, b"99"))
        self.assertEqual(len(self.backend.connections), 3)

    async def test_framings(self) -> None:
        """Bodies of known length stay so; chunked ones and those until the close go out chunked."""
        client = await self.serve(
            answers(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"3\r\nabc\r\n0\r\nX-T: 1\r\nContent-Length: 3\r\n\r\n"
            )
        )
        answer = await client.get()
        self.assertEqual((answer.body, answer.trailers), (b"abc", ((b"X-T", b"1"),)))
        client = await self.serve(closes(b"HTTP/1.1 200 OK\r\n\r\nuntil the close"))
        answer = await client.get()
        self.assertEqual(answer.value(b"Transfer-Encoding"), b"chunked")
        self.assertEqual(answer.body, b"until the close")
        self.assertFalse(client.closed)

    async def test_split_at_every_byte(self) -> None:
        """A response that comes byte by byte is the same response."""
        raw = (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
        )
        client = await self.serve(in_slices(raw))
        for _ in range(2):
            self.assertEqual((await client.get()).body, b"abcd")

    async def test_informational(self) -> None:
        """1xx heads are passed on as they come, before the final one."""
        early = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        client = await self.serve(answers(early + early + response(b"x")))
        client.send(request(b"GET", b"/"))
        for _ in range(2):
            hint = await client.response()
            self.assertEqual((hint.status, hint.value(b"Link")), (103, b"</a>"))
        self.assertEqual((await client.response()).body, b"x")

    async def test_endless_informational(self) -> None:
        """An instance that never stops sending 1xx heads is given up."""
        early = b"HTTP/1.1 103 Early Hints\r\n\r\n"
        client = await self.serve(answers(early * 200 + response(b"x")))
        self.assertEqual((await client.ask(request(b"GET", b"/"))).status, 502)


class OldClientTests(Served):
    """Clients that speak HTTP/1.0."""

    async def test_closes(self) -> None:
        """Without keep-alive the connection closes after the answer, in good order."""
        client = await self.serve(answers(response(b"x")))
        answer = await client.ask(b"GET /a HTTP/1.0\r\n\r\n")
        self.assertEqual((answer.body, answer.value(b"Connection")), (b"x", b"close"))
        self.assertEqual(await client.gone(), b"")
        self.assertEqual(self.passed.value(b"Host"), self.backend.address.encode())
        self.assertEqual(self.passed.value(b"Via"), b"1.0 altlas")

    async def test_keeps(self) -> None:
        """With keep-alive it stays, and says so."""
        client = await self.serve(answers(response(b"x")))
        asked = b"GET / HTTP/1.0\r\nHost: old.test\r\nConnection: keep-alive\r\n\r\n"
        for _ in range(2):
            answer = await client.ask(asked)
            self.assertEqual(answer.value(b"Connection"), b"keep-alive")
        self.assertEqual(self.passed.value(b"Host"), b"old.test")

    async def test_no_chunks(self) -> None:
        """A chunked body goes out until the close; 1xx heads and trailers are left out."""
        raw = b"HTTP/1.1 103 Hint\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        client = await self.serve(answers(raw + b"3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n"))
        client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        answer = await client.response()
        self.assertEqual((answer.status, answer.body), (200, b"abc"))
        self.assertEqual(answer.value(b"Connection"), b"close")
        self.assertEqual(answer.values(b"Transfer-Encoding"), [])
