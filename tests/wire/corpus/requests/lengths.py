"""Content-Length: spellings, several of them, lists (RFC 9112, 6.3; RFC 9110, 8.6)."""

from __future__ import annotations

from tests.wire.corpus.cases import Heard, Request, Waits, read, refused

P = b"POST /x HTTP/1.1\r\nHost: a\r\n"
CL = b"Content-Length: "
ABC = read(Heard(b"POST", b"/x", b"abc"))
EMPTY = read(Heard(b"POST", b"/x"))
LENGTH = refused(400, "length")

CASES = (
    # what passes
    Request("a length", P + CL + b"3\r\n\r\nabc", ABC),
    Request("no blank before it", P + b"Content-Length:3\r\n\r\nabc", ABC),
    Request("a tab before it", P + b"Content-Length:\t3\r\n\r\nabc", ABC),
    Request("several blanks before it", P + b"Content-Length: \t  3\r\n\r\nabc", ABC),
    Request("the name in capitals", P + b"CONTENT-LENGTH: 3\r\n\r\nabc", ABC),
    Request("a length of 0", P + CL + b"0\r\n\r\n", EMPTY),
    Request("no length at all", P + b"\r\n", EMPTY),
    Request("leading zeros", P + CL + b"0003\r\n\r\nabc", ABC),
    Request("as many digits as may be", P + CL + b"0" * 17 + b"3\r\n\r\nabc", ABC),
    Request("several zeros", P + CL + b"000\r\n\r\n", EMPTY),
    Request(
        "a body that is a request",
        P + CL + b"35\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n",
        read(Heard(b"POST", b"/x", b"GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n")),
    ),
    Request(
        "a body of line ends",
        P + CL + b"4\r\n\r\n\r\n\r\n",
        read(Heard(b"POST", b"/x", b"\r\n\r\n")),
    ),
    Request("a body of NULs", P + CL + b"3\r\n\r\n\0\0\0", read(Heard(b"POST", b"/x", b"\0\0\0"))),
    Request(
        "a body that looks chunked",
        P + CL + b"5\r\n\r\n0\r\n\r\n",
        read(Heard(b"POST", b"/x", b"0\r\n\r\n")),
    ),
    Request(
        "fewer bytes told than sent",
        P + CL + b"3\r\n\r\nabcGET /y HTTP/1.1\r\nHost: a\r\n\r\n",
        read(Heard(b"POST", b"/x", b"abc"), Heard(b"GET", b"/y")),
    ),
    Request(
        "two empty lines after a body",
        P + CL + b"3\r\n\r\nabc\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n",
        read(Heard(b"POST", b"/x", b"abc"), Heard(b"GET", b"/y")),
    ),
    # what is not all there
    Request("a byte too few", P + CL + b"4\r\n\r\nabc", Waits()),
    Request("nothing of a body", P + CL + b"4\r\n\r\n", Waits()),
    # numbers that are none
    Request("empty, CVE-2023-40225", P + b"Content-Length:\r\n\r\n", LENGTH),
    Request("a blank only", P + b"Content-Length: \r\n\r\n", LENGTH),
    Request("a tab only", P + b"Content-Length: \t\r\n\r\n", LENGTH),
    Request("a plus sign, CVE-2022-24801", P + CL + b"+3\r\n\r\nabc", LENGTH),
    Request("a minus sign", P + CL + b"-3\r\n\r\nabc", LENGTH),
    Request("minus zero", P + CL + b"-0\r\n\r\n", LENGTH),
    Request("a plus sign behind", P + CL + b"3+\r\n\r\nabc", LENGTH),
    Request("hexadecimal", P + CL + b"0x3\r\n\r\nabc", LENGTH),
    Request("hexadecimal digits", P + CL + b"a\r\n\r\n0123456789", LENGTH),
    Request("octal", P + CL + b"0o3\r\n\r\nabc", LENGTH),
    Request("binary", P + CL + b"0b1\r\n\r\na", LENGTH),
    Request("an underscore", P + CL + b"1_0\r\n\r\n0123456789", LENGTH),
    Request("a comma for thousands", P + CL + b"1,000\r\n\r\na", LENGTH),
    Request("a point", P + CL + b"3.0\r\n\r\nabc", LENGTH),
    Request("an exponent", P + CL + b"3e0\r\n\r\nabc", LENGTH),
    Request("a semicolon behind", P + CL + b"3;\r\n\r\nabc", LENGTH),
    Request("a parameter", P + CL + b"3;a=b\r\n\r\nabc", LENGTH),
    Request("in quotes", P + CL + b'"3"\r\n\r\nabc', LENGTH),
    Request("a word", P + CL + b"three\r\n\r\nabc", LENGTH),
    Request("a word behind", P + CL + b"3 bytes\r\n\r\nabc", LENGTH),
    Request("chunked for a length", P + CL + b"chunked\r\n\r\n0\r\n\r\n", LENGTH),
    Request("a blank within", P + CL + b"1 0\r\n\r\n0123456789", LENGTH),
    Request("a blank behind", P + CL + b"3 \r\n\r\nabc", LENGTH),
    Request("a tab behind", P + CL + b"3\t\r\n\r\nabc", LENGTH),
    Request("a tab within", P + CL + b"1\t0\r\n\r\n0123456789", LENGTH),
    Request("a vertical tab before", P + CL + b"\x0b3\r\n\r\nabc", LENGTH),
    Request("a vertical tab behind", P + CL + b"3\x0b\r\n\r\nabc", LENGTH),
    Request("a form feed before", P + CL + b"\x0c3\r\n\r\nabc", LENGTH),
    Request("a form feed behind", P + CL + b"3\x0c\r\n\r\nabc", LENGTH),
    Request("a NUL behind", P + CL + b"3\x00\r\n\r\nabc", LENGTH),
    Request("a no-break space before", P + CL + b"\xa03\r\n\r\nabc", LENGTH),
    Request("a next-line control behind", P + CL + b"3\x85\r\n\r\nabc", LENGTH),
    Request("digits of another script", P + CL + b"\xd9\xa3\r\n\r\nabc", LENGTH),
    Request("full-width digits", P + CL + b"\xef\xbc\x93\r\n\r\nabc", LENGTH),
    Request("a superscript digit", P + CL + b"\xb3\r\n\r\nabc", LENGTH),
    # numbers that run over
    Request("19 digits", P + CL + b"0" * 18 + b"3\r\n\r\nabc", LENGTH),
    Request("2**32 + 3, too long", P + CL + b"4294967299\r\n\r\nabc", refused(413, "size")),
    Request("2**63", P + CL + b"9223372036854775808\r\n\r\nabc", LENGTH),
    Request("2**64 + 3, CVE-2021-40346", P + CL + b"18446744073709551619\r\n\r\nabc", LENGTH),
    Request("a hundred digits", P + CL + b"9" * 100 + b"\r\n\r\nabc", LENGTH),
    # several
    Request("two equal ones", P + CL + b"3\r\n" + CL + b"3\r\n\r\nabc", LENGTH),
    Request("two, CVE-2020-10109", P + CL + b"3\r\n" + CL + b"0\r\n\r\nabc", LENGTH),
    Request("the shorter first", P + CL + b"0\r\n" + CL + b"3\r\n\r\nabc", LENGTH),
    Request("in two spellings", P + CL + b"3\r\ncontent-length: 4\r\n\r\nabc", LENGTH),
    Request("apart from each other", P + CL + b"3\r\nX: y\r\n" + CL + b"4\r\n\r\nabc", LENGTH),
    Request("one of them empty", P + CL + b"3\r\nContent-Length:\r\n\r\nabc", LENGTH),
    Request("one of them no number", P + CL + b"3\r\n" + CL + b"x\r\n\r\nabc", LENGTH),
    Request("a list of equal ones", P + CL + b"3, 3\r\n\r\nabc", LENGTH),
    Request("a list without blanks", P + CL + b"3,3\r\n\r\nabc", LENGTH),
    Request("a list of different ones", P + CL + b"3, 4\r\n\r\nabc", LENGTH),
    Request("a list with an empty end", P + CL + b"3,\r\n\r\nabc", LENGTH),
    Request("a list with an empty start", P + CL + b",3\r\n\r\nabc", LENGTH),
    # names that are not quite it
    Request(
        "a blank before the colon", P + b"Content-Length : 3\r\n\r\nabc", refused(400, "field")
    ),
    Request("a tab before the colon", P + b"Content-Length\t: 3\r\n\r\nabc", refused(400, "field")),
    Request("a NUL before the colon", P + b"Content-Length\0: 3\r\n\r\nabc", refused(400, "field")),
    Request("a blank before the name", P + b" Content-Length: 3\r\n\r\nabc", refused(400, "field")),
    Request("a dash too many", P + b"Content--Length: 3\r\n\r\n", EMPTY),
    Request(
        "a value that is folded", P + b"Content-Length:\r\n 3\r\n\r\nabc", refused(400, "field")
    ),
    Request("a value folded behind", P + CL + b"3\r\n 4\r\n\r\nabc", refused(400, "field")),
    # 1.0
    Request(
        "a body in 1.0",
        b"POST /x HTTP/1.0\r\nHost: a\r\n" + CL + b"3\r\n\r\nabc",
        read(Heard(b"POST", b"/x", b"abc"), closes=True),
    ),
    Request(
        "two lengths in 1.0",
        b"POST /x HTTP/1.0\r\nHost: a\r\n" + CL + b"3\r\n" + CL + b"4\r\n\r\nabc",
        LENGTH,
    ),
)
