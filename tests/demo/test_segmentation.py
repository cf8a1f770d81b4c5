"""Texts are cut into sentences and words that stand where they are said to stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.demo.segmentation import Segmentation, segment
from tests.demo.served import Served


class SegmentTests(SynchronousTestCase):
    """The cutting."""

    def sentences(self, text: str) -> list[str]:
        """The texts of the sentences."""
        return [sentence.text for sentence in segment(text)]

    def test_sentences(self) -> None:
        """Sentences end at marks before a blank or the end, and at empty lines."""
        text = 'It costs 3.5 dollars. "Really?" Yes!\n\nA title\n\nSo it is... the end'
        expected = [
            "It costs 3.5 dollars.",
            '"Really?"',
            "Yes!",
            "A title",
            "So it is...",
            "the end",
        ]
        self.assertEqual(self.sentences(text), expected)

    def test_words(self) -> None:
        """A word keeps what stands within it, and not what stands around it."""
        (sentence,) = segment("Don't pay (3.5) well-known, naïve _people_!")
        words = [word.text for word in sentence.words]
        self.assertEqual(words, ["Don't", "pay", "3.5", "well-known", "naïve", "_people_"])

    def test_nothing(self) -> None:
        """A text of blanks has no sentences."""
        self.assertEqual(self.sentences(" \n\n \t"), [])

    @given(st.text(alphabet=st.sampled_from("ab .!?\"'\n\tü7"), max_size=60) | st.text())
    def test_places(self, text: str) -> None:
        """Every piece stands at its place, in order, and no letter is in no sentence."""
        end = 0
        for sentence in segment(text):
            self.assertEqual(text[sentence.start : sentence.end], sentence.text)
            self.assertEqual(text[end : sentence.start].strip(), "")
            end = sentence.end
            for word in sentence.words:
                self.assertEqual(text[word.start : word.end], word.text)
                self.assertTrue(sentence.start <= word.start < word.end <= sentence.end)
        self.assertEqual(text[end:].strip(), "")


class SegmentationTests(SynchronousTestCase):
    """The service."""

    def setUp(self) -> None:
        self.served = Served(self, Segmentation)

    def test_about(self) -> None:
        """The root says what can be asked."""
        self.assertEqual(self.served.ask("GET", "/").json["service"], "segmentation")

    def test_by_body_and_query(self) -> None:
        """A text gives the same answer whether it comes in the body or in the query."""
        by_body = self.served.ask("POST", "/segment", {"text": "Yes. No?"})
        by_query = self.served.ask("GET", "/segment?text=Yes.+No%3F")
        self.assertEqual(by_body.json, by_query.json)
        self.assertEqual(by_body.json["counts"], {"characters": 8, "words": 2, "sentences": 2})
        second = by_body.json["sentences"][1]
        self.assertEqual(second["words"], [{"start": 5, "end": 7, "text": "No"}])

    def test_refuses_in_json(self) -> None:
        """What is not there, and a method that is not allowed, are refused in JSON too."""
        self.assertEqual(self.served.ask("GET", "/nothing").json["error"], "not found")
        reply = self.served.ask("PUT", "/segment")
        self.assertEqual((reply.status, reply.json["error"]), (405, "method not allowed"))
        (allowed,) = reply.headers.getRawHeaders("allow")
        self.assertEqual({*allowed.split(", ")}, {"GET", "HEAD", "POST"})

    def test_no_text(self) -> None:
        """What has no text that is a string is refused."""
        for body in ({}, {"text": 7}, [], b"{"):
            self.assertEqual(self.served.ask("POST", "/segment", body).status, 400)
        self.assertEqual(self.served.ask("GET", "/segment").status, 400)
        self.assertEqual(self.served.ask("GET", "/segment?text=").status, 200)
