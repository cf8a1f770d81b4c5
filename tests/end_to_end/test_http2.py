"""HTTP/2 by real clients over real sockets: curl, nghttp, h2load and the h2 library."""

from __future__ import annotations

import hashlib
import random
import re
from pathlib import Path

from h2.errors import ErrorCodes

from tests.end_to_end.harness import ANY_PORT, ini, running_gateway
from tests.end_to_end.messages import Message
from tests.end_to_end.observed import records, under_way
from tests.end_to_end.rude import Behaviour, Connection, answers, response, rude_backend, stalls
from tests.end_to_end.served import Served
from tests.end_to_end.streams import StreamClient, stream_client
from tests.end_to_end.test_tls import self_signed
from tests.end_to_end.tools import Ran, run

MEBIBYTE = 1 << 20
LARGE = random.Random(2).randbytes(12 * MEBIBYTE + 17)
CLEARTEXT = f"bind = {ANY_PORT}\nhttp2.cleartext = yes"


async def echo(connection: Connection) -> None:
    """A backend that gives back what it gets, and says of what it was asked for."""
    while True:
        request = await connection.request()
        connection.send(response(request.body, fields=(b"X-Target: " + request.target,)))


async def large(connection: Connection) -> None:
    """A backend that gives a lot, without saying how much."""
    while True:
        await connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for at in range(0, len(LARGE), 100_000):
            piece = LARGE[at : at + 100_000]
            connection.send(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.send(b"0\r\nX-Sum: 7\r\n\r\n")


class Http2Case(Served):
    """A gateway that speaks HTTP/2 without TLS."""

    timeout = 30

    async def begin(self, behaviour: Behaviour, listener: str = CLEARTEXT) -> None:
        """Start it."""
        self.backend = rude_backend(self, behaviour)
        more = f"[listener:public]\n{listener}"
        text = ini(self.backend, more=more, route="limit.body = 64MiB")
        self.gateway = await running_gateway(self, text)
        self.records = records(self.gateway)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.gateway.port()}"

    async def connect(self) -> StreamClient:
        """A client of the h2 library."""
        return await stream_client(self, self.gateway.port())

    def file(self, data: bytes) -> str:
        """A file with that in it."""
        path = Path(self.mktemp())  # type: ignore[no-untyped-call]
        path.write_bytes(data)
        return str(path.absolute())


class LibraryTests(Http2Case):
    """The h2 library's client."""

    async def test_parallel(self) -> None:
        """A hundred streams at once on a connection: each gets its own answer."""
        await self.begin(echo)
        client = await self.connect()
        bodies = {client.client.ask(path=b"/%d" % at): b"/%d" % at for at in range(100)}
        for number, target in bodies.items():
            answer = await client.answered(number)
            self.assertEqual((answer.status, answer.value(b"x-target")), (200, target))
        await self.reported(100)

    async def test_large_down(self) -> None:
        """A large answer arrives byte for byte, trailers after it; others pass it by."""
        await self.begin(large)
        client = await self.connect()
        numbers = [client.client.ask(), client.client.ask()]
        for number in numbers:
            answer = await client.answered(number)
            self.assertTrue(answer.ended)
            self.assertEqual(hashlib.sha256(answer.body).digest(), hashlib.sha256(LARGE).digest())
            self.assertEqual(answer.trailers, [(b"x-sum", b"7")])

    async def test_large_up(self) -> None:
        """A large body arrives byte for byte, with a length or without."""
        await self.begin(echo)
        client = await self.connect()
        # The backend of the tests is slow with many chunks.
        for size, fields in (
            (len(LARGE), ((b"content-length", b"%d" % len(LARGE)),)),
            (500_000, ()),
        ):
            number = client.client.ask(*fields, body=b"", method=b"PUT")
            await client.pour(number, LARGE[:size])
            answer = await client.answered(number)
            self.assertTrue(answer.body == LARGE[:size])

    async def test_resets(self) -> None:
        """Streams that are taken back midway leave nothing, and the others are served."""
        await self.begin(large)
        client = await self.connect()
        h2 = client.client.h2
        kept = client.client.ask()
        for _ in range(5):
            number = client.client.ask()
            client.flush()
            answer = client.client.answers[number]
            await client.until(lambda answer=answer: len(answer.body) > 50_000)
            h2.reset_stream(number, ErrorCodes.CANCEL)
            client.flush()
        answer = await client.answered(kept)
        self.assertEqual(hashlib.sha256(answer.body).digest(), hashlib.sha256(LARGE).digest())
        await self.reported(6)
        self.assertEqual(sorted(record.flag for record in self.records), ["-", *["DC"] * 5])

    async def test_rapid_reset(self) -> None:
        """A rapid reset is ended soon, and the backend has not noticed much."""
        await self.begin(stalls())
        client = await self.connect()
        for _ in range(400):
            number = client.client.ask()
            client.client.h2.reset_stream(number)
        client.flush()
        await client.until(lambda: client.client.terminated)
        self.assertEqual(client.client.goodbye, ErrorCodes.ENHANCE_YOUR_CALM)
        self.assertLessEqual(len(self.backend.connections), 200)
        self.assertEqual(under_way(self.gateway), (0, 0))

    async def test_drain(self) -> None:
        """On the way down what is under way is answered, and the client told to go elsewhere."""
        await self.begin(echo)
        client = await self.connect()
        await client.ask()
        await self.gateway.stop()
        await client.until(lambda: client.client.terminated)
        self.assertEqual(client.client.goodbye, ErrorCodes.NO_ERROR)

    async def test_both_on_one_port(self) -> None:
        """HTTP/1.1 is spoken on the same port as ever."""
        await self.begin(echo)
        self.client = await self.gateway.client()
        self.assertEqual((await self.client.get(b"/x")).status, 200)
        self.assertEqual((await self.reported()).minor, 1)

    async def test_not_asked_for(self) -> None:
        """Where it was not asked for, HTTP/2 without TLS is refused, as is an Upgrade to it."""
        await self.begin(echo, f"bind = {ANY_PORT}")
        self.client = await self.gateway.client()
        self.client.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        self.assertEqual((await self.client.response()).status, 505)
        other = await self.gateway.client()
        answer: Message = await other.get(
            b"/",
            b"Connection: Upgrade, HTTP2-Settings",
            b"Upgrade: h2c",
            b"HTTP2-Settings: AAMAAABk",
        )
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.passed.values(b"Upgrade") + self.passed.values(b"HTTP2-Settings"), [])


class CurlTests(Http2Case):
    """curl, as far as it was built with HTTP/2."""

    async def curl(self, *arguments: str) -> Ran:
        """What curl has to say."""
        ran = await run(self, "curl", "-s", "-S", *arguments)
        self.assertEqual((ran.code, ran.err), (0, b""))
        return ran

    async def test_prior_knowledge(self) -> None:
        """Fields and bodies pass both ways."""
        await self.begin(echo)
        ran = await self.curl(
            "--http2-prior-knowledge", "-i", "-d", "some text", "-b", "a=1; b=2", self.url + "/p?q"
        )
        head, _, body = ran.out.partition(b"\r\n\r\n")
        self.assertEqual((head.split(b"\r\n")[0].strip(), body), (b"HTTP/2 200", b"some text"))
        self.assertIn(b"x-target: /p?q", head)
        self.assertEqual(self.passed.value(b"cookie"), b"a=1; b=2")
        self.assertEqual((await self.reported()).minor, 2)

    async def test_large(self) -> None:
        """A large file goes up and comes down, byte for byte."""
        await self.begin(echo)
        sent, got = self.file(LARGE), self.file(b"")
        await self.curl("--http2-prior-knowledge", "-T", sent, "-o", got, self.url + "/")
        self.assertEqual(Path(got).read_bytes(), LARGE)

    async def secure(self, *lines: str) -> str:
        """The address of a gateway that speaks TLS by Twisted's own endpoint."""
        key, certificate = self_signed(Path(self.mktemp()).absolute())  # type: ignore[no-untyped-call]
        bind = f"bind = ssl:0:interface=127.0.0.1:privateKey={key}:certKey={certificate}"
        await self.begin(echo, "\n".join([bind, *lines]))
        return self.url.replace("http", "https")

    async def test_tls(self) -> None:
        """Over TLS it is agreed on by ALPN; the backend hears of https."""
        url = await self.secure()
        ran = await self.curl("-k", "--http2", "-w", " %{http_version}", "-d", "x", url + "/a")
        self.assertEqual(ran.out, b"x 2")
        record = await self.reported()
        self.assertEqual((record.minor, record.tls), (2, True))
        self.assertEqual(self.passed.value(b"X-Forwarded-Proto"), b"https")
        ran = await self.curl("-k", "--http1.1", "-w", " %{http_version}", "-d", "x", url + "/a")
        self.assertEqual(ran.out, b"x 1.1")

    async def test_own_tls(self) -> None:
        """Behind the gateway's own TLS the same holds, and instances are told the same."""
        key, certificate = self_signed(Path(self.mktemp()).absolute())  # type: ignore[no-untyped-call]
        lines = (
            f"bind = {ANY_PORT}\ntls.certificate = {certificate}\ntls.key = {key}\ntls.hsts = 1d"
        )
        for enabled, spoken in (("yes", b"2"), ("no", b"1.1")):
            await self.begin(echo, f"{lines}\nhttp2.enabled = {enabled}")
            url = self.url.replace("http", "https")
            ran = await self.curl("-k", "-i", "-w", " %{http_version}", "-d", "x", url + "/a")
            self.assertTrue(ran.out.endswith(b"x " + spoken), ran.out)
            self.assertIn(b"strict-transport-security: max-age=86400", ran.out.lower())
            self.assertEqual(self.passed.value(b"X-Forwarded-Proto"), b"https")

    async def test_end_of_tls(self) -> None:
        """Who is let go over TLS hears the good-byes of both: openssl finds nothing cut."""
        key, certificate = self_signed(Path(self.mktemp()).absolute())  # type: ignore[no-untyped-call]
        lines = f"bind = {ANY_PORT}\ntls.certificate = {certificate}\ntls.key = {key}"
        await self.begin(echo, f"{lines}\ntimeout.first-byte = 300ms")
        address = self.url.partition("//")[2]
        ran = await run(self, "openssl", "s_client", "-alpn", "h2", "-connect", address)
        self.assertIn(b"ALPN protocol: h2", ran.out)
        self.assertNotIn(b"unexpected eof", ran.err)
        self.assertEqual(ran.code, 0, ran.err)

    async def test_tls_large(self) -> None:
        """Large bodies pass over TLS too."""
        url = await self.secure()
        sent, got = self.file(LARGE), self.file(b"")
        await self.curl("-k", "--http2", "-T", sent, "-o", got, url + "/")
        self.assertEqual(Path(got).read_bytes(), LARGE)

    async def test_switched_off(self) -> None:
        """Where it is switched off it is not offered."""
        url = await self.secure("http2.enabled = no")
        ran = await self.curl("-k", "--http2", "-w", " %{http_version}", "-d", "x", url + "/a")
        self.assertEqual(ran.out, b"x 1.1")


class NghttpTests(Http2Case):
    """The clients of nghttp2."""

    async def test_nghttp(self) -> None:
        """nghttp, which sends priorities, padding and trailers."""
        await self.begin(echo)
        ran = await run(
            self, "nghttp", "-v", "-p", "16", "--trailer", "x-sum: 1", "-b", "16",
            "--no-content-length",
            "-d", self.file(b"some text" * 1000), self.url + "/a", self.url + "/b",
        )  # fmt: skip
        self.assertEqual(ran.code, 0)
        self.assertEqual(ran.out.count(b":status: 200"), 2)
        self.assertEqual(ran.out.count(b"RST_STREAM"), 0)
        self.assertIn(b"x-sum: 1", self.passed.raw.lower())

    async def test_continuation(self) -> None:
        """Fields that need more than one frame."""
        await self.begin(answers(response(b"x")))
        ran = await run(self, "nghttp", "--continuation", "-nv", self.url + "/")
        self.assertIn(b"431", ran.out)
        self.assertEqual(ran.code, 0)

    async def test_h2load(self) -> None:
        """h2load: many streams of some connections, none fails."""
        await self.begin(echo)
        ran = await run(self, "h2load", "-n", "1000", "-c", "4", "-m", "100", self.url + "/")
        self.assertRegex(ran.out, rb"1000 succeeded, 0 failed, 0 errored, 0 timeout")
        self.assertRegex(ran.out, rb"status codes: 1000 2xx")
        await self.reported(1000)

    async def test_h2load_upload(self) -> None:
        """The same with bodies both ways, and small windows."""
        await self.begin(echo)
        ran = await run(
            self, "h2load", "-n", "60", "-c", "2", "-m", "10", "-w", "12", "-W", "13",
            "-d", self.file(LARGE[:200_000]), self.url + "/",
        )  # fmt: skip
        self.assertRegex(ran.out, rb"60 succeeded, 0 failed")
        moved = re.search(rb"\((\d+)\) data", ran.out)
        assert moved is not None
        self.assertEqual(int(moved[1]), 60 * 200_000)
