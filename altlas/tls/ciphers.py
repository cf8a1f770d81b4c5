"""Lists of ciphers, in OpenSSL's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from OpenSSL import SSL

#: words of the list that take away or sort, and match nothing by themselves
_OPERATORS = ("!", "-", "+", "@")


def parted(ciphers: Iterable[str]) -> tuple[bytes, bytes]:
    """The suites of TLS 1.3 and the list for TLS 1.2, as OpenSSL wants them; each may be empty."""
    suites: list[str] = []
    older: list[str] = []
    for cipher in ciphers:
        # TLS 1.3 names no key exchange; TLS_..._WITH_... is an older one in the other spelling.
        newer = cipher.startswith("TLS_") and "_WITH_" not in cipher
        (suites if newer else older).append(cipher)
    return ":".join(suites).encode(), ":".join(older).encode()


def misfits(ciphers: Iterable[str], minimum: str) -> Iterator[str]:
    """Why the list cannot be used with TLS from `minimum` on: OpenSSL skips unknown names."""
    for cipher in ciphers:
        if not cipher.startswith(_OPERATORS) and not _known(cipher):
            yield f"OpenSSL has no cipher {cipher}"
    if minimum == "1.2" and not parted(ciphers)[1]:
        yield "there are none for TLS 1.2; tls.minimum = 1.3 would go with it"


def choose(context: SSL.Context, ciphers: Iterable[str]) -> None:
    """Allow these ciphers. Raises `OpenSSL.SSL.Error` for a list without any."""
    suites, older = parted(ciphers)
    if suites:
        context.set_tls13_ciphersuites(suites)
    if older:
        context.set_cipher_list(older)


def _known(cipher: str) -> bool:
    try:
        choose(SSL.Context(SSL.TLS_METHOD), [cipher])
    except SSL.Error:
        return False
    return True
