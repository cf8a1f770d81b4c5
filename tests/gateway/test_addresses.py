"""Addresses, free and taken."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.trial.unittest import SynchronousTestCase

from altlas.gateway.addresses import TcpAddress, UnixAddress, address_of
from altlas.gateway.binds import parsed


class AddressOfTests(SynchronousTestCase):
    """What a bind binds."""

    def test_kinds(self) -> None:
        """Each kind has its own interface where none is written; UNIX sockets have a path."""
        for written, wanted in (
            ("tcp:80", TcpAddress(80, "")),
            ("tcp6:80", TcpAddress(80, "::")),
            ("ssl:443:k.pem:interface=10.0.0.1", TcpAddress(443, "10.0.0.1")),
            ("tls:folder", TcpAddress(443, "::")),
            ("haproxy:tcp:80", TcpAddress(80, "")),
            ("unix:/x", UnixAddress("/x", True)),
            ("unix:/x:lockfile=0", UnixAddress("/x", False)),
            ("systemd:domain=INET:index=0", None),
        ):
            self.assertEqual(address_of(parsed(written)), wanted)


class TcpAddressTests(SynchronousTestCase):
    """Ports."""

    def test_overlaps(self) -> None:
        """A port of all interfaces is in the way of the same port of each; 0 is in nobody's."""
        every, one, other = (TcpAddress(80, i) for i in ("", "127.0.0.1", "127.0.0.2"))
        every6, one6 = TcpAddress(80, "::"), TcpAddress(80, "::1")
        for left, right in (
            (every, one),
            (one, one),
            (every6, one),
            (every6, every),
            (every6, one6),
        ):
            self.assertTrue(left.overlaps(right) and right.overlaps(left), (left, right))
        for left, right in ((one, other), (one, one6), (every, one6), (one, TcpAddress(81, ""))):
            self.assertFalse(left.overlaps(right) or right.overlaps(left), (left, right))
        self.assertFalse(TcpAddress(0, "").overlaps(TcpAddress(0, "")))

    def test_taken(self) -> None:
        """A port that somebody has is refused in the system's words; one that is free is not."""
        with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as held:
            address = TcpAddress(server.getsockname()[1], "127.0.0.1")
            self.assertEqual(address.refusal(held), "Address already in use")
        with ExitStack() as held:
            self.assertEqual(address.refusal(held), "")
            self.assertEqual(address.refusal(held), "Address already in use")

    def test_not_ours(self) -> None:
        """An interface that this machine does not have is refused."""
        with ExitStack() as held:
            refusal = TcpAddress(0, "192.0.2.1").refusal(held)
        self.assertIn("assign", refusal)


class UnixAddressTests(SynchronousTestCase):
    """Paths of sockets."""

    def setUp(self) -> None:
        # Not below trial's own folder: such a path may be too long for a socket.
        folder = TemporaryDirectory(prefix="altlas-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def refusal(self, path: Path, lockfile: bool = True) -> str:
        """Why a path is refused."""
        address = UnixAddress(str(path), lockfile)
        with ExitStack() as held:
            return address.misplaced() or address.refusal(held)

    def test_place(self) -> None:
        """A path is refused in a folder that is not there, and when it is too long."""
        self.assertEqual(self.refusal(self.folder / "x"), "")
        self.assertIn("no folder", self.refusal(self.folder / "nowhere/x"))
        self.assertIn("longer than 107", self.refusal(self.folder / ("x" * 108)))

    def test_occupied(self) -> None:
        """A file in the way is refused, as is a socket on which somebody listens."""
        path = self.folder / "file"
        path.touch()
        self.assertIn("no socket", self.refusal(path))
        path = self.folder / "socket"
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
            server.listen()
            self.assertEqual(self.refusal(path), "Address already in use")

    def test_left_over(self) -> None:
        """A socket of a process that is no more is in the way only where no lock file tells."""
        path = self.folder / "socket"
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
        self.assertEqual(self.refusal(path), "")
        self.assertEqual(self.refusal(path, lockfile=False), "Address already in use")

    def test_overlaps(self) -> None:
        """Two listeners cannot have one path."""
        one = UnixAddress("/x", True)
        self.assertTrue(one.overlaps(UnixAddress("/x", False)))
        self.assertFalse(one.overlaps(UnixAddress("/y", True)))
        self.assertFalse(one.overlaps(TcpAddress(80, "")))
