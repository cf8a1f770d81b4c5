"""Contracts where traffic passes."""
