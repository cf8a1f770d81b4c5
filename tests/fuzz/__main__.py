"""Fuzz one target with atheris, guided by coverage: ``python -m tests.fuzz request``.

An input that breaks something is kept beside the inputs that were worth keeping, and named on the
last lines; ``python -m tests.fuzz request FILE`` tries it again. What was mended belongs into
``tests/fuzz/found``.
"""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("atheris is not installed: it has no wheel for this machine, or the extra 'fuzz' is.")

with atheris.instrument_imports(include=["altlas"], enable_loader_override=False):
    from tests.fuzz.targets import TARGETS

from tests.fuzz.seeds import LONGEST, dictionary, written

#: seconds after which an input counts as a hang
HANG = 5


def arguments() -> Namespace:
    """What was asked for on the command line."""
    parser = ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("file", nargs="*", type=Path, help="inputs to try, instead of fuzzing")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=-1, help="inputs to try at most")
    parser.add_argument("--keep", type=Path, help="where inputs are kept from one run to the next")
    return parser.parse_args()


def options(asked: Namespace, folder: Path) -> list[str]:
    """The same for libFuzzer."""
    written(asked.target, folder / asked.target)
    words = folder / f"{asked.target}.words"
    words.write_text(dictionary(asked.target))
    return [
        str(folder / asked.target),
        f"-max_total_time={asked.seconds}",
        f"-runs={asked.runs}",
        f"-timeout={HANG}",
        f"-dict={words}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={folder}/{asked.target}-",
        "-rss_limit_mb=1024",
        "-print_final_stats=1",
        *(["-seed=1"] if asked.runs >= 0 else []),
    ]


def main() -> None:
    """Fuzz, or try the inputs that were named."""
    asked = arguments()
    target = TARGETS[asked.target]
    for file in asked.file:
        target(file.read_bytes())
    if asked.file:
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        atheris.Setup([sys.argv[0], *options(asked, folder)], target)
        atheris.Fuzz()


main()
