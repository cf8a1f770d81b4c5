"""Printing the merged configuration."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings import render
from tests.settings.samples import MINIMAL, loaded

TEXT = (
    MINIMAL.replace("[route:", "balancer = sticky\nbalancer.choices = 3\n[route:").replace(
        "path = /a/", "path = ~^/a/$$${X:-}\nheader = A\n  B = ${B}"
    )
    + "[include]\nfiles = conf.d/*.ini\n"
)


class RenderTests(SynchronousTestCase):
    """What is printed can be read by people and by the gateway."""

    def test_sources(self) -> None:
        """Each value has its place: a line, a variable, or that nobody wrote it."""
        folder = self.mktemp()
        environ = {"ALTLAS_BACKEND__A__QUEUE_SIZE": "7", "B": "b"}
        more = "[backend:a]\nretry.tries = 1\n"
        printed = render(loaded(folder, TEXT, environ, x=more))
        for wanted in (
            f"[listener:public]\n; from {folder}/main.ini:2\nbind = tcp:8080\n",
            "; environment ALTLAS_BACKEND__A__QUEUE_SIZE\nqueue.size = 7\n",
            f"; from {folder}/conf.d/x.ini:2\nretry.tries = 1\n",
            "; default\nqueue.timeout = 3s\n",
            "; tls.ca is not set\n",
            "balancer.stay-for = 5m\n",
            "header = A\n    B = b\n",
            "; default\nvia = altlas\n",
        ):
            self.assertIn(wanted, printed)

    def test_again(self) -> None:
        """What was printed loads to the same settings, without files and environment."""
        environ = {"ALTLAS_ACCESS_LOG__PATH": "a.log", "B": "b$$${c}"}
        first = loaded(self.mktemp(), TEXT, environ, x="[backend:a]\nretry.tries = 1\n")
        second = loaded(self.mktemp(), render(first))
        self.assertEqual(second.settings, first.settings)
