"""Which certificate is for which name (RFC 6066, 3; RFC 9525, 6.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from attrs import define, field
from cryptography import x509
from cryptography.x509.oid import NameOID

T = TypeVar("T")


def names(certificate: x509.Certificate) -> tuple[str, ...]:
    """The names and addresses that a certificate is for, in lower case.

    The common name counts where no others are given, as it once did.
    """
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return tuple(str(each.value).lower() for each in common[:1])
    except (ValueError, x509.DuplicateExtension):  # written by somebody who does not know how
        return ()
    dns = (name.lower() for name in found.get_values_for_type(x509.DNSName))
    addresses = map(str, found.get_values_for_type(x509.IPAddress))
    return (*dns, *addresses)


@define(eq=False)
class NameTable(Generic[T]):
    """Finds what was put in for a name: the name itself, else a wildcard for its first label.

    Of several for one name the first is found.
    """

    _exact: dict[str, T] = field(factory=dict, init=False)
    _below: dict[str, T] = field(factory=dict, init=False)

    def put(self, names: Iterable[str], value: T) -> bool:
        """Put `value` in for the names; whether it can be found by any of them."""
        new = False
        for name in names:
            table, bare = self._exact, name.lower().rstrip(".")
            if bare.startswith("*."):
                table, bare = self._below, bare[2:]
            new = table.setdefault(bare, value) is value or new
        return new

    def get(self, name: str) -> T | None:
        """What is there for `name`, if anything is."""
        bare = name.lower().rstrip(".")
        found = self._exact.get(bare)
        if found is None:
            label, _, rest = bare.partition(".")
            found = self._below.get(rest) if label else None
        return found
