"""Promises of the connections to instances."""
