"""A crew: schedules shared between processes, each of which takes every n-th seed and counts.

The processes are not measured for coverage: what they run is measured by the other tests.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from tests.torture.summary import Summary

WORKERS = 2
_ROOT = Path(__file__).parents[2]


def parser(module: str) -> argparse.ArgumentParser:
    """Read what every crew is told: how many schedules, from which seed, by how many workers."""
    words = argparse.ArgumentParser(prog=f"python -m {module}")
    words.add_argument("count", type=int)
    words.add_argument("--first", type=int, default=0)
    words.add_argument("--workers", type=int, default=WORKERS)
    words.add_argument("--folder", type=Path, default=None)
    words.add_argument("--worker", type=int, default=None, help=argparse.SUPPRESS)
    return words


def seeds(asked: argparse.Namespace) -> range:
    """Give the seeds of one worker."""
    return range(asked.first + asked.worker, asked.first + asked.count, asked.workers)


@contextmanager
def own_folder(shared: Path) -> Iterator[Path]:
    """Give a worker a template of its own: what lies beside the practice file is written to."""
    with tempfile.TemporaryDirectory() as made:
        yield Path(shutil.copytree(shared, made, dirs_exist_ok=True))


def set_to_work(
    module: str, folder: Path, count: int, first: int, workers: int, more: Sequence[str] = ()
) -> Summary:
    """Play seeds `first` to `first + count` on the template of a folder; return the sums."""
    begun, busy = monotonic(), busy_seconds()
    command = [sys.executable, "-m", module, str(count), "--folder", str(folder), *more]
    options = ["--first", str(first), "--workers", str(workers)]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
    running = [
        subprocess.Popen(
            [*command, *options, "--worker", str(number)],
            stdout=subprocess.PIPE, text=True, cwd=_ROOT, env=environ,
        )
        for number in range(workers)
    ]  # fmt: skip
    told = [worker.communicate()[0] for worker in running]
    if failed := [worker.returncode for worker in running if worker.returncode]:
        raise RuntimeError(f"a worker ended with {failed}")
    parts = [Summary.read(json.loads(text)) for text in told]
    return Summary.together(parts, monotonic() - begun, busy_seconds() - busy)


def hand_in(summary: Summary) -> None:
    """Tell the crew what one worker counted."""
    sys.stdout.write(json.dumps(summary.as_json()))


def tell(summary: Summary, heading: str = "") -> None:
    """Print the sums of a crew, and how often each fault struck."""
    sys.stdout.write(f"{heading}{summary}\n")
    for kind, times in sorted(summary.kinds.items()):
        sys.stdout.write(f"  {times:7} {kind}\n")


def busy_seconds() -> float:
    """Return the processor time of the processes that have ended so far."""
    times = os.times()
    return times.children_user + times.children_system
