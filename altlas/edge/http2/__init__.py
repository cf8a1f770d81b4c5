"""HTTP/2 from clients (RFC 9113): many exchanges in one connection."""
