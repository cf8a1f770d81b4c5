"""Choosing one instance of several: one kind of balancer a file. Pure."""

GROUP = "balancer"
