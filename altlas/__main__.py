"""``altlas``, or ``python -m altlas``: what is done beside the daemon. No reactor is needed."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from altlas.command.line import run


def main(words: Sequence[str] | None = None) -> None:
    """Do what the command line says; ends the process with its exit code."""
    sys.exit(run(sys.argv[1:] if words is None else words, sys.stdout, sys.stderr))


if __name__ == "__main__":
    main()
