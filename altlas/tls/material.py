"""All that a listener's TLS is made of, read from its files and judged."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from attrs import frozen
from cryptography import x509
from OpenSSL import SSL

from altlas.settings.tls import ListenerTls
from altlas.tls.ciphers import misfits
from altlas.tls.contexts import context, prove
from altlas.tls.credential import Credential, authorities, credential
from altlas.tls.defects import Defect, Unusable
from altlas.tls.lifetime import chain_untimely, ending, untimely
from altlas.tls.names import NameTable, names


@frozen(eq=False)
class Material:
    """What was read from the files of a listener."""

    settings: ListenerTls
    credentials: tuple[Credential, ...]
    #: whose clients are let in
    authorities: tuple[x509.Certificate, ...]


def material(settings: ListenerTls, now: float) -> Material:
    """Read the files of a listener that has certificates.

    Raises `Unusable` with everything that is wrong. `now` is in seconds since the epoch: a
    certificate that is not valid then is wrong too.
    """
    defects = [Defect("ciphers", why) for why in misfits(settings.ciphers, settings.minimum)]
    found: list[Credential] = []
    keys = settings.key or (None,) * len(settings.certificate)
    for file, key in zip(settings.certificate, keys, strict=False):
        try:
            found.append(_judged(credential(file, key), settings.minimum, now))
        except Unusable as error:
            defects += error.defects
    trusted: tuple[x509.Certificate, ...] = ()
    if settings.client_ca is not None:
        try:
            trusted = _alive(settings.client_ca, now)
        except Unusable as error:
            defects += error.defects
    if defects:
        raise Unusable(defects)
    return Material(settings, tuple(found), trusted)


def doubts(made: Material, now: float) -> Iterator[Defect]:
    """What works today and should be looked at."""
    table: NameTable[str] = NameTable()
    for one in made.credentials:
        late = ending(one.chain, now)
        if late:
            yield Defect("certificate", late, one.file)
        if not table.put(names(one.certificate), one.file):
            reason = "it is never picked, since others before it have all its names"
            yield Defect("certificate", reason, one.file)
    for file in made.settings.key or made.settings.certificate:
        if _open_to_all(file):
            key = "key" if made.settings.key else "certificate"
            yield Defect(key, "the private key in it can be read by every user", file)
    late = ending(made.authorities, now) if made.authorities else ""
    if late:
        yield Defect(
            "client-ca", f"of one of the authorities: {late}", made.settings.client_ca or ""
        )


def _judged(one: Credential, minimum: str, now: float) -> Credential:
    prove(context(SSL.TLS_SERVER_METHOD, minimum), one)  # what OpenSSL finds too weak shows here
    reason = chain_untimely(one.chain, now)
    if reason:
        raise Unusable([Defect("certificate", reason, one.file)])
    return one


def _alive(file: str, now: float) -> tuple[x509.Certificate, ...]:
    found = authorities(file, "client-ca")
    if all(untimely(certificate, now) for certificate in found):
        raise Unusable([Defect("client-ca", f"of all in it: {untimely(found[0], now)}", file)])
    return found


def _open_to_all(file: str) -> bool:
    try:
        return bool(os.stat(file).st_mode & stat.S_IROTH)
    except OSError:
        return False
