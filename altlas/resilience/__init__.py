"""What failures mean, and what to do about them: breaker, retry, budget, back-off. Pure."""
