"""Bytes that two readers could take in two ways: refused, and no backend hears of them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.end_to_end.harness import ANY_PORT
from tests.end_to_end.observed import problem
from tests.end_to_end.rawclient import request
from tests.end_to_end.rude import answers, response
from tests.end_to_end.served import Served

H = b"Host: a\r\n"
GET = b"GET / HTTP/1.1\r\n" + H
POST = b"POST / HTTP/1.1\r\n" + H
CL = b"Content-Length: "
TE = b"Transfer-Encoding: "
CHUNKS = b"0\r\n\r\n"

#: what is sent, and the status that it gets
HOSTILE: dict[bytes, int] = {
    # lengths and codings
    POST + CL + b"4\r\n" + TE + b"chunked\r\n\r\n" + CHUNKS: 400,
    POST + TE + b"chunked\r\n" + CL + b"4\r\n\r\n" + CHUNKS: 400,
    POST + CL + b"4\r\n" + CL + b"4\r\n\r\nbody": 400,
    POST + CL + b"4\r\n" + CL + b"5\r\n\r\nbody": 400,
    POST + CL + b"4, 4\r\n\r\nbody": 400,
    POST + CL + b"+4\r\n\r\nbody": 400,
    POST + CL + b"-1\r\n\r\n": 400,
    POST + CL + b"0x4\r\n\r\nbody": 400,
    POST + CL + b"4 \r\n\r\nbody": 400,
    POST + CL + b"\r\n\r\n": 400,
    POST + CL + b"1" * 30 + b"\r\n\r\n": 400,
    POST + TE + b"chunked, identity\r\n\r\n" + CHUNKS: 400,
    POST + TE + b"gzip, chunked\r\n\r\n" + CHUNKS: 400,
    POST + TE + b"xchunked\r\n\r\n" + CHUNKS: 400,
    POST + TE + b"chunked\r\n" + TE + b"chunked\r\n\r\n" + CHUNKS: 400,
    POST + b"Transfer-Encoding : chunked\r\n\r\n" + CHUNKS: 400,
    POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n" + CHUNKS: 400,
    b"POST / HTTP/1.0\r\n" + H + TE + b"chunked\r\n\r\n" + CHUNKS: 400,
    # Host
    b"GET / HTTP/1.1\r\n\r\n": 400,
    GET + b"Host: b\r\n\r\n": 400,
    GET + b"Host: a\r\n\r\n": 400,
    b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n": 400,
    b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n": 400,
    b"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n": 400,
    b"GET / HTTP/1.1\r\nHost: a:80x\r\n\r\n": 400,
    b"GET http://b/ HTTP/1.1\r\n" + H + b"\r\n": 400,
    # request line
    b"GET  / HTTP/1.1\r\n" + H + b"\r\n": 400,
    b"GET / HTTP/1.1 \r\n" + H + b"\r\n": 400,
    b"GET /#f HTTP/1.1\r\n" + H + b"\r\n": 400,
    b"GET /a b HTTP/1.1\r\n" + H + b"\r\n": 400,
    b'GET /" HTTP/1.1\r\n' + H + b"\r\n": 400,
    b"GET /\xe9 HTTP/1.1\r\n" + H + b"\r\n": 400,
    b"GET /\x00 HTTP/1.1\r\n" + H + b"\r\n": 400,
    b"GET a HTTP/1.1\r\n" + H + b"\r\n": 400,
    b"GET * HTTP/1.1\r\n" + H + b"\r\n": 400,
    b"GET /%00 HTTP/1.1\r\n" + H + b"\r\n": 400,
    b"GET /../x HTTP/1.1\r\n" + H + b"\r\n": 400,
    b"GET /..%2fx HTTP/1.1\r\n" + H + b"\r\n": 400,
    b"GET / HTTP/2.0\r\n" + H + b"\r\n": 505,
    b"GET / HTTP/1.2\r\n" + H + b"\r\n": 505,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": 505,
    b"GET /\r\n\r\n": 400,
    b"GET / http/1.1\r\n" + H + b"\r\n": 400,
    b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n": 501,
    b"FROBNICATE / HTTP/1.1\r\n" + H + b"\r\n": 501,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n": 400,
    # fields
    GET + b"X: a\r\n b\r\n\r\n": 400,
    GET + b"X : a\r\n\r\n": 400,
    GET + b"X\x00: a\r\n\r\n": 400,
    GET + b"X: a\x00b\r\n\r\n": 400,
    GET + b"X: a\rb\r\n\r\n": 400,
    GET + b"X: a\nY: b\r\n\r\n": 400,
    GET + b": a\r\n\r\n": 400,
    GET + b"no colon\r\n\r\n": 400,
    GET.replace(b"\r\n", b"\n") + b"\n\r\n\r\n": 400,
    b" " + GET + b"\r\n": 400,
    POST + b"Expect: a-miracle\r\n" + CL + b"1\r\n\r\nx": 417,
    # limits
    b"GET /" + b"a" * 8200 + b" HTTP/1.1\r\n" + H + b"\r\n": 414,
    GET + b"X: " + b"a" * 17000 + b"\r\n\r\n": 431,
    GET + b"X: a\r\n" * 101 + b"\r\n": 431,
    b"GET /" + b"a" * 9000: 414,
    GET + b"a" * 17000: 431,
}

#: bodies that break a chunked request; it is refused as soon as that shows
BAD_CHUNKS = (
    b"x\r\n",
    b"-1\r\n",
    b"+1\r\na\r\n",
    b"0x1\r\na\r\n",
    b"1\na\r\n",
    b"1\r\nab\r\n",
    b"1 \r\na\r\n",
    b"11111111111111111\r\n",
    b"1;" + b"a" * 300,
    b"1\r\na\n0\r\n\r\n",
    b"0\r\nbad trailer\r\n\r\n",
    b"0\r\nX : a\r\n\r\n",
    b"0\r\nX: " + b"a" * 9000,
)


class HeadTests(Served):
    """Requests that are refused for their head."""

    async def test_table(self) -> None:
        """Each gets a problem+json and a close, a record in the log, and goes no further."""
        await self.serve(answers(response()))
        for number, (sent, status) in enumerate(HOSTILE.items(), 1):
            client = await self.gateway.client()
            client.send(sent)
            answer = await client.response()
            self.assertEqual((answer.status, answer.value(b"Connection")), (status, b"close"), sent)
            self.assertEqual(problem(answer)["status"], status)
            self.assertEqual(await client.gone(), b"", sent)
            record = await self.reported(number)
            self.assertEqual((record.status, record.flag, record.tries), (status, "DPE", 0))
        self.assertEqual(self.backend.connections, [])

    async def test_byte_by_byte(self) -> None:
        """How the bytes arrive makes no difference to what they get."""
        await self.serve(answers(response()))
        for sent, status in list(HOSTILE.items())[::4]:
            if len(sent) < 300:
                client = await self.gateway.client()
                await client.send_in_slices(sent)
                self.assertEqual((await client.response()).status, status, sent)
        self.assertEqual(self.backend.connections, [])

    async def test_smuggled(self) -> None:
        """A request hidden in a refused one is not served."""
        client = await self.serve(answers(response()))
        hidden = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
        client.send(POST + CL + b"3\r\n" + TE + b"chunked\r\n\r\n" + CHUNKS + hidden)
        self.assertEqual((await client.response()).status, 400)
        self.assertEqual(await client.gone(), b"")
        self.assertEqual((self.backend.connections, len(self.records)), ([], 1))

    async def test_late(self) -> None:
        """A head that does not arrive in time gets a 408, a connection without one just closes."""
        quick = f"[listener:public]\nbind = {ANY_PORT}\ntimeout.headers = 50ms"
        client = await self.serve(answers(response()), more=quick)
        client.send(b"GET / HT")
        answer = await client.response()
        self.assertEqual((answer.status, problem(answer)["flag"]), (408, "SI"))
        self.assertEqual(await client.gone(), b"")
        self.assertEqual((await self.reported()).status, 408)
        silent = await self.gateway.client()
        self.assertEqual(await silent.gone(), b"")
        self.assertEqual(len(self.records), 1)

    async def test_trickled(self) -> None:
        """The time for a head is that of the whole: single bytes do not lengthen it."""
        quick = f"[listener:public]\nbind = {ANY_PORT}\ntimeout.headers = 100ms"
        client = await self.serve(answers(response()), more=quick)
        await client.send_in_slices(b"GET / HTTP/1.1\r\nX: " + b"a" * 12, 1, 0.01)
        self.assertEqual((await client.response()).status, 408)

    async def test_access_log(self) -> None:
        """Refused requests stand in the access log itself, escaped."""
        path = Path(self.mktemp()).absolute()
        more = f"[access-log]\npath = {path}\nflush = 1ms"
        client = await self.serve(answers(response()), more=more)
        await client.ask(b"GET /\x1b[31m HTTP/1.1\r\n\r\n")
        other = await self.gateway.client()
        await other.get(b"/..%2f", b"User-Agent: \x9b31m")
        await self.gateway.stop()
        lines = [json.loads(line) for line in path.read_bytes().splitlines()]
        self.assertEqual([line["status"] for line in lines], [400, 400])
        self.assertEqual([line["flag"] for line in lines], ["DPE", "DPE"])
        self.assertEqual(lines[1]["target"], "/..%2f")
        self.assertNotIn(b"\x1b", path.read_bytes())


class BodyTests(Served):
    """Requests that are refused for their body."""

    async def test_chunks(self) -> None:
        """A broken chunked body is refused and never completed towards the backend."""
        await self.serve(answers(response()))
        head = request(b"POST", b"/", TE + b"chunked")
        for sent in BAD_CHUNKS:
            client = await self.gateway.client()
            client.send(head + sent)
            answer = await client.response()
            self.assertEqual((answer.status, answer.value(b"Connection")), (400, b"close"), sent)
            self.assertEqual(await client.gone(), b"")
        for sent in BAD_CHUNKS:
            client = await self.gateway.client()
            client.send(head)
            await client.sleep(0.01)  # now it is with the backend
            client.send(sent)
            self.assertEqual((await client.response()).status, 400, sent)
        await self.backend.abandoned()
        self.assertEqual(self.backend.requests, [])

    async def test_announced_too_large(self) -> None:
        """A body that is announced as too large is refused before any of it is read."""
        client = await self.serve(answers(response()), route="limit.body = 10B")
        client.send(request(b"POST", b"/", CL + b"11"))
        answer = await client.response()
        self.assertEqual((answer.status, answer.value(b"Connection")), (413, b"close"))
        self.assertEqual(problem(answer)["title"], "Content too large")
        self.assertEqual(self.backend.connections, [])
        other = await self.gateway.client()
        self.assertEqual((await other.ask(request(b"POST", b"/", body=b"0123456789"))).status, 200)

    async def test_grows_too_large(self) -> None:
        """A chunked body is refused when it grows too large; the backend's copy is cut."""
        client = await self.serve(answers(response()), route="limit.body = 10B")
        client.send(request(b"POST", b"/", TE + b"chunked") + b"8\r\n01234567\r\n")
        await client.sleep(0.02)
        client.send(b"3\r\n890\r\n")
        self.assertEqual((await client.response()).status, 413)
        self.assertEqual(await client.gone(), b"")
        await self.backend.abandoned()
        self.assertEqual(self.backend.requests, [])
        self.assertEqual((await self.reported()).flag, "DPE")
