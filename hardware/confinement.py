"""Limits that a decoding process sets on itself, before it reads a byte from outside.

Linux keeps to memory by `RLIMIT_DATA`, Windows by a job object. macOS heeds neither: there the
process looks at its own peak twenty times a second and ends itself. Time is kept by the parent,
which kills; the limit of processor time is for a parent that died first.
"""

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

MEMORY = 1_000_000_000  # bytes, libraries included (`reliability-security.md` §6, row 20)
PROCESSOR_SECONDS = 30  # for one file
TOO_HEAVY = 86  # exit status of a process that ended itself

_WATCH_SECONDS = 0.05


def confine(platform: str = sys.platform) -> None:
    """Set the limits of memory and of files; from here on nothing can be written to a file."""
    if platform == "win32":
        limit_job(_kernel32())
        return
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if platform == "darwin":

        def peak() -> int:
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        threading.Thread(target=watch, args=(peak, os._exit), daemon=True).start()
    else:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def allow_more_time(platform: str = sys.platform) -> None:
    """Give the next file its own processor time."""
    if platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + PROCESSOR_SECONDS
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))


def watch(peak: Callable[[], int], end: Callable[[int], object]) -> None:
    """Call `end` once `peak`, in bytes, is over the limit."""
    while peak() <= MEMORY:
        time.sleep(_WATCH_SECONDS)
    end(TOO_HEAVY)


def limit_job(kernel32: Any) -> None:
    """Put this process into a job that limits its memory and starts no other process.

    `JOBOBJECT_EXTENDED_LIMIT_INFORMATION` is nine words and two counters; which is where is in the
    Windows headers.
    """
    from ctypes import byref, sizeof

    job = kernel32.CreateJobObjectW(None, None)
    limits = _job_limits()
    if not kernel32.SetInformationJobObject(job, 9, byref(limits), sizeof(limits)):
        raise OSError("job limits refused")
    if not kernel32.AssignProcessToJobObject(job, kernel32.GetCurrentProcess()):
        raise OSError("job refused")


def _job_limits() -> Any:
    from ctypes import Structure, c_int64, c_size_t, c_uint32, c_uint64

    class Limits(Structure):
        _fields_ = (
            ("process_time", c_int64),
            ("job_time", c_int64),
            ("flags", c_uint32),
            ("smallest_set", c_size_t),
            ("largest_set", c_size_t),
            ("processes", c_uint32),
            ("affinity", c_size_t),
            ("priority", c_uint32),
            ("scheduling", c_uint32),
            ("counters", c_uint64 * 6),
            ("process_memory", c_size_t),
            ("job_memory", c_size_t),
            ("peak_process", c_size_t),
            ("peak_job", c_size_t),
        )

    active_process, process_memory = 0x8, 0x100
    return Limits(flags=active_process | process_memory, processes=1, process_memory=MEMORY)


def _kernel32() -> Any:
    import ctypes

    library: Any = getattr(ctypes, "WinDLL")("kernel32", use_last_error=True)  # noqa: B009 - not on this system's stubs
    library.CreateJobObjectW.restype = ctypes.c_void_p
    library.GetCurrentProcess.restype = ctypes.c_void_p
    library.SetInformationJobObject.argtypes = (
        *(ctypes.c_void_p, ctypes.c_int),
        *(ctypes.c_void_p, ctypes.c_uint32),
    )
    library.AssignProcessToJobObject.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    return library
