"""A name's role does not depend on its spelling, nor on what was seen before."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.wire import roles


class RoleTests(SynchronousTestCase):
    """Roles of request and response fields."""

    def test_spellings(self) -> None:
        """Case makes no difference, and ``_`` never passes for ``-``."""
        for spelling in (b"X-Forwarded-For", b"x-forwarded-for", b"X-FORWARDED-FOR"):
            self.assertEqual(roles.request_role(spelling), b"x-forwarded-for")
        self.assertEqual(roles.request_role(b"X_Forwarded_For"), roles.DROPPED)
        self.assertEqual(roles.request_role(b"X-Forwarded-New"), roles.CLAIM)
        self.assertEqual(roles.request_role(b"X_Other"), roles.PASSES)
        for name in (b"Client-Cert", b"X-Client-Cert-Subject", b"SSL-Client-S-DN"):
            self.assertEqual(roles.request_role(name), roles.CLAIM)
        self.assertEqual(roles.request_role(b"SSL_Client_Verify"), roles.DROPPED)
        self.assertEqual(roles.request_role(b"X-Client-Version"), roles.PASSES)
        self.assertEqual(roles.response_role(b"KEEP-alive"), roles.DROPPED)

    def test_memory_is_bounded(self) -> None:
        """No sender fills the memory with names, long or many; roles stay right."""
        remembered = dict(roles._request_roles)
        try:
            for number in range(5000):
                roles.request_role(b"X-%d" % number)
            roles.request_role(b"X" * 65)
            self.assertLessEqual(len(roles._request_roles), 2048)
            self.assertIsNone(roles.known_request_role(b"X" * 65))
            self.assertEqual(roles.request_role(b"connectioN"), roles.DROPPED)
        finally:
            roles._request_roles.clear()
            roles._request_roles.update(remembered)
