"""Bytes to HTTP/1.1 messages and back, for both roles; nothing here waits or knows a socket.

Reading is strict: what two parsers could read in two ways is refused (RFC 9112, 11).
Writing cannot say what reading would refuse.
"""
