"""What a backend is told of the client, by whom it may believe it."""

from __future__ import annotations

import re

from tests.end_to_end.harness import ANY_PORT
from tests.end_to_end.messages import Message
from tests.end_to_end.rude import answers, response
from tests.end_to_end.served import Served

TRUSTING = f"[listener:public]\nbind = {ANY_PORT}\ntrust = 127.0.0.0/8, 10.0.0.0/8"
CLAIMS = (
    b"X-Forwarded-For: 203.0.113.7, 10.1.1.1",
    b"X-Forwarded-Proto: https",
    b"X-Forwarded-Host: outside.test",
    b"X-Forwarded-Port: 443",
    b"Forwarded: for=203.0.113.7;proto=https",
    b"Via: 1.1 outer",
    b"X-Request-ID: claimed-id",
)


class ForwardingTests(Served):
    """X-Forwarded-*, Forwarded, Via and X-Request-ID."""

    def told(self, message: Message) -> dict[bytes, bytes | None]:
        """What the fields of forwarding say; each may be there once only."""
        names = (
            b"X-Forwarded-For",
            b"X-Forwarded-Proto",
            b"X-Forwarded-Host",
            b"X-Forwarded-Port",
            b"Forwarded",
        )
        return {name: message.value(name) for name in names}

    def ours(self) -> dict[bytes, bytes | None]:
        """What the gateway says on its own account."""
        return {
            b"X-Forwarded-For": b"127.0.0.1",
            b"X-Forwarded-Proto": b"http",
            b"X-Forwarded-Host": b"gateway.test",
            b"X-Forwarded-Port": b"%d" % self.gateway.port(),
            b"Forwarded": b"for=127.0.0.1;proto=http;host=gateway.test",
        }

    async def test_says_who_asks(self) -> None:
        """A request without claims goes on with those of the gateway."""
        client = await self.serve(answers(response()))
        await client.get()
        self.assertEqual(self.told(self.passed), self.ours())
        self.assertRegex(self.passed.value(b"X-Request-ID") or b"", rb"^[0-9a-f]{32}$")

    async def test_untrusted(self) -> None:
        """The claims of anybody are replaced, in whatever spelling."""
        client = await self.serve(answers(response()))
        await client.get(b"/", *CLAIMS, b"X_Forwarded_For: 1", b"x-forwarded_proto: https")
        self.assertEqual(self.told(self.passed), self.ours())
        self.assertEqual(self.passed.values(b"Via"), [b"1.1 altlas"])
        self.assertNotIn(b"claimed-id", self.passed.raw)
        self.assertNotIn(b"_", self.passed.head)
        self.assertEqual((await self.reported()).client, "127.0.0.1")

    async def test_trusted(self) -> None:
        """The claims of a trusted peer are kept, and the peer itself is added to the lists."""
        client = await self.serve(answers(response()), more=TRUSTING)
        answer = await client.get(b"/", *CLAIMS)
        self.assertEqual(
            self.told(self.passed),
            {
                b"X-Forwarded-For": b"203.0.113.7, 10.1.1.1, 127.0.0.1",
                b"X-Forwarded-Proto": b"https",
                b"X-Forwarded-Host": b"outside.test",
                b"X-Forwarded-Port": b"443",
                b"Forwarded": b"for=203.0.113.7;proto=https, "
                b"for=127.0.0.1;proto=http;host=gateway.test",
            },
        )
        self.assertEqual(self.passed.values(b"Via"), [b"1.1 outer", b"1.1 altlas"])
        self.assertEqual(self.passed.value(b"X-Request-ID"), b"claimed-id")
        self.assertEqual(answer.value(b"X-Request-ID"), b"claimed-id")
        record = await self.reported()
        self.assertEqual((record.client, record.request_id), ("203.0.113.7", "claimed-id"))

    async def test_connection_names_claims(self) -> None:
        """Connection cannot make the gateway forget whom it forwards for."""
        client = await self.serve(answers(response()), more=TRUSTING)
        named = b"Connection: X-Forwarded-For, Forwarded, Via, X-Request-ID, X-Forwarded-Proto"
        await client.get(b"/", *CLAIMS, named)
        self.assertIn(b"203.0.113.7", self.passed.value(b"X-Forwarded-For") or b"")
        self.assertEqual(self.passed.value(b"X-Forwarded-Proto"), b"https")
        self.assertEqual(self.passed.value(b"X-Request-ID"), b"claimed-id")

    async def test_odd_ids(self) -> None:
        """An id that is no token, or too long, is not believed even of a trusted peer."""
        client = await self.serve(answers(response()), more=TRUSTING)
        for odd in (b"a b", b"x" * 129, b'"', b"a,b"):
            await client.get(b"/", b"X-Request-ID: " + odd)
            self.assertIsNotNone(
                re.fullmatch(rb"[0-9a-f]{32}", self.passed.value(b"X-Request-ID") or b""), odd
            )

    async def test_hosts(self) -> None:
        """A backend may see the client's Host, its own address, or a literal one."""
        for setting, seen in {
            "pass": b"gateway.test",
            "instance": None,
            "api.test:81": b"api.test:81",
        }.items():
            client = await self.serve(answers(response()), backend=f"host = {setting}")
            await client.get()
            self.assertEqual(
                self.passed.values(b"Host"), [seen or self.backend.address.encode()], setting
            )
            self.assertEqual(self.passed.fields[0][0], b"Host")
            self.assertEqual(self.passed.value(b"X-Forwarded-Host"), b"gateway.test")
