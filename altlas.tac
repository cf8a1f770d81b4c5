"""For ``twistd -y altlas.tac``: the same gateway as ``twistd altlas-gateway``.

The settings are read from the file that ALTLAS_CONFIG names, else from etc/altlas.ini
beside this file.
"""

import os
from pathlib import Path

from twisted.application.service import Application
from twisted.python.usage import UsageError

from altlas.tap import Options, makeService

# twistd runs this file's text; where it came from is in __file__.
config = os.environ.get("ALTLAS_CONFIG") or Path(__file__).resolve().parent / "etc/altlas.ini"
options = Options()
try:
    options.parseOptions(["--config", str(config)])
    service = makeService(options)
except UsageError as error:
    raise SystemExit(str(error)) from None

application = Application("altlas-gateway")
service.setServiceParent(application)
