"""From the rows of a practice to one eFact file: sender, invoices, acts, tables of its check.

The file itself is written and checked by `server.countries.belgium.efact_*`; nothing here decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from server.core.clock import BRUSSELS
from server.core.identifiers import Nihii
from server.countries.belgium.coverage import payer_of
from server.countries.belgium.efact_message import (
    ActLine,
    EfactOptions,
    FileRequest,
    IdentityReading,
    PatientInvoice,
    Sender,
)
from server.countries.belgium.efact_walk import AgreementUse, CheckTables
from server.services import homecomings
from server.services.desk import Desk
from server.services.dossiers import Dossier
from server.services.facts import as_agreement
from server.services.rules import choice, rulebook
from server.store import numbering, patients, proofs
from server.store import practice as practices
from server.store.invoices import Line
from server.store.patients import Patient
from server.store.proofs import IdentityProof
from server.store.visits import Session


@dataclass(frozen=True, slots=True)
class FileNumbers:
    """The numbers a file is sealed under."""

    sending: int
    reference: str  # zone 204, fourteen digits


_INVOICE = attrgetter("patient", "mutuality", "ct1", "ct2")  # lines alike in these share one


def draw_numbers(desk: Desk, payer: str, today: date) -> FileNumbers:
    """Draw the sending number and the reference of a file (`be-efact.md` §2, zone 204)."""
    sending = numbering.draw_sending_number(desk.db, desk.device, payer, today.year)
    return numbers_again(desk, sending, today)


def numbers_again(desk: Desk, sending: int, today: date) -> FileNumbers:
    """Draw a reference for a file whose sending number is already its own."""
    slot, first = homecomings.reference_slot(desk)
    daily = numbering.draw(desk.db, desk.device, f"reference:{today:%Y%m%d}{slot}", first)
    return FileNumbers(sending, f"{today:%Y%m%d}{desk.device.digits}{daily:04d}")


def compose(
    desk: Desk,
    lines: Sequence[Line],
    month: str,
    numbers: FileNumbers,
    known: Mapping[str, Dossier],
) -> tuple[FileRequest, dict[str, str]]:
    """Compose the file of some lines of one payer and month, from the dossiers of its patients.

    Returns the request and the invoice number given to each line id.
    """
    grouped = groupby(sorted(lines, key=_invoice_key), key=_INVOICE)
    groups = [(insured, list(group)) for (_, *insured), group in grouped]
    drawn = numbering.draw_several(desk.db, desk.device, "invoice", len(groups))
    shown = proofs.of_sessions(desk.db, [line.session for line in lines])
    invoices: list[PatientInvoice] = []
    given: dict[str, str] = {}
    for rank, (insured, acts) in zip(drawn, groups, strict=True):
        number = f"{desk.device.digits}{rank:010d}"
        given |= {line.id: number for line in acts}
        invoices.append(_invoice(desk, number, acts, insured, known[acts[0].patient], shown))
    year, of_year = int(month[:4]), int(month[5:])
    request = FileRequest(
        sender(desk), numbers.reference, numbers.sending, desk.today, year, of_year,
        tuple(invoices), options=options(desk),
    )  # fmt: skip
    return request, given


def check_tables(desk: Desk) -> CheckTables:
    """Give the check what a file alone does not say: insurers, agreement rules, today."""
    rules = rulebook(desk)

    def destination(mutuality: str) -> str | None:
        payer = payer_of(mutuality, desk.today, rules.mutualities)
        return payer.destination if payer else None

    uses = {
        row.code: AgreementUse.FORBIDDEN
        if row.r52_omitted
        else (AgreementUse.REQUIRED if row.needs_agreement else AgreementUse.OPTIONAL)
        for row in rules.tariff.rows
    }
    return CheckTables(destination, uses, desk.today)


def sender(desk: Desk) -> Sender:
    """Give who bills and whom to call, from the practice and its holder."""
    holder = practices.practitioners(desk.db)[0]
    number = (desk.practice.third_party_number or holder.number)[-11:]
    profession = choice(desk, "efact.profession", "") or Nihii(number).qualification
    return Sender(
        number, desk.practice.enterprise_number, desk.practice.iban, desk.practice.bic,
        holder.last_name, holder.first_name, _phone(holder.phone), profession,
    )  # fmt: skip


def options(desk: Desk) -> EfactOptions:
    """Give what insurers accept differently, from the tables and the practice's own choice."""
    return EfactOptions(
        test=practices.setting(desk.db, "efact.mode", "test") == "test",
        format_version=choice(desk, "efact.format_version", "01"),
        keep_empty_record_52=choice(desk, "efact.r52_without_agreement", "") == "zeros",
    )


def _invoice_key(line: Line) -> tuple[str, ...]:
    return (
        line.patient, line.mutuality, line.ct1, line.ct2, line.care_date.isoformat(), line.ref,
    )  # fmt: skip


def _invoice(
    desk: Desk,
    number: str,
    lines: Sequence[Line],
    insured: Sequence[str],
    known: Dossier,
    shown: Mapping[str, IdentityProof],
) -> PatientInvoice:
    patient = patients.get(desk.db, lines[0].patient)
    assert patient is not None  # noqa: S101 - a foreign key says so
    mutuality, ct1, ct2 = insured
    payer = payer_of(mutuality, lines[0].care_date, rulebook(desk).mutualities)
    sessions = {session.id: session for session in known.sessions}
    return PatientInvoice(
        number, patient.niss or "", _sex(patient), payer.affiliation if payer else mutuality,
        payer.destination if payer else mutuality, ct1, ct2,
        tuple(_act(desk, line, sessions[line.session], known, shown) for line in lines),
        engagement=known.engagement,
    )  # fmt: skip


def _act(
    desk: Desk,
    line: Line,
    session: Session,
    known: Dossier,
    shown: Mapping[str, IdentityProof],
) -> ActLine:
    rx = known.prescriptions.get(session.prescription or "")
    kine = known.practitioners.get(session.practitioner)
    row = rulebook(desk).tariff.find(line.code, line.care_date)
    agreed = as_agreement(known.agreements.get(session.treatment, ()), line.care_date)
    bare = row is not None and row.r52_omitted
    needs_prescriber = row is None or row.needs_prescriber
    return ActLine(
        code=line.code,
        day=line.care_date,
        provider=kine.number if kine else "",
        oa_cents=line.oa_cents,
        copay_cents=line.copay_cents,
        supplement_cents=line.supplement_cents,
        prescriber=rx.prescriber_nihii if rx and needs_prescriber else None,
        prescribed_on=rx.rx_date if rx and needs_prescriber else None,
        agreement=None if bare or agreed is None else agreed.number,
        reference=line.ref,
        place=session.institution or None,
        copay_collected=line.copay_cents == 0 or session.copay_collected_cents > 0,
        conventioned=kine is None or kine.conventioned,
        repetition="02" if session.second_reason else "00",
        reading=None if bare else _reading(shown.get(session.id)),
    )


def _reading(proof: IdentityProof | None) -> IdentityReading | None:
    """Give the bedside proof as it was made: its instant is never changed (`hardware.md` §2.6)."""
    if proof is None:
        return None
    at = proof.at.astimezone(BRUSSELS)
    return IdentityReading(
        at.date(), at.time(), proof.input, proof.medium, proof.serial, proof.manual_reason,
        proof.vignette_reason,
    )  # fmt: skip


def _sex(patient: Patient) -> str:
    return "2" if patient.sex == "F" else "1"


def _phone(text: str) -> str:
    digits = "".join(c for c in text if c.isdigit())
    if digits.startswith("32") and len(digits) > 10:
        digits = "0" + digits[2:]
    return digits.rjust(10, "0") if digits else ""
