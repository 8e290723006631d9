"""What a simulator is told when it starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path


class Duplicates(StrEnum):
    """What the platform does with a reference it already holds.

    `SAME_TACK` answers equal bytes with the stored TAck and refuses other bytes; `REFUSE` refuses
    both; `PROCESS` forwards every post, as a platform without memory would.
    """

    SAME_TACK = "same-tack"
    REFUSE = "refuse"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds, on the simulator's clock, from a post to each answer in the mailbox."""

    tack: float = 0
    receipt: float = 1
    verdict: float = 3
    settlement: float = 10


DEFAULT_DELAYS = Delays()


def _system_time() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Config:
    """Where to listen, where to keep the state, and how to behave.

    `percentages` holds the refusal limit of an insurer in hundredths of a percent, by union; an
    insurer without one never refuses by percentage. `poll_seconds` is the least time between two
    gets of one sender; 0 asks for none. `names` gives the message name of an answer by its kind
    ("920900"); HCPFAC otherwise. Without `unsigned` every request is refused, because the check
    of signatures is not there yet.
    """

    host: str = "127.0.0.1"
    port: int = 0
    db: Path | None = None
    unsigned: bool = False
    faults: Path | None = None
    seed: int = 0
    delays: Delays = DEFAULT_DELAYS
    duplicates: Duplicates = Duplicates.SAME_TACK
    poll_seconds: float = 0
    percentages: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], datetime] = _system_time
