"""JSON that every reader reads alike: what two could take in two ways is refused."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

try:
    import orjson
except ImportError:  # not on PyPy, where the standard one is fast
    orjson = None  # type: ignore[assignment]

#: how deep arrays and objects may be in each other
DEEPEST = 254  # what orjson writes; other readers stop at 100 to 1000

_BOM = b"\xef\xbb\xbf"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# To see at once whether there are 19 digits on end: those may be more than 64 bits hold.
_DIGITS = bytes(48 if 48 <= byte < 58 else 0 for byte in range(256))
_LONG = b"0" * 19


class Malformed(ValueError):
    """Bytes that are not in the form that they are said to have."""


def parsed(data: bytes) -> Any:
    """The value that `data` stands for (RFC 8259, read as strictly as RFC 7493 has it).

    UTF-8 without a byte order mark, no name twice in an object, no half surrogate pair, no
    NaN or Infinity nor a number that would become one, no deeper than `DEEPEST`; integers of
    any size are exact, up to 4300 digits. Raises Malformed. Takes time in proportion.
    """
    if orjson is None:
        return _slowly(data)
    try:
        value = orjson.loads(data)
    except ValueError as error:
        raise Malformed(f"is not JSON: {error}") from None
    # orjson takes the last of two equal names, and makes floats of long integers. A name that
    # was lost has taken a colon with it that does not come back in writing; an escaped
    # colon would hide that. All of this costs a third of what the standard library does with
    # a hook for the pairs of each object.
    try:
        lost = orjson.dumps(value).count(b":") != data.count(b":")
    except TypeError:
        raise Malformed(_DEEP) from None
    if lost or _LONG in data.translate(_DIGITS) or b"\\u003a" in data or b"\\u003A" in data:
        return _slowly(data)
    return value


_DEEP = f"has more than {DEEPEST} arrays and objects in each other"


def _slowly(data: bytes) -> Any:
    if data.startswith(_BOM):
        raise Malformed("is not JSON: it begins with a byte order mark")
    try:
        text = data.decode()
        value = _DECODER.decode(text)
    except UnicodeDecodeError:
        raise Malformed("is not UTF-8") from None
    except RecursionError:
        raise Malformed(_DEEP) from None
    except Malformed:
        raise
    except ValueError as error:
        raise Malformed(f"is not JSON: {error}") from None
    if _is_deep(value):
        raise Malformed(_DEEP)
    if _SURROGATE.search(text):
        _require_pairs(value)
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names: set[str] = set()
        twice = next(name for name, _ in pairs if name in names or names.add(name))  # type: ignore[func-returns-value]
        raise Malformed(f"has the name {twice[:40]!a} twice in one object")
    return found


def _constant(name: str) -> NoReturn:
    raise Malformed(f"is not JSON: {name} is no number")


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Malformed("has a number that is too large")
    return number


def _integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:
        raise Malformed("has a number with too many digits") from None


_DECODER = json.JSONDecoder(
    object_pairs_hook=_distinct, parse_constant=_constant, parse_float=_float, parse_int=_integer
)


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [each for each in level if isinstance(each, list | dict)]
        if not level:
            return False
        level = [
            inner for each in level for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return True


def _require_pairs(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Malformed("has half a surrogate pair") from None
