"""Bytes to an OpenAPI document, if they are one that is spoken here."""

from __future__ import annotations

import re
from typing import Any

from altlas.contracts import json_text, yaml_text
from altlas.contracts.flaws import Flaw, Unusable

_SPOKEN = re.compile(r"3\.[01]\.[0-9]+(?:-.*)?")


def read(data: bytes) -> dict[str, Any]:
    """The document that these bytes are: OpenAPI 3.0 or 3.1, in JSON or YAML, in UTF-8.

    It holds nothing but what JSON has: no value is there twice, names are text. Unusable says
    what is wrong.
    """
    text = _text(data)
    begun = text.lstrip()[:1]
    value = json_text.value_of(text) if begun in ("{", "[") else yaml_text.value_of(text)
    if not isinstance(value, dict):
        raise Unusable([Flaw("", "is not an OpenAPI document, but something else")])
    flaw = _version_flaw(value)
    if flaw is not None:
        raise Unusable([flaw])
    return value


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable([Flaw("", f"is not UTF-8, at byte {error.start}")]) from None


def _version_flaw(document: dict[str, Any]) -> Flaw | None:
    """Why a document's version is not spoken here, if it is not."""
    version = document.get("openapi")
    if isinstance(version, str) and _SPOKEN.fullmatch(version):
        return None
    if "swagger" in document:
        named = str(document["swagger"])[:20]
        return Flaw("/swagger", f"Swagger {named} is not read here, only OpenAPI 3.0 and 3.1")
    if "asyncapi" in document:
        return Flaw("/asyncapi", "AsyncAPI is not read here, only OpenAPI 3.0 and 3.1")
    if version is None:
        return Flaw("", "has no 'openapi', and so is not an OpenAPI document")
    if not isinstance(version, str):
        return Flaw("/openapi", "must be a text such as '3.1.0'")
    return Flaw("/openapi", f"OpenAPI {version[:20]} is not read here, only 3.0 and 3.1")
