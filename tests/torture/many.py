"""Many schedules in several processes: each takes every n-th seed and counts.

    python -m tests.torture.many COUNT [--first SEED] [--sender NAME] [--workers N]

The processes are not measured for coverage: what they run is measured by the other tests.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from tests.torture.faults import described
from tests.torture.schedule import play
from tests.torture.senders import OURS, SENDERS
from tests.torture.summary import Summary
from tests.torture.template import Template, remember_keys

WORKERS = 2
_ROOT = Path(__file__).parents[2]


def play_many(
    folder: Path, count: int, *, first: int = 0, sender: str = OURS, workers: int = WORKERS
) -> Summary:
    """Play seeds `first` to `first + count` on the template of a folder; return the sums."""
    Template.of(folder)
    begun, busy = monotonic(), busy_seconds()
    command = [sys.executable, "-m", "tests.torture.many", str(count), "--folder", str(folder)]
    options = ["--first", str(first), "--sender", sender, "--workers", str(workers)]
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


def busy_seconds() -> float:
    """Return the processor time of the processes that have ended so far."""
    times = os.times()
    return times.children_user + times.children_system


def main(words: Sequence[str]) -> int:
    """Play and print; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.many")
    parser.add_argument("count", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--sender", choices=SENDERS, default=OURS)
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--worker", type=int, default=None, help=argparse.SUPPRESS)
    asked = parser.parse_args(words)
    if asked.worker is not None:
        remember_keys()
        template = Template.of(asked.folder)
        seeds = range(asked.first + asked.worker, asked.first + asked.count, asked.workers)
        results = (play(template, seed, asked.sender) for seed in seeds)
        sys.stdout.write(json.dumps(Summary.of(asked.sender, results).as_json()))
        return 0
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made)
        summary = play_many(
            folder, asked.count, first=asked.first, sender=asked.sender, workers=asked.workers
        )
    sys.stdout.write(f"{described()}\n{summary}\n")
    for kind, times in sorted(summary.kinds.items()):
        sys.stdout.write(f"  {times:7} {kind}\n")
    return 0 if summary.is_good or asked.sender != OURS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
