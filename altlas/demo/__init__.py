"""The embedded backends that ``make run`` starts, and the show around them.

Three small services, two instances each, every instance a process of its own, so
that one can be killed and brought back while the gateway is watched.
"""
