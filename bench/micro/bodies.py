"""What the bodies of proxied exchanges cost in Python, without the kernel: both ends are in memory.

Beside the small GET of `bench.micro.exchange`: a small POST that arrives in one read, a whole
answer of 64 KiB, and what each further piece of a long answer and of a long upload costs.
Run as ``python -m bench.micro.bodies [--profile CASE]``.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

from bench.micro.exchange import REQUEST, RESPONSE, gateway

PIECE = b"x" * 64 * 1024
#: pieces of a long body, and what is counted for one
PIECES = 128
FIELDS = REQUEST.split(b"\r\n", 1)[1][:-2]


def _request(method: bytes, size: int) -> bytes:
    line = b"%b /api/v1/segmentation/documents HTTP/1.1\r\n" % method
    return line + FIELDS + b"Content-Length: %d\r\n\r\n" % size


def _response(size: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nServer: demo\r\nContent-Length: %d\r\n\r\n" % size


POST = _request(b"POST", 2048) + b"x" * 2048
LARGE = _response(len(PIECE)) + PIECE
STREAM = _response(len(PIECE) * PIECES)
UPLOAD = _request(b"PUT", len(PIECE) * PIECES)


def post(channel: Any, upstream: Any) -> int:
    """A small body in the same read as its head."""
    channel.dataReceived(POST)
    upstream.dataReceived(RESPONSE)
    return 1


def large(channel: Any, upstream: Any) -> int:
    """A large answer in one read."""
    channel.dataReceived(REQUEST)
    upstream.dataReceived(LARGE)
    return 1


def stream(channel: Any, upstream: Any) -> int:
    """A long answer, piece by piece."""
    channel.dataReceived(REQUEST)
    upstream.dataReceived(STREAM)
    for _ in range(PIECES):
        upstream.dataReceived(PIECE)
    return PIECES


def upload(channel: Any, upstream: Any) -> int:
    """A long body, piece by piece."""
    channel.dataReceived(UPLOAD)
    for _ in range(PIECES):
        channel.dataReceived(PIECE)
    upstream.dataReceived(RESPONSE)
    return PIECES


CASES: dict[str, tuple[Callable[[Any, Any], int], int]] = {
    "post": (post, 1000),
    "large": (large, 1000),
    "stream": (stream, 30),
    "upload": (upload, 30),
}


def run(case: str, upstreams: Any, channel: Any, rounds: int) -> int:
    """The case so often, at each of the two instances; how many exchanges, or pieces, that were."""
    call = CASES[case][0]
    return sum(call(channel, upstream) for _ in range(rounds) for upstream in upstreams)


def main() -> None:
    """Print µs an exchange (or a piece) of each case, or the profile of one."""
    for case, (_, rounds) in CASES.items():
        channel, upstreams = gateway()
        run(case, upstreams, channel, rounds // 4)
        assert channel.exchange is None, case
        if "--profile" in sys.argv:
            if case == sys.argv[-1]:
                profile = cProfile.Profile()
                done = profile.runcall(run, case, upstreams, channel, rounds)
                print(f"{done} times {case}")
                pstats.Stats(profile).sort_stats("tottime").print_stats(40)
            continue
        best = float("inf")
        for _ in range(7):
            started = process_time()
            done = run(case, upstreams, channel, rounds)
            best = min(best, (process_time() - started) / done)
        print(f"{case:8} {best * 1e6:6.2f} µs")


if __name__ == "__main__":
    main()
