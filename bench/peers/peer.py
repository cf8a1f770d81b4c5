"""What a proxy must tell to be measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from bench.children import Launch


@frozen
class Place:
    """What a proxy is given: ports to listen at, ports to forward to, a folder of its own."""

    folder: Path
    http: int
    https: int
    #: the instances of the backend; requests go to them in turn
    instances: tuple[int, ...]
    #: the backend of ``/upload``
    sink: int
    certificate: Path
    key: Path
    #: descriptors that a process may have
    files: int

    @property
    def access_log(self) -> Path:
        """Where the lines about the requests go."""
        return self.folder / "access.log"


@frozen
class Peer:
    """One proxy, in one configuration."""

    name: str
    title: str
    #: installs what is missing and returns the version; raises `Failed` with the reason if not
    ready: Callable[[], str]
    #: writes the configuration; returns how it is started
    launch: Callable[[Place], Launch]
