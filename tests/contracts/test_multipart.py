"""The parts of a form, read strictly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.contracts.multipart import MOST_PARTS, parts
from altlas.contracts.strict_json import Malformed

HEAD = b'Content-Disposition: form-data; name="a"\r\n\r\n'


def read(data: bytes, boundary: str = "b") -> list[tuple[str, bool, bytes | None, bytes]]:
    """The parts of a body."""
    found = parts(data, boundary)
    return [(part.name, part.is_file, part.content_type, part.data) for part in found]


class PartTests(SynchronousTestCase):
    """What is a part, and what is none."""

    def test_parts(self) -> None:
        """Name, file or not, type and content of each part come in order."""
        data = (
            b"preamble\r\n--b \r\n" + HEAD + b"1\r\n--b\r\n"
            b'content-disposition: Form-Data; filename="x\\"y"; name=c\r\nContent-Type: a/b\r\n\r\n'
            b"\r\n--\r\n--b--\r\nepilogue"
        )
        expected = [("a", False, None, b"1"), ("c", True, b"a/b", b"\r\n--")]
        self.assertEqual(read(data), expected)
        self.assertEqual(read(b"--b--"), [])

    def test_refused(self) -> None:
        """What is not written as it must be is refused."""
        for data in (
            b"",
            b"--b\r\n" + HEAD + b"1",
            b"--b\r\n" + HEAD + b"1\r\n--b",
            b"--bx\r\n" + HEAD + b"1\r\n--b--",
            b"--b\r\n\r\n1\r\n--b--",
            b"--b\r\nContent-Type: a/b\r\n\r\n1\r\n--b--",
            b"--b\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--b--",
            b"--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n1\r\n--b--",
            b"--b\r\nContent-Disposition: form-data; name=\xff\r\n\r\n1\r\n--b--",
            b"--b\r\nContent-Disposition form-data\r\n\r\n1\r\n--b--",
            b"--b\r\nX: 1\r\nx: 1\r\n" + HEAD + b"1\r\n--b--",
            b"--b\r\n folded: 1\r\n" + HEAD + b"1\r\n--b--",
            b"--b\r\nX: " + b"x" * 9000 + b"\r\n" + HEAD + b"1\r\n--b--",
            b"--b\r\n" + HEAD + b"1\r\n--b--\r\n--b--",
            b"--b\n" + HEAD + b"1\n--b--",
        ):
            self.assertRaises(Malformed, read, data)

    def test_boundaries(self) -> None:
        """A boundary has 1 to 70 of the bytes that it may have."""
        for boundary in ("", "b" * 71, "b ", "b\n", "ä", '"'):
            self.assertRaises(Malformed, read, b"--b--", boundary)

    def test_many(self) -> None:
        """There are so many parts and no more."""
        part = b"--b\r\n" + HEAD + b"1\r\n"
        self.assertEqual(len(read(part * MOST_PARTS + b"--b--")), MOST_PARTS)
        self.assertRaises(Malformed, read, part * (MOST_PARTS + 1) + b"--b--")

    @given(st.lists(st.tuples(st.from_regex("[a-z ]+", fullmatch=True), st.binary())))
    def test_round(self, given: list[tuple[str, bytes]]) -> None:
        """What is written as parts is read as it was, whatever the bytes are."""
        given = [(name, data) for name, data in given if b"\r\n--bound" not in b"\r\n" + data]
        body = b"".join(
            b'--bound\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
            % (name.encode(), data)
            for name, data in given
        )
        found = read(body + b"--bound--\r\n", "bound")
        self.assertEqual([(name, data) for name, _, _, data in found], given)
