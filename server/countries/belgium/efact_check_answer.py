"""Checks what an insurer sent: is it whole and coherent? What it refuses is no problem of it.

Insurers rewrite zones in their echoes and are known for wrong control digits: those are warnings
(`cli.md`, `be-efact.md` §3). Amounts of a settlement that do not add up are errors.
"""

from server.core.inspection import Problem, Severity
from server.countries.belgium.control import record_check
from server.countries.belgium.efact_findings import Findings, place
from server.countries.belgium.efact_problems import Fault
from server.countries.belgium.efact_read import EfactFile, Entry, MessageKind
from server.countries.belgium.efact_returns import SettlementLine, settlement_of

_DETAIL = ("10", "20", "50", "51", "52", "80", "90")


def check_answer(file: EfactFile) -> tuple[Problem, ...]:
    """List what is wrong with a received message that could be read."""
    findings = Findings()
    for entry in file.entries:
        _check_zones(findings, entry)
        # in settlements zone 99 is rewritten as zeros: it says nothing (`be-efact.md` §3)
        if not entry.checked and file.kind is not MessageKind.SETTLEMENT:
            _note_check(findings, entry)
    if file.kind is MessageKind.SETTLEMENT:
        _check_settlement(findings, file)
    return tuple(findings.items)


def _check_zones(findings: Findings, entry: Entry) -> None:
    record = entry.record
    detail = record.layout.name in _DETAIL
    severity = Severity.WARNING if detail else Severity.ERROR
    for zone in record.faults:
        where = place(record.layout.name, entry.number, zone)
        findings.add(Fault.ZONE, where, severity=severity, found=record.chars(zone))


def _note_check(findings: Findings, entry: Entry) -> None:
    text = entry.record.text
    findings.add(
        Fault.CHECK_RECORD,
        place(entry.record.layout.name, entry.number, "99"),
        severity=Severity.WARNING,
        expected=record_check(text.encode("latin-1")),
        found=text[348:],
    )


def _check_settlement(findings: Findings, file: EfactFile) -> None:
    """Hold every line to its parts, requested being accepted plus refused, and the total to all."""
    settlement, totals = settlement_of(file), file.of("92")
    if settlement is None or not totals:
        findings.add(Fault.MISSING, "", record="92")
        return
    if not settlement.lines:
        findings.add(Fault.MISSING, "", record="91")
        return
    for rank, line in enumerate(settlement.lines, 1):
        _check_split(findings, line, place("91", rank, "408"))
    rank = totals[0].number
    _check_split(findings, settlement.total, place("92", rank, "508"))
    for zone, whole, *parts in zip(
        ("508", "520", "522"),
        _amounts(settlement.total),
        *(_amounts(line) for line in settlement.lines),
        strict=True,
    ):
        readable = [part for part in parts if part is not None]
        if whole is not None and len(readable) == len(parts) and whole != sum(readable):
            where = place("92", rank, zone)
            findings.add(Fault.TOTAL, where, expected=sum(readable), found=whole)


def _amounts(line: SettlementLine) -> tuple[int | None, int | None, int | None]:
    return line.requested_cents, line.accepted_cents, line.refused_cents


def _check_split(findings: Findings, line: SettlementLine, where: str) -> None:
    requested, accepted, refused = _amounts(line)
    if requested is None or accepted is None or refused is None:
        return  # an unreadable amount is already noted
    if requested != accepted + refused:
        findings.add(Fault.TOTAL, where, expected=accepted + refused, found=requested)
