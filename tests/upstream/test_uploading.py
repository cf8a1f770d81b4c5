"""Promises of a request's body on its way out."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer, IPushProducer
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from altlas.upstream.uploading import Upload, WrongLength
from tests.upstream.link import Body, Link


class UploadTests(SynchronousTestCase):
    """The body arrives framed, paced, and ends once."""

    def start(self, body: Body) -> Upload:
        self.link = Link()
        self.failures: list[Failure] = []
        upload = Upload(body, self.link, self.failures.append)
        upload.start()
        return upload

    def test_interfaces(self) -> None:
        """It is the body's consumer and the transport's producer."""
        upload = self.start(Body(3))
        verifyObject(IConsumer, upload)
        verifyObject(IPushProducer, upload)

    def test_chunked_with_trailers(self) -> None:
        """A body of unknown length is chunked; its trailers are read at the end."""
        body = Body()
        upload = self.start(body)
        body.writes(b"abc")
        body.writes(b"")
        body.trailers.append((b"X-Sum", b"6"))
        self.assertFalse(upload.done)
        body.ends()
        self.assertEqual(self.link.heard(), b"3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n")
        self.assertTrue(upload.done)
        self.assertIsNone(self.link.producer)

    def test_sized(self) -> None:
        """A body of known length goes out as it is."""
        body = Body(5)
        self.start(body)
        body.writes(b"ab")
        body.writes(b"cde")
        body.ends()
        self.assertEqual(self.link.heard(), b"abcde")
        self.assertEqual(self.failures, [])

    def test_too_long(self) -> None:
        """A byte more than announced is not sent: it would begin the next request."""
        body = Body(2)
        self.start(body)
        body.writes(b"abc")
        self.assertEqual(self.link.heard(), b"")
        self.assertIsInstance(self.failures[0].value, WrongLength)
        self.assertEqual(body.calls, ["start", "stop"])

    def test_too_short(self) -> None:
        """A body that ends before its length is a failure."""
        body = Body(2)
        self.start(body)
        body.writes(b"a")
        body.ends()
        self.assertIsInstance(self.failures[0].value, WrongLength)

    def test_breaks(self) -> None:
        """An error of the body is handed on, once, and nothing looks like its end."""
        body = Body()
        upload = self.start(body)
        body.breaks(KeyError("gone"))
        upload.stop()
        self.assertEqual([type(failure.value) for failure in self.failures], [KeyError])
        self.assertEqual(self.link.heard(), b"")
        self.assertNotIn("stop", body.calls)

    def test_cannot_start(self) -> None:
        """A body that raises at its start fails like one that breaks later."""

        class Broken(Body):
            def startProducing(self, consumer: Any) -> Deferred[None]:
                raise KeyError("no")

        self.start(Broken())
        self.assertIsInstance(self.failures[0].value, KeyError)
        self.assertIsNone(self.link.producer)

    def test_paced(self) -> None:
        """A full transport pauses the body, an empty one lets it go on."""
        body = Body()
        self.start(body)
        self.link.producer.pauseProducing()
        self.link.producer.resumeProducing()
        self.assertEqual(body.calls, ["start", "pause", "resume"])

    def test_stopped_once(self) -> None:
        """However many sides want an end, the body hears of it once and is heard no more."""
        body = Body()
        upload = self.start(body)
        upload.stopProducing()
        upload.stop()
        upload.stopProducing()
        body.writes(b"late")
        upload.pauseProducing()
        upload.resumeProducing()
        self.assertEqual(body.calls, ["start", "stop"])
        self.assertEqual((self.link.heard(), self.failures), (b"", []))

    def test_end_after_stop(self) -> None:
        """A body that ends although it was stopped changes nothing."""
        body = Body()
        upload = self.start(body)
        upload.stop()
        body.ends()
        self.assertEqual(self.link.heard(), b"")
