"""How does a process end when the one that started it is killed? The Linux kernel sends it a signal.

Elsewhere nothing does: there a killed supervisor leaves its processes behind, and an orderly stop does not.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(parent_pid: int, sent: signal.Signals = signal.SIGKILL) -> None:
    """Arrange that this process gets the signal when the thread that forked it ends. Called in the child."""
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(sent))
    # The parent may have ended before the call.
    if os.getppid() != parent_pid:
        os.kill(os.getpid(), sent)
