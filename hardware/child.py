"""Processes of our own that touch what comes from outside: how one is started, and what it is told.

Isolated from the folder and the variables of whoever started us; its complaints are thrown away,
since a library's words may quote what it was reading.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import TypeAlias

Child: TypeAlias = subprocess.Popen[bytes]

_PASSED_ON = ("PATH", "SYSTEMROOT")


def command(module: str, *arguments: str) -> list[str]:
    """Give the command of a module of ours."""
    return [sys.executable, "-I", "-m", module, *arguments]


def start(asked: Sequence[str]) -> Child:
    """Start a process whose input and output are pipes; one thread is enough for its arithmetic."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
        asked,
        env={**passed, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
