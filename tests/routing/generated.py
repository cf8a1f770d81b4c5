"""Made-up routes and requests, and the slow, plain answer to which route takes which."""

from __future__ import annotations

from attrs import evolve
from hypothesis import strategies as st

from altlas.errors import MethodNotAllowed, NoRoute
from altlas.routing.facts import Facts
from altlas.routing.pattern import PathKind, compiled_template
from altlas.routing.rule import Rule
from altlas.settings.tree import Predicate, Route

HOSTS = ("a.test", "b.a.test", "c.b.a.test", "other")
WANTED = ("a.test", "b.a.test", "*.test", "*.a.test", "*.b.a.test")
METHODS = ("GET", "HEAD", "POST")
REGEXES = ("~^/a", "~b$", "~^/a/[ab]+$", "~.", "~^/$", "~//", "~%2F")

segments = st.sampled_from(["a", "b", "ab", "a%2Fb", "_branch", "a|b", "__rest__", "a-b", "b.a-ab"])
variables = st.sampled_from(
    [
        "a",
        "b",
        "ab",
        "a%2Fb",
        "{x}",
        "{x}",
        "a{x}",
        "{x}b",
        "{x}-{y}",
        "{x}.{y}",
        "{x}.a{y}",
        "{x}{y}",
    ]
)
stems = st.lists(segments, max_size=4).map(lambda found: "".join(f"/{part}" for part in found))
paths = st.builds(lambda stem, end: f"{stem}{end}" or "/", stems, st.sampled_from(["", "/"]))
tenants = st.sampled_from(["", "blue", "red"])


def several(values: tuple[str, ...], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    """Often none, sometimes a few of the values."""
    some = st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)
    return st.just(()) | some


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """A request, a few of them in asterisk-form."""
    tenant = draw(tenants)
    return Facts(
        draw(st.sampled_from(HOSTS)).encode(),
        draw(paths.map(str.encode) | st.just(b"*")),
        draw(st.sampled_from(METHODS)).encode(),
        [(b"X-Tenant", tenant.encode())] if tenant else [],
        draw(st.sampled_from([None, b"", b"debug", b"debug=1", b"x=%64&debug=1"])),
    )


def conditions(name: str, values: tuple[str, ...]) -> st.SearchStrategy[tuple[Predicate, ...]]:
    """Nothing asked, that the name be there, or a value of it."""
    asked = st.sampled_from([Predicate(name), *(Predicate(name, value) for value in values)])
    return st.just(()) | asked.map(lambda predicate: (predicate,))


routes = st.builds(
    Route,
    name=st.just("r"),
    path=paths | st.sampled_from(REGEXES),
    host=several(WANTED, 2),
    method=several(METHODS, 2),
    header=conditions("x-tenant", ("blue", "red")),
    query=conditions("debug", ("1",)),
    priority=st.sampled_from([0, 0, 0, 0, -1, 5]),
    backend=st.just("b"),
)
plain_rules = routes.map(Rule)


@st.composite
def template_rules(draw: st.DrawFn) -> Rule:
    """A rule as operations have: below a template, which may have no variable."""
    route = draw(routes)
    found = "".join(f"/{each}" for each in draw(st.lists(variables, min_size=1, max_size=4)))
    path = found + draw(st.sampled_from(["", "", "/"]))
    return Rule(evolve(route, path=path), pattern=compiled_template(path))


all_rules = plain_rules | template_rules()
rule_lists = st.lists(all_rules, max_size=12)


def breadth(rule: Rule, host: bytes) -> int | None:
    """How specific a rule is about a host, the smaller the more; None if it is not for it."""
    fits = [
        1000 - len(wanted) if wanted.startswith(b"*") else 0
        for wanted in rule.hosts
        if wanted == host or (wanted.startswith(b"*") and host.endswith(wanted[1:]))
    ]
    return min(fits, default=None) if rule.hosts else 1000


def expected(rules: list[Rule], asked: Facts) -> Rule | set[str] | None:
    """The rule that must be found, or the methods allowed, or None, by trying every rule."""
    patterns = list(dict.fromkeys(rule.pattern for rule in rules))
    suiting = [
        rule
        for rule in rules
        if rule.pattern.matches(asked.path)
        and breadth(rule, asked.host) is not None
        and rule.suits(asked)
    ]

    def order(rule: Rule) -> tuple[object, ...]:
        length: object = 0 if rule.pattern.kind is PathKind.REGEX else -len(rule.pattern.text)
        if rule.pattern.template is not None:
            length = rule.pattern.template.rank
        place, host = patterns.index(rule.pattern), breadth(rule, asked.host) or 0
        return (-rule.priority, rule.pattern.kind, length, place, host, -rule.conditions)

    takers = [rule for rule in suiting if rule.takes(asked)]
    if takers:
        return min(takers, key=order)
    return {method for rule in suiting for method in rule.allowed} or None


def answer(find: object, asked: Facts) -> Rule | set[str] | None:
    """What a search says, errors made comparable with `expected`."""
    assert callable(find)
    try:
        found = find(asked)
    except NoRoute:
        return None
    except MethodNotAllowed as error:
        return set(error.allowed)
    assert isinstance(found, Rule)
    return found
