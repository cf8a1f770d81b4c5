"""Whether every backend finds the end of a request, even one that knows little of HTTP.

There are servers that look for no body of a GET, that know no chunks, or that answer an
expectation and leave what was offered on the wire. What the gateway wrote as a body is to them the
next request of the connection (CL.0, TE.0), and its answer would be given to the next client.
"""

from __future__ import annotations

from typing import Final

from altlas.wire.fields import Fields
from altlas.wire.section import Section

#: Methods whose definition has a body (RFC 9110, 9.3; 4918; 3253; 5789; QUERY). For any other
#: it is without meaning, and so without a reader.
_BODIED: Final = frozenset(
    b"ACL BIND CHECKOUT LOCK MERGE MKCALENDAR MKCOL NOTIFY PATCH POST PROPFIND PROPPATCH PUT QUERY "
    b"REBIND REPORT SEARCH UNBIND".split()
)
_CLOSE: Final = (b"Connection", b"close")


def plainly_framed(method: bytes, framing: int, fields: Fields | Section) -> bool:
    """Whether a request that has a body tells of it so that no server can miss it: by its length,
    with a method that has one, and without waiting to be asked for it.
    """
    if framing < 0 or method not in _BODIED:
        return False
    if isinstance(fields, Section):
        # A value holds no line end: what follows one is a name. A tenth of looking at each.
        lines = fields.lines.lower()
        return not lines.startswith(b"expect:") and lines.find(b"\nexpect:") < 0
    return all(len(name) != 6 or name.lower() != b"expect" for name, _ in fields)


def saying_close(fields: Fields | Section) -> Fields | Section:
    """The same fields, whose Connection says that there will be no further request."""
    if isinstance(fields, Section):
        return Section.of(_saying_close(fields.fields), fields.framing)
    return _saying_close(fields)


def _saying_close(fields: Fields) -> Fields:
    if not any(name.lower() == b"connection" for name, _ in fields):
        return [*fields, _CLOSE]
    return [
        (name, value + b", close" if name.lower() == b"connection" else value)
        for name, value in fields
    ]
