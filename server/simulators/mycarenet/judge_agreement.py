"""Records 52: the agreement number of the treatment and the reading of the card (`be-efact.md` §2).

An act that needs an agreement must carry one; an intake or a travel code must not (R521919).
"""

from collections.abc import Iterator

from server.simulators.mycarenet.case import Case
from server.simulators.mycarenet.container import Act, Record
from server.simulators.mycarenet.digits import agreement_holds
from server.simulators.mycarenet.insurers import Need, wants
from server.simulators.mycarenet.rejects import Reject

_BY_HAND, _VIGNETTE = "4", "7"


def judge_agreements(case: Case) -> Iterator[Reject]:
    """Faults of every record 52, and of acts that lack one."""
    for invoice in case.file.invoices:
        for act in invoice.acts:
            if not act.agreements and wants(act.care["4"][1:]).agreement is Need.REQUIRED:
                yield Reject(act.care.place, "R500116")
            for record in act.agreements:
                codes = [*_copies(act, record), *_agreement(record), *_reading(record)]
                yield from (Reject(record.place, code) for code in codes)


def _copies(act: Act, record: Record) -> Iterator[str]:
    for zone, code in (("4", "R520412"), ("5", "R520512"), ("15", "R521512")):
        if record[zone] != act.care[zone]:
            yield code


def _agreement(record: Record) -> Iterator[str]:
    number, need = record["19"], wants(record["4"][1:]).agreement
    if not number.isdigit():
        return
    if not number.strip("0"):
        if need is Need.REQUIRED:
            yield "R521904"
    elif need is Need.FORBIDDEN:
        yield "R521919"
    elif not agreement_holds(number):
        yield "R521902"


def _reading(record: Record) -> Iterator[str]:
    kind, medium = record["9"], record["10"]
    read = bool(record["6"].strip("0"))
    if kind == "0":
        if medium != "0":
            yield "R520910"
        if read or record["12-13"].strip("0") or record["16"].strip("0 "):
            yield "R520904"
    else:
        if medium == "0":
            yield "R521004"
        if not read and kind != _BY_HAND:
            yield "R520604"
        if not record["16"].strip("0 ") and medium != _VIGNETTE:
            yield "R521604"
    if (kind == _BY_HAND) != (record["3"] != "0"):
        yield "R520304" if kind == _BY_HAND else "R520310"
    if (medium == _VIGNETTE) != (record["11"] != "0"):
        yield "R521104" if medium == _VIGNETTE else "R521110"
