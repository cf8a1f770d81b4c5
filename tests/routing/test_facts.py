"""What a request shows to the routes."""

from twisted.trial.unittest import SynchronousTestCase

from altlas.routing.facts import Facts, host_name, query_pairs


class HostNameTests(SynchronousTestCase):
    """The bare name of an authority."""

    def test_spellings(self) -> None:
        """Port and root dot are taken off, the brackets of IPv6 stay."""
        for authority, name in {
            b"a.test": b"a.test",
            b"a.test:8080": b"a.test",
            b"a.test.": b"a.test",
            b"a.test.:80": b"a.test",
            b"[::1]": b"[::1]",
            b"[::1]:8080": b"[::1]",
            b"": b"",
        }.items():
            self.assertEqual(host_name(authority), name, authority)


class QueryPairsTests(SynchronousTestCase):
    """The query, taken apart."""

    def test_as_a_form_reads_it(self) -> None:
        """Names and values are decoded, order and repetition kept, empty parts left out."""
        pairs = query_pairs(b"a=1&&b&a=%32+x&c==&%zz=%")
        wanted = ((b"a", b"1"), (b"b", b""), (b"a", b"2 x"), (b"c", b"="), (b"%zz", b"%"))
        self.assertEqual(pairs, wanted)

    def test_none_and_empty(self) -> None:
        """No query and an empty one have no pairs."""
        self.assertEqual(query_pairs(None), ())
        self.assertEqual(query_pairs(b""), ())

    def test_split_once(self) -> None:
        """However many conditions ask, a request's query is taken apart once."""
        facts = Facts(b"", b"/", b"GET", [], b"a=1")
        self.assertIs(facts.pairs, facts.pairs)
