"""Checks footers 95 and 96 of a request (`be-efact.md` §2)."""

from server.core.layout import Layout
from server.countries.belgium.control import sum_check
from server.countries.belgium.efact_layout_footer import FOOTER_95, FOOTER_96
from server.countries.belgium.efact_numbers import digits_of
from server.countries.belgium.efact_problems import Fault
from server.countries.belgium.efact_walk import DestinationState, Walk

_SUMS = ("sign_a", "amount_a", "sign_total", "amount_total", "count", "check")
_PICK_95 = FOOTER_95.picker("mutuality", "recap")
_PICK_96 = FOOTER_96.picker("union")


def check_footer_95(walk: Walk, text: str) -> None:
    """Check the footer of one destination against the sums of its invoices."""
    mutuality, recap = _PICK_95(text)
    if not digits_of(recap):
        walk.note(Fault.COUNT, "402", expected=f"{walk.footers:012d}", found=recap)
    known = [total for total in walk.destinations if total.destination == mutuality]
    place = walk.destinations[walk.footers - 1 : walk.footers]
    if not place or place[0].destination != mutuality:
        expected = place[0].destination if place else ""
        walk.note(Fault.DIFFERS, "401", other="R20", expected=expected, found=mutuality)
    if known:
        _check_sums(walk, FOOTER_95, text, known[0], Fault.CHECK_MUTUALITY)


def check_footer_96(walk: Walk, text: str) -> None:
    """Check the footer of the whole file."""
    (union,) = _PICK_96(text)
    if walk.destinations:
        expected = f"{walk.destinations[0].destination[:1]}99"
        if union != expected:
            walk.note(Fault.FOOTER_UNION, "501", expected=expected, found=union)
    whole = DestinationState(
        union,
        walk.cents,
        walk.codes,
        sum(total.records for total in walk.destinations) + 2,  # and R10, R90
    )
    _check_sums(walk, FOOTER_96, text, whole, Fault.CHECK_FILE)


def _check_sums(
    walk: Walk, layout: Layout, text: str, total: DestinationState, check_fault: Fault
) -> None:
    page = layout.fields[2].name[:1]  # zones 4xx of record 95, 5xx of record 96
    sign_a, amount, sign_total, whole, count, check = layout.picker(*_SUMS)(text)
    expected = f"{abs(total.cents):011d}"
    sign = "-" if total.cents < 0 else "+"
    for zone, found in (("04", amount), ("08", whole)):
        if found != expected:
            walk.note(Fault.TOTAL, page + zone, expected=expected, found=found)
    for zone, found in (("03", sign_a), ("07", sign_total)):
        if found != sign:
            walk.note(Fault.SIGN, page + zone, expected=sign, found=found)
    if digits_of(count) != total.records:
        walk.note(Fault.COUNT, page + "09", expected=f"{total.records:08d}", found=count)
    if check != sum_check(total.codes):
        walk.note(check_fault, page + "10", expected=sum_check(total.codes), found=check)
