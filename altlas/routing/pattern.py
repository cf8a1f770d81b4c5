"""A route's path, compiled: exact, a template, a prefix on a segment boundary, or a regex."""

from __future__ import annotations

import re
from enum import IntEnum

from attrs import field, frozen

from altlas.routing.template import Template, template


class PathKind(IntEnum):
    """The sorts of path; the smaller one is asked first."""

    EXACT = 0
    TEMPLATE = 1
    PREFIX = 2
    REGEX = 3


@frozen
class PathPattern:
    """One path of the settings, which write it in its normal form, or of a contract.

    `text` is what is compared with the normalised paths of requests, the template with ``{}``
    for each variable, or the regex's own text; equal texts of one kind are one pattern.
    """

    kind: PathKind
    text: bytes
    regex: re.Pattern[bytes] | None = field(default=None, eq=False, repr=False)
    template: Template | None = field(default=None, eq=False, repr=False)

    @classmethod
    def of(cls, found: Template) -> PathPattern:
        """The pattern of a template, which is exact where it has no variable."""
        if all(len(pieces) == 1 for pieces in found.segments):
            return cls(PathKind.EXACT, found.text)
        return cls(PathKind.TEMPLATE, found.text, template=found)

    def matches(self, path: bytes) -> bool:
        """Whether the normalised `path` is taken.

        A prefix ``/a/`` also takes ``/a``, and the root takes ``*`` (RFC 9112, 3.2.4). A
        regex may match anywhere in the path, unless it says otherwise.
        """
        if self.regex is not None:
            return self.regex.search(path) is not None
        if self.template is not None:
            return self.template.matches(path)
        if self.kind is PathKind.EXACT:
            return path == self.text
        return path.startswith(self.text) or path == (self.text[:-1] or b"*")


def compiled_pattern(path: str) -> PathPattern:
    """The pattern that `path` of a route stands for."""
    text = path.encode()
    if text.startswith(b"~"):
        return PathPattern(PathKind.REGEX, text[1:], re.compile(text[1:]))
    return PathPattern(PathKind.PREFIX if text.endswith(b"/") else PathKind.EXACT, text)


def compiled_template(path: str) -> PathPattern:
    """The pattern of a path template of OpenAPI: a slash at its end makes it no prefix.

    Raises `ValueError` for a path that no request can have.
    """
    return PathPattern.of(template(path))
