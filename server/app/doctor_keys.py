"""What the doctor sees of the keys of a practice without opening it: slots, their age, tries."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from server.app.findings import Finding, Grade
from server.core.clock import BRUSSELS

if TYPE_CHECKING:
    from server.core.clock import Clock


def look_at_keys(folder: Path, clock: "Clock") -> Iterator[Finding]:
    """Tell how many secrets open the practice, how old the newest is, and what was tried."""
    from server.core.errors import DamagedPractice
    from server.services.keyring import KEYS
    from server.store.keys import KeyFile
    from server.store.tries import Tries

    file = KeyFile(folder / KEYS)
    try:
        slots, made, cut = file.slots(), file.made_at().values(), file.has_next()
    except DamagedPractice:
        yield Finding("keys.broken", Grade.PROBLEM)
        return
    facts = {"slots": str(len(slots))}
    if made:
        newest = max(made).astimezone(BRUSSELS)
        yield Finding("keys.ok", facts={**facts, "at": f"{newest:%d/%m/%Y %H:%M}"})
    else:
        yield Finding("keys.never_changed", facts=facts)
    if cut:
        yield Finding("keys.cut", Grade.PROBLEM)
    wrong = sum(Tries(folder, clock).untold().values())
    if wrong:
        yield Finding("keys.tries", Grade.PROBLEM, {"times": str(wrong)})


def look_at_sleep() -> Iterator[Finding]:
    """Tell how the program hears that this machine falls asleep."""
    from server.app.sleep import system_bus

    yield Finding("sleep.bus" if system_bus() else "sleep.clocks")
