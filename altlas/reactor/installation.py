"""Making this reactor the one of the process."""

from __future__ import annotations

from importlib.util import find_spec


def available() -> bool:
    """Whether uvloop is here, without which there is nothing to install."""
    return find_spec("uvloop") is not None


def install() -> None:
    """Make this the global reactor; the loop becomes asyncio's current one as well.

    Raises `ImportError` without uvloop, and
    `twisted.internet.error.ReactorAlreadyInstalledError` when another was chosen before.
    """
    # Not before: the package is to be importable without uvloop.
    from altlas.reactor.reactor import install as install_here

    install_here()
