"""The admin interface is for this machine, or for who knows a word."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.admin_access import access_doubts, access_faults, is_local, token_of
from altlas.gateway.service import GatewayService
from altlas.settings.tree import AdminAccess, Listener, Settings
from tests.gateway.surroundings import memory_reactor

TOKEN = "0123456789abcdef"


class AccessTests(SynchronousTestCase):
    """What may be bound, and with which token."""

    def listener(self, bind: str = "tcp:9901", token: str | None = None) -> Listener:
        """An admin listener with this text in its token's file."""
        access = AdminAccess()
        if token is not None:
            path = Path(self.mktemp())
            path.write_text(token)
            path.chmod(0o600)
            access = AdminAccess(token_file=str(path))
        return Listener(name="admin", bind=bind, serves="admin", admin=access)

    def test_local(self) -> None:
        """Loopback addresses and UNIX sockets are this machine's own."""
        for bind in (
            *("tcp:1:interface=127.0.0.1", "tcp:1:interface=127.0.0.9", "tcp6:1:interface=\\:\\:1"),
            *("tcp:1:interface=localhost", "unix:/run/x.sock", "ssl:1:x.pem:interface=127.0.0.1"),
        ):
            self.assertTrue(is_local(bind), bind)
        for bind in (
            *("tcp:1", "tcp:1:interface=0.0.0.0", "tcp6:1", "tcp:1:interface=10.0.0.1"),
            *("systemd:domain=INET:index=0", "tcp:1:interface=host.example", "onion:1"),
        ):
            self.assertFalse(is_local(bind), bind)

    def test_exposed(self) -> None:
        """Elsewhere it is refused without a token, at the latest when it is to be served."""
        listener = self.listener()
        self.assertEqual([key for key, _ in access_faults(listener)], ["bind"])
        settings = Settings(listeners=(listener,))
        with self.assertRaisesRegex(ValueError, "admin.token-file"):
            GatewayService(settings, memory_reactor())
        self.assertEqual([*access_faults(self.listener(token=f"{TOKEN}\n"))], [])
        self.assertEqual([*access_faults(Listener(name="public", bind="tcp:1"))], [])

    def test_token(self) -> None:
        """A token is read without the end of its line."""
        self.assertEqual(token_of(self.listener(token=f"{TOKEN}\n")), TOKEN.encode())
        self.assertIsNone(token_of(self.listener()))

    def test_no_token(self) -> None:
        """A file without one is refused, and what is in it not told."""
        for text in ("", "short", "two words of length"):
            ((key, reason),) = access_faults(self.listener(token=text))
            self.assertEqual(key, "admin.token-file")
            self.assertNotIn(text or "\0", reason)
        gone = Listener(
            name="a", bind="tcp:1", serves="admin", admin=AdminAccess(token_file="/nowhere")
        )
        self.assertRaises(ValueError, token_of, gone)

    def test_readable_by_all(self) -> None:
        """A token that everybody may read is doubted."""
        listener = self.listener(token=TOKEN)
        self.assertEqual([*access_doubts(listener)], [])
        Path(listener.admin.token_file or "").chmod(0o644)
        self.assertEqual([key for key, _ in access_doubts(listener)], ["admin.token-file"])
