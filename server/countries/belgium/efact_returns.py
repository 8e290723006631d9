"""What an insurer's message decides, ready to be matched to our lines.

Source: `be-efact.md` §4. An act that is not listed is accepted; a return lists records in error
and their containers only, so nothing here is recomputed from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from server.core.inspection import Problem
from server.core.layout import Record
from server.countries.belgium.efact_codes import (
    Letter,
    PlacedCode,
    by_invoice,
    placed_codes,
)
from server.countries.belgium.efact_read import EfactFile, Entry, MessageKind, read_efact

_Codes: TypeAlias = Mapping[int, tuple[PlacedCode, ...]]  # by the identity of their entry
_ERROR_ZONE = 4  # digits in the number of an error zone: that of its zone, and a 1


class Fate(StrEnum):
    """What a message means for the whole file, in the words of `domain.md` §3.4."""

    REQUEST = "REQUEST"  # our own message
    RECEIPT = "RECEIPT"  # stored by the insurer, nothing decided
    REFUSED = "REFUSED"  # nothing was booked, the lines are free again
    ACCEPTED = "ACCEPTED"
    SETTLED = "SETTLED"


FATES = {
    MessageKind.REQUEST: Fate.REQUEST,
    MessageKind.RECEIPT: Fate.RECEIPT,
    MessageKind.HEADER_REFUSAL: Fate.REFUSED,
    MessageKind.REFUSAL: Fate.REFUSED,
    MessageKind.ACCEPTANCE: Fate.ACCEPTED,
    MessageKind.SETTLEMENT: Fate.SETTLED,
}


@dataclass(frozen=True, slots=True)
class ZoneError:
    """An error zone of a segment or footer that is not zero: `5011` says `20`."""

    record: str  # "200", "300", "95", "96"
    number: int  # rank of the footer; 0 for a segment
    zone: str
    code: str


@dataclass(frozen=True, slots=True)
class ActVerdict:
    """What was said of one act, by its R50 or its R52; `number` is that of its R50, as sent."""

    number: int
    code: str  # six digits of the nomenclature
    day: date | None
    beneficiary: str
    reference: str  # R50 zone 28, ours; "" when only its R52 came back
    codes: tuple[PlacedCode, ...]
    refused: bool
    comment: str


@dataclass(frozen=True, slots=True)
class InvoiceVerdict:
    """What was said of one invoice; its acts that are not listed follow it."""

    number: str  # R20 zone 24-25, "" when no R20 nor R80 came back
    beneficiary: str
    refused: bool  # as a whole: a code F, or a refusal on its own R20 or R80
    codes: tuple[PlacedCode, ...]  # those of R20 and R80
    acts: tuple[ActVerdict, ...]
    accepted_cents: int | None  # from R80's error part, in settlements
    accepted_patient_cents: int | None


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """Amounts of one record 91, or of the total 92, in cents; None where unreadable."""

    mutuality: str
    requested_cents: int | None
    accepted_cents: int | None
    refused_cents: int | None
    payment_reference: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """The footers of a 920900."""

    total: SettlementLine
    lines: tuple[SettlementLine, ...]


@dataclass(frozen=True, slots=True)
class Return:
    """One message understood."""

    kind: MessageKind
    fate: Fate
    reference: str  # zone 204: ours
    oa_reference: str  # zone 205
    oa: str | None
    sending_number: str | None
    third_party: str | None  # twelve digits: for whom it is, when a record says so
    error_rate: int | None  # hundredths of a percent
    refusal_type: str | None
    invoices: tuple[InvoiceVerdict, ...]
    file_codes: tuple[PlacedCode, ...]  # those of R10 and R90
    zone_errors: tuple[ZoneError, ...]
    settlement: Settlement | None
    problems: tuple[Problem, ...]


def interpret(data: bytes) -> Return | None:
    """Read a message and say what it decides; None when it is not a readable eFact message."""
    reading = read_efact(data)
    return None if reading.file is None else interpreted(reading.file, reading.problems)


def interpreted(file: EfactFile, problems: tuple[Problem, ...] = ()) -> Return:
    """Say what a message already read decides."""
    codes = placed_codes(file.entries)
    of_record = dict(zip((id(entry) for entry in file.entries), codes, strict=True))
    returned = file.segment_300.layout.name == "300R"
    return Return(
        kind=file.kind,
        fate=FATES[file.kind],
        reference=file.reference,
        oa_reference=file.segment_200.chars("oa_reference"),
        oa=oa_of(file),
        sending_number=sending_number_of(file),
        third_party=third_party_of(file),
        error_rate=file.segment_300.integer("error_rate") if returned else None,
        refusal_type=file.segment_300.chars("refusal") if returned else None,
        invoices=tuple(_invoice(group, of_record) for group in by_invoice(file.entries)),
        file_codes=tuple(code for given in codes for code in given if code.record in ("10", "90")),
        zone_errors=zone_errors_of(file),
        settlement=settlement_of(file),
        problems=problems,
    )


def sending_number_of(file: EfactFile) -> str | None:
    """Give zone 301 as it stands; a receipt has none."""
    if file.segment_300.layout.name == "300A":
        return None
    return file.segment_300.chars("sending_number")


def third_party_of(file: EfactFile) -> str | None:
    """Give R10, R20 or R80 zone 14: the provider the message is for; None when none came back."""
    for name in ("10", "20", "80"):
        for entry in file.of(name):
            return entry.record.chars("14")
    return None


def oa_of(file: EfactFile) -> str | None:
    """Find the union in the first record that names a mutuality; None when none does."""
    for name, zone in (("20", "18"), ("91", "401"), ("95", "401"), ("92", "501"), ("96", "501")):
        for entry in file.of(name):
            digit = entry.record.chars(zone)[:1]
            if digit.isascii() and digit.isdigit() and digit != "0":
                return f"{digit}00"
    return None


def zone_errors_of(file: EfactFile) -> tuple[ZoneError, ...]:
    """List the error zones that say something, of segments and footers (`be-efact.md` §4)."""
    found = [error for segment in file.segments for error in _noted(segment, 0)]
    for entry in file.entries:
        if entry.record.layout.name in ("91", "92", "95", "96"):
            found += _noted(entry.record, entry.number)
    return tuple(found)


def _noted(record: Record, number: int) -> list[ZoneError]:
    name = record.layout.name.rstrip("AR")
    return [
        ZoneError(name, number, zone, code)
        for zone, code in record.zones().items()
        if len(zone) == _ERROR_ZONE and zone.endswith("1") and code.strip("0 ")
    ]


def settlement_of(file: EfactFile) -> Settlement | None:
    """Read the footers of a settlement; the total carries the reference its lines share."""
    if file.kind is not MessageKind.SETTLEMENT:
        return None
    lines = tuple(
        _settled(e.record, "4", e.record.chars("401"), e.record.chars("423").rstrip(" "))
        for e in file.of("91")
    )
    references = {line.payment_reference for line in lines}
    shared = references.pop() if len(references) == 1 else ""
    totals = file.of("92")
    if not totals:
        return Settlement(SettlementLine("", None, None, None, shared), lines)
    record = totals[0].record
    return Settlement(_settled(record, "5", record.chars("501"), shared), lines)


def _settled(record: Record, page: str, mutuality: str, reference: str) -> SettlementLine:
    """Read the sums over all accounts: zones x08, x20 and x22, each after its sign."""
    return SettlementLine(
        mutuality,
        signed(record, page + "07", page + "08"),
        signed(record, page + "19", page + "20"),
        signed(record, page + "21", page + "22"),
        reference,
    )


def signed(record: Record, sign: str, amount: str) -> int | None:
    """Read an amount whose sign stands in a zone of its own."""
    cents = record.integer(amount)
    return cents if cents is None or record.chars(sign) != "-" else -cents


def _invoice(
    group: Sequence[Entry], of_record: dict[int, tuple[PlacedCode, ...]]
) -> InvoiceVerdict:
    frame = [e for e in group if e.record.layout.name in ("20", "80")]
    acts = [e for e in group if e.record.layout.name not in ("20", "80")]
    own = tuple(code for entry in frame for code in of_record[id(entry)])
    every = own + tuple(code for entry in acts for code in of_record[id(entry)])
    closing = next((e for e in group if e.record.layout.name == "80"), None)
    error = closing.error if closing else None
    return InvoiceVerdict(
        number=frame[0].record.chars("24+25") if frame else "",
        beneficiary=group[0].record.chars("8a+8b"),
        refused=any(c.refuses for c in own) or any(c.letter == Letter.INVOICE for c in every),
        codes=own,
        acts=_acts(acts, of_record),
        accepted_cents=error.accepted_cents if error else None,
        accepted_patient_cents=error.accepted_patient_cents if error else None,
    )


def _acts(entries: Sequence[Entry], of_record: _Codes) -> tuple[ActVerdict, ...]:
    """Put each R51 and R52 back with its R50, which stands just before it in what we sent."""
    by_act: dict[int, list[Entry]] = {}
    for entry in entries:
        number = entry.number if entry.record.layout.name == "50" else entry.number - 1
        by_act.setdefault(number, []).append(entry)
    return tuple(
        _act(number, records, tuple(c for e in records for c in of_record[id(e)]))
        for number, records in by_act.items()
    )


def _act(number: int, entries: list[Entry], codes: tuple[PlacedCode, ...]) -> ActVerdict:
    first = entries[0].record
    comments = (e.error.comment for e in entries if e.error and e.error.comment)
    return ActVerdict(
        number=number,
        code=first.chars("4")[1:],
        day=first.day("5"),
        beneficiary=first.chars("8a+8b"),
        reference=first.chars("28").rstrip(" ") if first.layout.name == "50" else "",
        codes=codes,
        refused=any(code.refuses for code in codes),
        comment=next(comments, ""),
    )
