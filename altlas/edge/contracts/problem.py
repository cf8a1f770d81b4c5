"""What a refusal says beside what every refusal says: what does not match, and what would."""

from __future__ import annotations

from collections.abc import Iterable

from altlas.errors import (
    ContractError,
    CredentialsMissing,
    GatewayError,
    MethodNotAllowed,
    Mismatch,
    OperationNotAllowed,
    UnsupportedMediaType,
)
from altlas.wire.fields import Fields

#: how many mismatches are told, and how many letters of each of their parts
MOST = 20
LONGEST = 300
#: letters of all mismatches after which no more are told
ENOUGH = 8 * 1024


def own_fields(error: GatewayError) -> Fields:
    """``Allow`` (RFC 9110, 15.5.6) and ``WWW-Authenticate`` (15.5.2), where they must be.

    And ``Accept-Encoding`` (15.5.16) where it is the coding of a body that is not taken.
    """
    if isinstance(error, (MethodNotAllowed, OperationNotAllowed)):
        return [(b"Allow", ", ".join(error.allowed).encode("ascii"))]
    if isinstance(error, CredentialsMissing):
        return [(b"WWW-Authenticate", _plain(one)) for one in error.challenges]
    if isinstance(error, UnsupportedMediaType) and {"body"} == {m.where for m in error.mismatches}:
        return [(b"Accept-Encoding", b"gzip, deflate")]
    return []


def own_members(error: GatewayError) -> dict[str, object]:
    """``errors``, where the request does not match a contract.

    What does not match in an instance's answer is the operator's alone to know.
    """
    if isinstance(error, ContractError) and error.mismatches:
        return {"errors": listed(error.mismatches)}
    return {}


def listed(mismatches: Iterable[Mismatch]) -> list[dict[str, str]]:
    """The first of the mismatches as clients see them; never much, whatever they say."""
    found: list[dict[str, str]] = []
    left = ENOUGH
    for one in mismatches:
        if len(found) == MOST or left <= 0:
            break
        pointer, message = one.pointer[:LONGEST], one.message[:LONGEST]
        left -= len(pointer) + len(message)
        found.append({"in": one.where, "pointer": pointer, "message": message})
    return found


def _plain(challenge: str) -> bytes:
    # A document's own words stand in it: nothing of them may break the line.
    return "".join(one if " " <= one <= "~" else "?" for one in challenge).encode("ascii")
