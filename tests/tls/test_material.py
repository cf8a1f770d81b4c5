"""A listener's files, judged."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.tls import ListenerTls
from altlas.tls.defects import Unusable
from altlas.tls.material import Material, doubts, material
from tests.tls.authority import Authority, issue, weak_key

NOW = time.time()


class MaterialTests(SynchronousTestCase):
    """Good files, and others."""

    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).resolve()
        self.folder.mkdir()

    def settings(self, *pairs: tuple[str, str], **more: Any) -> ListenerTls:
        """Settings with these certificates and keys."""
        certificates = tuple(certificate for certificate, _ in pairs)
        return ListenerTls(certificate=certificates, key=tuple(key for _, key in pairs), **more)

    def refused(self, settings: ListenerTls) -> list[str]:
        """What is wrong, each with the name of its file."""
        with self.assertRaises(Unusable) as raised:
            material(settings, NOW)
        return [str(one).replace(f"{self.folder}/", "") for one in raised.exception.defects]

    def made(self, settings: ListenerTls) -> Material:
        """What is read where nothing is wrong."""
        return material(settings, NOW)

    def test_all_at_once(self) -> None:
        """Everything that is wrong is told, with the file that it is about."""
        ended = issue("a.test", ends=-0.5).written(self.folder, "ended")
        settings = self.settings(
            ended,
            ("/no/b.pem", "/no/b.key"),
            issue("c.test", begins=2).written(self.folder, "early"),
            ciphers=("HGIH", "HIGH"),
            client_ca="/no/ca.pem",
        )
        missing = "No such file or directory"
        found = self.refused(settings)
        self.assertEqual(
            [line for line in found if "it ended" not in line and "it begins" not in line],
            [
                "tls.ciphers: OpenSSL has no cipher HGIH",
                f"tls.certificate = /no/b.pem: {missing}",
                f"tls.key = /no/b.key: {missing}",
                f"tls.client-ca = /no/ca.pem: {missing}",
            ],
        )
        self.assertEqual(len(found), 6)

    def test_weak(self) -> None:
        """A key that OpenSSL finds too weak is told in its words."""
        pair = issue("a.test", key=weak_key()).written(self.folder, "a")
        self.assertEqual(
            self.refused(self.settings(pair)), ["tls.certificate = a.pem: ee key too small"]
        )

    def test_authorities(self) -> None:
        """Of clients' authorities some may have ended, but not all."""
        pair = issue("a.test").written(self.folder, "a")
        ended, alive = issue("x", ends=-0.5), Authority.made()
        path = self.folder / "ca.pem"
        path.write_bytes(ended.pem)
        (line,) = self.refused(self.settings(pair, client_ca=str(path)))
        self.assertTrue(line.startswith("tls.client-ca = ca.pem: of all in it: it ended"))
        path.write_bytes(ended.pem + alive.pem)
        self.assertEqual(len(self.made(self.settings(pair, client_ca=str(path))).authorities), 2)

    def told(self, settings: ListenerTls) -> list[str]:
        """The doubts about what is there."""
        return [str(one).replace(f"{self.folder}/", "") for one in doubts(self.made(settings), NOW)]

    def test_no_doubts(self) -> None:
        """Of what is in order nothing is said."""
        pairs = [issue(f"{name}.test").written(self.folder, name) for name in "ab"]
        self.assertEqual(self.told(self.settings(*pairs)), [])

    def test_doubts(self) -> None:
        """Ends that are near, certificates never picked, keys for all to read: all are told."""
        one = issue("a.test", "b.test").written(self.folder, "one")
        two = issue("b.test", begins=-80, ends=3.5).written(self.folder, "two")
        Path(two[1]).chmod(0o644)
        ended = self.folder / "ca.pem"
        ended.write_bytes(issue("x", ends=-0.5).pem + Authority.made().pem)
        ends, never, key, ca = self.told(self.settings(one, two, client_ca=str(ended)))
        self.assertRegex(ends, r"^tls.certificate = two.pem: it ends on .*, in 3 days$")
        self.assertIn("two.pem: it is never picked", never)
        self.assertEqual(key, "tls.key = two.key: the private key in it can be read by every user")
        self.assertIn("tls.client-ca = ca.pem: of one of the authorities: it ended", ca)
