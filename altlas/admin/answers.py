"""What the admin API answers with: JSON, text, and problems (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus

from twisted.web.iweb import IRequest

JSON = b"application/json"
PROBLEM = b"application/problem+json"
TEXT = b"text/plain; charset=utf-8"
HTML = b"text/html; charset=utf-8"


def answer(request: IRequest, kind: bytes, body: bytes, status: int = 200) -> bytes:
    """Set status, type and length on `request`; gives `body`, for the caller to return."""
    request.setResponseCode(status, HTTPStatus(status).phrase.encode("ascii"))
    request.setHeader(b"content-type", kind)
    request.setHeader(b"content-length", b"%d" % len(body))
    return body


def json_answer(request: IRequest, value: object) -> bytes:
    """`value` as JSON, indented since people read it with curl."""
    return answer(request, JSON, _dumped(value))


def text_answer(request: IRequest, text: str, status: int = 200) -> bytes:
    """`text` as one line."""
    return answer(request, TEXT, f"{text}\n".encode(), status)


def problem(request: IRequest, status: int, detail: str) -> bytes:
    """A problem document; `detail` is a sentence for whoever asked."""
    title = HTTPStatus(status).phrase
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return answer(request, PROBLEM, _dumped(document), status)


def _dumped(value: object) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8") + b"\n"
