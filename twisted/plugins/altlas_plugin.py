"""Makes ``altlas-gateway`` a command of twistd; everything else is in `altlas.tap`."""

from twisted.application.service import ServiceMaker

altlas_gateway = ServiceMaker(
    "altlas-gateway", "altlas.tap", "An event-driven API gateway.", "altlas-gateway"
)
