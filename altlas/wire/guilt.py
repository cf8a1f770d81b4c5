"""Whose fault a broken body is."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from altlas.errors import BadRequest, GatewayError, UpstreamMalformed, UpstreamReset


@frozen
class Guilt:
    """Which errors a broken body raises."""

    #: for bytes that are not what the framing says
    malformed: type[GatewayError]
    #: for a connection that closed before the end
    cut: type[GatewayError]


#: the body of a client's request
REQUEST: Final = Guilt(malformed=BadRequest, cut=BadRequest)
#: the body of an instance's response
RESPONSE: Final = Guilt(malformed=UpstreamMalformed, cut=UpstreamReset)
