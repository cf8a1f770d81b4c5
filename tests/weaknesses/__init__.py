"""Weaknesses that were published in gateways and in Twisted: here they come to nothing.

One test a class, listed in docs/security.md; the many shapes of each stand in the corpus
(`tests.wire.corpus`) and in the tests of each part.
"""
