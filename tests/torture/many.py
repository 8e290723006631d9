"""Many schedules in several processes.

python -m tests.torture.many COUNT [--first SEED] [--sender NAME] [--workers N]
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.remembered import remember_keys, remember_tables
from tests.torture import crew
from tests.torture.crew import WORKERS
from tests.torture.faults import described
from tests.torture.schedule import play
from tests.torture.senders import OURS, SENDERS
from tests.torture.summary import Summary
from tests.torture.template import Template

_MODULE = "tests.torture.many"


def play_many(
    folder: Path, count: int, *, first: int = 0, sender: str = OURS, workers: int = WORKERS
) -> Summary:
    """Play seeds `first` to `first + count` on the template of a folder; return the sums."""
    Template.of(folder)
    return crew.set_to_work(_MODULE, folder, count, first, workers, ["--sender", sender])


def main(words: Sequence[str]) -> int:
    """Play and print; 1 when a promise was broken."""
    parser = crew.parser(_MODULE)
    parser.add_argument("--sender", choices=SENDERS, default=OURS)
    asked = parser.parse_args(words)
    if asked.worker is not None:
        remember_keys()
        remember_tables()
        with crew.own_folder(asked.folder) as own:
            template = Template.of(own)
            results = (play(template, seed, asked.sender) for seed in crew.seeds(asked))
            crew.hand_in(Summary.of(asked.sender, results))
        return 0
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made)
        summary = play_many(
            folder, asked.count, first=asked.first, sender=asked.sender, workers=asked.workers
        )
    crew.tell(summary, f"{described()}\n")
    return 0 if summary.is_good or asked.sender != OURS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
