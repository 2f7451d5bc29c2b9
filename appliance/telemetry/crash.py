"""What a crash leaves behind: no image of the memory, in which patients' words stand in plain."""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4  # linux/prctl.h


def leave_no_core() -> None:
    """Forbid core dumps of this process, also where a core is piped to a collector, which minds no size limit.

    It also keeps other processes of the same user from attaching to this one and reading its memory.
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
