"""Records 20: the patient, his mutuality and where the invoice goes (`be-efact.md` §2–3)."""

from collections.abc import Iterator
from itertools import pairwise

from server.simulators.mycarenet.case import Case
from server.simulators.mycarenet.container import Invoice, Record
from server.simulators.mycarenet.digits import niss_holds
from server.simulators.mycarenet.insurers import destination_of, union_of
from server.simulators.mycarenet.rejects import Reject

_UNCHECKED_UNIONS = frozenset({"200", "400", "500"})


def judge_invoices(case: Case) -> Iterator[Reject]:
    """Faults of every record 20, alone and beside its neighbours."""
    seen: set[str] = set(case.memory.invoices)
    for invoice in case.file.invoices:
        head = invoice.head
        codes = [
            *_affiliation(head),
            *_destination(case, head),
            *_patient(case, head),
            *_cover(head),
            *_party(case, head),
            *_link(head),
            *_credit(invoice),
        ]
        if head["24-25"] in seen:
            codes.append("B202420")
        seen.add(head["24-25"])
        yield from (Reject(head.place, code) for code in codes)
    yield from _sorted(case)


def _affiliation(head: Record) -> Iterator[str]:
    mutuality = head["7"]
    if mutuality == "000" and union_of(head["18"]) in ("200", "500"):
        return
    if mutuality.isdigit() and (not union_of(mutuality) or mutuality[1:] == "00"):
        yield "B200703"


def _destination(case: Case, head: Record) -> Iterator[str]:
    member, destination = head["7"], head["18"]
    union = union_of(destination)
    if not destination.isdigit():
        return
    if union != case.insurer.union:
        yield "B201803"
    apart = any(invoice.head["18"] != "306" for invoice in case.file.invoices)
    if destination == "306" and apart:
        yield "B201803"
    if member.isdigit() and member[1:] != "00" and union not in _UNCHECKED_UNIONS:
        if destination != destination_of(member):
            yield "B201810"
    elif union == "400" and destination != "400":
        yield "F200710"


def _patient(case: Case, head: Record) -> Iterator[str]:
    number = head["8"]
    if not number.isdigit():
        return
    if not number.strip("0"):
        yield "F200810"
        return
    is_niss = number[:2] == "00" and niss_holds(number[2:])
    if head["32"] == "0":
        if is_niss:
            yield "F200813"
    elif number[:2] != "00":
        yield from case.insurer.misplaced_patient
    elif not is_niss:
        yield "F200802"
    elif _sex(number[2:]) not in ("", head["9"]):
        yield "F200921"


def _sex(niss: str) -> str:
    """1 or 2 as the order number says; nothing for a BIS number of unknown sex."""
    if 20 < int(niss[2:4]) <= 32:
        return ""
    return "1" if int(niss[6:9]) % 2 else "2"


def _cover(head: Record) -> Iterator[str]:
    if head["27"][:4].strip("0"):
        yield "B202704"
    if not head["27"][4:].strip("0"):
        yield "F202703"
    engagement = head["42-45"]
    if engagement.strip("0") and (" " in engagement[:32] or engagement[32:].strip("0")):
        yield "S204231"


def _party(case: Case, head: Record) -> Iterator[str]:
    if head["14"] != case.file.first["14"]:
        yield "F201412"
    recent = any(record.kind == "50" and record["5"] >= "20220501" for record in case.file.records)
    if head["3"] != "0" and recent:
        yield "F200311"


def _link(head: Record) -> Iterator[str]:
    linked = head["11"] in ("1", "3")
    for zone, missing, extra in (
        ("29-31", "F202910", "F202911"),
        ("34-36", "F203410", "F203411"),
        ("37", "F203710", "F203711"),
        ("41", "F204112", "F204113"),
    ):
        filled = bool(head[zone].strip("0"))
        if filled != linked:
            yield missing if linked else extra
    reference = bool(head["38-39"].strip("0 "))
    if head["11"] == "1" and not reference:
        yield "F203810"
    if head["11"] == "0" and reference:
        yield "F203811"


def _credit(invoice: Invoice) -> Iterator[str]:
    signs = {act.care[zone][:1] for act in invoice.acts for zone in ("19", "22")}
    if invoice.head["11"] == "3" and signs - {"-"}:
        yield "F201140"


def _sorted(case: Case) -> Iterator[Reject]:
    for one, other in pairwise(case.file.invoices):
        if other.head["18"] < one.head["18"]:
            yield Reject(other.head.place, "B201812")
