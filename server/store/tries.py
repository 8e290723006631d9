"""The wrong tries made at each slot of a practice, kept beside it: a restart forgives nothing.

It holds slots, counts and instants; whoever can delete it can also copy the key file and guess
elsewhere, where only the cost of argon2id stands in the way.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import Any

from server.core.clock import Clock
from server.core.guessing import wait_after

NOTE = "besace.tries"


@dataclass(frozen=True, slots=True)
class Wrong:
    """Wrong tries in a row at one slot."""

    times: int
    at: datetime  # of the last one, by the machine's clock
    told: int = 0  # how many of them the journal already knows


class Tries:
    """Counts wrong tries. Where the disk takes nothing more they are counted for this run alone."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / NOTE
        self._clock = clock
        self._since: dict[str, float] = {}  # monotonic seconds of the last one in this run
        self._unkept: dict[str, Wrong] | None = None  # all of it, when the disk refused it

    def wait(self, slot: str) -> int:
        """Return the seconds left before the next try.

        Within a run by the clock that never goes back. After a restart by the wall clock; set
        back meanwhile, it makes the wait begin again, once.
        """
        held = self._held().get(slot)
        if held is None:
            return 0
        if slot not in self._since:
            passed = (self._clock.now() - held.at).total_seconds()
            self._since[slot] = self._clock.monotonic() - max(0.0, passed)
        left = wait_after(held.times) - (self._clock.monotonic() - self._since[slot])
        return max(0, ceil(left))

    def add(self, slot: str) -> None:
        """Count a try before it is made: a program killed in its middle has spent it too."""
        held = self._held()
        before = held.get(slot, Wrong(0, self._clock.now()))
        self._keep({**held, slot: replace(before, times=before.times + 1, at=self._clock.now())})
        self._since[slot] = self._clock.monotonic()

    def take_back(self, slot: str) -> None:
        """Forget the last try: the secret was right."""
        held = self._held()
        last = held.pop(slot, None)
        if last is not None:  # the note could be read again
            left = replace(last, times=last.times - 1)
            self._keep({**held, slot: left} if left.times else held)

    def untold(self) -> Mapping[str, int]:
        """Return how many wrong tries at each slot the journal does not know yet."""
        held = self._held().items()
        return {slot: each.times - each.told for slot, each in held if each.times > each.told}

    def settle(self, slot: str) -> None:
        """Note that the journal knows them all, and that this slot was opened: it starts anew."""
        before = self._held()
        held = {s: replace(each, told=each.times) for s, each in before.items() if s != slot}
        if held != before:
            self._keep(held)
        self._since.pop(slot, None)

    def _held(self) -> dict[str, Wrong]:
        return _read(self._path) if self._unkept is None else self._unkept

    def _keep(self, held: Mapping[str, Wrong]) -> None:
        self._unkept = dict(held)
        with suppress(OSError):
            _write(self._path, held)
            self._unkept = None


def _read(path: Path) -> dict[str, Wrong]:
    """Read the note; one that cannot be read counts for nothing."""
    try:
        rows: dict[str, Any] = json.loads(path.read_text("ascii"))
        return {
            slot: Wrong(int(x["times"]), datetime.fromisoformat(x["at"]).astimezone(UTC), x["told"])
            for slot, x in rows.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write(path: Path, held: Mapping[str, Wrong]) -> None:
    """Write beside and rename over; without any wrong try there is no note at all."""
    if not held:
        path.unlink(missing_ok=True)
        return
    beside = path.with_name(f"{path.name}.new")
    text = json.dumps({slot: {**asdict(x), "at": x.at.isoformat()} for slot, x in held.items()})
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    beside.replace(path)
