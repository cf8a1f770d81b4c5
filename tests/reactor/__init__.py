"""The reactor over uvloop's own streams."""
