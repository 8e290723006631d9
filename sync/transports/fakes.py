"""A partner made of memory, told to be slow, cut, mute or refusing; the double of a transport."""

from collections.abc import Callable, Sequence
from enum import Enum
from threading import Lock

from server.core.outbox import Letter, LetterKind, MailBatch, Message, Outcome, Verdict
from sync.etiquette import TOO_SOON
from sync.ports import Keep


class Mood(Enum):
    """How the partner behaves from now on."""

    GOOD = "good"
    CUT = "cut"  # the line is down before anything leaves
    MUTE = "mute"  # it receives, then says nothing
    LOST = "lost"  # the request dies on its way, after we let go of it
    REFUSING = "refusing"  # it refuses the request itself
    BUSY = "busy"  # it has processed nothing and asks to come back


class FakePartner:
    """A transport and its mailbox in one. Remembers what arrived; a repeat arrives twice."""

    def __init__(self, page: int = 100, during: Callable[[Message], None] = lambda _: None) -> None:
        """`page` letters a fetch; `during` runs inside each send (to be slow, or to look)."""
        self.mood = Mood.GOOD
        self.arrived: list[str] = []  # references, in order of arrival
        self.asked: list[str] = []
        self.mail: list[Letter] = []
        self.confirmations: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
        self.fetches = 0
        self.longest = 10_000  # letters in one page, whatever is asked for
        self._page = page
        self._staying = 0
        self._during = during
        self._lock = Lock()

    def send(self, message: Message, keep: Keep) -> Outcome:
        """See `ports.Transport`."""
        self._during(message)
        with self._lock:
            if self.mood in _NOTHING_ARRIVES:
                return _NOTHING_ARRIVES[self.mood]
            self.arrived.append(message.reference)
        if self.mood is Mood.MUTE:
            return Outcome(Verdict.UNKNOWN, "line.silent")
        return _answered(Outcome(Verdict.DONE), keep)

    def ask(self, message: Message, keep: Keep) -> Outcome:
        """See `ports.Transport`."""
        self.asked.append(message.reference)
        if self.mood is not Mood.GOOD:
            return _NO_ANSWER[self.mood]
        known = message.reference in self.arrived
        return _answered(Outcome(Verdict.DONE if known else Verdict.ABSENT), keep)

    def fetch(self, keep: Keep, staying: int | None = None) -> MailBatch:
        """See `ports.Mailbox`."""
        self.fetches += 1
        self._staying = self._staying if staying is None else staying
        if self.mood is not Mood.GOOD:
            return MailBatch(_NO_ANSWER[self.mood])
        outcome = _answered(Outcome(Verdict.DONE), keep)
        most = min(self._page + self._staying, self.longest)
        page = tuple(self.mail[:most])
        return MailBatch(outcome, page, more=len(page) == most)

    def confirm(self, hashes: Sequence[str], tack_hashes: Sequence[str]) -> Outcome:
        """See `ports.Mailbox`."""
        if self.mood is not Mood.GOOD:
            return _NO_ANSWER[self.mood]
        self.confirmations.append((tuple(hashes), tuple(tack_hashes)))
        gone = {LetterKind.MESSAGE: set(hashes), LetterKind.TACK: set(tack_hashes)}
        self.mail = [letter for letter in self.mail if letter.hash not in gone[letter.kind]]
        return Outcome(Verdict.DONE)


_BUSY = Outcome(Verdict.LATER, TOO_SOON, retry_after=30)
_CUT = Outcome(Verdict.UNREACHABLE, "line.refused")
_REFUSED = Outcome(Verdict.FAILED, "partner.refused")
_SILENT = Outcome(Verdict.UNKNOWN, "line.silent")
_NOTHING_ARRIVES = {Mood.CUT: _CUT, Mood.LOST: _SILENT, Mood.REFUSING: _REFUSED, Mood.BUSY: _BUSY}
_NO_ANSWER = {
    Mood.CUT: _CUT,
    Mood.MUTE: Outcome(Verdict.LATER, "line.silent"),
    Mood.LOST: Outcome(Verdict.LATER, "line.silent"),
    Mood.REFUSING: _REFUSED,
    Mood.BUSY: _BUSY,
}


def _answered(outcome: Outcome, keep: Keep) -> Outcome:
    raw = outcome.verdict.value.encode()
    keep(raw)
    return Outcome(outcome.verdict, raw=raw)
