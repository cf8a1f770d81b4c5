"""What the keys of a route may say; the rest of it is in the tests of loading."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.routes import media_type


class MediaTypeTests(SynchronousTestCase):
    """What a fixed answer calls its body."""

    def test_taken(self) -> None:
        """Media types are taken as they are, with parameters or without."""
        for written in ("text/plain; charset=utf-8", "application/problem+json", 'a/b;c="d e"'):
            self.assertEqual(media_type(written), written)

    def test_refused(self) -> None:
        """What is no media type, or could not be written into a field, is refused."""
        for written in ("text", "text/", "tüxt/plain", "text/plain; charset=ü", "", "a b/c"):
            with self.assertRaisesRegex(ValueError, "a media type"):
                media_type(written)
