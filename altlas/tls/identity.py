"""Who a client is by its certificate, in header fields that instances can read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from altlas.settings.tls import ListenerTls
from altlas.tls.lifetime import untimely

#: bytes of a subject above which it is no name that any instance would take
LONGEST_SUBJECT = 4096
#: what no field may hold, and what not every reader takes for the same letter
_UNSAFE = re.compile(rb"[^\x20-\x7e]")

Fields = list[tuple[bytes, bytes]]


class Unwelcome(Exception):
    """A certificate that was good enough for TLS is not for us; the message says why."""


@frozen
class ClientIdentity:
    """Says of a client's certificate what the listener's settings want to be said."""

    _subject: bytes | None
    _fingerprint: bytes | None

    @classmethod
    def of(cls, settings: ListenerTls) -> ClientIdentity:
        """By the names of the fields in the settings."""
        return cls(_name(settings.client_header), _name(settings.client_fingerprint_header))

    def fields(self, certificate: x509.Certificate, now: float) -> Fields:
        """The fields for a verified certificate. Raises `Unwelcome`.

        It was verified when its session began, which may have been a while ago: so it is asked
        once more whether it is valid `now` (seconds since the epoch).
        """
        reason = untimely(certificate, now)
        if reason:
            raise Unwelcome(f"the client's certificate: {reason}")
        found: Fields = []
        if self._subject:
            found.append((self._subject, subject(certificate)))
        if self._fingerprint:
            found.append((self._fingerprint, certificate.fingerprint(SHA256()).hex().encode()))
        return found


def _name(header: str | None) -> bytes | None:
    return None if header is None else header.encode("ascii")


def subject(certificate: x509.Certificate) -> bytes:
    r"""The subject as in RFC 4514, its last part first: ``CN=runner,O=Example``.

    In ASCII: other bytes are written as ``\C3\A9`` (RFC 4514, 2.4), so that no name can end
    the field. Raises `Unwelcome` for one that is longer than a field should be.
    """
    said = certificate.subject.rfc4514_string().encode("utf-8", "surrogatepass")
    escaped = _UNSAFE.sub(lambda found: b"\\%02X" % found[0][0], said)
    if len(escaped) > LONGEST_SUBJECT:
        raise Unwelcome("the subject of the client's certificate is too long")
    return escaped


def withheld(listeners: Iterable[ListenerTls]) -> frozenset[bytes]:
    """The fields that one of these says of its clients, and that must come from nowhere else.

    Not even by another listener: instances cannot tell by which a request came.
    """
    asking = [tls for tls in listeners if tls.certificate and tls.client_verify != "off"]
    headers = [
        name for tls in asking for name in (tls.client_header, tls.client_fingerprint_header)
    ]
    return frozenset().union(*(spellings(name) for name in headers if name is not None))


def spellings(name: str) -> frozenset[bytes]:
    """Every lower-case spelling of a field's name that some backend takes for it.

    CGI and WSGI see no difference between ``-`` and ``_``.
    """
    first, *rest = name.lower().encode("ascii").split(b"-")
    found = [first]
    for part in rest:
        found = [before + mark + part for before in found for mark in (b"-", b"_")]
    return frozenset(found)
