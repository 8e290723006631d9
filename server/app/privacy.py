"""What the process leaves behind: files for their owner alone, no image of memory, few words.

Rules: `reliability-security.md` §2.2 and §6 (attacks 10, 33 and 35).
"""

import logging
import os
import sys

_PR_SET_DUMPABLE = 4  # prctl(2)
_LOG_LINE = "%(levelname)s %(name)s: %(message)s"


def protect_process() -> None:
    """Make new files private, forbid memory images, and let only warnings reach standard error.

    Called once, before anything of a practice is read. What is inherited by the processes we start
    (mode of files, no core file) holds for them too.
    """
    os.umask(0o077)
    _forbid_core_files()
    _forbid_dumps()
    logging.basicConfig(level=logging.WARNING, format=_LOG_LINE, stream=sys.stderr)


def _forbid_core_files() -> None:
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _forbid_dumps() -> None:
    """Keep out debuggers and crash collectors of the same user, whom no core limit stops."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
