"""A stock nginx behind the gateway: what it says arrives as it said it."""

from __future__ import annotations

import gzip
import hashlib
import os
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SkipTest, TestCase

from tests.end_to_end.nginx import PROGRAM, Nginx
from tests.end_to_end.rawclient import RawClient, request
from tests.end_to_end.watching import Observed, observed

TEXT = b"The quick brown fox jumps over the lazy dog.\n" * 200


class NginxTests(TestCase):
    """One nginx, one gateway, one client."""

    def setUp(self) -> Deferred[Any]:
        """Start all three."""
        if PROGRAM is None:
            raise SkipTest("nginx is not installed")
        return Deferred.fromCoroutine(self.started())

    async def started(self) -> None:
        """Everything is up."""
        folder = Path(self.mktemp()).absolute()  # type: ignore[no-untyped-call]
        self.nginx = Nginx(folder)
        self.addCleanup(lambda: Deferred.fromCoroutine(self.nginx.stop()))
        await self.nginx.start()
        self.nginx.file("text").write_bytes(TEXT)
        self.one: Observed = await observed(
            self, backend=f"instances = {self.nginx.url}", route="limit.body = 64MiB"
        )
        self.client: RawClient = await self.one.gateway.client()

    async def test_file(self) -> None:
        """A file arrives with its length, and nothing of nginx's own fields is lost."""
        answer = await self.client.get(b"/text")
        self.assertEqual((answer.status, answer.body), (200, TEXT))
        self.assertEqual(answer.value(b"content-length"), b"%d" % len(TEXT))
        for name in (b"Server", b"Date", b"Last-Modified", b"ETag", b"Accept-Ranges"):
            self.assertEqual(len(answer.values(name)), 1, name)

    async def test_keep_alive(self) -> None:
        """Many requests of many clients share few connections."""
        clients = [self.client, await self.one.gateway.client()]
        connections = set()
        for number in range(20):
            answer = await clients[number % 2].get(b"/text")
            said = answer.value(b"x-connection") or b""
            connections.add(said.split()[0])
        self.assertEqual(len(connections), 1)

    async def test_connections_that_end(self) -> None:
        """nginx closes after a few requests: nobody notices, and no request is tried twice."""
        for _ in range(20):
            self.assertEqual((await self.client.get(b"/few/text")).status, 200)
        self.assertEqual({record.tries for record in self.one.records.kept}, {1})

    async def test_gzip(self) -> None:
        """What nginx packs stays packed, in chunks; what it does not stays as it is."""
        packed = await self.client.get(b"/gzip/text", b"Accept-Encoding: gzip")
        self.assertEqual(packed.value(b"content-encoding"), b"gzip")
        self.assertEqual(packed.value(b"transfer-encoding"), b"chunked")
        self.assertEqual(gzip.decompress(packed.body), TEXT)
        plain = await self.client.get(b"/gzip/text")
        self.assertEqual((plain.values(b"content-encoding"), plain.body), ([], TEXT))

    async def test_old_client(self) -> None:
        """A client of HTTP/1.0 gets no chunks: the end of the connection is the end."""
        self.client.send(b"GET /gzip/text HTTP/1.0\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n")
        answer = await self.client.response()
        self.assertEqual(answer.values(b"transfer-encoding"), [])
        self.assertEqual(gzip.decompress(answer.body), TEXT)

    async def test_head(self) -> None:
        """HEAD says the length and has no body; the connections go on."""
        for _ in range(2):
            answer = await self.client.ask(request(b"HEAD", b"/text"))
            self.assertEqual(answer.value(b"content-length"), b"%d" % len(TEXT))
            self.assertEqual((await self.client.get(b"/text")).body, TEXT)
        packed = await self.client.ask(request(b"HEAD", b"/gzip/text", b"Accept-Encoding: gzip"))
        self.assertEqual((packed.status, packed.body), (200, b""))
        self.assertEqual((await self.client.get(b"/text")).body, TEXT)

    async def test_not_modified(self) -> None:
        """304 has no body, and the connections go on."""
        tag = (await self.client.get(b"/text")).value(b"etag") or b""
        answer = await self.client.get(b"/text", b"If-None-Match: " + tag)
        self.assertEqual((answer.status, answer.body), (304, b""))
        self.assertEqual(answer.value(b"etag"), tag)
        self.assertEqual((await self.client.get(b"/text")).body, TEXT)

    async def test_range(self) -> None:
        """Parts of a file arrive as such."""
        part = await self.client.get(b"/text", b"Range: bytes=4-8")
        self.assertEqual((part.status, part.body), (206, b"quick"))
        self.assertEqual(part.value(b"content-range"), b"bytes 4-8/%d" % len(TEXT))
        parts = await self.client.get(b"/text", b"Range: bytes=4-8,10-14")
        self.assertIn(b"multipart/byteranges", parts.value(b"content-type") or b"")
        self.assertIn(b"quick", parts.body)
        self.assertIn(b"brown", parts.body)
        beyond = await self.client.get(b"/text", b"Range: bytes=99999999-")
        self.assertEqual(beyond.status, 416)

    async def test_large_file(self) -> None:
        """A large file arrives byte for byte."""
        data = os.urandom(1 << 20) * 12
        self.nginx.file("large").write_bytes(data)
        self.client.send(request(b"GET", b"/large"))
        head = await self.client.take_until(b"\r\n\r\n")
        self.assertIn(b"Content-Length: %d\r\n" % len(data), head)
        digest = hashlib.sha256()
        await self.client.swallow(len(data), digest)
        self.assertEqual(digest.digest(), hashlib.sha256(data).digest())

    async def test_upload(self) -> None:
        """Uploads arrive byte for byte, of a known length or in chunks."""
        data = os.urandom(1 << 20) * 6
        answer = await self.client.ask(request(b"PUT", b"/files/sized", body=data))
        self.assertEqual(answer.status, 201)
        self.assertEqual(self.nginx.file("sized").read_bytes(), data)
        self.client.send(request(b"PUT", b"/files/chunked", b"Transfer-Encoding: chunked"))
        for start in range(0, len(data), 100_000):
            piece = data[start : start + 100_000]
            self.client.send(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.client.send(b"0\r\n\r\n")
        self.assertEqual((await self.client.response()).status, 201)
        self.assertEqual(self.nginx.file("chunked").read_bytes(), data)
        gone = await self.client.ask(request(b"DELETE", b"/files/sized"))
        self.assertEqual((gone.status, gone.body), (204, b""))
        self.assertEqual((await self.client.get(b"/files/sized")).status, 404)

    async def test_continue(self) -> None:
        """nginx is asked whether it wants the body, and its yes comes through."""
        fields = (b"Expect: 100-continue", b"Content-Length: 5")
        self.client.send(request(b"PUT", b"/files/asked", *fields))
        self.assertEqual((await self.client.response()).status, 100)
        self.client.send(b"hello")
        self.assertEqual((await self.client.response()).status, 201)
        self.assertEqual(self.nginx.file("asked").read_bytes(), b"hello")

    async def test_refused_body(self) -> None:
        """nginx's own refusal of a long body comes through while the body is on its way."""
        self.client.send(request(b"POST", b"/small-bodies/", body=bytes(3 << 20)))
        self.assertEqual((await self.client.response()).status, 413)
        again = await self.one.get(b"/text")
        self.assertEqual(again.status, 200)

    async def test_errors(self) -> None:
        """nginx's errors are its own answers."""
        missing = await self.client.get(b"/no-such-file")
        self.assertEqual(missing.status, 404)
        self.assertIn(b"nginx", missing.body)
        refused = await self.client.ask(request(b"DELETE", b"/text"))
        self.assertEqual(refused.status, 405)
        self.assertEqual({record.flag for record in self.one.records.kept}, {"-"})

    async def test_gone(self) -> None:
        """An nginx that was ended is a 502; kept connections make no difference."""
        await self.client.get(b"/text")
        await self.nginx.stop()
        self.assertEqual((await self.client.get(b"/text")).status, 502)
        self.assertEqual(self.one.records.last.flag, "UF")
