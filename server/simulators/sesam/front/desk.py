"""The desk of the front-end: takes a mail, books it, and has the answers written in time.

The same Message-ID is answered the same and booked once; so is the same lot in another mail.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock
from unicodedata import normalize

from server.simulators.sesam.front.answers import (
    Line,
    Payment,
    Table,
    carried,
    enclosed,
    lines,
    origin_of,
    receipt,
    returned,
)
from server.simulators.sesam.front.books import Books
from server.simulators.sesam.front.boxes import Boxes, Held
from server.simulators.sesam.front.judge import Lot, Mail, NotTaken, read_lots, read_mail
from server.simulators.sesam.front.scenario import Answered, Receipt, Scenarios

TAKEN = "250 2.0.0 OK : fichier pris"


@dataclass(frozen=True, slots=True)
class Delays:
    """How long answers take."""

    receipt: timedelta = timedelta()
    payment: timedelta = timedelta()  # after the receipt


@dataclass(frozen=True, slots=True)
class _Owed:
    """Lines of an invoice on their way into a return."""

    due: datetime
    box: str
    address: str  # of the payer
    payment: Payment
    lines: list[Line]
    wrong_by: int
    copies: int


@dataclass(slots=True)
class Desk:
    """Everything the front-end knows. Used by several connections at once."""

    now: Callable[[], datetime]
    scenarios: Scenarios
    delays: Delays = Delays()
    books: Books = field(default_factory=Books)
    boxes: Boxes = field(default_factory=Boxes)
    tables: list[Table] = field(default_factory=list)  # for whoever sends, once each
    _given: set[tuple[str, Table]] = field(default_factory=set)
    _owed: list[_Owed] = field(default_factory=list)
    _returns: int = 0
    _lock: RLock = field(default_factory=RLock)

    def receive(self, raw: bytes, sender: str, recipient: str) -> str:
        """Take a mail; what is said at the door."""
        with self._lock:
            try:
                mail = read_mail(raw, sender, recipient)
                self.books.attempts[mail.message_id] += 1
                held = self.books.mails.get(mail.message_id)
                if held is not None and held.digest != mail.digest:
                    raise NotTaken("ce Message-ID portait un autre fichier")
                lots = read_lots(mail)
            except NotTaken as why:
                return f"554 5.6.0 {_plain(str(why))}"
            if held is None:
                self.books.note_mail(mail, TAKEN)
            for lot in lots:
                self._take(mail, lot, again=held is not None)
            self._hand_out(mail)
            self.deliver()
            return TAKEN

    def deliver(self) -> None:
        """Bring what is due by now."""
        with self._lock:
            now = self.now()
            due = [each for each in self._owed if each.due <= now]
            self._owed = [each for each in self._owed if each.due > now]
            groups: dict[tuple[object, ...], list[_Owed]] = {}
            for each in due:
                key = (each.box, each.payment, f"{each.due:%Y-%m-%d}")
                groups.setdefault(key, []).append(each)
            for group in groups.values():
                self._return(group)
            self.boxes.deliver(now)

    def box(self, account: str) -> tuple[Held, ...]:
        """Give what lies in a box now."""
        with self._lock:
            self.deliver()
            return self.boxes.of(account)

    def delete(self, account: str, uidls: set[str]) -> None:
        """Take messages out of a box."""
        with self._lock:
            self.boxes.delete(account, uidls)

    def put(self, account: str, raw: bytes) -> None:
        """Put any message into a box, as anybody may."""
        with self._lock:
            self.boxes.send(self.now(), account, raw)

    def heal(self) -> None:
        """Cut no message any more."""
        with self._lock:
            self.boxes.heal()

    def _hand_out(self, mail: Mail) -> None:
        """Give whoever sends the tables he has not had yet."""
        for table in self.tables:
            if (mail.sender, table) not in self._given:
                self._given.add((mail.sender, table))
                now = self.now()
                raw = enclosed(table, mail.recipient, mail.sender, now, self.boxes.number())
                self.boxes.send(now, mail.sender, raw)

    def _take(self, mail: Mail, lot: Lot, *, again: bool) -> None:
        """Book a lot and have it answered, unless it is lost on its way."""
        answered = self.scenarios.receipt(lot.sender, mail.recipient, lot.number)
        if not again:
            self.books.received.update(document.digest for document in lot.documents)
        if answered.kind is Receipt.SILENCE:
            return
        known = self.books.known(lot)
        if known is not None:
            self._send_receipt(mail, lot, known.content, answered)
            return
        fault = lot.fault or self.books.fault(lot)
        if not fault and answered.kind is Receipt.NEGATIVE:
            fault = answered.reason
        content = receipt(lot, fault)
        self.books.note_lot(lot, content, positive=not fault)
        due = self._send_receipt(mail, lot, content, answered)
        if not fault:
            self._owe(mail, lot, due, 2 if answered.kind is Receipt.DUPLICATE else 1)

    def _send_receipt(self, mail: Mail, lot: Lot, content: bytes, answered: Answered) -> datetime:
        """Let the receipt come, as its scenario wants it; say when."""
        due = self.now() + self.delays.receipt
        if answered.kind is Receipt.LATE:
            due += timedelta(days=answered.days)
        if answered.kind is Receipt.GARBLED:
            middle = len(content) // 2
            content = content[:middle] + b"\0\xff" + content[middle + 2 :]
        name = f"ARL-{lot.kind}-{lot.number:03d}"
        for _ in range(2 if answered.kind is Receipt.DUPLICATE else 1):
            raw = carried(
                content, name, mail.recipient, mail.sender, due, self.boxes.number(),
                mail.message_id,
            )  # fmt: skip
            self.boxes.send(due, mail.sender, raw, cut=answered.kind is Receipt.CUT)
        return due

    def _owe(self, mail: Mail, lot: Lot, due: datetime, copies: int) -> None:
        origin = origin_of(lot.kind)
        for document in lot.documents:
            fate = self.scenarios.fate(lot.sender, mail.recipient, origin, document.invoice)
            made, wrong_by = lines(document, fate, origin)
            payment = Payment(origin, lot.sender, document.payer)
            if not made:  # what the patient was refunded is told to nobody else
                continue
            self._owed.append(
                _Owed(
                    due + self.delays.payment, mail.sender, mail.recipient, payment, made,
                    wrong_by, copies,
                )
            )  # fmt: skip

    def _return(self, group: list[_Owed]) -> None:
        """Write one return of one payer of one day."""
        self._returns += 1
        first = group[0]
        made = [line for each in group for line in each.lines]
        wrong_by = sum(each.wrong_by for each in group)
        name, content = returned(first.payment, made, wrong_by, self._returns, first.due)
        for _ in range(max(each.copies for each in group)):
            number = self.boxes.number()
            raw = carried(content, name, first.address, first.box, first.due, number)
            self.boxes.send(first.due, first.box, raw)


def _plain(text: str) -> str:
    """Write a text as SMTP can say it, without accents."""
    return normalize("NFD", text.replace("’", "'")).encode("ascii", "ignore").decode()
