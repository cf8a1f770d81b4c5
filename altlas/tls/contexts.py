"""What every connection of one side has in common, as an OpenSSL context."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from OpenSSL import SSL, crypto
from OpenSSL._util import lib
from twisted.logger import Logger

from altlas.tls.credential import Credential
from altlas.tls.defects import Defect, Unusable, words

log = Logger()

_VERSIONS = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}
#: no compression (CRIME); no renegotiation, by which a client could make us work for nothing
_OPTIONS = SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION


#: Mozilla's (guidelines 6.0), the best first; without the first where OpenSSL does not know it.
#: OpenSSL's own list has more, of which some cost a server ten times as much.
_GROUPS = (b"X25519MLKEM768:X25519:P-256:P-384", b"X25519:P-256:P-384")


def context(method: int, minimum: str) -> SSL.Context:
    """A context for `method`, from the version `minimum` on, without sessions of its own."""
    made = SSL.Context(method)
    made.set_min_proto_version(_VERSIONS[minimum])
    made.set_options(_OPTIONS)
    made.set_mode(SSL.MODE_RELEASE_BUFFERS)  # an idle connection keeps 34 KB less
    # Sessions are kept by clients, in tickets: a cache here would be memory that they fill.
    made.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    return made


def choose_groups(made: SSL.Context) -> None:
    """Have a server exchange keys by few and strong groups only."""
    # pyOpenSSL has the function but offers it to itself only.
    choose = getattr(lib, "SSL_CTX_set1_curves_list", None)
    if choose is None or not any(choose(made._context, groups) for groups in _GROUPS):
        log.warn("This pyOpenSSL cannot choose the groups of a key exchange: OpenSSL's serve")
    lib.ERR_clear_error()  # of a list that was not taken


def prove(made: SSL.Context, credential: Credential) -> None:
    """Have the side of `made` prove itself by `credential`. Raises `Unusable`."""
    try:
        made.use_certificate(credential.certificate)
        made.use_privatekey(credential.key)
        for certificate in credential.chain[1:]:
            made.add_extra_chain_cert(certificate)
        made.check_privatekey()
    except SSL.Error as error:  # a key or signature that is too weak for OpenSSL, say
        raise Unusable([Defect("certificate", words(error), credential.file)]) from None


def believe(made: SSL.Context, authorities: Iterable[x509.Certificate]) -> None:
    """Have the side of `made` believe what these authorities signed, and nobody else."""
    store = made.get_cert_store()
    assert store is not None  # every context has one
    for certificate in authorities:
        store.add_cert(crypto.X509.from_cryptography(certificate))
