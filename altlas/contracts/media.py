"""Content types: read, and held against the media ranges of a contract."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Generic, TypeVar

from attrs import field, frozen

T = TypeVar("T")

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TYPE = re.compile(rf"({_TOKEN})/({_TOKEN})[ \t]*(?:;|$)")
# parameters = *( OWS ";" OWS [ parameter ] ) (RFC 9110, 5.6.6), after the first semicolon
_PARAMETER = re.compile(rf'[ \t]*(?:({_TOKEN})=(?:({_TOKEN})|"((?:[^"\\]|\\.)*)"))?[ \t]*(?:;|$)')

#: the names of UTF-8, and of what is part of it
UTF8 = frozenset(("utf-8", "utf8", "us-ascii", "ascii"))


@frozen
class MediaType:
    """A content type: `essence` is type and subtype in lower case (RFC 9110, 8.3.1)."""

    essence: str
    parameters: Mapping[str, str] = field(factory=dict)

    @property
    def charset(self) -> str | None:
        """The charset in lower case, if one is named."""
        said = self.parameters.get("charset")
        return None if said is None else said.lower()

    @property
    def is_json(self) -> bool:
        """Whether it is JSON, be it by its suffix (RFC 6839, 3.1)."""
        return self.essence in ("application/json", "text/json") or self.essence.endswith("+json")

    @property
    def is_text(self) -> bool:
        """Whether it is text that a schema of strings can be held to: no XML, no stream."""
        is_xml = self.essence.endswith(("/xml", "+xml"))
        streams = self.essence == "text/event-stream"
        return self.essence.startswith("text/") and not is_xml and not streams


def media_type(value: bytes) -> MediaType:
    """The content type in a field's value. Raises ValueError if it is none."""
    text = value.decode("latin-1").strip(" \t")
    match = _TYPE.match(text)
    if match is None:
        raise ValueError("not a content type")
    parameters: dict[str, str] = {}
    at = match.end()
    while at < len(text):
        found = _PARAMETER.match(text, at)
        if found is None or found.end() == at:
            raise ValueError("parameters that cannot be read")
        if found[1]:
            quoted = re.sub(r"\\(.)", r"\1", found[3]) if found[3] else ""
            if parameters.setdefault(found[1].lower(), found[2] or quoted) != (found[2] or quoted):
                raise ValueError("a parameter that is there twice")
        at = found.end()
    return MediaType(f"{match[1]}/{match[2]}".lower(), parameters)


class MediaRanges(Generic[T]):
    """What belongs to which content type, by the keys of a ``content`` object.

    The most specific one counts: the type itself, the type with a wildcard for what is
    before its suffix (``application/*+json``), ``type/*``, ``*/*``. Parameters of a key are
    looked at only where keys differ in nothing else.
    """

    __slots__ = ("_by_essence", "_keys")

    def __init__(self, content: Mapping[str, T]) -> None:
        self._by_essence: dict[str, list[tuple[Mapping[str, str], T]]] = {}
        self._keys = tuple(content)
        for key, value in content.items():
            try:
                read = media_type(key.encode())
            except ValueError:
                continue
            self._by_essence.setdefault(read.essence, []).append((read.parameters, value))

    def __str__(self) -> str:
        return ", ".join(self._keys)

    def find(self, media: MediaType) -> T | None:
        """What belongs to `media`, or None."""
        major, _, minor = media.essence.partition("/")
        _, plus, suffix = minor.rpartition("+")
        after = f"{major}/*+{suffix}" if plus else media.essence
        for essence in (media.essence, after, f"{major}/*", "*/*"):
            found = self._by_essence.get(essence)
            if found:
                same = (each for parameters, each in found if parameters == media.parameters)
                return next(same, found[0][1])
        return None
