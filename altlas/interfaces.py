"""What the parts of the gateway promise each other where a class would tie them together."""

from __future__ import annotations

from typing import Any

from zope.interface import Interface


class IGatewayView(Interface):
    """The gateway as seen from outside: the one state that traffic, API and metrics share.

    Every answer is made afresh from plain values (``str int float bool None list dict``),
    ready for JSON; the asker may keep or change it. Moments are seconds since the epoch,
    lengths of time are seconds. Asking is cheap, never waits and changes nothing.
    """

    def overview() -> dict[str, Any]:
        """The gateway in one page::

        {version, started, uptime, workers, ready,
         listeners: [{name, bind, serves, connections, in_flight, tunnels,
                      capacity: {accepting, pauses: {reason: n}, refused, closed} | None}],
         routes: n, backends: {total, healthy}, instances: {total, healthy},
         requests: {total, in_flight}}

        ``routes`` are those that stand now, each operation of a contract that makes routes is one.
        ``capacity`` is of listeners that serve routes: whether they accept just now, how often
        they paused for ``connections`` or ``descriptors``, connections turned away because
        their client had too many, idle ones closed to make room.
        """

    def routes() -> list[dict[str, Any]]:
        """One row a route in the order of matching::

        {name, priority, kind, path, hosts, methods, conditions, target, rewrite}
        """

    def backends() -> list[dict[str, Any]]:
        """One row a backend in the order of the configuration::

        {name, balancer, in_flight, retry_budget,
         instances: [{address, url, weight, zone, tags, healthy,
                      state: "up" | "down" | "unproven", reason, since,
                      last_probe: {at, ok, reason, took} | None,
                      in_flight, requests, failures, idle_connections, history}],
         breaker: {enabled, state: "closed" | "open" | "half-open", reason,
                   open_until, error_rate, calls, share},
         queue: {waiting, size}}

        ``share`` is the fraction of calls that the breaker lets pass. It is 1.0 when all do and
        0.0 while it is open or half-open; after a recovery it grows from 0.0 to 1.0.
        ``last_probe`` is of probes only; ``reason`` and ``history`` tell as well what requests
        found.
        """

    def tls() -> list[dict[str, Any]]:
        """One row a section of the configuration that has certificates, ours or authorities'::

        {section, renewed, certificates: [{file, names, ends}],
         handshakes: {complete, failed, late, left} | None}

        ``renewed`` is whether the last reading of the files succeeded, ``ends`` the moment when
        the first certificate in the file does. ``handshakes`` are a listener's.
        """

    def contracts() -> list[dict[str, Any]]:
        """One row a contract in the order of the configuration::

        {name, source, up, reason, tried, fetched, changed, fingerprint, copied, failure,
         unusable: {fingerprint, problems} | None, refused: {fingerprint, breaking} | None,
         changes: {accepted, broke, refused, unusable}, requests: "refuse" | "report" | "off",
         title, version, base_paths, since, doubts: [{pointer, message}],
         operations: [{operation, method, path, requests,
                       invalid: {total, refused, reported, by: {where: n},
                                 places: {seen: {place: n}, others}},
                       answers: {"2xx": n},
                       invalid_answers: {total, by: {where: n}, places: {seen, others}},
                       unlooked: {side: {reason: n}}, last_used,
                       undocumented: {statuses: {status: n},
                                      request | response | query: {seen: {name: n}, others}}}],
         undocumented: {totals: {path, method, status, query, request, response},
                        paths: {seen: {"GET /shape": n}, others}},
         unused: [operation]}

        ``up`` is whether the document that the source gave last is the one that serves, and
        ``reason`` why not. Counts are since ``since``, over all documents that the contract had.
        """

    def ready() -> tuple[bool, str]:
        """Whether new requests are welcome, and why (not) in one sentence."""
