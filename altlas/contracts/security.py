"""Whether a request brings the credentials that an operation asks for; not whether they are right.

That they are there is all that a contract can judge: who issued them can tell the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from attrs import frozen

from altlas.contracts.asked import Asked
from altlas.contracts.place import Place
from altlas.contracts.styles import Unreadable, cookie_pairs, form_pairs
from altlas.errors import CredentialsMissing, Mismatch
from altlas.wire.fields import values

_SCHEME = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ ]+[^ ]")


@frozen(eq=False)
class Scheme:
    """One security scheme: whether a request meets it, and what to say where it does not."""

    name: str
    is_met: Callable[[Asked], bool]
    #: how the credentials are to be brought
    wants: str
    #: a challenge of WWW-Authenticate (RFC 9110, 11.6.1), where there is one
    challenge: str = ""
    #: the name in the query that it takes
    key: str = ""


@frozen(eq=False)
class Security:
    """Alternatives, each of which asks for all of its schemes; none at all asks for nothing."""

    _alternatives: tuple[tuple[Scheme, ...], ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """Names of the query that hold credentials."""
        return frozenset(scheme.key for scheme in self._schemes() if scheme.key)

    def check(self, asked: Asked) -> None:
        """Raises CredentialsMissing unless one alternative is met as a whole."""
        for schemes in self._alternatives:
            if all(scheme.is_met(asked) for scheme in schemes):
                return
        if self._alternatives:
            raise self._missing()

    def _missing(self) -> CredentialsMissing:
        each = {scheme.name: scheme for scheme in self._schemes()}.values()
        said = [Mismatch("security", _pointer(s.name), f"wants {s.wants}") for s in each]
        challenges = dict.fromkeys(scheme.challenge for scheme in each if scheme.challenge)
        return CredentialsMissing(said, challenges)

    def _schemes(self) -> Iterator[Scheme]:
        return (scheme for schemes in self._alternatives for scheme in schemes)


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def security(requirements: Place, schemes: Place) -> Security:
    """What a ``security`` list asks for; ``[]`` and a list with ``{}`` ask for nothing.

    ValueError for a scheme that the document does not describe, or of no known type: to pass
    everybody by would be wrong, and so would be to refuse everybody.
    """
    alternatives = tuple(
        tuple(_scheme(name, schemes.to(name)) for name, _ in requirement.members())
        for requirement in requirements.items()
    )
    return Security() if () in alternatives else Security(alternatives)


def _scheme(name: str, place: Place) -> Scheme:
    make = _TYPES.get(str(place.get("type")))
    if make is None:
        raise ValueError(f"the security scheme {name} is not described, or of no known type")
    return make(name, place)


def _api_key(name: str, place: Place) -> Scheme:
    key, where = str(place.get("name")), str(place.get("in"))
    is_met = _KEYS.get(where)
    if is_met is None:
        raise ValueError(f"the security scheme {name} is in no place that requests have")
    # No challenge is registered for keys, and a 401 must have one (RFC 9110, 15.5.2).
    challenge = f"ApiKey realm={_quoted(name)}, in={_quoted(where)}, name={_quoted(key)}"
    taken = key if where == "query" else ""
    return Scheme(name, is_met(key), f"the key {key} in the {where}", challenge, taken)


def _in_header(key: str) -> Callable[[Asked], bool]:
    lower = key.lower().encode()
    return lambda asked: bool(asked.firsts.get(lower))


def _in_query(key: str) -> Callable[[Asked], bool]:
    def is_met(asked: Asked) -> bool:
        try:
            return any(form_pairs(asked.query).get(key, ()))
        except Unreadable:
            return False

    return is_met


def _in_cookie(key: str) -> Callable[[Asked], bool]:
    return lambda asked: any(cookie_pairs(values(asked.fields, b"cookie")).get(key, ()))


_KEYS = {"header": _in_header, "query": _in_query, "cookie": _in_cookie}


def _http(name: str, place: Place) -> Scheme:
    word = str(place.get("scheme", ""))
    return _authorization(name, word)


def _token(name: str, _: Place) -> Scheme:
    return _authorization(name, "Bearer")


def _authorization(name: str, word: str) -> Scheme:
    lower = word.lower().encode()

    def is_met(asked: Asked) -> bool:
        given = values(asked.fields, b"authorization")
        # Which of two counts, two readers could see in two ways.
        match = _SCHEME.match(given[0]) if len(given) == 1 else None
        return match is not None and match[1].lower() == lower

    said = {"basic": "Basic", "bearer": "Bearer", "digest": "Digest"}.get(word.lower(), word)
    wants = f"credentials of the scheme {said} in Authorization"
    return Scheme(name, is_met, wants, f"{said} realm={_quoted(name)}")


def _certificate(name: str, _: Place) -> Scheme:
    return Scheme(name, lambda asked: asked.certified, "a certificate of the client")


def _quoted(text: str) -> str:
    plain = "".join(each if " " <= each <= "~" else "?" for each in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


_TYPES: dict[str, Callable[[str, Place], Scheme]] = {
    "apiKey": _api_key,
    "http": _http,
    "oauth2": _token,
    "openIdConnect": _token,
    "mutualTLS": _certificate,
}
