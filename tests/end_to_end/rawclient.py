"""A client that writes exactly the bytes it is told, and reads what comes."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.trial.unittest import TestCase

from tests.end_to_end.messages import Message, take_response
from tests.end_to_end.wire import Closed, Wire


class RawClient(Wire):
    """One connection to the gateway."""

    async def response(self, method: bytes = b"GET") -> Message:
        """The next response whole; one that has no length is whole at the close.

        `method` is that of the request it answers. `Closed` when the connection ends in the
        middle of it. A 1xx is a response of its own.
        """
        to_head = method == b"HEAD"
        try:
            return await self.take_message(lambda data: take_response(data, to_head=to_head))
        except Closed:
            message = take_response(self.untaken, to_head=to_head, closed=True)
            if message is None:
                raise
            self.taken += len(message.raw)
            return message

    async def ask(self, data: bytes) -> Message:
        """Send a request and return its response; 1xx ones are passed over."""
        self.send(data)
        while True:
            response = await self.response(data.split(b" ", 1)[0])
            if response.status >= 200:
                return response

    async def get(self, target: bytes = b"/", *fields: bytes) -> Message:
        """Ask for `target` with GET; `fields` are whole lines without their ends."""
        return await self.ask(request(b"GET", target, *fields))


def request(method: bytes, target: bytes, *fields: bytes, body: bytes | None = None) -> bytes:
    """The bytes of a request. A Host and, with a body, a Content-Length are added."""
    lines = [b"%b %b HTTP/1.1" % (method, target), b"Host: gateway.test", *fields]
    if body is not None:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")


async def raw_client(test: TestCase, port: int) -> RawClient:
    """A client connected to `port` on loopback until the end of `test`."""
    from twisted.internet import reactor

    clock: Any = reactor
    endpoint = TCP4ClientEndpoint(clock, "127.0.0.1", port)
    client: RawClient = await connectProtocol(endpoint, RawClient(clock))

    async def clean_up() -> None:
        if not client.closed:
            client.reset()
            await client.gone()

    test.addCleanup(lambda: Deferred.fromCoroutine(clean_up()))
    return client
