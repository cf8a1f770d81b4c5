"""Keys of an admin listener."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from altlas.settings.admin import AdminAccess, host_name
from altlas.settings.constraints import complaints
from altlas.settings.tree import Listener


class AdminAccessTests(SynchronousTestCase):
    """What is right and what is not."""

    def test_names(self) -> None:
        """A name is one without a port, in lower case from then on."""
        self.assertEqual(host_name("Gateway.Example"), "gateway.example")
        self.assertRaises(ValueError, host_name, "gateway.example:80")

    def test_of_admin_only(self) -> None:
        """They say nothing of a listener that serves routes."""
        access = AdminAccess(hosts=("x",))
        routes = Listener(name="a", bind="tcp:1", admin=access)
        self.assertEqual([one.keys for one in complaints(routes)], [("admin.hosts",)])
        admin = Listener(name="a", bind="tcp:1", admin=access, serves="admin")
        self.assertEqual([*complaints(admin)], [])
