"""TLS of one listener: its certificates by name, and what it asks of clients."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

from attrs import define, field
from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.protocols.tls import TLSMemoryBIOProtocol
from zope.interface import implementer

from altlas.settings.tls import ListenerTls
from altlas.tls.ciphers import choose
from altlas.tls.contexts import believe, choose_groups, context, prove
from altlas.tls.credential import Credential
from altlas.tls.defects import Defect
from altlas.tls.lifetime import ends
from altlas.tls.material import Material, doubts, material
from altlas.tls.names import NameTable, names

#: seconds that a session may be resumed for
SESSION_LASTS = 2 * 3600
_VERIFY = {
    "off": SSL.VERIFY_NONE,
    "optional": SSL.VERIFY_PEER,
    "required": SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT,
}


@implementer(IOpenSSLServerConnectionCreator)
@define(eq=False)
class ServerTLS:
    """Makes the TLS state of each connection that a listener takes.

    What it is made of can be renewed at any time: connections keep what they began with.
    """

    settings: ListenerTls
    #: what is spoken within, the best first (RFC 7301)
    protocols: tuple[bytes, ...]
    _material: Material
    _context: SSL.Context = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._context = _contexts(self._material, self.protocols)

    @classmethod
    def of(cls, settings: ListenerTls, protocols: Sequence[bytes], now: float) -> ServerTLS:
        """Read the files. Raises `Unusable` with everything that is wrong with them."""
        return cls(settings, tuple(protocols), material(settings, now))

    def serverConnectionForTLS(self, protocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        """The state of one new connection."""
        return SSL.Connection(self._context, None)

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that it is made of."""
        more = () if self.settings.client_ca is None else (self.settings.client_ca,)
        return (*self.settings.certificate, *self.settings.key, *more)

    def renew(self, now: float) -> None:
        """Read the files again. Raises `Unusable`, and then goes on with what it had."""
        found = material(self.settings, now)
        self._context, self._material = _contexts(found, self.protocols), found

    def change_ticket_keys(self) -> None:
        """Encrypt sessions under other keys from now on; those handed out are worth nothing."""
        self._context = _contexts(self._material, self.protocols)

    def doubts(self, now: float) -> Iterator[Defect]:
        """What works today and should be looked at."""
        return doubts(self._material, now)

    def certificates(self) -> Iterator[tuple[str, tuple[str, ...], float]]:
        """Each file of certificates: its path, the names that it is for, and its end.

        The end is that of the first certificate in it to end, in seconds since the epoch.
        """
        for one in self._material.credentials:
            yield one.file, names(one.certificate), min(map(ends, one.chain))
        if self._material.authorities:
            yield self.settings.client_ca or "", (), min(map(ends, self._material.authorities))


def _contexts(made: Material, protocols: tuple[bytes, ...]) -> SSL.Context:
    """The context of the first certificate, which hands over to those of the others by SNI.

    OpenSSL takes the keys of session tickets from the first, and has others at each making.
    """
    # Of this listener, and of this making: a session of another was not let in on these terms.
    session_id = secrets.token_bytes(16)
    table: NameTable[SSL.Context] = NameTable()
    contexts = []
    for one in made.credentials:
        of_one = _context(made, one, protocols)
        of_one.set_session_id(session_id)
        table.put(names(one.certificate), of_one)
        contexts.append(of_one)

    def choose_by_name(connection: SSL.Connection) -> None:
        asked = connection.get_servername()
        found = table.get(asked.decode("ascii", "replace")) if asked else None
        if found is not None:
            connection.set_context(found)

    if len(contexts) > 1:
        contexts[0].set_tlsext_servername_callback(choose_by_name)
    return contexts[0]


def _context(made: Material, credential: Credential, protocols: tuple[bytes, ...]) -> SSL.Context:
    settings = made.settings
    found = context(SSL.TLS_SERVER_METHOD, settings.minimum)
    choose(found, settings.ciphers)
    choose_groups(found)
    prove(found, credential)
    found.set_timeout(SESSION_LASTS)
    found.set_verify(_VERIFY[settings.client_verify])
    believe(found, made.authorities)
    for authority in made.authorities:
        found.add_client_ca(authority)  # told to clients, who may have several certificates

    def choose_protocol(_: SSL.Connection, offered: list[bytes]) -> bytes:
        for protocol in protocols:
            if protocol in offered:
                return protocol
        # An error is what makes it an alert (RFC 7301, 3.2): who wants to speak something
        # else must not be taken for a client of ours (ALPACA).
        raise SSL.Error([("SSL routines", "", "no application protocol")])

    found.set_alpn_select_callback(choose_protocol)
    return found
