"""The segmentation service: a text cut into sentences and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from attrs import asdict, define, frozen
from klein import Klein
from twisted.internet.defer import Deferred
from twisted.web.iweb import IRequest

from altlas.demo.answers import Answers, Refused, json_object, refuse_in_json
from altlas.demo.publication import publish

# Ends at marks that a blank or the end follows: the stop in "3.5" ends nothing.
_SENTENCE = re.compile(r"\S.*?(?:[.!?]+[\"'\u201d\u2019)\]]*(?=\s|\Z)|(?=\n\s*\n)|\Z)", re.DOTALL)
_WORD = re.compile(r"\w+(?:[-'\u2019.,]\w+)*")


@frozen
class Piece:
    """A part of a text, with the places of its first character and of the one after it."""

    start: int
    end: int
    text: str


@frozen
class Sentence(Piece):
    """A sentence and the words in it; their places count from the start of the text."""

    words: tuple[Piece, ...] = ()


def segment(text: str) -> Iterator[Sentence]:
    """The sentences of `text`, in order. ``text[s.start:s.end] == s.text`` always holds."""
    for found in _SENTENCE.finditer(text):
        sentence = found.group().rstrip()
        words = _WORD.finditer(text, found.start(), found.end())
        yield Sentence(
            found.start(),
            found.start() + len(sentence),
            sentence,
            tuple(Piece(word.start(), word.end(), word.group()) for word in words),
        )


@define(eq=False, slots=False)
class Segmentation:
    """The service over HTTP."""

    answers: Answers

    app = Klein()

    @app.route("/", methods=["GET"])
    def about(self, request: IRequest) -> bytes | Deferred[bytes]:
        """What the service does."""
        return self.answers.send(
            request,
            {
                "service": "segmentation",
                "try": ["GET /segment?text=...", 'POST /segment {"text": "..."}'],
            },
        )

    @app.route("/segment", methods=["POST"])
    def segment_body(self, request: IRequest) -> bytes | Deferred[bytes]:
        """The sentences and words of the body's ``text``."""
        return self._segmented(request, json_object(request).get("text"))

    @app.route("/segment", methods=["GET"])
    def segment_query(self, request: IRequest) -> bytes | Deferred[bytes]:
        """The same for the text in the query, so that it can be asked for again and again."""
        texts = (request.args or {}).get(b"text")
        text = texts[-1].decode("utf-8", "replace") if texts else None
        return self._segmented(request, text)

    def _segmented(self, request: IRequest, text: Any) -> bytes | Deferred[bytes]:
        if not isinstance(text, str):
            raise Refused(400, "text is missing, or is no string")
        sentences = [asdict(sentence) for sentence in segment(text)]
        counts = {
            "characters": len(text),
            "words": sum(len(sentence["words"]) for sentence in sentences),
            "sentences": len(sentences),
        }
        return self.answers.send(request, {"counts": counts, "sentences": sentences})


publish(Segmentation.app, "/openapi.json", "segmentation.json")
refuse_in_json(Segmentation.app)
