"""Header fields in wire order and spelling, in the clothes of Twisted's `Headers`.

A gateway passes fields on as they came: order, spelling and repetition are kept.
Twisted's `Headers` sorts them into a dictionary of canonical names, which loses all
three and costs several microseconds; here that dictionary is made when somebody
asks for it, and never on the way through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twisted.web.http_headers import Headers

from altlas.wire.fields import Fields

HeadersLike = Headers | Mapping[str, object] | Mapping[bytes, object] | None


class FieldHeaders(Headers):
    """Twisted's `Headers` over a list of fields.

    `fields` is what goes on the wire. Changing a header makes a new list: the one
    that was given in is never written to.
    """

    __slots__ = ("_index", "fields")

    def __init__(self, fields: Fields) -> None:
        # The inherited __init__ would build the dictionary that this class avoids.
        self.fields = fields
        self._index: dict[bytes, list[bytes]] | None = None

    @property
    def _rawHeaders(self) -> dict[bytes, list[bytes]]:  # type: ignore[override]
        """What all reading methods of `Headers` look into."""
        if self._index is None:
            headers = Headers()
            for name, value in self.fields:
                headers.addRawHeader(name, value)
            self._index = headers._rawHeaders
        return self._index

    def copy(self) -> FieldHeaders:
        """Return headers that can be changed without changing these."""
        return FieldHeaders(self.fields)

    def removeHeader(self, name: str | bytes) -> None:
        """Take every field of this name out."""
        lower = _octets(name).lower()
        self._replace([field for field in self.fields if field[0].lower() != lower])

    def addRawHeader(self, name: str | bytes, value: str | bytes) -> None:
        """Add one field at the end."""
        self._replace(self.fields + _checked(name, [value]))

    def setRawHeaders(self, name: str | bytes, values: Sequence[str | bytes]) -> None:
        """Put `values` where the first field of this name stands, or at the end."""
        lower = _octets(name).lower()
        place = len(self.fields)
        for index, (known, _) in enumerate(self.fields):
            if known.lower() == lower:
                place = index
                break
        after = [field for field in self.fields[place:] if field[0].lower() != lower]
        self._replace(self.fields[:place] + _checked(name, values) + after)

    def _replace(self, fields: Fields) -> None:
        self.fields = fields
        self._index = None


def fields_of(headers: HeadersLike) -> Fields:
    """Return the fields that `headers` stand for, in order as far as it is known.

    Plain `Headers` and mappings come from code rather than from the wire, so what
    could end a field or a head early (NUL; line ends are already turned to blanks by
    Twisted) raises `ValueError`, and what frames the message is left to the writer.
    """
    if isinstance(headers, FieldHeaders):
        return headers.fields
    if headers is None:
        return []
    if not isinstance(headers, Headers):
        headers = _from_mapping(headers)
    fields = [(name, value) for name, values in headers.getAllRawHeaders() for value in values]
    for name, value in fields:
        if b"\0" in value:
            raise ValueError(f"NUL in header field {name!r}")
    return [field for field in fields if field[0].lower() not in _HOP_BY_HOP]


#: Not for a caller to say: they belong to the connection (RFC 9110, 7.6.1).
_HOP_BY_HOP = frozenset((b"connection", b"keep-alive", b"transfer-encoding", b"upgrade"))


def _from_mapping(mapping: Mapping[str, object] | Mapping[bytes, object]) -> Headers:
    headers = Headers()
    for name, values in mapping.items():
        for value in values if isinstance(values, list | tuple) else [values]:
            if not isinstance(value, str | bytes):
                raise TypeError(f"a header's value is text or bytes, not {type(value).__name__}")
            headers.addRawHeader(name, value)
    return headers


def _checked(name: str | bytes, values: Sequence[str | bytes]) -> Fields:
    """Let Twisted check and encode, but keep the name as it was spelled."""
    scratch = Headers()
    scratch.setRawHeaders(name, values)
    spelled = _octets(name)
    return [(spelled, value) for _, encoded in scratch.getAllRawHeaders() for value in encoded]


def _octets(name: str | bytes) -> bytes:
    return name.encode("iso-8859-1") if isinstance(name, str) else name
