"""The incoming half of a run: a page is fetched, understood, and only then confirmed.

Write order C4–C7 of `reliability-security.md` §3.1; pages and confirmation: `be-mycarenet.md` §9.
"""

from collections.abc import Mapping, Sequence
from threading import Event

from server.core.clock import Clock
from server.core.outbox import Letter, LetterKind, MailBatch, Verdict
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
            self._read(stream, mailbox)

    def _read(self, stream: str, mailbox: Mailbox) -> None:
        """Read page after page; letters set aside stay, and the next page reaches past them."""
        staying: int | None = None
        while not self._cancelled.is_set():
            batch = self._fetch(stream, mailbox, staying)
            if batch.outcome.verdict is not Verdict.DONE:
                return
            left = self._take(mailbox, batch.letters)
            stuck = left == len(batch.letters) and staying is not None and left <= staying
            if left is None or stuck or not batch.more:
                return
            staying = left

    def _fetch(self, stream: str, mailbox: Mailbox, staying: int | None) -> MailBatch:
        batch = mailbox.fetch(lambda raw: self._intake.keep(raw, self._clock.now()), staying)
        self._looks.note(stream, batch.outcome, staying is not None)
        self._tally.looked(stream, batch.outcome)
        return batch

    def _take(self, mailbox: Mailbox, letters: Sequence[Letter]) -> int | None:
        """Take a page in and confirm it; the letters that stay, None when confirming failed."""
        taken = [letter for letter in letters if self._understood(letter)]
        if taken:
            tacks = [letter.hash for letter in taken if letter.kind is LetterKind.TACK]
            hashes = [letter.hash for letter in taken if letter.kind is LetterKind.MESSAGE]
            if mailbox.confirm(hashes, tacks).verdict is not Verdict.DONE:
                return None
            self._intake.confirmed([*hashes, *tacks], self._clock.now())
            self._tally.confirmed(len(taken))
        return len(letters) - len(taken)

    def _understood(self, letter: Letter) -> bool:
        taken = self._intake.take(letter, self._clock.now())
        if taken:
            self._tally.took()
        return taken
