"""Bytes by chance, against everything that reads bytes of others.

`grammar` makes messages and damages them, for hypothesis. `targets` are what a coverage-guided
fuzzer calls (atheris); ``python -m tests.fuzz TARGET`` runs it, `make fuzz` for long. What it
starts from is made of the corpus in `tests.wire.corpus` (`seeds`); what once broke something stays
in `found`.
"""
