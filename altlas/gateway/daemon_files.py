"""The files that twistd writes for itself: its log and its pid file.

It opens them after the gateway is made, the pid file even in a process of its own, and
shows a traceback when it cannot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from altlas.gateway.preflight import unwritable

#: where a daemon logs when nobody says
_USUAL_LOG = "twistd.log"


def unusable_files(twistd: Mapping[str, Any]) -> Iterator[str]:
    """A line for each file that the options of twistd name and that cannot be written."""
    for option, file in (("logfile", _log(twistd)), ("pidfile", _pid(twistd))):
        reason = unwritable(Path(file).absolute()) if file else ""
        if reason:
            yield f"--{option}={file}: {reason}"


def daemonizes(twistd: Mapping[str, Any]) -> bool:
    """Whether twistd is to go into the background."""
    return "nodaemon" in twistd and not (twistd["nodaemon"] or twistd["debug"])


def _log(twistd: Mapping[str, Any]) -> str:
    given = twistd.get("logfile") or ""
    if twistd.get("syslog") or twistd.get("logger") or given == "-":
        return ""
    return given or (_USUAL_LOG if daemonizes(twistd) else "")


def _pid(twistd: Mapping[str, Any]) -> str:
    # What is there after a change of the root cannot be seen from here.
    return "" if twistd.get("chroot") else twistd.get("pidfile") or ""
