"""Transfer-Encoding: with a length, twice, and in every disguise that one of two readers fell
for (RFC 9112, 6.1).
"""

from __future__ import annotations

from tests.wire.corpus.cases import Heard, Request, read, refused

P = b"POST /x HTTP/1.1\r\nHost: a\r\n"
CL = b"Content-Length: "
TE = b"Transfer-Encoding: "
BODY = b"\r\n3\r\nabc\r\n0\r\n\r\n"
#: to one of two readers the end of a body, to the other the beginning of a request
PREFIX = b"\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nX: "
ABC = read(Heard(b"POST", b"/x", b"abc"))
CODING, BOTH, FIELD = refused(400, "coding"), refused(400, "both"), refused(400, "field")

CASES = (
    # what passes
    Request("chunked", P + TE + b"chunked\r\n" + BODY, ABC),
    Request("no blank before it", P + b"Transfer-Encoding:chunked\r\n" + BODY, ABC),
    Request("a tab before it", P + b"Transfer-Encoding:\tchunked\r\n" + BODY, ABC),
    Request("in capitals", P + TE + b"CHUNKED\r\n" + BODY, ABC),
    Request("in both", P + TE + b"chUnKeD\r\n" + BODY, ABC),
    Request("the name in small letters", P + b"transfer-encoding: chunked\r\n" + BODY, ABC),
    Request("the name in capitals", P + b"TRANSFER-ENCODING: chunked\r\n" + BODY, ABC),
    Request("blanks behind", P + TE + b"chunked \r\n" + BODY, ABC),
    # CL.TE and TE.CL
    Request("CL.TE, CVE-2020-10108", P + CL + b"6\r\n" + TE + b"chunked\r\n" + PREFIX, BOTH),
    Request("TE.CL, CVE-2024-1135", P + TE + b"chunked\r\n" + CL + b"3\r\n" + BODY, BOTH),
    Request("CL.TE of equal ends", P + CL + b"5\r\n" + TE + b"chunked\r\n\r\n0\r\n\r\n", BOTH),
    Request("CL.TE with a length of 0", P + CL + b"0\r\n" + TE + b"chunked\r\n" + BODY, BOTH),
    Request("TE.CL with a length of 0", P + TE + b"chunked\r\n" + CL + b"0\r\n" + BODY, BOTH),
    Request("apart", P + CL + b"6\r\nX: y\r\n" + TE + b"chunked\r\n" + PREFIX, BOTH),
    Request("CL with TE: identity", P + CL + b"3\r\n" + TE + b"identity\r\n\r\nabc", BOTH),
    Request("CL with TE: gzip", P + CL + b"3\r\n" + TE + b"gzip\r\n\r\nabc", BOTH),
    Request("CL with an unknown coding", P + CL + b"3\r\n" + TE + b"xchunked\r\n\r\nabc", BOTH),
    Request(
        "CL with an empty TE",
        P + CL + b"3\r\nTransfer-Encoding:\r\n\r\nabc",
        refused(400, "coding"),
    ),
    Request(
        "CL with TE by a GET",
        b"GET /x HTTP/1.1\r\nHost: a\r\n" + CL + b"6\r\n" + TE + b"chunked\r\n" + PREFIX,
        BOTH,
    ),
    Request(
        "CL named by Connection, with TE",
        P + b"Connection: Content-Length\r\n" + CL + b"6\r\n" + TE + b"chunked\r\n" + PREFIX,
        BOTH,
    ),
    Request(
        "TE named by Connection, with CL",
        P + b"Connection: Transfer-Encoding\r\n" + CL + b"6\r\n" + TE + b"chunked\r\n" + PREFIX,
        BOTH,
    ),
    Request(
        "CL with TE beside Upgrade",
        P
        + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
        + CL
        + b"6\r\n"
        + TE
        + b"chunked\r\n"
        + PREFIX,
        BOTH,
    ),
    # TE.TE
    Request("twice", P + (TE + b"chunked\r\n") * 2 + BODY, CODING),
    Request("two spellings", P + TE + b"chunked\r\ntransfer-encoding: chunked\r\n" + BODY, CODING),
    Request("chunked and x", P + TE + b"chunked\r\n" + TE + b"x\r\n" + BODY, CODING),
    Request("x and chunked", P + TE + b"x\r\n" + TE + b"chunked\r\n" + BODY, CODING),
    Request("chunked and identity", P + TE + b"chunked\r\n" + TE + b"identity\r\n" + BODY, CODING),
    Request("identity and chunked", P + TE + b"identity\r\n" + TE + b"chunked\r\n" + BODY, CODING),
    Request("chunked and nothing", P + TE + b"chunked\r\nTransfer-Encoding:\r\n" + BODY, CODING),
    Request(
        "nothing and chunked", P + b"Transfer-Encoding:\r\n" + TE + b"chunked\r\n" + BODY, CODING
    ),
    Request("a list of two", P + TE + b"chunked, chunked\r\n" + BODY, CODING),
    Request("chunked, identity", P + TE + b"chunked, identity\r\n" + BODY, CODING),
    Request("identity, chunked", P + TE + b"identity, chunked\r\n" + BODY, CODING),
    Request("chunked, gzip", P + TE + b"chunked, gzip\r\n" + BODY, CODING),
    Request("gzip, chunked", P + TE + b"gzip, chunked\r\n" + BODY, CODING),
    Request("deflate", P + TE + b"deflate\r\n" + BODY, CODING),
    Request("compress", P + TE + b"compress\r\n" + BODY, CODING),
    Request("identity", P + TE + b"identity\r\n\r\n", CODING),
    Request("an empty end of a list", P + TE + b"chunked,\r\n" + BODY, CODING),
    Request("an empty start of a list", P + TE + b",chunked\r\n" + BODY, CODING),
    # disguises of the value
    Request("empty", P + b"Transfer-Encoding:\r\n" + BODY, CODING),
    Request("a blank", P + TE + b" \r\n" + BODY, CODING),
    Request("xchunked, CVE-2019-18277", P + TE + b"xchunked\r\n" + BODY, CODING),
    Request("chunkedx", P + TE + b"chunkedx\r\n" + BODY, CODING),
    Request("chunke", P + TE + b"chunke\r\n" + BODY, CODING),
    Request("chunk", P + TE + b"chunk\r\n" + BODY, CODING),
    Request("a blank within", P + TE + b"chunked x\r\n" + BODY, CODING),
    Request("cow", P + TE + b"cow\r\n" + BODY, CODING),
    Request("a comma", P + TE + b",\r\n" + BODY, CODING),
    Request("in double quotes", P + TE + b'"chunked"\r\n' + BODY, CODING),
    Request("in single quotes", P + TE + b"'chunked'\r\n" + BODY, CODING),
    Request("with a parameter", P + TE + b"chunked;q=1\r\n" + BODY, CODING),
    Request("with a semicolon", P + TE + b"chunked;\r\n" + BODY, CODING),
    Request("with a colon", P + TE + b": chunked\r\n" + BODY, CODING),
    Request("with an equals sign", P + TE + b"chunked=1\r\n" + BODY, CODING),
    Request("a vertical tab before", P + TE + b"\x0bchunked\r\n" + BODY, FIELD),
    Request("a vertical tab behind", P + TE + b"chunked\x0b\r\n" + BODY, FIELD),
    Request("a form feed before", P + TE + b"\x0cchunked\r\n" + BODY, FIELD),
    Request("a form feed behind", P + TE + b"chunked\x0c\r\n" + BODY, FIELD),
    Request("a NUL behind", P + TE + b"chunked\0\r\n" + BODY, FIELD),
    Request("a CR behind", P + TE + b"chunked\r\r\n" + BODY, FIELD),
    Request("a DEL behind", P + TE + b"chunked\x7f\r\n" + BODY, FIELD),
    Request("a no-break space before", P + TE + b"\xa0chunked\r\n" + BODY, CODING),
    Request("a high byte behind", P + TE + b"chunked\xff\r\n" + BODY, CODING),
    Request("a dotless letter", P + TE + b"chunke\xf0\r\n" + BODY, CODING),
    Request("folded", P + b"Transfer-Encoding:\r\n chunked\r\n" + BODY, FIELD),
    Request("folded by a tab", P + b"Transfer-Encoding:\r\n\tchunked\r\n" + BODY, FIELD),
    Request("folded behind", P + TE + b"chunked\r\n x\r\n" + BODY, FIELD),
    Request(
        "folded, beside a length", P + CL + b"3\r\nTransfer-Encoding:\r\n chunked\r\n\r\nabc", FIELD
    ),
    # disguises of the name
    Request("a blank before the colon", P + b"Transfer-Encoding : chunked\r\n" + BODY, FIELD),
    Request("a tab before the colon", P + b"Transfer-Encoding\t: chunked\r\n" + BODY, FIELD),
    Request("a VT before the colon", P + b"Transfer-Encoding\x0b: chunked\r\n" + BODY, FIELD),
    Request("a NUL before the colon", P + b"Transfer-Encoding\0: chunked\r\n" + BODY, FIELD),
    Request("a CR before the colon", P + b"Transfer-Encoding\r: chunked\r\n" + BODY, FIELD),
    Request("a blank before the name", P + b" Transfer-Encoding: chunked\r\n" + BODY, FIELD),
    Request("a blank for the dash", P + b"Transfer Encoding: chunked\r\n" + BODY, FIELD),
    Request("a high byte in the name", P + b"Transfer-Encoding\xff: chunked\r\n" + BODY, FIELD),
    Request("hidden behind a LF", P + b"X: y\nTransfer-Encoding: chunked\r\n" + BODY, FIELD),
    Request("hidden behind a CR", P + b"X: y\rTransfer-Encoding: chunked\r\n" + BODY, FIELD),
    Request("hidden in a fold", P + b"X: y\r\n Transfer-Encoding: chunked\r\n" + BODY, FIELD),
    Request(
        "an underscore for the dash: no coding, and no field upstream",
        P + b"Transfer_Encoding: chunked\r\n\r\n",
        read(Heard(b"POST", b"/x", fields=())),
    ),
    Request(
        "an underscore for the dash, beside a length",
        P + CL + b"3\r\nTransfer_Encoding: chunked\r\n\r\nabc",
        read(Heard(b"POST", b"/x", b"abc", fields=())),
    ),
    Request(
        "Content-Encoding is no framing",
        P + CL + b"3\r\nContent-Encoding: chunked\r\n\r\nabc",
        read(Heard(b"POST", b"/x", b"abc", fields=((b"Content-Encoding", b"chunked"),))),
    ),
    Request(
        "TE is no framing",
        P + CL + b"3\r\nTE: chunked\r\n\r\nabc",
        read(Heard(b"POST", b"/x", b"abc", fields=())),
    ),
    # 1.0
    Request(
        "in 1.0, CVE-2026-2835",
        b"POST /x HTTP/1.0\r\nHost: a\r\n" + TE + b"chunked\r\n" + BODY,
        CODING,
    ),
    Request(
        "in 1.0 with a length",
        b"POST /x HTTP/1.0\r\nHost: a\r\n" + CL + b"3\r\n" + TE + b"chunked\r\n" + BODY,
        BOTH,
    ),
    Request(
        "in 1.0 that asks to keep",
        b"POST /x HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n" + TE + b"chunked\r\n" + BODY,
        CODING,
    ),
)
