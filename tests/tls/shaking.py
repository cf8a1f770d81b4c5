"""Handshakes without sockets."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from cryptography import x509
from OpenSSL import SSL, crypto

from altlas.tls.server import ServerTLS
from tests.tls.authority import Authority, Issued


def client(
    *,
    believes: Authority | Issued | None = None,
    name: str = "",
    offers: tuple[bytes, ...] = (),
    shows: Issued | None = None,
    version: int | None = None,
) -> SSL.Context:
    """The context of a client; the rest is for `shaken`."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    if version is not None:
        context.set_max_proto_version(version)
        context.set_min_proto_version(version)
    if believes is not None:
        issued = believes.issued if isinstance(believes, Authority) else believes
        store: Any = context.get_cert_store()
        store.add_cert(crypto.X509.from_cryptography(issued.certificate))
        context.set_verify(SSL.VERIFY_PEER)
    if shows is not None:
        context.use_certificate(shows.certificate)
        context.use_privatekey(shows.key)
    if offers:
        context.set_alpn_protos(list(offers))
    return context


@frozen
class Shaken:
    """Two sides that agree."""

    server: SSL.Connection
    client: SSL.Connection

    @property
    def shown(self) -> x509.Certificate:
        """What the server showed."""
        found = self.client.get_peer_certificate(as_cryptography=True)
        assert found is not None
        return found

    def session(self) -> SSL.Session:
        """The client's session, once a ticket has come (TLS 1.3 sends it after the handshake)."""
        self.server.send(b"x")
        pump(self.server, self.client)
        assert self.client.recv(10) == b"x"
        found = self.client.get_session()
        assert found is not None
        return found


def shaken(
    server: ServerTLS,
    context: SSL.Context,
    name: str = "",
    session: SSL.Session | None = None,
) -> Shaken:
    """Shake hands, the client asking for `name`. Raises `OpenSSL.SSL.Error` of whoever refuses."""
    ours = server.serverConnectionForTLS(None)  # type: ignore[arg-type]
    ours.set_accept_state()
    theirs = SSL.Connection(context, None)
    theirs.set_connect_state()
    if name:
        theirs.set_tlsext_host_name(name.encode())
    if session is not None:
        theirs.set_session(session)
    for _ in range(10):
        done = [_stepped(side) for side in (theirs, ours)]
        pump(theirs, ours)
        pump(ours, theirs)
        if all(done):
            break
    # A server's refusal of a client's certificate comes after TLS 1.3 is done for the client.
    pump(ours, theirs)
    return Shaken(ours, theirs)


def resumed(pair: Shaken) -> bool:
    """Whether the client's session was resumed: then no certificate was shown anew."""
    from OpenSSL._util import lib

    return bool(lib.SSL_session_reused(pair.server._ssl))


def pump(source: SSL.Connection, sink: SSL.Connection) -> None:
    """Carry what one side has written to the other."""
    while True:
        try:
            sink.bio_write(source.bio_read(65536))
        except SSL.WantReadError:
            return


def _stepped(side: SSL.Connection) -> bool:
    try:
        side.do_handshake()
    except SSL.WantReadError:
        return False
    return True
