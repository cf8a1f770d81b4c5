"""The methods that pass through (RFC 9110, 9; the registry for WebDAV and its kin)."""

from __future__ import annotations

from typing import Final

#: All that httptools reads, but for CONNECT: a gateway is no tunnel. Case matters.
METHODS: Final = frozenset(
    b"ACL BIND CHECKOUT COPY DELETE GET HEAD LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE "
    b"M-SEARCH NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT "
    b"SEARCH SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE".split()
)
