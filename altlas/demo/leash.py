"""Becomes another command, which Ctrl-C does not reach and which ends with its parent.

Run as a script. The demo tells its processes itself when to end, and in which order; a
Ctrl-C of the terminal would tell all of them at once, and a second time. And should the
demo be killed, nothing of it stays behind on its ports.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    os.setpgrp()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    os.execv(sys.argv[1], sys.argv[1:])
