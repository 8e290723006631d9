"""Records 50 and 51: the act, its day, who did it and who prescribed it (`be-efact.md` §2)."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from server.simulators.mycarenet.case import Case, act_key
from server.simulators.mycarenet.container import Act, Invoice, Record
from server.simulators.mycarenet.digits import act_holds, nihii_holds
from server.simulators.mycarenet.insurers import Need, union_of, wants
from server.simulators.mycarenet.rejects import Reject
from server.simulators.mycarenet.zones import civil_date

_LIMITATION_YEARS = 2
_UNCHECKED_UNIONS = frozenset({"200", "400", "500"})


def judge_acts(case: Case) -> Iterator[Reject]:
    """Faults of every record 50 and 51."""
    done = set(case.memory.acts)
    for invoice in case.file.invoices:
        for act in invoice.acts:
            care = act.care
            codes = [
                *_code(care),
                *_days(case, invoice, care),
                *_membership(invoice.head, care),
                *_provider(care),
                *_prescription(case, care),
                *_signs(invoice.head, care),
                *_shares(care),
            ]
            key = act_key(care["8"], (care["4"], care["5"], care["23"]))
            if invoice.head["11"] == "3":
                done.discard(key)
            elif key in done:
                codes.append("R500544")
            else:
                done.add(key)
            yield from (Reject(care.place, code) for code in codes)
            yield from _engagements(act)


def _code(care: Record) -> Iterator[str]:
    code = care["4"]
    if not code.isdigit():
        return
    if code[0] != "0":
        yield "B500404"
    elif not act_holds(code[1:]):
        yield "R500402"


def _days(case: Case, invoice: Invoice, care: Record) -> Iterator[str]:
    day = civil_date(care["5"])
    if day is None:
        return
    created = civil_date(case.file.first["25-26"])
    if day > case.today:
        yield "R500510"
    elif created and day > created:
        yield "R500555"
    elif invoice.head["16"] != "1" and _limit(day) < case.today:
        yield "R500546"
    month = civil_date(case.file.first["22"][1:] + case.file.first["23"] + "01")
    if month and (day.year - month.year) * 12 + day.month - month.month > 1:
        yield "R500547"
    if care["6"] != care["5"]:
        yield "R500612" if care["6"] < care["5"] else "R500615"


def _limit(day: date) -> date:
    """Tell the last day on which care of that day may reach the insurer."""
    year = day.year + _LIMITATION_YEARS
    return date(year, day.month, monthrange(year, day.month)[1])


def _membership(head: Record, care: Record) -> Iterator[str]:
    if care["7"] != head["7"] and union_of(head["18"]) not in _UNCHECKED_UNIONS:
        yield "R500712"


def _provider(care: Record) -> Iterator[str]:
    provider, place = care["15"], care["14"]
    if provider.isdigit():
        if not provider.strip("0"):
            yield "R501505"
        elif provider[0] != "0":
            yield "B501504"
        elif not nihii_holds(provider[1:]):
            yield "R501502"
    if place.isdigit() and place.strip("0") and not nihii_holds(place[1:]):
        yield "R501402"


def _prescription(case: Case, care: Record) -> Iterator[str]:
    prescriber, norm = care["24-25"], care["26"]
    if not prescriber.isdigit():
        return
    if not prescriber.strip("0"):
        if wants(care["4"][1:]).prescriber is Need.REQUIRED:
            yield case.insurer.no_prescriber
        elif norm != "0":
            yield "R502641"
        return
    if prescriber[0] != "0":
        yield "B502404"
    elif not nihii_holds(prescriber[1:]):
        yield "R502402"
    if norm == "0":
        yield "R502641"
    prescribed = civil_date(care["20-21"])
    if prescribed is None and not care["20-21"].strip("0"):
        yield "R502011"
    elif prescribed and care["20-21"] > care["5"]:
        yield "R502014"


def _signs(head: Record, care: Record) -> Iterator[str]:
    sign = care["19"][0]
    for zone, code in (("22", "R502212"), ("27", "R502712"), ("30-31", "R503012")):
        if care[zone][0] != sign:
            yield code
    if sign == "-" and head["11"] != "3":
        yield "R501903"
    if not care.number("22"):
        yield "R502203"


def _shares(care: Record) -> Iterator[str]:
    pays = care["33"]
    if care.number("27"):
        if pays == "1":
            yield "S502744"
        elif pays in "23":
            yield "R502739"
    if care.number("30-31") and care["35"] == "1" and pays != "5":
        yield "R503047"
    if care["32"] != "0" and care["5"] >= "20220501":
        yield "R503211"


def _engagements(act: Act) -> Iterator[Reject]:
    for at, record in enumerate(act.engagements):
        direct = at == 0 and record.place == act.care.place + 1
        for zone, code in (("4", "R510412"), ("15", "R511512"), ("19", "R511912")):
            if record[zone] != act.care[zone]:
                yield Reject(record.place, code)
        if record["5"] != act.care["5"] or not direct:
            yield Reject(record.place, "R510512")
        if record["15"][1:2] == "5":
            yield Reject(record.place, "R511503")
