"""The answers of an insurer, written to the character (`be-efact.md` §1, §4).

931000 receipt, 920999 segments refused, 920099 file refused, 920098 file accepted, 920900
settlement. Records in error come with the records that hold them; unlisted acts are accepted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from server.simulators.mycarenet.container import COVER, HEADER, File, Invoice, Record, Unreadable
from server.simulators.mycarenet.insurers import Insurer
from server.simulators.mycarenet.rejects import Reject, Slot, told
from server.simulators.mycarenet.settlement import accounts
from server.simulators.mycarenet.verdict import Verdict, settlement_rejects
from server.simulators.mycarenet.zones import plans

_LISTED = 450
_ZERO = "+" + 11 * "0"
_CONTACT, _SERVICE, _PHONE = "TIERS PAYANT", "SIMULATEUR", "0020000000"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an insurer puts on an answer: itself, its own reference (14 digits) and the day."""

    insurer: Insurer
    payer: str
    reference: str
    today: date


def receipt(header: str, stamp: Stamp) -> bytes:
    """931000: the message arrived; 227 characters."""
    stub = header[12:14].ljust(COVER, "0")
    return (_header("931000", header, stamp) + stub).encode("latin-1")


def unreadable(refused: Unreadable, stamp: Stamp) -> bytes:
    """920099 without any record: the file could not be cut into records; 677 characters."""
    text = refused.text.encode("ascii", "replace").decode().ljust(HEADER + COVER, "0")
    cover = _cover(text[HEADER : HEADER + COVER], rate=10_000, refusal="01")
    return (_header("920099", text[:HEADER], stamp) + cover).encode("latin-1")


def segments_refused(verdict: Verdict, stamp: Stamp) -> bytes:
    """920999: segments and footers echoed with the digits of their faults."""
    file, slots = verdict.file, verdict.slots
    wrong = {slot.rank for slot in slots if slot.segment == "95"}
    text = _marked(file.header, slots)
    header = f"920999{text[6:16]}40{text[18:36]}{stamp.reference}{text[50:52]}{15 * ' '}"
    recaps = [_marked(recap, slots) for recap in file.recaps if recap.place in wrong]
    parts = [header, _marked(file.cover, slots), *recaps, _marked(file.total, slots)]
    return "".join(parts).encode("latin-1")


def judgement(verdict: Verdict, stamp: Stamp) -> bytes:
    """920099 or 920098: the file refused or accepted, with the records in error."""
    file = verdict.file
    codes = _by_place(verdict.rejects)
    blank = _Sheet(file, stamp, "", {})
    parts = [
        _header(verdict.kind, file.header.text, stamp),
        _cover(file.cover.text, verdict.rate, verdict.refusal),
        *blank.records(codes),
    ]
    return "".join(parts).encode("latin-1")


def settlement(verdict: Verdict, stamp: Stamp) -> bytes:
    """920900: refused records, accepted amounts by invoice, lines 91 by mutuality and 92."""
    file = verdict.file
    ledger = accounts(verdict)
    codes = _by_place(settlement_rejects(verdict))
    sheet = _Sheet(file, stamp, _ZERO, ledger.invoices)
    reference = f"{file.cover['301']}/{file.cover['300']}/{stamp.payer}/"
    parts = [
        _header("920900", file.header.text, stamp),
        _cover(file.cover.text, verdict.rate, "00"),
        *sheet.records(codes),
        *(_line(recap, *ledger.mutualities[recap["401"]], reference) for recap in file.recaps),
        _line(file.total, ledger.requested, ledger.accepted, ""),
    ]
    return "".join(parts).encode("latin-1")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The records of an answer; `amount` fills amounts, `accepted` the feet of invoices."""

    file: File
    stamp: Stamp
    amount: str
    accepted: Mapping[int, tuple[int, int]]

    def records(self, codes: Mapping[int, list[str]]) -> Iterator[str]:
        """Write the record 10, the invoices in error and the record 90, 800 characters each."""
        index = 0
        for record in self._chosen(codes):
            if record.kind in ("10", "90"):
                yield record.text + self._end(record, codes.get(record.place, []))
            else:
                index += 1
                yield record.text + self._part(record, codes.get(record.place, []), index)

    def _chosen(self, codes: Mapping[int, list[str]]) -> Iterator[Record]:
        yield self.file.first
        for invoice in self.file.invoices:
            if any(record.place in codes for record in invoice.records()):
                yield from _echoed(invoice, codes)
        if self.file.last is not self.file.first:
            yield self.file.last

    def _end(self, record: Record, codes: list[str]) -> str:
        filler = "1" if record.kind == "10" else "9"
        day = f"{self.stamp.today:%Y%m%d}" if record.kind == "10" else 8 * filler
        head = self.file.first["7"] + day + 33 * filler + 12 * "9" + 50 * filler
        return (head + _three(codes)).ljust(_LISTED, filler)

    def _part(self, record: Record, codes: list[str], index: int) -> str:
        first = self.file.first
        month = first["22"][1:] + first["23"]
        mutuality = self._destination(record)
        head = first["7"] + first["25-26"] + month + mutuality + 24 * "0" + 12 * "9" + 50 * "0"
        insured, patient = self.accepted.get(record.place, (0, 0))
        amounts = [_signed(insured), self.amount, _signed(patient)] if self.amount else [36 * " "]
        comment = f"{record['2']} {codes[0][1:]}" if codes else ""
        tail = (7 + 1 + 12) * "0" + comment.ljust(200) + 61 * " " + f"{index:06d}"
        return head + _three(codes) + "".join(amounts) + tail

    def _destination(self, record: Record) -> str:
        heads = [i.head for i in self.file.invoices if i.head.place <= record.place]
        return heads[-1]["18"] if heads else "000"


def _echoed(invoice: Invoice, codes: Mapping[int, list[str]]) -> Iterator[Record]:
    yield invoice.head
    for act in invoice.acts:
        yield from (record for record in act.records() if record.place in codes)
    if invoice.foot:
        yield invoice.foot


def _by_place(rejects: Iterable[Reject]) -> dict[int, list[str]]:
    found: dict[int, list[Reject]] = {}
    for reject in rejects:
        found.setdefault(reject.place, []).append(reject)
    return {place: told(one) for place, one in found.items()}


def _three(codes: list[str]) -> str:
    return "".join(codes) + (3 - len(codes)) * " 000000"


def _header(kind: str, text: str, stamp: Stamp) -> str:
    return f"{kind}00{stamp.insurer.format}00{text[12:36]}{stamp.reference}00{15 * ' '}"


def _cover(text: str, rate: int, refusal: str) -> str:
    head = text[:47] + _CONTACT.ljust(45) + "00" + _SERVICE.ljust(24) + "00" + _PHONE + "00"
    return f"{head}{text[132:140]}{rate:05d}00{refusal}00{459 * ' '}"


def _marked(segment: Record, slots: Iterable[Slot]) -> str:
    text = segment.text
    for slot in slots:
        if (slot.segment, slot.rank) == (segment.kind, segment.place):
            zone = plans()[segment.kind].zones[slot.zone]
            text = text[: zone.start - 1] + slot.digits + text[zone.end :]
    return text


def _line(footer: Record, requested: int, accepted: int, reference: str) -> str:
    """Write a line 91 or 92: the same amounts, the payment reference on the 91 alone."""
    refused = requested - accepted
    kind = "91" if footer.kind == "95" else "92"
    head = f"{kind}00{footer.text[4:23]}"
    asked = f"{_signed(requested)}00{_ZERO}00{_signed(requested)}00"
    counts = f"{footer.text[65:73]}00{footer.text[75:77]}00"
    given = "".join(
        f"{amount}00"
        for amount in (
            _signed(accepted),
            _signed(refused),
            _ZERO,
            _ZERO,
            _signed(accepted),
            _signed(refused),
        )
    )
    paid = f"{reference.ljust(22)}00"
    payment = "" if kind == "92" else paid + paid + 42 * " " + paid
    return (head + asked + counts + given + payment).ljust(800)


def _signed(cents: int) -> str:
    return f"{'-' if cents < 0 else '+'}{abs(cents):011d}"
