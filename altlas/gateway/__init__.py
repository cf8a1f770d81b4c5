"""The whole gateway as a Twisted service: what is configured, compiled, run and stopped."""
