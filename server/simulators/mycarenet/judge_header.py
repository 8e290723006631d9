"""Records 10 and 90: who bills, when, under which number, paid where (`be-efact.md` §2)."""

import re
from collections.abc import Iterator

from server.simulators.mycarenet.case import Case
from server.simulators.mycarenet.container import File, Record
from server.simulators.mycarenet.digits import company_holds, iban_holds, nihii_holds
from server.simulators.mycarenet.rejects import Reject
from server.simulators.mycarenet.zones import civil_date

_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3}|   )")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30} *")
_INSTITUTIONS = ("7", "8", "9")
_FICTIVE_COMPANY = "0999999922"


def judge_header(case: Case) -> Iterator[Reject]:
    """Faults of the record 10, and of the month of the record 90."""
    first = case.file.first
    codes = [
        *_slip(case.file),
        *_sender(case, first),
        *_profession(first),
        *_period(case, first),
        *_company(first),
        *_account(first),
    ]
    yield from (Reject(first.place, code) for code in codes)
    yield from _last_month(case.file)


def _slip(file: File) -> Iterator[str]:
    first, cover = file.first, file.cover
    if first["7"] != cover["301"]:
        yield "B100720"
    if first["4"] != cover["304"]:
        yield "B100420"
    if first["22"][1:] != cover["300"][:4]:
        yield "B102220"
    elif first["23"] != cover["300"][4:]:
        yield "B102320"
    if first["25-26"] != cover["302"]:
        yield "B102503"


def _sender(case: Case, first: Record) -> Iterator[str]:
    if case.memory.number_taken:
        yield "B100721"
    if case.memory.filed_today:
        yield "B100724"
    party = first["14"]
    if not party.isdigit():
        return
    if party[0] != "0":
        yield "B101404"
    elif not nihii_holds(party[1:]):
        yield "B101402"
    if party[1:] != case.envelope.provider:
        yield "B101424"


def _profession(first: Record) -> Iterator[str]:
    month, stated = first["22"][1:] + first["23"], first["18"]
    if first["14"][1:2] in _INSTITUTIONS:
        return
    if month < "202404":
        if stated.strip("0"):
            yield "B101801"
    elif not stated.strip("0"):
        yield "B101810"
    elif stated != first["14"][-3:]:
        yield "B101821"


def _period(case: Case, first: Record) -> Iterator[str]:
    created = civil_date(first["25-26"])
    if created and created > case.today:
        yield "B102510"
    if first["22"][:1] != "0":
        yield "B102204"
    month = civil_date(first["22"][1:] + first["23"] + "01")
    if month is None:
        yield "B102303"
    elif month > case.today:
        yield "B102210" if month.year > case.today.year else "B102310"
    elif created and month > created:
        yield "B102311"


def _company(first: Record) -> Iterator[str]:
    number = first["27"]
    if number == _FICTIVE_COMPANY:
        yield "B102711"
    elif not number.strip():
        yield "B102710"
    elif number.isdigit() and not company_holds(number):
        yield "B102702"


def _account(first: Record) -> Iterator[str]:
    if not first["31-34"].strip():
        yield "B103110"
    elif not _BIC.fullmatch(first["31-34"]):
        yield "B103103"
    iban = first["36-41"]
    if not iban.strip():
        yield "B103610"
    elif not _IBAN.fullmatch(iban) or (iban[:2] == "BE" and len(iban.strip()) != 16):
        yield "B103605"
    elif not iban_holds(iban.strip()):
        yield "B103602"


def _last_month(file: File) -> Iterator[Reject]:
    for record in file.records:
        if record.kind == "90" and record["23"] != file.first["23"]:
            held = "01" <= record["23"] <= "12"
            yield Reject(record.place, "B902312" if held else "B902303")
