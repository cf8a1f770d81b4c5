"""A route's path, compiled: exact, a prefix on a segment boundary, or a regex."""

from __future__ import annotations

import re
from enum import IntEnum

from attrs import field, frozen


class PathKind(IntEnum):
    """The sorts of path; the smaller one is asked first."""

    EXACT = 0
    PREFIX = 1
    REGEX = 2


@frozen
class PathPattern:
    """One path of the settings, which write it in its normal form.

    `text` is what is compared with the normalised paths of requests, or the regex's own
    text; equal texts of one kind are one pattern.
    """

    kind: PathKind
    text: bytes
    regex: re.Pattern[bytes] | None = field(default=None, eq=False, repr=False)

    def matches(self, path: bytes) -> bool:
        """Whether the normalised `path` is taken.

        A prefix ``/a/`` also takes ``/a``, and the root takes ``*`` (RFC 9112, 3.2.4). A
        regex may match anywhere in the path, unless it says otherwise.
        """
        if self.regex is not None:
            return self.regex.search(path) is not None
        if self.kind is PathKind.EXACT:
            return path == self.text
        return path.startswith(self.text) or path == (self.text[:-1] or b"*")


def compiled_pattern(path: str) -> PathPattern:
    """The pattern that `path` of a route stands for."""
    text = path.encode()
    if text.startswith(b"~"):
        return PathPattern(PathKind.REGEX, text[1:], re.compile(text[1:]))
    return PathPattern(PathKind.PREFIX if text.endswith(b"/") else PathKind.EXACT, text)
