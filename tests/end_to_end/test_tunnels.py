"""Upgrades of any protocol: bytes pass both ways, as they are, at the pace of the slower side."""

from __future__ import annotations

import hashlib

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone

from altlas.edge import tunnel
from tests.end_to_end.bulk import MEBIBYTE, PIECE, digest, holding_less_than, pieces, pour
from tests.end_to_end.messages import Message
from tests.end_to_end.rawclient import RawClient, request
from tests.end_to_end.rude import Behaviour, Connection, answers, in_turn, response
from tests.end_to_end.served import Served
from tests.end_to_end.wire import Closed

SIZE = 16 * MEBIBYTE
#: the transports of all sides hold some times 64 KiB
BOUND = 3 * MEBIBYTE
REST = 0.0005
ASK = (b"Connection: Upgrade", b"Upgrade: echo/1", b"Sec-WebSocket-Key: dGhlIHNhbXBsZQ==")
SWITCH = b"HTTP/1.1 101 Switched\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\nX-Own: 1\r\n\r\n"
ROUTE = "upgrade = echo websocket"


def switches(then: Behaviour, switch: bytes = SWITCH) -> Behaviour:
    """Switch protocols, and go on as `then` does."""

    async def behave(connection: Connection) -> None:
        await connection.request()
        connection.send(switch)
        await then(connection)

    return behave


async def idles(connection: Connection) -> None:
    """Do nothing until the end."""
    await connection.gone()


async def echoes(connection: Connection) -> None:
    """Send back what comes, until the close."""
    while True:
        connection.send(await connection.take(max(1, len(connection.untaken))))


async def swallows(connection: Connection) -> None:
    """Take a large body slowly, and send its digest."""
    connection.read_slowly(REST)
    seen = hashlib.sha256()
    await connection.swallow(SIZE, seen)
    connection.send(seen.hexdigest().encode())
    await connection.gone()


async def pours(connection: Connection) -> None:
    """Send a large body."""
    await pour(connection, pieces(SIZE)).done
    await connection.gone()


class TunnelCase(Served):
    """A gateway that allows upgrades."""

    async def open(self, then: Behaviour, switch: bytes = SWITCH, **settings: str) -> RawClient:
        """A client whose connection has become a tunnel to `then`."""
        route = settings.pop("route", ROUTE)
        client = await self.serve(switches(then, switch), route=route, **settings)
        answer = await self.ask(client)
        self.assertEqual(answer.status, 101)
        return client

    async def ask(self, client: RawClient) -> Message:
        """The answer to an offer."""
        client.send(request(b"GET", b"/chat", *ASK))
        return await client.response()

    @property
    def tunnels(self) -> int:
        """How many are open."""
        return len(self.gateway.service.listeners["public"].tunnels)


class SwitchingTests(TunnelCase):
    """The way into a tunnel, and the ways past it."""

    async def test_both_heads(self) -> None:
        """The instance gets the offer, the client the 101, with nothing of other hops in them."""
        client = await self.serve(switches(idles), route=ROUTE)
        fields = (*ASK, b"TE: trailers", b"HTTP2-Settings: AAMAAABkAAQAAP__", b"X-A: b")
        client.send(request(b"GET", b"/chat?x", *fields))
        answer = await client.response()
        got = self.passed
        self.assertEqual(got.value(b"Connection"), b"Upgrade")
        self.assertEqual(got.value(b"Upgrade"), b"echo/1")
        self.assertEqual(got.value(b"Sec-WebSocket-Key"), b"dGhlIHNhbXBsZQ==")
        self.assertEqual(got.value(b"X-A"), b"b")
        for name in (b"TE", b"HTTP2-Settings"):
            self.assertNotIn(name.lower(), [field.lower() for field, _ in got.fields])
        self.assertEqual((answer.status, answer.value(b"Upgrade")), (101, b"echo/1"))
        self.assertEqual(answer.value(b"Connection"), b"Upgrade")
        self.assertEqual(answer.value(b"X-Own"), b"1")
        self.assertIn(b"altlas", answer.value(b"Via"))
        self.assertEqual(self.tunnels, 1)

    async def test_bytes_beside_the_heads(self) -> None:
        """What comes in one piece with either head is the tunnel's first."""

        async def greets(connection: Connection) -> None:
            connection.send(b" and on: " + await connection.take(5))
            await connection.gone()

        client = await self.serve(switches(greets, SWITCH + b"hello"), route=ROUTE)
        client.send(request(b"GET", b"/", *ASK) + b"early")
        self.assertEqual((await client.response()).status, 101)
        self.assertEqual(await client.take(19), b"hello and on: early")

    async def test_not_allowed(self) -> None:
        """Where the route allows nothing, or not this, the request goes on as plain HTTP."""
        for route in ("", "upgrade = websocket"):
            client = await self.serve(answers(response(b"plain")), route=route)
            answer = await self.ask(client)
            self.assertEqual((answer.status, answer.body), (200, b"plain"))
            self.assertIsNone(self.passed.value(b"Upgrade"))
            self.assertIsNone(self.passed.value(b"Connection"))
            self.assertEqual((await client.get()).body, b"plain")

    async def test_never_h2c(self) -> None:
        """HTTP/2 by upgrade is never passed on, nor is any offer with a body or by a POST."""
        client = await self.serve(answers(response(b"plain")), route=ROUTE)
        settings = b"HTTP2-Settings: AAMAAABkAAQAAP__"
        h2c = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", settings)
        for data in (
            request(b"GET", b"/", *h2c),
            request(b"POST", b"/", *ASK, body=b"x"),
            request(b"GET", b"/", *ASK, body=b"x"),
            request(b"PUT", b"/", *ASK),
        ):
            self.assertEqual((await client.ask(data)).body, b"plain")
            for name in (b"Upgrade", b"HTTP2-Settings"):
                self.assertIsNone(self.passed.value(name))
            self.assertIn(self.passed.value(b"Connection"), (None, b"close"))

    async def test_declined(self) -> None:
        """Any other answer than a 101 is an answer, and both connections serve on."""
        refusal = response(b"no", status="426 Upgrade Required", fields=(b"Upgrade: echo/2",))
        client = await self.serve(answers(refusal, response(b"next")), route=ROUTE)
        answer = await self.ask(client)
        self.assertEqual((answer.status, answer.body), (426, b"no"))
        self.assertEqual((await client.get()).body, b"next")
        self.assertEqual(len(self.backend.connections), 1)
        self.assertEqual(self.tunnels, 0)

    async def test_pipelined_behind_a_declined_offer(self) -> None:
        """What stands behind an offer that was declined is a request like any other."""
        client = await self.serve(answers(response(b"no"), response(b"yes")), route=ROUTE)
        client.send(request(b"GET", b"/a", *ASK) + request(b"GET", b"/b"))
        self.assertEqual([(await client.response()).body for _ in range(2)], [b"no", b"yes"])

    async def test_unasked(self) -> None:
        """A 101 that nobody asked for, or to something else, is an error and no tunnel."""
        other = SWITCH.replace(b"echo/1", b"h2c")
        client = await self.serve(in_turn(switches(idles, other), switches(idles)), route=ROUTE)
        self.assertEqual((await self.ask(client)).status, 502)
        self.assertEqual((await client.get()).status, 502)
        self.assertEqual([one.flag for one in self.records], ["UPE", "UPE"])
        await self.backend.abandoned()

    async def test_retried_before_an_answer(self) -> None:
        """An instance that breaks before it answers is followed by another; later by none."""

        async def breaks(connection: Connection) -> None:
            await connection.request()
            connection.reset()

        client = await self.serve(
            in_turn(breaks, switches(echoes)), route=ROUTE, backend="retry.tries = 1"
        )
        self.assertEqual((await self.ask(client)).status, 101)
        client.send(b"x")
        self.assertEqual(await client.take(1), b"x")
        self.backend.connections[-1].reset()
        await client.gone()
        record = await self.reported()
        self.assertEqual((record.tries, record.status, record.flag), (2, 101, "UC"))
        self.assertEqual(len(self.backend.connections), 2)

    async def test_connect(self) -> None:
        """CONNECT is refused, whatever is allowed."""
        client = await self.serve(answers(response(b"x")), route=ROUTE)
        client.send(b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n")
        self.assertIn((await client.response()).status, (400, 405, 501))
        self.assertEqual(self.backend.connections, [])


class FlowTests(TunnelCase):
    """Bytes within a tunnel."""

    async def test_echo(self) -> None:
        """Bytes pass at once, both ways; record, gauge and lease tell of them until the end."""
        client = await self.open(echoes)
        for number in range(20):
            client.send(b"%d," % number)
            await client.take_until(b"%d," % number)
        service = self.gateway.service
        self.assertEqual(service.generation.backends["demo"].picker.in_flight, 1)
        self.assertIn(b'altlas_tunnels_open{listener="public"} 1.0', service.metrics.render())
        client.close()
        record = await self.reported()
        self.assertEqual((record.bytes_in, record.bytes_out), (50, 50))
        self.assertEqual((record.status, record.flag, record.upstream_status), (101, "-", 101))
        self.assertGreater(record.duration, 0)
        await self.backend.abandoned()
        agent = service.generation.backends["demo"].agent
        self.assertEqual(agent.open(self.backend.url.encode()), 0)
        self.assertEqual(self.tunnels, 0)

    async def test_slow_instance(self) -> None:
        """A slow instance makes the client wait, and nothing is gathered in between."""
        client = await self.open(swallows)
        with holding_less_than(BOUND):
            await pour(client, pieces(SIZE)).done
            self.assertEqual(await client.take(64), digest(SIZE).encode())
        client.close()
        self.assertEqual((await self.reported()).bytes_in, SIZE)

    async def test_slow_client(self) -> None:
        """So does a slow client with the instance."""
        seen = hashlib.sha256()
        with holding_less_than(BOUND):
            client = await self.open(pours)
            client.read_slowly(REST)
            await client.swallow(SIZE, seen)
        self.assertEqual(seen.hexdigest(), digest(SIZE))
        client.close()
        self.assertEqual((await self.reported()).bytes_out, SIZE)

    async def test_stuck_client(self) -> None:
        """While the client takes nothing the instance waits, and its own bytes still pass."""
        taken: Deferred[bytes] = Deferred()

        async def both(connection: Connection) -> None:
            poured = pour(connection, pieces(SIZE))
            taken.callback(await connection.take(5))
            await poured.done
            await connection.gone()

        client = await self.serve(switches(both), route=ROUTE)
        with holding_less_than(BOUND):
            client.send(request(b"GET", b"/", *ASK))
            await client.response()
            client.pause()
            await client.sleep(0.2)
            client.send(b"still")
            self.assertEqual(await taken, b"still")
            await client.sleep(0.1)
            client.resume()
            await client.swallow(SIZE)

    async def test_both_ways_at_once(self) -> None:
        """Large bodies cross each other."""

        async def both(connection: Connection) -> None:
            poured = pour(connection, pieces(SIZE))
            await connection.swallow(SIZE)
            await poured.done
            connection.send(b"end")
            await connection.gone()

        client = await self.open(both)
        poured = pour(client, pieces(SIZE))
        await client.swallow(SIZE)
        await poured.done
        self.assertEqual(await client.take(3), b"end")


class EndingTests(TunnelCase):
    """The ends of tunnels."""

    async def test_client_ends_sending(self) -> None:
        """The end of what the client sends is handed on, and the answer still comes."""

        async def sums_up(connection: Connection) -> None:
            connection.keep_halves()
            connection.send(b"got " + await connection.ended())
            connection.close()

        client = await self.open(sums_up)
        client.send(b"all")
        client.end_sending()
        self.assertEqual(await client.take(7), b"got all")
        await client.gone()
        self.assertEqual((await self.reported()).flag, "-")

    async def test_instance_ends_sending(self) -> None:
        """So is the end of what the instance sends."""
        heard: Deferred[bytes] = Deferred()
        gate: Deferred[None] = Deferred()

        async def says_little(connection: Connection) -> None:
            await gate
            connection.send(b"bye")
            connection.end_sending()
            heard.callback(await connection.take_until(b"thing"))
            await connection.gone()

        client = await self.open(says_little)
        client.keep_halves()
        gate.callback(None)
        self.assertEqual(await client.ended(), b"bye")
        client.send(b"one more thing")
        client.close()
        self.assertEqual(await heard, b"one more thing")
        self.assertEqual((await self.reported()).flag, "-")
        await self.backend.abandoned()

    async def test_last_words(self) -> None:
        """What either side sent before its close arrives whole."""

        async def last(connection: Connection) -> None:
            await pour(connection, pieces(4 * MEBIBYTE)).done
            connection.close()

        client = await self.open(last)
        client.read_slowly(REST)
        await client.swallow(4 * MEBIBYTE)
        client.close()
        await client.gone()
        self.assertEqual((await self.reported()).flag, "-")

    async def test_breaks(self) -> None:
        """A side that breaks off is followed by a break at the other, and the record says whose."""
        client = await self.open(idles)
        client.reset()
        await self.backend.abandoned()
        (instance,) = self.backend.connections
        assert instance.reason is not None
        self.assertFalse(instance.reason.check(ConnectionDone))
        self.assertEqual((await self.reported()).flag, "DC")

        client = await self.gateway.client()
        await self.ask(client)
        self.backend.connections[-1].reset()
        await client.gone()
        assert client.reason is not None
        self.assertFalse(client.reason.check(ConnectionDone))
        record = await self.reported(2)
        self.assertEqual(record.flag, "UC")
        self.assertIn(self.backend.address, record.reason)

    async def test_break_is_no_failure(self) -> None:
        """A 101 was a success, whatever becomes of the tunnel: the breaker stays closed."""
        breaker = "breaker.enabled = yes\nbreaker.minimum = 1\nbreaker.error-rate = 1%"
        client = await self.open(idles, backend=breaker)
        self.backend.connections[-1].reset()
        await client.gone()
        backend = self.gateway.service.generation.backends["demo"]
        self.assertEqual(backend.guard.breaker.state, "closed")
        self.assertEqual(backend.roster.members[0].failures, 0)

    async def test_idle(self) -> None:
        """A tunnel in which nothing moves is closed; one in which anything does is not."""
        client = await self.open(idles, route=f"{ROUTE}\nupgrade.idle = 200ms")
        for _ in range(8):
            await client.sleep(0.05)
            client.send(b".")
        self.assertEqual(self.tunnels, 1)
        await client.gone()
        record = await self.reported()
        self.assertEqual((record.flag, record.reason), ("TL", "no byte for 0.2 s"))
        await self.backend.abandoned()

    async def test_lifetime(self) -> None:
        """However much passes, a tunnel ends with its lifetime; `timeout.stream` is not its."""
        route = f"{ROUTE}\nupgrade.lifetime = 150ms\ntimeout.stream = 20ms"
        client = await self.open(echoes, route=route)
        with self.assertRaises(Closed):
            while True:
                client.send(b"x")
                await client.take(1)
                await client.sleep(0.01)
        record = await self.reported()
        self.assertEqual(record.flag, "TL")
        self.assertGreater(record.duration, 0.1)

    async def test_drain(self) -> None:
        """A drain closes tunnels after a time of their own, when exchanges may go on."""
        more = "[gateway]\ndrain.tunnels = 100ms\ndrain.timeout = 20s"
        self.patch(tunnel, "LOOKS", 1)
        client = await self.open(echoes, more=more)
        stopping = self.gateway.service.stopService()
        client.send(b"still")
        self.assertEqual(await client.take(5), b"still")
        self.assertEqual(await client.gone(), b"")
        await stopping
        self.assertEqual((await self.reported()).flag, "SD")
        await self.backend.abandoned()

    async def test_exchanges_end_first(self) -> None:
        """Nor are tunnels cut with the exchanges."""
        more = "[gateway]\ndrain.tunnels = 400ms\ndrain.timeout = 0s"
        client = await self.open(echoes, more=more)
        stopping = self.gateway.service.stopService()
        await client.sleep(0.1)
        client.send(PIECE)
        self.assertEqual(await client.take(len(PIECE)), PIECE)
        await client.gone()
        await stopping
