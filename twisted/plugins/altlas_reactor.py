"""Makes ``--reactor altlas-uvloop`` known to twistd; everything else is in `altlas.reactor`."""

from twisted.application.reactors import Reactor

altlas_uvloop = Reactor(
    "altlas-uvloop",
    "altlas.reactor",
    "uvloop's own TCP and UNIX transports behind Twisted's interfaces.",
)
