"""Formats of OpenAPI that the validator does not know (OpenAPI's format registry).

Those of JSON Schema (``date-time``, ``uuid``, ``email``...) it does know; ``password`` and
``binary`` say nothing about a value, nor does ``double``: JSON's numbers are those here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

#: the bounds of formats of numbers, which the validator asks about strings only
_RANGES: dict[str, tuple[float, float]] = {
    "int8": (-(2**7), 2**7 - 1),
    "uint8": (0, 2**8 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "uint16": (0, 2**16 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
    "float": (-3.4028234663852886e38, 3.4028234663852886e38),
}

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


def _is_base64(text: str) -> bool:
    """RFC 4648, section 4; line breaks are let pass, as MIME has them."""
    return _BASE64.fullmatch(text.replace("\r\n", "").replace("\n", "")) is not None


#: formats of strings, by name
TEXTS = {"byte": _is_base64}


def bounded(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema with the bounds that its format sets to numbers; itself if there are none."""
    name = schema.get("format")
    if not isinstance(name, str) or name not in _RANGES:
        return schema
    least, most = _RANGES[name]
    return {
        **schema,
        "minimum": max(least, schema.get("minimum", least)),
        "maximum": min(most, schema.get("maximum", most)),
    }
