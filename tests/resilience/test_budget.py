"""Retries never outgrow the requests that earned them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from altlas.resilience.budget import RetryBudget


class RetryBudgetTests(SynchronousTestCase):
    """What a budget promises."""

    def test_minimum_without_requests(self) -> None:
        """A quiet backend has its minimum of retries, and no more."""
        budget = RetryBudget(0.2, 3)
        self.assertEqual([budget.withdraw(1.0) for _ in range(5)], [True] * 3 + [False] * 2)

    def test_requests_earn_retries(self) -> None:
        """Twenty percent is one retry for five requests."""
        budget = RetryBudget(0.2, 0)
        for _ in range(4):
            budget.deposit(1.0)
        self.assertFalse(budget.withdraw(1.0))
        budget.deposit(1.0)
        self.assertTrue(budget.withdraw(1.0))
        self.assertFalse(budget.withdraw(1.0))

    def test_refusal_takes_nothing(self) -> None:
        """A retry that was refused costs nothing."""
        budget = RetryBudget(0.5, 0)
        budget.deposit(1.0)
        for _ in range(10):
            budget.withdraw(1.0)
        budget.deposit(1.0)
        self.assertTrue(budget.withdraw(1.0))

    def test_comes_back(self) -> None:
        """What was spent ten seconds ago may be spent again."""
        budget = RetryBudget(0.0, 1)
        self.assertTrue(budget.withdraw(0.0))
        self.assertFalse(budget.withdraw(9.0))
        self.assertTrue(budget.withdraw(10.0))

    def test_off(self) -> None:
        """No share and no minimum mean no retries at all."""
        budget = RetryBudget(0.0, 0)
        for _ in range(1000):
            budget.deposit(1.0)
        self.assertFalse(budget.withdraw(1.0))
        self.assertEqual(budget.balance(1.0), 0.0)

    @given(
        st.sampled_from([0.0, 0.1, 0.2, 1.0]),
        st.integers(0, 5),
        st.lists(st.tuples(st.sampled_from([0.0, 0.25, 1.5, 4.0]), st.booleans()), max_size=80),
    )
    def test_never_exceeded(
        self, fraction: float, minimum: int, events: list[tuple[float, bool]]
    ) -> None:
        """No retry is allowed beyond the minimum and the share of the window's requests."""
        budget = RetryBudget(fraction, minimum)
        now = 0.0
        requests: list[float] = []
        retries: list[float] = []
        for gap, is_retry in events:
            now += gap
            if not is_retry:
                budget.deposit(now)
                requests.append(now)
            elif budget.withdraw(now):
                retries.append(now)
                # A slice is a second: what is younger than 9 s is surely in the window.
                spent = sum(1 for at in retries if at > now - 9)
                earned = fraction * sum(1 for at in requests if at > now - 10)
                self.assertLessEqual(spent, minimum + earned + 1e-9)
