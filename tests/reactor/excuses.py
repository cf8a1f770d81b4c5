"""The tests of Twisted's that this reactor is excused from, each with its reason.

Nothing else of them may fail: a new failure is a fault here, or a new row with its argument.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def _only_root_runs_python() -> bool:
    """Whether another user could not even start this interpreter (found on some CI images)."""
    home = Path(sys.executable).resolve()
    return os.geteuid() == 0 and any(not folder.stat().st_mode & 0o001 for folder in home.parents)


# (Twisted's class, test) -> why it need not pass. The log line of the first is all that is
# missing: that no descriptor leaks is checked in `test_descriptors`.
EXCUSES: dict[tuple[str, str], str] = {
    ("UNIXTestsBuilder", "test_avoidLeakingFileDescriptors"): (
        "uvloop reads by read(2), for which the kernel itself closes descriptors that come "
        "along unasked; nobody is left to log that. A protocol that asks for descriptors "
        "(IFileDescriptorReceiver) gets them."
    ),
}

if _only_root_runs_python():
    _PRIVATE = "It starts Python as another user, who may not on this machine (epoll fails, too)."
    EXCUSES["ProcessTestsBuilder", "test_changeUID"] = _PRIVATE
    EXCUSES["PTYProcessTestsBuilder", "test_changeUID"] = _PRIVATE
