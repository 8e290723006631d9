"""What a run of the post tells: each step while it happens, and the sums at its end."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

from server.core.outbox import Outcome, Verdict


class Step(StrEnum):
    """Where the post is with a message."""

    ASKING = "asking"
    SENDING = "sending"
    SETTLED = "settled"
    LETTER = "letter"  # one piece of mail was taken


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a run: `done` of `total` due messages are settled."""

    kind: Step
    message_id: str  # "" for a letter
    done: int
    total: int
    verdict: Verdict | None = None  # of a SETTLED message


Tell = Callable[[Progress], None]
"""Hears each step; called from lane threads, so it only passes the news on."""


@dataclass(frozen=True, slots=True)
class Report:
    """The sums of one run."""

    left: int = 0  # acknowledged: Done
    failed: int = 0
    unknown: int = 0  # may have arrived: to be asked about
    later: int = 0  # nothing was processed: they wait
    unreachable: int = 0  # the line was down for them: they wait
    absent: int = 0  # questions answered "no trace of it"
    letters: int = 0  # taken from the mailboxes
    confirmed: int = 0  # and deleted there
    looked: tuple[tuple[str, Outcome], ...] = ()  # last answer of each mailbox that was opened
    cancelled: bool = False


class Tally:
    """Counts one run, from several threads, and tells each step."""

    def __init__(self, total: int, tell: Tell) -> None:
        """`total` messages are due when the run starts."""
        self._lock = Lock()
        self._tell = tell
        self._total = total
        self._verdicts: Counter[Verdict] = Counter()
        self._letters = self._confirmed = 0
        self._looks: dict[str, Outcome] = {}

    def step(self, kind: Step, message_id: str, verdict: Verdict | None = None) -> None:
        """Tell a step. More may leave than was due at the start: the total follows."""
        done = self._verdicts.total()
        self._tell(Progress(kind, message_id, done, max(self._total, done), verdict))

    def settled(self, message_id: str, verdict: Verdict) -> None:
        """Count a settled message."""
        with self._lock:
            self._verdicts[verdict] += 1
            self.step(Step.SETTLED, message_id, verdict)

    def took(self) -> None:
        """Count a letter taken."""
        self._letters += 1
        self.step(Step.LETTER, "")

    def confirmed(self, letters: int) -> None:
        """Count letters confirmed."""
        self._confirmed += letters

    def looked(self, stream: str, outcome: Outcome) -> None:
        """Note the last answer of a mailbox."""
        self._looks[stream] = outcome

    def report(self, cancelled: bool) -> Report:
        """Return the sums."""
        count = self._verdicts
        return Report(
            left=count[Verdict.DONE],
            failed=count[Verdict.FAILED],
            unknown=count[Verdict.UNKNOWN],
            later=count[Verdict.LATER],
            unreachable=count[Verdict.UNREACHABLE],
            absent=count[Verdict.ABSENT],
            letters=self._letters,
            confirmed=self._confirmed,
            looked=tuple(self._looks.items()),
            cancelled=cancelled,
        )
