"""TLS as configured: of a listener, where we are the server, and of a backend's instances."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from typing import Literal

from attrs import frozen

from altlas.settings.keys import Takes, optional
from altlas.settings.keys import key as setting
from altlas.settings.units import (
    above_zero,
    boolean,
    choice,
    duration,
    items,
    lines,
    text,
    unless_off,
)

#: "Intermediate" of Mozilla's guidelines 6.0: forward secrecy and authenticated encryption only
CIPHERS = (
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
)
#: what parts two paths that stand on one line, as they must in the environment
PATHS_PARTED_BY = r",(?:\s+|$)"

_CIPHER = re.compile(r"[!+-]?[A-Za-z0-9][A-Za-z0-9_+-]*|@[A-Z]+(?:=\d)?")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+){0,6}")
#: fields that mean something to whoever reads a request, or that we say already
_TAKEN = frozenset(
    {"accept", "authorization", "connection", "cookie", "date", "expect", "forwarded", "host"}
    | {"keep-alive", "origin", "range", "referer", "te", "trailer", "upgrade", "user-agent"}
    | {"content-length", "content-type", "transfer-encoding", "via", "x-request-id"}
    | {f"x-forwarded-{what}" for what in ("for", "host", "port", "proto")}
)
_NAME = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_HEX = re.compile(r"[0-9A-Fa-f]{64}")

paths = lines(text, also=PATHS_PARTED_BY)


def cipher(written: str) -> str:
    """One part of OpenSSL's list of ciphers, as far as its letters go."""
    if _CIPHER.fullmatch(written) is None:
        raise ValueError("OpenSSL's names of ciphers, such as ECDHE-RSA-AES128-GCM-SHA256")
    return written


def ciphers(written: str) -> tuple[str, ...]:
    """A list of ciphers, parted by colons as OpenSSL has it, or as other lists are."""
    found = items(cipher)(written.replace(":", " "))
    if not found:
        raise ValueError("at least one cipher")
    return found


def header_name(written: str) -> str:
    """The name of a field that the gateway alone may say."""
    if _HEADER.fullmatch(written) is None or written.lower() in _TAKEN:
        raise ValueError("the name of a header of its own, such as X-Client-Cert-Subject")
    return written


def server_name(written: str) -> str:
    """The name, or the address, that a certificate is for."""
    if _NAME.fullmatch(written) is None:
        raise ValueError("a name such as api.example.com, or an address, without a port")
    return written


def pin(written: str) -> bytes:
    """The SHA-256 of a public key: 64 hex digits, or base64 (also behind ``sha256/``)."""
    if _HEX.fullmatch(written.replace(":", "")):
        return bytes.fromhex(written.replace(":", ""))
    try:
        found = b64decode(re.sub(r"^sha256//?", "", written), validate=True)
    except (NotBase64, ValueError):
        found = b""
    if len(found) != 32:
        raise ValueError("the SHA-256 of a public key, as 64 hex digits or in base64")
    return found


Minimum = Literal["1.2", "1.3"]


@frozen(kw_only=True)
class ListenerTls:
    """TLS to clients, if there is a certificate."""

    certificate: tuple[str, ...] = setting(
        paths,
        default="",
        help="PEM files, one a line: a certificate, then those that lead from it to its authority. "
        "With several the client's SNI picks one by the names in them, else it is the first",
        takes=Takes.FILES,
    )
    key: tuple[str, ...] = setting(
        paths,
        default="",
        help="PEM files of the private keys, in the order of the certificates; "
        "without them each certificate's file has its own",
        takes=Takes.FILES,
    )
    minimum: str = setting(choice("1.2", "1.3"), default="1.2", help="the oldest version spoken")
    ciphers: tuple[str, ...] = setting(
        ciphers, default=CIPHERS, help="OpenSSL's names; those of TLS 1.3 begin with `TLS_`"
    )
    handshake_timeout: float = setting(
        above_zero(duration), default="10s", help="for the handshake, from the connection on"
    )
    client_ca: str | None = optional(
        text, help="a PEM file of the authorities of clients' certificates", takes=Takes.FILE
    )
    client_verify: str = setting(
        choice("off", "optional", "required"),
        default="off",
        help="whether clients may or must show a certificate; one that is not good is refused "
        "either way",
    )
    client_header: str | None = setting(
        unless_off(header_name),
        default="X-Client-Cert-Subject",
        help="tells instances the subject of the client's verified certificate (RFC 4514); "
        "nobody else's field of this name is passed on. Or `off`",
    )
    client_fingerprint_header: str | None = setting(
        unless_off(header_name),
        default="X-Client-Cert-Fingerprint",
        help="the same for its SHA-256, in hex",
    )
    hsts: float | None = setting(
        unless_off(duration),
        default="off",
        help="how long browsers are to come by TLS only, such as `180d`: put into answers over "
        "TLS that say nothing of it (Strict-Transport-Security); `0` takes it back",
    )
    hsts_subdomains: bool = setting(boolean, default="no", help="whether subdomains too")
    hsts_preload: bool = setting(
        boolean, default="no", help="whether browsers may ship with it; that is hard to take back"
    )


@frozen(kw_only=True)
class TlsSettings:
    """How TLS is spoken to an `https` instance."""

    verify: bool = setting(
        boolean, default="yes", help="whether the instance's certificate is checked at all"
    )
    ca: str | None = optional(
        text, help="a PEM file of the authorities that are trusted", takes=Takes.FILE
    )
    name: str | None = optional(
        server_name,
        help="the name it must be for, which is asked for (SNI); else the instance's host",
    )
    pin: tuple[bytes, ...] = setting(
        items(pin),
        default="",
        help="SHA-256 of public keys: one must be the instance's or, where that is verified, of "
        "its authorities. With it `verify = no` still knows whom it talks to",
    )
    certificate: str | None = optional(
        text,
        help="a PEM file with our certificate for the instances, and those that lead to its "
        "authority",
        takes=Takes.FILE,
    )
    key: str | None = optional(
        text, help="a PEM file of its private key; else that is in the same", takes=Takes.FILE
    )
    minimum: str = setting(choice("1.2", "1.3"), default="1.2", help="the oldest version spoken")
