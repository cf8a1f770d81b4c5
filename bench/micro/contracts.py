"""What it costs to hold a request against its contract: to find, to check, to look into a body.

    python -m bench.micro.contracts

Microseconds of CPU, the best of several runs, for a contract of 10 and of 1,000 paths. Bodies
are checked end to end: read, proved to be JSON that every reader reads alike, validated.
"""

from __future__ import annotations

import json
import timeit
from collections.abc import Callable
from functools import partial
from time import perf_counter, process_time
from typing import Any

from altlas.contracts.contract import Contract, compiled
from altlas.contracts.digesting import Digest
from altlas.contracts.operation import Asked
from altlas.wire.fields import Fields, first_values

COUNTS = (10, 1_000)
REPEATS = 7
FIELDS: Fields = [
    (b"Host", b"gateway.example.com:8080"),
    (b"User-Agent", b"curl/8"),
    (b"Accept", b"application/json"),
    (b"Content-Type", b"application/json"),
    (b"X-Tenant", b"blue"),
]

ITEM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["sku", "qty"],
    "properties": {
        "sku": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"},
        "qty": {"type": "integer", "minimum": 1},
        "price": {"type": "number"},
    },
}
ORDER = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "customer", "items"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "state": {"enum": ["open", "paid", "sent"]},
        "customer": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string"},
                "email": {"type": "string", "format": "email"},
            },
        },
        "items": {"type": "array", "items": ITEM},
        "note": {"type": "string"},
    },
}
NAMES = {"name": "shelf", "in": "path", "required": True, "schema": {"type": "string"}}
PARAMETERS = [
    {"name": "number", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}},
    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}},
    {"name": "X-Tenant", "in": "header", "schema": {"enum": ["blue", "green"]}},
]


def order(count: int) -> dict[str, Any]:
    """An order with that many items."""
    items = [{"sku": f"AB-{n % 10_000:04}", "qty": n + 1, "price": 1.5 * n} for n in range(count)]
    return {
        "id": "3f2b8c1e-0a4d-4c1b-9f00-000000000000",
        "state": "open",
        "customer": {"name": "Ada Lovelace", "email": "ada@example.com"},
        "items": items,
    }


def body(length: int) -> bytes:
    """An order in JSON of just that length, or of an order without items if that is longer."""
    count = 0
    while len(json.dumps(order(count + 1))) + len(', "note": ""') <= length:
        count += 1
    made = {**order(count), "note": ""}
    if length < len(json.dumps(made)):
        made = {"id": made["id"], "customer": {"name": "A"}, "items": []}
        made["customer"]["name"] += "a" * (length - len(json.dumps(made)))
    else:
        made["note"] = "n" * (length - len(json.dumps(made)))
    return json.dumps(made).encode()


def contract(count: int) -> Contract:
    """A contract with that many paths, half of them with variables."""
    schema = {"schema": {"$ref": "#/components/schemas/Order"}}
    content = {"application/json": schema}
    making = {"requestBody": {"required": True, "content": content}, "responses": {}}
    paths: dict[str, Any] = {}
    for number in range(count // 2):
        base = f"/api/v1/service-{number}"
        paths[base + "/orders"] = {"get": {"responses": {}}, "post": making}
        reading = {"get": {"parameters": PARAMETERS, "responses": {}}}
        paths[base + "/orders/{number}"] = reading
    document = {
        "openapi": "3.1.1",
        "info": {"title": "Bench", "version": "1"},
        "paths": paths,
        "components": {"schemas": {"Order": ORDER}},
    }
    return compiled("bench", Digest(document, (), ""), "")


def microseconds(call: Callable[[], object], rounds: int = 20_000) -> float:
    """The best of several runs: what disturbs only ever adds."""
    best = min(timeit.repeat(call, number=rounds, repeat=REPEATS, timer=process_time))
    return best / rounds * 1e6


def finding(count: int) -> Contract:
    """Print what it costs to find operations among so many paths."""
    began = perf_counter()
    made = contract(count)
    took = (perf_counter() - began) * 1e3
    base = b"/api/v1/service-%d" % (count // 4)
    print(f"{count} paths, compiled in {took:.0f} ms")
    for name, path in (
        ("find, fixed", base + b"/orders"),
        ("find, with a variable", base + b"/orders/17"),
        ("find, escaped", base + b"/orders/%31%37"),
    ):
        print(f"  {name:28} {microseconds(partial(made.find, b'GET', path)):8.2f}")
    return made


def checking(made: Contract) -> None:
    """Print what it costs to judge heads and bodies."""
    found = made.find(b"GET", b"/api/v1/service-1/orders/17")
    posted = made.find(b"POST", b"/api/v1/service-1/orders").operation
    firsts = first_values(FIELDS)
    asked = Asked(found.values, b"limit=20&q=x", FIELDS, firsts)
    bare = Asked((), None, FIELDS, firsts, has_body=True)
    assert found.operation.check(asked) == posted.check(bare) == ()
    print("one request")
    making = partial(Asked, found.values, b"limit=20", FIELDS, firsts)
    print(f"  {'Asked':28} {microseconds(making):8.2f}")
    print(f"  {'check, no parameters':28} {microseconds(partial(posted.check, bare)):8.2f}")
    checking = partial(found.operation.check, asked)
    print(f"  {'check, 3 parameters':28} {microseconds(checking):8.2f}")
    rule = posted.body_rule(b"application/json")
    assert rule is not None
    choosing = partial(posted.body_rule, b"application/json")
    print(f"  {'body_rule':28} {microseconds(choosing):8.2f}")
    for length in (100, 427, 65_536):
        data = body(length)
        assert len(data) == length and rule.check(data).mismatches == ()
        taken = microseconds(partial(rule.check, data), 20_000 if length < 1_000 else 200)
        print(f"  {f'JSON body, {length} bytes':28} {taken:8.2f}")


def main() -> None:
    """Print all of it."""
    for count in COUNTS:
        made = finding(count)
    checking(made)


if __name__ == "__main__":
    main()
