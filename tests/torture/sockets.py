"""Schedules over real sockets: the simulator as a process, the sender as one that is killed.

    python -m tests.torture.sockets COUNT [--first SEED] [--workers N]

Each worker has a simulator of its own and forks a sender for each life: SIGKILL ends it at a drawn
step (a commit, bytes leaving or coming), or after a drawn time. The simulator processes whatever
comes, as often as it comes, and its own books are the judge. What is drawn comes from the seed;
the order of the lanes' threads, and what a timed kill hits, are the machine's.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

from server.core.outbox import FINAL
from tests.remembered import remember_keys
from tests.torture import crew
from tests.torture.admin import Simulator, simulator
from tests.torture.crew import WORKERS
from tests.torture.life import Plan, run_in_child
from tests.torture.schedule import Result
from tests.torture.summary import Summary
from tests.torture.template import EVENING, Template

_MODULE = "tests.torture.sockets"
_INSURERS = (("100", "2026-03"), ("300", "2026-03"), ("500", "2026-03"))
_ROUNDS = 24
_STEPS = 90
_FIRST_STEPS = 4  # every life takes these: it looks into the mailbox at least
_SLOWEST_KILL = 0.25  # seconds
KNOBS: Sequence[dict[str, Any]] = (
    {"operation": "post", "kind": "cut-before", "probability": 0.2},
    {"operation": "post", "kind": "cut-after", "probability": 0.3},
    {"operation": "post", "kind": "truncate", "probability": 0.12},
    {"operation": "post", "kind": "status", "status": 502, "processed": True, "probability": 0.15},
    {"operation": "post", "kind": "status", "status": 503, "probability": 0.1},
    {"operation": "post", "kind": "soap", "code": "SOA-02001", "probability": 0.05},
    {"operation": "get", "kind": "cut-before", "probability": 0.08},
    {"operation": "get", "kind": "truncate", "probability": 0.06},
    {"operation": "get", "kind": "not-enough-time", "seconds": 60, "probability": 0.06},
    {"operation": "get", "kind": "duplicate", "probability": 0.08},
    {"operation": "get", "kind": "shuffle", "probability": 0.08},
    {"operation": "confirm", "kind": "cut-before", "probability": 0.1},
    {"operation": "confirm", "kind": "cut-after", "probability": 0.2},
)


@dataclass
class Outside:
    """What struck one schedule from outside the program."""

    kinds: Counter[str] = field(default_factory=Counter)
    kills: int = 0

    def lived(self, plan: Plan, killed: bool) -> None:
        """Count a life that was killed."""
        how = "SIGKILL after a time" if plan.dies_at is None else "SIGKILL at a step"
        self.kills += killed
        self.kinds[how] += killed


def play(template: Template, partner: Simulator, seed: int, home: Path) -> Result:
    """Play one schedule in a fresh copy of the practice; judge by the partner's books."""
    random = Random(f"{seed}:sockets")  # noqa: S311 - no secret
    folder = home / f"practice-{seed}"
    shutil.copytree(template.folder, folder)
    partner.forget()
    partner.set_clock(EVENING)
    partner.set_faults(KNOBS, seed)
    chosen = tuple(random.sample(_INSURERS, random.choice((1, 1, 2, 3))))
    outside = Outside()
    for life in range(random.choice((1, 2, 2, 3))):
        begun = Plan(str(folder), partner.endpoint, chosen[: 1 + life], random.randint(1, 3))
        timed = random.random() < 0.3
        step, after = random.randint(1, _STEPS), random.uniform(0.0, _SLOWEST_KILL)
        plan = begun if timed else replace(begun, dies_at=step)
        outside.lived(plan, _live(plan, after if timed else None) is None)
    if not outside.kills and not any(partner.struck().values()):
        plan = replace(begun, dies_at=random.randint(1, _FIRST_STEPS))
        outside.lived(plan, _live(plan, None) is None)
    outside.kinds.update(partner.struck())
    partner.set_faults((), seed)
    seen = _live(Plan(str(folder), partner.endpoint, chosen, _ROUNDS, last=True), None)
    shutil.rmtree(folder)
    if seen is None:
        raise RuntimeError(f"seed {seed}: the last life was killed by nobody")
    return _judge(seed, chosen, seen, partner.received(), outside)


def _live(plan: Plan, kill_after: float | None) -> list[dict[str, Any]] | None:
    """Fork a life and wait for its end; None when it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        run_in_child(plan, writing)
    os.close(writing)
    if kill_after is not None:
        Event().wait(kill_after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading) as told:
        text = told.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return None
    if os.WEXITSTATUS(status):
        raise RuntimeError(f"a life ended by itself with {os.WEXITSTATUS(status)}: {plan}")
    seen: list[dict[str, Any]] = json.loads(text)
    return seen


def _judge(
    seed: int,
    chosen: Sequence[tuple[str, str]],
    seen: Sequence[dict[str, Any]],
    received: Sequence[dict[str, Any]],
    outside: Outside,
) -> Result:
    body_left = sum(n for kind, n in outside.kinds.items() if kind.startswith("post: "))
    result = Result(
        seed, lots=len(chosen), faults=outside.kinds.total(), after_body=body_left,
        deaths=outside.kills, kinds=outside.kinds,
    )  # fmt: skip
    times: Counter[str] = Counter()
    for file in received:
        times[file["reference"]] += file["times_processed"]
    digests = {(file["reference"], file["sha256"]) for file in received}
    for row in seen:
        name, words = row["reference"], f"{row['reference']}: {row['state']}, lot {row['lot']}"
        if times[name] > 1:
            result.doubled.append(f"{words}, processed {times[name]} times")
        if row["state"] not in FINAL:
            (result.waiting if row["shown"] else result.stuck).append(words)
        elif not times[name]:
            result.lost.append(f"{words}, never processed")
        elif row["lot"] != "PartlySettled":
            result.stuck.append(words)
        if times[name] and (name, row["sha256"]) not in digests:
            result.broken.append(f"{words}, other bytes arrived")
    if len(seen) != len(chosen) or times.keys() - {row["reference"] for row in seen}:
        result.broken.append(f"{len(seen)} lots on the disk, {len(times)} at the partner")
    return result


def main(words: Sequence[str]) -> int:
    """Play and print; 1 when a promise was broken."""
    asked = crew.parser(_MODULE).parse_args(words)
    if asked.worker is not None:
        crew.hand_in(_work(asked))
        return 0
    summary = play_many(asked.count, first=asked.first, workers=asked.workers)
    crew.tell(summary)
    kept = summary.is_good and not summary.waiting
    return 0 if kept and not summary.without_fault else 1


def play_many(count: int, *, first: int = 0, workers: int = WORKERS) -> Summary:
    """Share the seeds between workers; return the sums."""
    with tempfile.TemporaryDirectory(prefix="besace-torture-") as made:
        folder = Path(made) / "template"
        Template.of(folder)
        return crew.set_to_work(_MODULE, folder, count, first, workers)


def _work(asked: argparse.Namespace) -> Summary:
    remember_keys()
    template = Template.of(asked.folder)
    _load_what_is_heavy()
    home = asked.folder.parent
    with simulator() as partner:
        results = (play(template, partner, seed, home) for seed in crew.seeds(asked))
        return Summary.of("over real sockets", results)


def _load_what_is_heavy() -> None:
    """Load the partner's description once: every life is forked from here."""
    from sync.transports import mycarenet_envelope
    from sync.transports.endpoint import Endpoint
    from sync.transports.mycarenet_account import Account

    account = Account(Endpoint.parse("http://127.0.0.1:1/"), "0" * 11, True, "", "", "")
    mycarenet_envelope.get(account, "urn:uuid:none")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
