"""Who is measured: the peers and the gateway, each configured to do comparable work.

All of them: one process on one processor, connections kept on both sides, two instances in turn,
X-Forwarded-For, X-Forwarded-Proto, an access log with a line for each request in a file.
"""

from __future__ import annotations

from bench.peers.gateway import EPOLL, GATEWAY, HELD
from bench.peers.haproxy import HAPROXY
from bench.peers.nginx import NGINX
from bench.peers.node import EXPRESS, FASTIFY
from bench.peers.peer import Peer

PEERS: tuple[Peer, ...] = (NGINX, HAPROXY, GATEWAY, HELD, EPOLL, FASTIFY, EXPRESS)
