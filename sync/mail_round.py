"""The incoming half of a run: a page is fetched, understood, and only then confirmed.

Write order C4–C7 of `reliability-security.md` §3.1; pages and confirmation: `be-mycarenet.md` §9.
"""

from collections.abc import Mapping, Sequence
from threading import Event

from server.core.clock import Clock
from server.core.outbox import Letter, LetterKind, Verdict
from sync.etiquette import Looks
from sync.ports import Intake, Mailbox
from sync.report import Tally


class MailRound:
    """One round of the mailboxes that may be looked into now."""

    def __init__(
        self,
        mailboxes: Mapping[str, Mailbox],
        intake: Intake,
        clock: Clock,
        looks: Looks,
        tally: Tally,
        cancelled: Event,
    ) -> None:
        self._mailboxes = mailboxes
        self._intake = intake
        self._clock = clock
        self._looks = looks
        self._tally = tally
        self._cancelled = cancelled

    def run(self) -> None:
        """Read each mailbox to its end, or to its first trouble."""
        for stream, mailbox in self._mailboxes.items():
            further = False
            while not self._cancelled.is_set() and self._read_page(stream, mailbox, further):
                further = True

    def _read_page(self, stream: str, mailbox: Mailbox, further: bool) -> bool:
        """Read one page; True when another is to be read."""
        batch = mailbox.fetch(lambda raw: self._intake.keep(raw, self._clock.now()))
        self._looks.note(stream, batch.outcome, further)
        self._tally.looked(stream, batch.outcome)
        if batch.outcome.verdict is not Verdict.DONE:
            return False
        # Without a confirmed letter the next page would be the same page again.
        return self._take(mailbox, batch.letters) and batch.more

    def _take(self, mailbox: Mailbox, letters: Sequence[Letter]) -> bool:
        taken = [letter for letter in letters if self._understood(letter)]
        if not taken:
            return False
        tacks = [letter.hash for letter in taken if letter.kind is LetterKind.TACK]
        hashes = [letter.hash for letter in taken if letter.kind is LetterKind.MESSAGE]
        if mailbox.confirm(hashes, tacks).verdict is not Verdict.DONE:
            return False
        self._intake.confirmed([*hashes, *tacks], self._clock.now())
        self._tally.confirmed(len(taken))
        return True

    def _understood(self, letter: Letter) -> bool:
        taken = self._intake.take(letter, self._clock.now())
        if taken:
            self._tally.took()
        return taken
