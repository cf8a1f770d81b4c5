"""What every match of a regex begins with, as far as its text shows it."""

from __future__ import annotations

import re

from attrs import frozen

_START = re.compile(r"\^|\\A")
_LITERAL = re.compile(r"\\([^A-Za-z0-9])|([^\\.^$*+?{}\[\]|()])")
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_MAY_BE_NONE = ("*", "?", "{")


@frozen
class LiteralHead:
    """The `text` that whatever is matched begins with; `whole` if nothing may follow it."""

    text: str = ""
    whole: bool = False


def literal_head(regex: str) -> LiteralHead:
    """The head of a regex that can be compiled; empty where it is not anchored."""
    start = _START.match(regex)
    if start is None or _alternates(regex):
        return LiteralHead()
    found = []
    end = start.end()
    while match := _LITERAL.match(regex, end):
        found.append(match[1] or match[2])
        end = match.end()
    rest = regex[end:]
    if rest.startswith(_MAY_BE_NONE):
        del found[-1:]
    return LiteralHead("".join(found), rest in ("$", r"\Z"))


def _alternates(regex: str) -> bool:
    """Whether there is a ``|`` outside of all groups."""
    depth = 0
    for piece in _PIECE.findall(regex):
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and depth == 0:
            return True
    return False
