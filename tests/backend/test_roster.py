"""Who may be asked."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.backend.roster import Member, Roster
from altlas.health.ledger import Change
from altlas.settings.backends import ProbeSettings
from tests.backend.scene import instance

PROBE = ProbeSettings(fall=2, rise=2, interval=7.0)


def roster(count: int = 2) -> Roster:
    """A roster of instances on ports 1, 2..."""
    return Roster.of([instance(port) for port in range(1, count + 1)], PROBE, lambda: 5.0)


class RosterTests(SynchronousTestCase):
    """Members leave and return as the probes say."""

    def test_begins_whole(self) -> None:
        """Before any probe all members may be asked."""
        one = roster()
        self.assertEqual(one.available, one.members)
        self.assertEqual(one.recheck, 7.0)

    def test_same_pool(self) -> None:
        """The pool stays the same object while nobody leaves or returns."""
        one = roster()
        before = one.available
        one.report(one.members[0], True, "fine")
        one.report(one.members[0], False, "ill")
        self.assertIs(one.available, before)

    def test_leaves_and_returns(self) -> None:
        """`fall` failures in a row put a member out, `rise` successes bring it back."""
        one = roster()
        first, second = one.members
        for _ in range(2):
            one.report(first, False, "ill")
        self.assertEqual(one.available, (second,))
        for _ in range(2):
            one.report(first, True, "fine")
        self.assertEqual(one.available, (first, second))

    def test_tells_of_changes(self) -> None:
        """Listeners hear of each change once, with the pool as it is after it."""
        one = roster()
        heard: list[tuple[str, str, int]] = []

        def listen(member: Member, change: Change) -> None:
            heard.append((member.name, change.after, len(one.available)))

        one.on_change.append(listen)
        for ok in (False, False, False, True, True, True):
            one.report(one.members[1], ok, "so")
        self.assertEqual(heard, [("127.0.0.1:2", "down", 1), ("127.0.0.1:2", "up", 2)])

    def test_why_none(self) -> None:
        """The reason of each member is told, with its address."""
        one = roster()
        for member in one.members:
            for _ in range(2):
                one.report(member, False, f"no answer from {member.instance.port}")
        self.assertEqual(one.available, ())
        self.assertEqual(
            one.why_none(), "127.0.0.1:1: no answer from 1; 127.0.0.1:2: no answer from 2"
        )

    def test_reasons(self) -> None:
        """A client is told each reason once, and no address."""
        one = roster()
        for member in one.members:
            for _ in range(2):
                one.report(member, False, f"{member.name} refused.")
        self.assertEqual(one.reasons(), "it refused")


class UnreachableTests(SynchronousTestCase):
    """What requests find out before the probes do."""

    def test_leaves(self) -> None:
        """A member that no connection can be made to leaves like one whose probes fail."""
        one = roster()
        first, second = one.members
        one.unreachable(first, "refused")
        self.assertEqual(one.available, one.members)
        one.unreachable(first, "refused")
        self.assertEqual(one.available, (second,))
        self.assertEqual(first.ledger.reason, "a request found: refused")
        self.assertEqual(first.ledger.since, 5.0)

    def test_between_probes(self) -> None:
        """A good probe between two failures makes them two first ones."""
        one = roster()
        for _ in range(5):
            one.unreachable(one.members[0], "refused")
            one.report(one.members[0], True, "fine")
        self.assertEqual(one.available, one.members)

    def test_last_one_stays(self) -> None:
        """The last member stays: it is the probes that may put out all."""
        one = roster()
        for member in one.members:
            for _ in range(5):
                one.unreachable(member, "refused")
        self.assertEqual(one.available, (one.members[1],))

    def test_does_not_speak_for_one_that_is_out(self) -> None:
        """What a late request found does not keep a returning member out."""
        one = roster(3)
        first = one.members[0]
        for ok in (False, False, True):
            one.report(first, ok, "so")
        one.unreachable(first, "refused")
        one.report(first, True, "so")
        self.assertIn(first, one.available)

    def test_without_probes(self) -> None:
        """Without probes nobody leaves, since nobody would return."""
        off = ProbeSettings(enabled=False, fall=1)
        one = Roster.of([instance(1), instance(2)], off, lambda: 0.0)
        one.unreachable(one.members[0], "refused")
        self.assertEqual(one.available, one.members)


class MemberTests(SynchronousTestCase):
    """What a member knows of its instance."""

    def test_names(self) -> None:
        """It has the address in each form that is wanted on the way of a request."""
        member = Roster.of([instance(9001, weight=3)], PROBE, lambda: 5.0).members[0]
        self.assertEqual((member.name, member.weight), ("127.0.0.1:9001", 3))
        self.assertEqual(
            (member.origin, member.host), (b"http://127.0.0.1:9001", b"127.0.0.1:9001")
        )
