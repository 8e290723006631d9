"""What came in: mails, files, lots, documents; each counted, nothing twice unseen."""

from collections import Counter
from dataclasses import dataclass, field

from server.simulators.sesam.front.judge import Lot, Mail

_Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that was taken: its file, and what was answered at the door."""

    digest: str
    reply: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The receipt a lot got, to be given again when the same lot comes again."""

    lot: Lot
    content: bytes
    positive: bool


@dataclass(slots=True)
class Books:
    """The books of the front-end."""

    mails: dict[str, Taken] = field(default_factory=dict)  # by Message-ID
    attempts: Counter[str] = field(default_factory=Counter)  # mails of a Message-ID, repeats too
    files: Counter[str] = field(default_factory=Counter)  # by digest, repeats not counted
    lots: dict[_Key, Answer] = field(default_factory=dict)  # by kind, sender, number
    received: Counter[str] = field(default_factory=Counter)  # documents in any lot, by digest
    accepted: dict[str, int] = field(default_factory=dict)  # documents of good lots: number of it
    times_accepted: Counter[str] = field(default_factory=Counter)

    def note_mail(self, mail: Mail, reply: str) -> None:
        """Book a mail that comes for the first time."""
        self.mails[mail.message_id] = Taken(mail.digest, reply)
        self.files[mail.digest] += 1

    def known(self, lot: Lot) -> Answer | None:
        """Give the answer of this very lot, None when it never came."""
        held = self.lots.get(_key(lot))
        return held if held is not None and held.lot.digest == lot.digest else None

    def fault(self, lot: Lot) -> str:
        """Say what the books have against a lot; "" for nothing."""
        if _key(lot) in self.lots:
            return "NUMERO DE LOT DEJA UTILISE"
        again = next((d for d in lot.documents if d.digest in self.accepted), None)
        if again is not None:
            return f"FACTURE {again.invoice:09d} DEJA RECUE, LOT {self.accepted[again.digest]}"
        return ""

    def note_lot(self, lot: Lot, content: bytes, positive: bool) -> None:
        """Book a lot and its receipt; its documents when it is a good one."""
        self.lots.setdefault(_key(lot), Answer(lot, content, positive))
        if positive:
            for document in lot.documents:
                self.accepted[document.digest] = lot.number
                self.times_accepted[document.digest] += 1


def _key(lot: Lot) -> _Key:
    return lot.kind, lot.sender, lot.number
