"""Which rules may lose a request to another rule where nothing but the case of its path changes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from altlas.routing.node import Node
from altlas.routing.pattern import PathKind, PathPattern
from altlas.routing.rule import Rule
from altlas.routing.template import Template
from altlas.routing.templates import Templates


def cased(rules: Iterable[Rule]) -> frozenset[Rule]:
    """The rules beneath whose paths, or within whose variables, others stand, in letters.

    It may be some too many, never one too few.
    """
    rules = tuple(rules)
    paths = [rule for rule in rules if rule.pattern.kind is not PathKind.REGEX]
    return frozenset({*_wide(paths), *_templates(paths), *_beside_regexes(rules)})


def _wide(paths: list[Rule]) -> Iterator[Rule]:
    wide: dict[bytes, list[Rule]] = {}
    for rule in paths:
        if rule.pattern.kind is PathKind.PREFIX:
            wide.setdefault(rule.pattern.text.lower(), []).append(rule)
    texts = sorted(wide)
    heads = set()
    for rule in paths:
        text = rule.pattern.text.lower()
        yield from _above(text, wide)
        # A prefix also takes its path without the slash.
        yield from wide.get(text + b"/", ())
        if rule.pattern.template is not None:
            head = text[: text.find(b"{}")]
            heads.add(head[: head.rfind(b"/") + 1])
    for head in heads:
        # A variable there may stand for a segment of a longer prefix.
        for text in texts[bisect_left(texts, head) :]:
            if not text.startswith(head):
                break
            yield from wide[text]


def _above(text: bytes, wide: dict[bytes, list[Rule]]) -> Iterable[Rule]:
    cut = text.rfind(b"/", 0, -1)
    while cut != -1:
        if text[cut:].upper() != text[cut:]:
            yield from wide.get(text[: cut + 1], ())
        cut = text.rfind(b"/", 0, cut)


def _templates(paths: list[Rule]) -> Iterator[Rule]:
    """Those of templates that others, asked before, share paths with."""
    found: dict[Template, list[Rule]] = {}
    for rule in paths:
        if rule.pattern.template is not None:
            found.setdefault(_folded(rule.pattern.template), []).append(rule)
    tree = Templates(Node(PathPattern.of(one), tuple(rules)) for one, rules in found.items())
    for rule in paths:
        if rule.pattern.kind is PathKind.PREFIX:
            continue
        own = _folded(rule.pattern.template or Template.of_marked(rule.pattern.text))
        for node in tree.overlapping(own):
            if node.pattern.template != own:
                yield from node.rules


def _beside_regexes(rules: tuple[Rule, ...]) -> set[Rule]:
    regexes = [rule for rule in rules if rule.pattern.kind is PathKind.REGEX]
    if not regexes:
        return set()
    top = max(rule.priority for rule in regexes)
    return {rule for rule in rules if rule.pattern.kind is PathKind.REGEX or rule.priority < top}


def _folded(template: Template) -> Template:
    return Template.of_marked(template.marked.lower())
