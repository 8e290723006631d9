"""Checks records 20 and 80 of a request (`be-efact.md` §2, §3)."""

from server.countries.belgium.control import sum_check
from server.countries.belgium.efact_check_act import check_missing_agreement
from server.countries.belgium.efact_layout_invoice import RECORD_20, RECORD_80
from server.countries.belgium.efact_numbers import amount_of, is_niss
from server.countries.belgium.efact_problems import Fault
from server.countries.belgium.efact_walk import Agreeing, DestinationState, InvoiceState, Walk
from server.countries.belgium.refusal_tables import Opens

_PICK_20 = RECORD_20.picker(
    *("3", "mutuality", "beneficiary", "purpose", "third_party", "destination"),
    *("invoice_number", "insurability", "identified"),
)
_PICK_PREVIOUS = RECORD_20.picker(
    *("previous_invoice", "previous_sending", "previous_mutuality", "previous_month"),
    "previous_reference",
)
_PICK_80 = RECORD_80.picker("oa_cents", "copay_cents", "supplement_cents", "invoice_check")

_FRAME = Agreeing.between(
    RECORD_20,
    RECORD_80,
    *("7", "8a+8b", "9", "10", "14", "17", "18", "24+25", "28", "32"),
)
_PURPOSES = {"0": "+", "1": "+", "3": "-"}
_SOLIDARIS_APART = "306"


def check_invoice(walk: Walk, text: str) -> None:
    """Check R20, and open the sums of its invoice."""
    closed, mutuality, beneficiary, purpose, third_party, destination, number, ct, flag = _PICK_20(
        text
    )
    walk.act = ""
    walk.invoice = InvoiceState(text, _PURPOSES.get(purpose, "+"), number, walk.detail - 1)
    if closed != "0" and walk.from_2022_05:
        walk.note(Fault.DIFFERS, "3", other="2022-05", expected="0", found=closed)
    if walk.opening and third_party != walk.opening[55:67]:
        expected = walk.opening[55:67]
        walk.note(Fault.DIFFERS, "14", other="R10", expected=expected, found=third_party)
    _check_beneficiary(walk, beneficiary, flag)
    _check_number(walk, number)
    if "000" in (ct[4:7], ct[7:]) or ct[:4] != "0000":
        walk.note(Fault.INSURABILITY, "27", Opens.COVERAGE_CT, found=ct)
    _check_mutuality(walk, mutuality, destination)
    _check_destination(walk, destination)
    _check_purpose(walk, purpose, text)


def _check_beneficiary(walk: Walk, beneficiary: str, flag: str) -> None:
    if flag == "1" and not is_niss(beneficiary):
        walk.note(Fault.NISS, "8a+8b", Opens.PATIENT_NISS, found=beneficiary)
    elif not beneficiary.strip("0"):
        walk.note(Fault.BENEFICIARY, "8a+8b", Opens.PATIENT_NISS, found=beneficiary)


def _check_number(walk: Walk, number: str) -> None:
    if not number.strip("0"):
        walk.note(Fault.INVOICE_NUMBER, "24+25", Opens.INVOICE_NUMBER, found=number)
    elif number in walk.invoices:
        walk.note(Fault.INVOICE_TWICE, "24+25", Opens.INVOICE_NUMBER, found=number)
    walk.invoices.add(number)


def _check_mutuality(walk: Walk, mutuality: str, destination: str) -> None:
    """Zone 7 is a local number, or 000 for unions that want it so; zone 18 follows from it."""
    if mutuality == "000":
        return
    if mutuality.endswith("00"):
        walk.note(Fault.MUTUALITY, "7", Opens.COVERAGE_MUTUALITY, found=mutuality)
        return
    expected = mutuality[:1] + destination[1:]
    if walk.tables.destination_of is not None:
        expected = walk.tables.destination_of(mutuality) or ""
    if destination != expected:
        walk.note(
            Fault.DESTINATION, "18", Opens.COVERAGE_MUTUALITY, expected=expected, found=destination
        )


def _check_destination(walk: Walk, destination: str) -> None:
    """Ascending within the file, one union, and 306 in a file of its own."""
    last = walk.destinations[-1].destination if walk.destinations else None
    if destination == last:
        return
    if last is not None:
        if destination < last:
            walk.note(Fault.DESTINATION_ORDER, "18", after=last, found=destination)
        if destination[:1] != last[:1] or _SOLIDARIS_APART in (destination, last):
            walk.note(Fault.UNION, "18", other=last, found=destination)
    walk.destinations.append(DestinationState(destination))


def _check_purpose(walk: Walk, purpose: str, text: str) -> None:
    if purpose not in _PURPOSES:
        walk.note(Fault.PURPOSE, "11", found=purpose)
        return
    *numbers, reference = _PICK_PREVIOUS(text)
    given = [zone for zone in numbers if zone.strip("0")]
    if (purpose == "0" and (given or reference.strip(" "))) or (
        purpose != "0" and len(given) < len(numbers)
    ):
        walk.note(Fault.PREVIOUS, "29+30+31", found=numbers[0])
    elif purpose == "1" and not reference.strip(" "):
        walk.note(Fault.PREVIOUS, "38+39", found="")


def check_invoice_end(walk: Walk, text: str) -> None:
    """Check R80: what it repeats of R20, its three sums, CD-FACT; add them to its destination."""
    invoice = walk.invoice
    if invoice is None:
        return
    check_missing_agreement(walk)
    walk.act = ""
    _FRAME.check(walk, invoice.text, text)
    oa, copay, supplement, check = _PICK_80(text)
    for zone, found, total, width in (
        ("19", oa, invoice.oa, 11),
        ("27", copay, invoice.copay, 9),
        ("30+31", supplement, invoice.supplement, 9),
    ):
        if amount_of(found) != total:
            expected = f"{invoice.sign}{abs(total):0{width}d}"
            walk.note(Fault.TOTAL, zone, expected=expected, found=found)
        elif found[0] != invoice.sign:
            walk.note(Fault.SIGN, zone, expected=invoice.sign, found=found[0])
    if check != sum_check(invoice.codes):
        walk.note(Fault.CHECK_INVOICE, "98", expected=sum_check(invoice.codes), found=check)
    total_of = walk.destinations[-1]
    total_of.cents += invoice.oa
    total_of.codes += invoice.codes
    total_of.records += walk.detail - invoice.first
    walk.invoice = None
