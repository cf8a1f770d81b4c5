"""A backend as the gateway uses it: instances, their balancing, health, retries and time limits.

`stack` is the way of a call, written down in one place; what it asks on that way, picking,
guarding, accounting, timing, retrying and sending, are parts beside it, so that each can be
read and tested by itself.
"""
