"""A kiné at work on a practice until the disk refuses; started under `strace` by `test_disk.py`.

Says one line per act: "kept <id>" once it was acknowledged, "refused <reason>" when it was not.
"""

import sys
from pathlib import Path

from server.services import patients
from server.services.troubles import explained
from tests.world import FixedClock, open_cabinet

ACTS = 6


def main(folder: str) -> None:
    clock = FixedClock()
    clock.advance(days=1)
    try:
        cabinet = open_cabinet(Path(folder), clock)
    except Exception as error:  # noqa: BLE001  # a screen would tell any of them
        refuse(error)
        return
    say("open")
    for number in range(ACTS):
        name = {"last_name": f"Person{number:02d}", "first_name": "Try"}
        try:
            say(f"kept {patients.create(cabinet.desk(), name)}")
        except Exception as error:  # noqa: BLE001  # a screen would tell any of them
            refuse(error)
    cabinet.lock()
    say("closed")


def refuse(error: Exception) -> None:
    """Say what a screen would say; what has no sentence is raised."""
    told = explained(error)
    if told is None:
        raise error
    say(f"refused {told.facts['reason']}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
