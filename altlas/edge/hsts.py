"""Strict-Transport-Security: browsers are to come by TLS only (RFC 6797)."""

from __future__ import annotations

from altlas.settings.tls import ListenerTls


def policy(tls: ListenerTls) -> bytes:
    """The field's value; nothing where none is to be said."""
    if tls.hsts is None:
        return b""
    said = b"max-age=%d" % tls.hsts
    if tls.hsts_subdomains:
        said += b"; includeSubDomains"
    return said + b"; preload" if tls.hsts_preload else said
