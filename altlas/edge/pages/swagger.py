"""The page for browsers: Swagger UI, as an extra brings it, and a few lines of ours.

All of it comes from this listener: nothing is asked of anybody else, and nothing else may be,
as the Content-Security-Policy says (W3C, CSP level 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.resources import files
from importlib.util import find_spec

from attrs import evolve

from altlas.edge.pages.content import FOR_EVER, FRESH, Content, ContentLeaf
from altlas.wire.fields import Fields

#: the distribution of the extra `docs`
_PACKAGE = "offapi"
_BUNDLE, _STYLE = "swagger_bundle.js", "swagger_style.css"
INSTALL = "pip install altlas-gateway[docs]"

# Swagger UI sets styles by script, which needs no leave, and has its icons in data: addresses.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FIELDS: Fields = [
    (b"Content-Security-Policy", _POLICY.encode()),
    (b"Referrer-Policy", b"no-referrer"),
]

_SHOW = """\
"use strict";
const root = document.getElementById("swagger-ui");
window.ui = SwaggerUIBundle({
  url: root.dataset.document,
  domNode: root,
  deepLinking: true,
  queryConfigEnabled: false,
  validatorUrl: null,
});
"""
_HEAD = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
"""
_PAGE = """\
<link rel="stylesheet" href="{style}">
</head>
<body>
<div id="swagger-ui" data-document="{document}"></div>
<noscript>This page needs JavaScript. The document itself is at
<a href="{document}">{document}</a>.</noscript>
<script src="{bundle}"></script>
<script src="{show}"></script>
</body>
</html>
"""
_ABSENT = """\
</head>
<body>
<h1>{title}</h1>
<p>The page that shows the document is not installed. Whoever runs this gateway can do that with</p>
<pre>{install}</pre>
<p>and a restart. The document itself is at <a href="{document}">{document}</a>.</p>
</body>
</html>
"""


@cache
def installed() -> bool:
    """Whether the files of the page are there."""
    if find_spec(_PACKAGE) is None:
        return False
    folder = files(_PACKAGE)
    return all(folder.joinpath(name).is_file() for name in (_BUNDLE, _STYLE))


def page(docs: str, document: str, title: str) -> dict[bytes, ContentLeaf]:
    """What is answered at `docs` and below it, by path, to show the document at that path."""
    below = docs.rstrip("/")
    leaves = dict(_assets(below)) if installed() else {}
    names = {path.rsplit(b".", 1)[0].rsplit(b"/", 1)[1].split(b"-")[0]: path for path in leaves}
    places = {name.decode(): escape(path.decode()) for name, path in names.items()}
    said = _HEAD + (_PAGE if leaves else _ABSENT)
    text = said.format(
        title=escape(title), document=escape(document), install=INSTALL, **places
    ).encode()
    content = Content.of(text, b"text/html; charset=utf-8", FRESH, _FIELDS)
    if not leaves:
        content = evolve(content, status=501)
    leaf = ContentLeaf("docs", content)
    return {**leaves, below.encode(): leaf, f"{below}/".encode(): leaf}


def _assets(below: str) -> Iterator[tuple[bytes, ContentLeaf]]:
    for name, (suffix, content) in _contents().items():
        path = f"{below}/{name}-{content.version.decode()[:16]}.{suffix}"
        yield path.encode(), ContentLeaf("docs", content)


@cache
def _contents() -> dict[str, tuple[str, Content]]:
    folder = files(_PACKAGE)
    script, style = b"text/javascript; charset=utf-8", b"text/css; charset=utf-8"
    found = {
        "bundle": ("js", folder.joinpath(_BUNDLE).read_bytes(), script),
        "style": ("css", folder.joinpath(_STYLE).read_bytes(), style),
        "show": ("js", _SHOW.encode(), script),
    }
    return {
        name: (suffix, Content.of(data, media_type, FOR_EVER))
        for name, (suffix, data, media_type) in found.items()
    }
