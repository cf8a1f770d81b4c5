"""What a fuzzer starts from: the corpus of the wire, and every configuration that is shipped."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha1
from pathlib import Path

from altlas.settings.schema import slots
from altlas.settings.tree import NAMED, SINGLE
from altlas.wire.methods import METHODS
from tests.fuzz.grammar import ANSWERED, FIELDS, NASTY, TARGETS
from tests.house import ROOT
from tests.wire.corpus.requests import ALL as REQUESTS
from tests.wire.corpus.responses import ALL as RESPONSES

#: longer ones teach a fuzzer little, and cost it much
LONGEST = 600
#: inputs that once broke a promise, by target
FOUND = Path(__file__).parent / "found"


def seeds(target: str) -> Iterator[bytes]:
    """Inputs of `target`, none longer than `LONGEST`; first what once broke something."""
    for path in sorted(FOUND.glob(f"{target}-*")):
        yield path.read_bytes()
    for data in _SOURCES[target]():
        # Cut in the middle.
        seed = data if target == "settings" else b"\x80" + data
        if len(seed) <= LONGEST:
            yield seed


def written(target: str, folder: Path) -> None:
    """Write the seeds of `target` to `folder`, each under a name made of its bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds(target):
        (folder / sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)


def _requests() -> Iterator[bytes]:
    for case in REQUESTS:
        yield case.sent


def _responses() -> Iterator[bytes]:
    for case in RESPONSES:
        yield case.said


def _chunks() -> Iterator[bytes]:
    for data in (*_requests(), *_responses()):
        head, _, body = data.partition(b"\r\n\r\n")
        if b"chunked" in head and body:
            yield body


def _settings() -> Iterator[bytes]:
    for path in (ROOT / "etc").rglob("*.ini"):
        # Section by section: a whole file is too long to be changed with sense.
        text = path.read_text()
        yield from (f"[{part}".encode() for part in text.split("\n[")[1:])
    yield from map(str.encode, _SETTINGS)


def dictionary(target: str) -> str:
    """Words for a fuzzer to put in, one a line, as libFuzzer reads them."""
    words = _KEYS if target == "settings" else _WORDS
    return "".join(f'"{_escaped(word)}"\n' for word in sorted(words))


def _escaped(word: bytes) -> str:
    return "".join(
        chr(code) if 32 <= code < 127 and code not in b'"\\' else f"\\x{code:02x}" for code in word
    )


#: what grammars of HTTP are made of; a name and a blank, so that they stand where they should
_WORDS = {*NASTY, *(b"\r\n" + field for field in FIELDS + ANSWERED), *METHODS, *TARGETS}
_KEYS = {
    *(f"[{name}]\n".encode() for name in SINGLE),
    *(f"[{name}:a]\n".encode() for name in NAMED),
    *(
        f"\n{slot.name} = ".encode()
        for one in (*SINGLE.values(), *NAMED.values())
        for slot in slots(one)
    ),
    *[
        b"${",
        b"$$",
        b":-",
        b"}",
        b"\n    ",
        b"\n;",
        b"\n#",
        b"~",
        b"off",
        b"5s",
        b"10%",
        b"1KiB",
        b"yes",
    ],
}
_SETTINGS = (
    "[listener:public]\nbind = tcp:8080\n[backend:a]\ninstances = http://127.0.0.1:9001\n"
    "[route:a]\npath = /a/\nbackend = a\n",
    "[listener:p]\nbind = tcp:1:interface=::1\ntrust = 10.0.0.0/8, ::1\nlimit.headers = 1KiB\n"
    "[route:r]\npath = ~^/a/(.*)$\nmethod = GET, POST\nheader =\n    X-A = ~b\n"
    "respond.status = 200\nrespond.body = a\n    b\n",
    "[listener:p]\nbind = ${BIND:-tcp:1}\n[backend:b]\ninstances = http://[::1]:1 weight=2\n"
    "    https://a.b zone=x\nbalancer = least-requests\nretry.on = connect, 503\n"
    "breaker.error-rate = 5.5%\ntimeout.total = off\n[route:b]\npath = /\nbackend = b\n"
    "rewrite.regex = ^/x\nrewrite.to = /$$\n",
)
_SOURCES = {
    "request": _requests,
    "response": _responses,
    "chunked": _chunks,
    "settings": _settings,
}
