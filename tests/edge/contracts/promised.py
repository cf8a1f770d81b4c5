"""A client of a backend that has promised something; what, a test says in a few words."""

from __future__ import annotations

import json
from typing import Any

from attrs import define, field

from altlas.edge.contracts.leaf import ContractLeaf
from altlas.edge.dispatching import Dispatcher
from altlas.edge.leaf import ForwardLeaf
from altlas.errors import Mismatch, OperationNotAllowed, UnknownOperation, UnsupportedMediaType
from altlas.routing.index import RouteIndex
from altlas.routing.rule import Rule
from altlas.settings.contracts import Contract, Validation
from altlas.settings.tree import Route
from altlas.testing import Step
from tests.edge.connected import Connected

GOOD = b'{"n":1}'
BAD = b'{"n":"one"}'
#: what is wrong with it
NO_NUMBER = Mismatch("body", "/n", "is no number")
JSON = (b"Content-Type", b"application/json")


@define(eq=False)
class Examined:
    """What a body came to."""

    mismatches: tuple[Mismatch, ...] = ()
    value: Any = None
    looked: bool = True
    long: bool = False


class Names:
    """The fields that are known: ``n``."""

    def undocumented(self, value: Any) -> list[str]:
        """The others."""
        return [f"/{name}" for name in value if name != "n"]


class Numbered:
    """How a body is to be: an object whose ``n`` is a number."""

    class schema:
        """What is asked of it."""

        fields = Names()

    def check(self, data: bytes, encoding: bytes | None, most: int) -> Examined:
        """Judge."""
        assert type(data) is bytes, "some readers take no other"
        if encoding == b"br":
            return Examined(looked=False)
        if encoding == b"gzip":
            return Examined(looked=False, long=True)
        try:
            value = json.loads(data)
        except ValueError:
            return Examined((Mismatch("body", "", "is no JSON"),))
        good = isinstance(value.get("n"), int)
        return Examined((), value) if good else Examined((NO_NUMBER,), value)


class Answered:
    """How an answer is to be."""

    def check(self, fields: Any) -> tuple[Mismatch, ...]:
        """No ``X-Bad``."""
        bad = any(name == b"X-Bad" for name, _ in fields)
        return (Mismatch("header", "/X-Bad", "must not be"),) if bad else ()

    def body_rule(self, content_type: bytes | None) -> Numbered | None:
        """JSON is looked into, and events, if anybody asked."""
        return None if content_type == b"text/plain" else Numbered()


@define(eq=False)
class Operation:
    """An operation on ``/things``; `wrong` is raised or returned when it is asked."""

    id: str = "things"
    method: str = "POST"
    template: str = "/things"
    wrong: Any = ()
    #: what it was asked
    asked: list[Any] = field(factory=list)
    #: whether it makes a mistake when it is answered
    mistaken: bool = False

    def check(self, asked: Any) -> tuple[Mismatch, ...]:
        """What can be judged before the body."""
        self.asked.append(asked)
        if isinstance(self.wrong, Exception):
            raise self.wrong
        return tuple(self.wrong)

    def undocumented_query(self, query: bytes) -> tuple[str, ...]:
        """All names but ``a``."""
        names = [each.partition(b"=")[0].decode() for each in query.split(b"&")]
        return tuple(name for name in names if name != "a")

    def body_rule(self, content_type: bytes | None) -> Numbered | None:
        """JSON is looked into, text is not, nothing else is taken."""
        if content_type == b"text/plain":
            return None
        if content_type != b"application/json":
            raise UnsupportedMediaType
        return Numbered()

    def answer(self, status: int) -> Answered | None:
        """200 and 204 are known."""
        if self.mistaken:
            raise TypeError
        return Answered() if status in (200, 204) else None


@define(eq=False)
class Found:
    """An operation with the values of its path."""

    operation: Operation
    values: tuple[bytes, ...] = ()


@define(eq=False)
class Promise:
    """A contract of one operation."""

    operation: Operation = field(factory=Operation)

    def find(self, method: bytes, path: bytes) -> Found:
        """The operation, which goes by POST and GET."""
        if path != b"/things":
            raise UnknownOperation
        if method not in (b"POST", b"GET", b"HEAD"):
            raise OperationNotAllowed(("GET", "HEAD", "POST"))
        return Found(self.operation, (b"7",))


class Told:
    """Everything that drift was told, in order."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []

    def request(self, operation: Any, mismatches: Any = (), refused: bool = False) -> None:
        """One request."""
        self.said.append(("request", operation.id, tuple(m.where for m in mismatches), refused))

    def unknown(self, method: bytes, path: bytes, why: str) -> None:
        """One that is not in the contract."""
        self.said.append(("unknown", method, path, why))

    def answer(self, operation: Any, status: int, mismatches: Any = ()) -> None:
        """One answer."""
        self.said.append(("answer", status, tuple(m.where for m in mismatches)))

    def unlooked(self, operation: Any, side: str, why: str) -> None:
        """One body that was not looked into."""
        self.said.append(("unlooked", side, why))

    def undocumented(self, operation: Any, side: str, pointers: Any) -> None:
        """Names that are not in the contract."""
        self.said.append(("undocumented", side, tuple(pointers)))


@define(eq=False)
class Kept:
    """As `altlas.contracts.kept.Kept`."""

    settings: Contract
    drift: Any
    contract: Any


class Promised(Connected):
    """A client of one listener, whose backend has promised `Promise`; `roll` is every chance."""

    def __init__(
        self,
        *steps: Step,
        contract: dict[str, Any] | None = None,
        route: dict[str, Any] | None = None,
        **said: Any,
    ) -> None:
        """`contract` are settings; ``max_body`` and ``longer`` are those of ``validate``."""
        super().__init__(*steps, route=route, **said)
        given = dict(contract or {})
        inner = {name: given.pop(name) for name in ("max_body", "longer") if name in given}
        self.roll = 0.0
        self.drift = Told()
        self.promise = Promise()
        settings = Contract(name="c", validate=Validation(**inner), **given)
        self.kept = Kept(settings, self.drift, self.promise)
        demo = Route(**{"name": "demo", "path": "/", "backend": "demo", **(route or {})})
        forward = ForwardLeaf.of(demo, self.scene.settings, self.scene.stack)
        leaf = ContractLeaf.of(forward, self.kept, lambda: self.roll)  # type: ignore[arg-type]
        self.sampling = leaf.sampling
        self.listening.dispatch = Dispatcher(RouteIndex([Rule(demo, leaf)])).serve

    @property
    def told(self) -> list[tuple[Any, ...]]:
        """What drift was told, when what is to be looked at later was."""
        self.clock.advance(0)
        return self.drift.said

    def problem(self) -> dict[str, Any]:
        """The last answer's body."""
        found: dict[str, Any] = json.loads(self.said.rpartition(b"\r\n\r\n")[2])
        return found


def post(
    body: bytes = GOOD, *lines: str, kind: str = "application/json", size: int | None = None
) -> bytes:
    """A POST to ``/things`` with as much of its body as is given."""
    announced = len(body) if size is None else size
    all_lines = (f"Content-Type: {kind}", f"Content-Length: {announced}", *lines)
    head = "\r\n".join(["POST /things HTTP/1.1", "Host: h.test", *all_lines])
    return head.encode() + b"\r\n\r\n" + body


def chunks(*pieces: bytes) -> bytes:
    """The same in chunks, with trailers."""
    head = b"POST /things HTTP/1.1\r\nHost: h.test\r\nContent-Type: application/json\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in pieces)


LAST = b"0\r\nX-Sum: 1\r\n\r\n"
EXPECT = "Expect: 100-continue"
GET = b"GET /things?a=b HTTP/1.1\r\nHost: h.test\r\n\r\n"
