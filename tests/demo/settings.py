"""Settings for the demo's tests, read as the demo reads them."""

from __future__ import annotations

from pathlib import Path

from altlas.gateway.catalog import catalog
from altlas.settings import load
from altlas.settings.tree import Settings

INI = """
[listener:public]
bind = tcp:8080
[listener:admin]
bind = tcp:9901:interface=127.0.0.1
serves = admin
[backend:segmentation]
instances = http://127.0.0.1:9001
    http://127.0.0.1:9002
[backend:runner]
instances = http://127.0.0.1:9011
    http://other.test:9012
[backend:elsewhere]
instances = http://127.0.0.1:7000
[route:segmentation]
path = /api/v1/segmentation/
backend = segmentation
rewrite.prefix = /
[route:home]
path = ~^/$
redirect.to = /api/v1/segmentation/
[route:hello]
path = /hello
respond.status = 200
"""


def demo_settings(folder: str, text: str = INI) -> Settings:
    """The settings in `text`; `folder` is one of the test's own."""
    path = Path(folder).with_suffix(".ini")
    path.write_text(text)
    return load(path, {}, catalog()).settings
