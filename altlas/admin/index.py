"""The front page of the admin API."""

from __future__ import annotations

from html import escape

LINKS = {
    "/livez": "whether the process answers",
    "/readyz": "whether new requests are welcome, and why not",
    "/metrics": "metrics in Prometheus' text format",
    "/api/overview": "the gateway in one page",
    "/api/routes": "the routes, in the order in which they are tried",
    "/api/backends": "backends and instances, with the reason for each state; /api/backends/NAME",
    "/api/contracts": "contracts, and what traffic shows of them; /api/contracts/NAME",
    "/api/tls": "certificates with their ends, and handshakes",
}

_PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>altlas-gateway</title>
<style>body {{ font: 1rem/1.6 system-ui, sans-serif; margin: 2rem auto; max-width: 44rem }}</style>
<h1>altlas-gateway</h1>
<ul>
{items}
</ul>
</html>
"""


def links() -> dict[str, str]:
    """Paths and what each is."""
    return dict(LINKS)


def page() -> bytes:
    """The same for a browser, as UTF-8."""
    items = "\n".join(
        f'<li><a href="{path}"><code>{path}</code></a> {escape(meaning)}</li>'
        for path, meaning in LINKS.items()
    )
    return _PAGE.format(items=items).encode("utf-8")
