"""HTTP/2 (RFC 9113) where it differs from HTTP/1.1: heads made of pseudo-fields, and frames that
cost more than they bring. Framing and compression are the h2 library's.
"""
