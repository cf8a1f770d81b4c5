"""What the keys of a route may say; the rest of it is in the tests of loading."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.routes import location, media_type
from altlas.settings.tree import Redirect, Route


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


class LocationTests(SynchronousTestCase):
    """Where redirects lead."""

    def test_taken(self) -> None:
        """A path, an address, or the same address by TLS."""
        for written in ("/x", "https://a.test/x", "http://a.test", "https:"):
            self.assertEqual(location(written), written)

    def test_refused(self) -> None:
        """Half an address is none."""
        for written in ("http:", "https:/", "https://", "ftp://a.test", "x", ""):
            with self.assertRaisesRegex(ValueError, "https: alone"):
                location(written)


class SchemeTests(SynchronousTestCase):
    """The schemes that a route is for."""

    def test_schemes(self) -> None:
        """Both, unless it says one, or leads to TLS: that is for who came without."""
        redirect = Redirect(to="https:")
        for route, wanted in (
            (Route(name="r", path="/"), {"http", "https"}),
            (Route(name="r", path="/", scheme="https"), {"https"}),
            (Route(name="r", path="/", redirect=redirect), {"http"}),
            (Route(name="r", path="/", redirect=Redirect(to="/x")), {"http", "https"}),
        ):
            self.assertEqual(route.schemes, wanted)
