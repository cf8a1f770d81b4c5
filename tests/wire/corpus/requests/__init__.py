"""Requests, one theme a file; each file has its `CASES`."""
