"""Real processes whose system calls on the files of a practice fail, or kill them, one by one.

`strace` does both: `error=ENOSPC` makes the n-th call fail, `signal=SIGKILL` ends the process as it
enters it. The child runs our own Python; only calls on the files of the folder are counted.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.app.running import quiet

ROOT = Path(__file__).parents[2]
OURS = (
    "besace.db", "besace.db-wal", "besace.db-shm", "besace.db-journal", "besace.key", "besace.tmp",
    "besace.mark", "besace.new", "besace.new-wal", "besace.new-shm", "besace.new-journal",
    "besace.health", "besace.health.new", "besace.key.old", "begin",
    "besace.copies", "besace.copies.tmp", "besace.tries", "besace.tries.new",
)  # fmt: skip
CALLS = (
    "write", "pwrite64", "fsync", "fdatasync", "openat", "close", "ftruncate", "unlink", "unlinkat",
    "rename", "renameat2", "chmod", "fchmod", "mmap",
)  # fmt: skip
WAITS = "BESACE_WAITS"
"""Set in the environment of a child that is to wait until it is followed."""

_PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: what it said, and whether it was killed."""

    said: tuple[str, ...]
    killed: bool
    errors: str
    trace: str

    def after(self, word: str) -> list[str]:
        """What followed a word at the beginning of a line."""
        return [line.partition(" ")[2] for line in self.said if line.split(" ")[0] == word]


def available() -> bool:
    """Whether children can be traced here."""
    if shutil.which("strace") is None:
        return False
    command = ["strace", "-f", "-o", "/dev/null", "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def run(
    folder: Path, child: str, *words: str, inject: str = "", trace: Path | None = None
) -> Ended:
    """Run `python -m child folder words…`; `inject` is what strace is told to do to it."""
    log = trace or folder.parent / "trace"
    stops = [] if "signal=" in inject else ["--seccomp-bpf"]  # it lets no signal through
    command = [*_strace(folder, log, inject), *stops, *_python(folder, child, *words)]
    done = subprocess.run(
        command, cwd=ROOT, env=_unmeasured(), capture_output=True, text=True, timeout=_PATIENCE,
        check=False,
    )  # fmt: skip
    return Ended(
        tuple(done.stdout.splitlines()), done.returncode in (-9, 137), done.stderr, log.read_text()
    )


def run_once_loaded(folder: Path, child: str, *words: str, inject: str = "") -> Ended:
    """Do the same to a child that says "ready" and waits for a line, traced from there on.

    Reading its modules takes it most of its time, and much more when it is followed.
    """
    log = folder.parent / "trace"
    with subprocess.Popen(
        _python(folder, child, *words), cwd=ROOT, env={**_unmeasured(), WAITS: "1"}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout and process.stdout.readline() == "ready\n"
        with subprocess.Popen([*_strace(folder, log, inject), "-p", str(process.pid)]):
            _until_followed(process.pid)
            said, errors = process.communicate("go\n", timeout=_PATIENCE)
    return Ended(tuple(said.splitlines()), process.returncode == -9, errors, log.read_text())


def wait_when_asked() -> None:
    """In the child: say "ready" and wait, when `run_once_loaded` started it."""
    if WAITS in os.environ:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()


def _until_followed(pid: int) -> None:
    status, end = Path(f"/proc/{pid}/status"), time.monotonic() + _PATIENCE
    while "TracerPid:\t0\n" in status.read_text():
        assert time.monotonic() < end, "strace does not come"
        time.sleep(0.002)
    time.sleep(0.02)  # it has been seized, and is about to be stopped where it waits


def _strace(folder: Path, log: Path, inject: str) -> list[str]:
    places = [part for name in ("", *OURS) for part in ("-P", str((folder / name).absolute()))]
    calls = inject.partition(":")[0] if inject else ",".join(f"?{call}" for call in CALLS)
    command = ["strace", "-f", "-qq", "-o", str(log), *places, "-e", f"trace={calls}"]
    return [*command, *(["-e", f"inject={inject}"] if inject else [])]


def _python(folder: Path, child: str, *words: str) -> list[str]:
    return [sys.executable, "-m", child, str(folder), *words]


def _unmeasured() -> dict[str, str]:
    """The environment of a child: what it runs is measured by the other tests."""
    return {k: v for k, v in quiet().items() if not k.startswith("COVERAGE_")}


def counted(ended: Ended) -> Counter[str]:
    """How often each call was made on the files of the folder."""
    return Counter(re.findall(r"^\d+ +([a-z0-9_]+)\(", ended.trace, re.MULTILINE))


def points(ended: Ended) -> list[tuple[str, int]]:
    """Every call made once the act began, as (call, its number since the start of the child).

    An act begins where the child looks for the file `begin`, which is not there.
    """
    made: Counter[str] = Counter()
    found, begun = [], False
    for line in ended.trace.splitlines():
        call = re.match(r"\d+ +([a-z0-9_]+)\(", line)
        if call is not None:
            made[call[1]] += 1
            begun = begun or '/begin"' in line
            if begun:
                found.append((call[1], made[call[1]]))
    return found
