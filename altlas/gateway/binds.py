"""The endpoint strings of ``bind``: taken apart, made absolute, and judged in plain words.

Twisted makes endpoints of them, but what it says when it cannot is about its own source
code. And it takes paths from the folder that the process is in, which a daemon leaves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import evolve, frozen
from OpenSSL import SSL, crypto
from twisted.internet.endpoints import quoteStringArgument, serverFromString
from twisted.internet.interfaces import IStreamServerEndpoint
from twisted.python.failure import Failure

from altlas.settings.problems import nearest

#: the parameters of each kind, in the order in which they may stand without their names
_PARAMETERS = {
    "tcp": ("port", "interface", "backlog"),
    "tcp6": ("port", "backlog", "interface"),
    "ssl": (
        *("port", "privateKey", "certKey", "sslmethod", "interface", "backlog"),
        *("extraCertChain", "dhParameters"),
    ),
    "tls": ("path", "port", "backlog", "interface"),
    "unix": ("address", "mode", "backlog", "lockfile"),
}
#: those without which Twisted takes what nobody named, or fails
_NEEDED = {
    "tcp": ("port",),
    "tcp6": ("port",),
    "ssl": ("port", "privateKey"),
    "tls": ("path",),
    "unix": ("address",),
}
_FILES = ("privateKey", "certKey", "extraCertChain", "dhParameters", "path", "address")
#: a wrapper: what follows is an endpoint of its own
_AROUND = "haproxy:"
_PART = re.compile(r"((?:\\.|[^\\:])*)(?::|$)", re.DOTALL)
_NAMED = re.compile(r"((?:\\.|[^\\=])*)=(.*)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@frozen
class Bind:
    """An endpoint string taken apart: ``tcp:8080`` is a ``tcp`` whose ``port`` is ``8080``.

    `surplus` is what stands without a name where none is expected.
    """

    kind: str
    parameters: dict[str, str]
    surplus: tuple[str, ...] = ()


@frozen
class _Part:
    name: str
    value: str
    #: whether the name is written
    named: bool

    def __str__(self) -> str:
        value = quoteStringArgument(self.value)
        return f"{self.name}={value}" if self.named else value


def parsed(written: str) -> Bind:
    """Take `written` apart, whatever it is. Of ``haproxy:`` it is what stands within."""
    kind, parts = _parts(written)
    parameters = {part.name: part.value for part in parts if part.name}
    return Bind(kind, parameters, tuple(part.value for part in parts if not part.name))


def absolute(written: str, folder: Path) -> str:
    """The same bind with its paths taken from `folder`; one without paths stays as it is."""
    kind, parts = _parts(written)
    if kind not in _PARAMETERS or all(part.name not in _FILES for part in parts):
        return written
    around = [_AROUND[:-1]] if written.startswith(_AROUND) else []
    grounded = [_grounded(part, folder) if part.name in _FILES else part for part in parts]
    return ":".join([*around, kind, *map(str, grounded)])


def _grounded(part: _Part, folder: Path) -> _Part:
    # An abstract UNIX address begins with a NUL, and is no path. Nothing names nothing.
    is_path = part.value and not part.value.startswith("\0")
    return evolve(part, value=str(folder / part.value)) if is_path else part


def _parts(written: str) -> tuple[str, list[_Part]]:
    kind, *parts = _PART.findall(written.removeprefix(_AROUND))[:-1] or [""]
    places = iter(_PARAMETERS.get(kind, ()))
    return kind, [_part(part, places) for part in parts]


def _part(written: str, places: Iterator[str]) -> _Part:
    named = _NAMED.fullmatch(written)
    name = named[1] if named else next(places, "")
    return _Part(name, _ESCAPED.sub(r"\1", named[2] if named else written), named is not None)


def endpoint(written: str, reactor: Any) -> IStreamServerEndpoint:
    """The endpoint that `written` means.

    Raises `ValueError`, in words for who wrote it, when it means none.
    """
    bind = parsed(written)
    misfit = next(_misfits(bind), "")
    if misfit:
        raise ValueError(misfit)
    try:
        if bind.kind == "ssl":
            _rehearse(written)
        made: IStreamServerEndpoint = serverFromString(reactor, written)
    except (
        Exception
    ) as error:  # parsers of endpoints, which plugins may bring, raise what they like
        raise ValueError(_words(error, bind)) from error
    return made


def _misfits(bind: Bind) -> Iterator[str]:
    """What is wrong with the string by itself; of kinds that only Twisted knows, nothing."""
    if bind.kind == "stdio":
        yield "standard input is no address that clients connect to"
    known = _PARAMETERS.get(bind.kind)
    if known is None:
        return
    for name in bind.parameters:
        if name not in known:
            yield f"{bind.kind} has no parameter {name}{_perhaps(name, known)}"
    for name in _NEEDED[bind.kind]:
        if not bind.parameters.get(name):
            yield f"the {name} is missing"
    port = bind.parameters.get("port", "0")
    if not (port.isdecimal() and int(port) < 65536):
        yield f"the port is {port!r}, not a number from 0 to 65535"
    if bind.kind == "tls":
        yield from _certificate_folder(Path(bind.parameters["path"]))


def _certificate_folder(path: Path) -> Iterator[str]:
    # Twisted looks into it as clients come, and turns them away when there is nothing.
    try:
        if not any(b"-BEGIN CERTIFICATE-" in file.read_bytes() for file in path.glob("*.pem")):
            yield f"{path} is no folder with certificates in .pem files"
    except OSError as error:
        yield f"{error.filename}: {error.strerror}"


class _Rehearsal:
    """A reactor that goes as far with TLS as can be gone without a socket."""

    def listenSSL(self, port: int, factory: None, contextFactory: Any, **more: Any) -> None:
        contextFactory.getContext()


def _rehearse(written: str) -> None:
    # Twisted reads the files with the string, but judges what is in them when it listens.
    failures: list[Failure] = []
    serverFromString(_Rehearsal(), written).listen(None).addErrback(failures.append)
    for failure in failures:
        failure.raiseException()


def _words(error: Exception, bind: Bind) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, SSL.Error | crypto.Error):
        files = " and ".join(bind.parameters[name] for name in _FILES if name in bind.parameters)
        return f"no usable certificate and private key, as PEM, in {files}"
    if bind.kind == "systemd":
        return "systemd passed no such socket to this process"
    if bind.kind not in _PARAMETERS:
        return f"{error}{_perhaps(bind.kind, tuple(_PARAMETERS))} (a port is written tcp:8080)"
    if isinstance(error, TypeError) or bind.surplus:
        return f"the parts of {bind.kind} do not fit (a colon within a value is written \\:)"
    number = re.fullmatch(r"invalid literal for int\(\).*: ('.*')", str(error))
    return f"{number[1]} is no number" if number else str(error) or type(error).__name__


def _perhaps(name: str, names: tuple[str, ...]) -> str:
    likely = nearest(name, names)
    return f"; did you mean {likely}?" if likely else ""
