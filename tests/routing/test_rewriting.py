"""Targets on their way to the backend."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.errors import BadRequest
from altlas.routing.rewriting import rewriter
from altlas.settings.tree import Rewrite, Route
from altlas.wire.targets import normalised


def rewritten(
    path: str, rewrite: Rewrite, raw: bytes, normal: bytes | None = None, query: bytes | None = None
) -> bytes:
    """The target that a route with that path and rewriting makes."""
    made = rewriter(Route(name="r", path=path, rewrite=rewrite))
    return made.apply(raw, raw if normal is None else normal, query)


class UnchangedTests(SynchronousTestCase):
    """Routes without rewriting."""

    def test_byte_for_byte(self) -> None:
        """Whatever was written goes on: escapes, double slashes, odd bytes, a bare mark."""
        for raw in (b"/a%2Fb//c|d", b"/x/../y", b"*"):
            self.assertEqual(rewritten("/", Rewrite(), raw, b"/other"), raw)
        self.assertEqual(rewritten("/", Rewrite(), b"/a", query=b""), b"/a?")
        self.assertEqual(rewritten("/", Rewrite(), b"/a", query=b"b=%7C|"), b"/a?b=%7C|")


class PrefixTests(SynchronousTestCase):
    """`rewrite.prefix` of routes with a prefix."""

    def check(self, new: str, cases: dict[tuple[bytes, bytes] | bytes, bytes]) -> None:
        """The prefix ``/api/`` becomes `new` in each raw (and normal) path."""
        for case, target in cases.items():
            raw, normal = case if isinstance(case, tuple) else (case, case)
            self.assertEqual(rewritten("/api/", Rewrite(prefix=new), raw, normal), target, case)

    def test_to_the_root(self) -> None:
        """What follows the prefix becomes the path."""
        self.check("/", {b"/api/": b"/", b"/api": b"/", b"/api/x": b"/x", b"/api/x/": b"/x/"})

    def test_to_another(self) -> None:
        """A missing slash at the end of the new prefix is put there, none is doubled."""
        for new in ("/v2", "/v2/"):
            self.check(new, {b"/api/": b"/v2/", b"/api": b"/v2", b"/api/x/y": b"/v2/x/y"})

    def test_rest_is_kept(self) -> None:
        """What follows is kept byte for byte when the client wrote the prefix plainly."""
        self.check(
            "/v2/",
            {
                b"/api/a%2fb|c%7Ed": b"/v2/a%2fb|c%7Ed",
                (b"/api/a//b%41", b"/api/a/bA"): b"/v2/a//b%41",
                (b"/api//a", b"/api/a"): b"/v2//a",
            },
        )

    def test_no_name_of_a_host(self) -> None:
        """A target never begins with two slashes."""
        self.check("/", {(b"/api//evil.test/x", b"/api/evil.test/x"): b"/evil.test/x"})
        self.check("//x/", {b"/api/a": b"/x/a"})

    def test_prefix_written_otherwise(self) -> None:
        """When the client wrote the prefix otherwise, the rest goes on normalised."""
        self.check(
            "/v2/",
            {
                (b"/%61pi/x%41", b"/api/xA"): b"/v2/xA",
                (b"//api/x", b"/api/x"): b"/v2/x",
                (b"/%61pi", b"/api"): b"/v2",
            },
        )

    def test_no_climbing(self) -> None:
        """Dot segments after the prefix cannot lead out of the new one."""
        self.check(
            "/public/",
            {
                (b"/api/../api/x", b"/api/x"): b"/public/x",
                (b"/api/%2E%2e/api/x", b"/api/x"): b"/public/x",
                (b"/api/a/..", b"/api/"): b"/public/",
                (b"/api/.hidden/..x", b"/api/.hidden/..x"): b"/public/.hidden/..x",
            },
        )

    def test_query(self) -> None:
        """The query goes on as it is, an empty one too."""
        made = rewriter(Route(name="r", path="/api/", rewrite=Rewrite(prefix="/")))
        self.assertEqual(made.apply(b"/api/x", b"/api/x", b"a=/api/&b"), b"/x?a=/api/&b")
        self.assertEqual(made.apply(b"/api/x", b"/api/x", b""), b"/x?")

    def test_asterisk(self) -> None:
        """The asterisk-form has no prefix to rewrite."""
        for new in ("/", "/v2", "/v2/"):
            self.assertEqual(rewritten("/", Rewrite(prefix=new), b"*"), b"*")

    @given(
        path=st.lists(st.sampled_from(["/", "a", "api"])).map("".join),
        new=st.sampled_from(["/", "/v2", "/v2/"]),
    )
    def test_usual_way(self, path: str, new: str) -> None:
        """A path that came normal is rewritten as the same path that has to be looked at is."""
        rewrite, raw = Rewrite(prefix=new), b"/api/" + path.encode()
        for case in (raw, b"/api"):
            looked_at = bytes(bytearray(case))
            self.assertIsNot(looked_at, case)
            self.assertEqual(
                rewritten("/api/", rewrite, case), rewritten("/api/", rewrite, looked_at, case)
            )

    @settings(deadline=None, max_examples=500)
    @given(
        rest=st.lists(st.sampled_from(["/", "/", ".", "..", "a", "%2E", "%41", "%2f", "api", "|"])),
        new=st.sampled_from(["/", "/v2", "/v2/"]),
    )
    def test_leads_where_it_was_matched(self, rest: list[str], new: str) -> None:
        """Read by whoever resolves it, a target is the new prefix and what was matched."""
        raw = f"/api/{''.join(rest)}".encode()
        try:
            normal = normalised(raw)
        except BadRequest:
            assume(False)
        assume(normal.startswith(b"/api/"))
        target = rewritten("/api/", Rewrite(prefix=new), raw, normal)
        self.assertFalse(target.startswith(b"//"))
        wanted = new.removesuffix("/").encode() + normal.removeprefix(b"/api")
        self.assertEqual(normalised(target), wanted)


class WholeTests(SynchronousTestCase):
    """`rewrite.prefix` of routes with an exact path."""

    def test_replaced(self) -> None:
        """The whole path is replaced, the query kept."""
        rewrite = Rewrite(prefix="/v2/status")
        self.assertEqual(rewritten("/health", rewrite, b"/health"), b"/v2/status")
        self.assertEqual(rewritten("/health", rewrite, b"/%68ealth", b"/health", b"a"),
                         b"/v2/status?a")  # fmt: skip


class RegexTests(SynchronousTestCase):
    """`rewrite.regex`."""

    def test_groups(self) -> None:
        """Groups by number and name stand in the replacement."""
        rewrite = Rewrite(regex=r"^/v([0-9]+)/(?P<rest>.*)$", to=r"/\g<rest>/v\1")
        self.assertEqual(rewritten("~^/v", rewrite, b"/v2/a%2Fb"), b"/a%2Fb/v2")

    def test_once_and_not_in_the_query(self) -> None:
        """Only the first find is replaced, and only in the path."""
        rewrite = Rewrite(regex="/old", to="/new")
        self.assertEqual(rewritten("/", rewrite, b"/old/old", query=b"/old"), b"/new/old?/old")

    def test_raw_then_normal(self) -> None:
        """A find in the path as written is preferred; else the normalised one is looked at."""
        rewrite = Rewrite(regex="^/old/", to="/new/")
        self.assertEqual(rewritten("/", rewrite, b"/old/%41", b"/old/A"), b"/new/%41")
        self.assertEqual(rewritten("/", rewrite, b"/%6fld/%41", b"/old/A"), b"/new/A")
        self.assertEqual(rewritten("/", rewrite, b"/a/../old/x", b"/old/x"), b"/new/x")

    def test_no_find(self) -> None:
        """Without a find the target stays as it came."""
        rewrite = Rewrite(regex="^/old/", to="/new/")
        self.assertEqual(rewritten("/", rewrite, b"/x/./y|", b"/x/y|", b""), b"/x/./y|?")

    def test_one_leading_slash(self) -> None:
        """A replacement cannot make a target without a leading slash, or with two."""
        for to, target in {"": b"/x", "a": b"/ax", "//a/": b"/a/x"}.items():
            self.assertEqual(rewritten("/", Rewrite(regex="^/api/", to=to), b"/api/x"), target)

    def test_no_splitting(self) -> None:
        """Bytes that may not stand in a request line are escaped."""
        made = rewritten("/", Rewrite(regex="^/a", to="/b c\\n#é"), b"/a")
        self.assertEqual(made, b"/b%20c%0A%23%C3%A9")

    def test_no_climbing(self) -> None:
        """A request out of which the replacement would make a climbing path is refused."""
        rewrite = Rewrite(regex="x", to="")
        self.assertRaises(BadRequest, rewritten, "/", rewrite, b"/a/.x./secret")

    def test_no_hidden_climbing(self) -> None:
        """A replacement hides no dot segment, nor makes one before a query of its own."""
        rewriting = rewriter(
            Route(
                name="r", path="/", backend="b", rewrite=Rewrite(regex="^/x(.*)$", to=r"/n/\1?v=1")
            )
        )
        for path in (b"/x..;/a", b"/x..%2fa", b"/x..%5ca", b"/x%2e%2e;a/b", b"/x.."):
            self.assertRaises(BadRequest, rewriting.apply, path, normalised(path), None)

    def test_query_in_the_replacement(self) -> None:
        """A query in the replacement goes before the client's own."""
        rewrite = Rewrite(regex="^/find/(.+)$", to=r"/search?q=\1")
        self.assertEqual(rewritten("/", rewrite, b"/find/a"), b"/search?q=a")
        self.assertEqual(rewritten("/", rewrite, b"/find/a", query=b"p=2"), b"/search?q=a&p=2")
