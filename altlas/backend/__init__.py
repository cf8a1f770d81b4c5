"""A backend as the gateway uses it: instances, their balancing, health, retries and time limits.

`stack` composes the way of a call; each layer beside it takes a `Call` and gives a
Deferred of a response, so that each can be read, tested and left out by itself.
"""
