"""TLS to an instance: whom to believe, under which name, and who we are."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field, frozen
from cryptography import x509
from OpenSSL import SSL
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer

from altlas.settings.tls import TlsSettings
from altlas.tls.contexts import believe, context, prove
from altlas.tls.credential import Credential, authorities, credential
from altlas.tls.defects import Defect, Unusable
from altlas.tls.lifetime import chain_untimely, ending, ends, untimely
from altlas.tls.names import names
from altlas.upstream.trust import Judge

#: Offered by ALPN (RFC 7301), so that another protocol's server refuses to be taken for HTTP.
_PROTOCOLS = [b"http/1.1"]


@frozen(eq=False)
class Material:
    """What was read from the files that `TLSSettings` name."""

    credential: Credential | None
    #: whom to believe; None for those of the system
    authorities: tuple[x509.Certificate, ...] | None


@define(eq=False)
class _Made:
    """What was made of the files so far; it changes when they do."""

    material: Material
    context: SSL.Context


@frozen
class TLSSettings:
    """How the certificate of an instance is judged, and what it is shown of ours.

    Its files are read when they are first wanted, and by `renew`; what was made of them is shared
    by all connections.
    """

    #: whether it is judged at all
    verify: bool = True
    #: PEM file of the authorities to believe; those of the system if None
    ca: str | None = None
    #: the name that the certificate must be for; the host of the address if None
    name: str | None = None
    #: SHA-256 of public keys, of which one must be in the chain; of the instance's own
    #: certificate where nothing else is verified
    pins: frozenset[bytes] = frozenset()
    #: PEM files of our own certificate and of its key, None where that is in the same
    certificate: str | None = None
    key: str | None = None
    #: the oldest version of TLS that is spoken
    minimum: str = "1.2"
    _made: list[_Made] = field(factory=list, init=False, eq=False, repr=False)

    @classmethod
    def of(cls, settings: TlsSettings) -> TLSSettings:
        """As configured."""
        return cls(
            settings.verify,
            settings.ca,
            settings.name,
            frozenset(settings.pin),
            settings.certificate,
            settings.key,
            settings.minimum,
        )

    def __call__(self, host: str) -> IOpenSSLClientConnectionCreator:
        """Return what makes TLS connections to `host`; it may be kept.

        Raises `altlas.tls.defects.Unusable`, a ValueError, for files that cannot be used.
        """
        self.context()
        return _Instances(self, self.name or host)

    def context(self) -> SSL.Context:
        """What all connections begin with. Raises `Unusable`."""
        return self._current().context

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it is made of."""
        ca = self.ca if self.verify else None
        return tuple(file for file in (self.certificate, self.key, ca) if file is not None)

    def renew(self, now: float) -> None:
        """Read the files (again). Raises `Unusable`, and then goes on with what it had.

        `now` is in seconds since the epoch: what is not valid then is wrong too.
        """
        found = material(self)
        defects = [*_untimely(self, found, now)]
        if defects:
            raise Unusable(defects)
        self._made[:] = [_Made(found, _context(self, found))]

    def doubts(self, now: float) -> Iterator[Defect]:
        """What works today and should be looked at."""
        for key, file, chain in self._chains():
            late = ending(chain, now)
            if late:
                yield Defect(key, late, file)

    def certificates(self) -> Iterator[tuple[str, tuple[str, ...], float]]:
        """Each file of certificates: its path, its names, and the end of the first to end."""
        for key, file, chain in self._chains():
            own = names(chain[0]) if key == "certificate" else ()
            yield file, own, min(map(ends, chain))

    def _chains(self) -> Iterator[tuple[str, str, tuple[x509.Certificate, ...]]]:
        try:
            found = self._current().material
        except Unusable:
            return
        if found.credential is not None:
            yield "certificate", found.credential.file, found.credential.chain
        if found.authorities:
            yield "ca", self.ca or "", found.authorities

    def _current(self) -> _Made:
        if not self._made:
            found = material(self)
            self._made.append(_Made(found, _context(self, found)))
        return self._made[0]


def material(settings: TLSSettings) -> Material:
    """Read the files. Raises `Unusable` with everything that is wrong with them."""
    defects: list[Defect] = []
    own: Credential | None = None
    trusted: tuple[x509.Certificate, ...] | None = None
    if settings.certificate is not None:
        try:
            own = credential(settings.certificate, settings.key)
            prove(context(SSL.TLS_CLIENT_METHOD, settings.minimum), own)
        except Unusable as error:
            defects += error.defects
    if settings.ca is not None and settings.verify:
        try:
            trusted = authorities(settings.ca, "ca")
        except Unusable as error:
            defects += error.defects
    if defects:
        raise Unusable(defects)
    return Material(own, trusted)


def _untimely(settings: TLSSettings, found: Material, now: float) -> Iterator[Defect]:
    if found.credential is not None:
        reason = chain_untimely(found.credential.chain, now)
        if reason:
            yield Defect("certificate", reason, found.credential.file)
    if found.authorities and all(untimely(one, now) for one in found.authorities):
        reason = f"of all in it: {untimely(found.authorities[0], now)}"
        yield Defect("ca", reason, settings.ca or "")


def _context(settings: TLSSettings, found: Material) -> SSL.Context:
    made = context(SSL.TLS_CLIENT_METHOD, settings.minimum)
    if found.credential is not None:
        prove(made, found.credential)
    if found.authorities is not None:
        believe(made, found.authorities)
    elif settings.verify:
        made.set_default_verify_paths()
    made.set_alpn_protos(_PROTOCOLS)
    return made


@implementer(IOpenSSLClientConnectionCreator)
@frozen(eq=False)
class _Instances:
    """Makes connections to whoever must prove to have a name."""

    _settings: TLSSettings
    _name: str

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """Return the state of one new connection."""
        settings = self._settings
        connection = SSL.Connection(settings.context(), None)
        # An address is not sent as a server's name (RFC 6066, 3).
        if not (isIPAddress(self._name) or isIPv6Address(self._name)):
            connection.set_tlsext_host_name(self._name.encode("ascii"))
        if settings.verify or settings.pins:
            judge = Judge(self._name, settings.verify, settings.pins, tlsProtocol)
            connection.set_verify(SSL.VERIFY_PEER, judge)
        return connection
