"""An invoice written in groups: section N, the places of every field, and what is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.core.identifiers import Nir
from server.core.sesam import Group, Wanted
from server.core.teletransmission import DocumentKind, Recipient
from server.countries.france.card_wire import read_groups
from server.countries.france.invoice_facts import (
    ActGroup,
    ActLine,
    Complementary,
    Compulsory,
    Identity,
    InvoiceFacts,
    Patient,
    Performer,
)
from server.countries.france.invoice_groups import (
    NO_DATE,
    card_birth,
    card_date,
    invoice_groups,
)
from server.countries.france.numbers import BillingNumber
from tests.countries.france.twins import write

DAY = date(2026, 3, 10)
CAISSE = Recipient(DocumentKind.FSE, "02", "751", "591")
ACT = ActLine(ActGroup.ACT, DAY, "TER", 980, 221, 2166, 6000, 1300, 2166, 866)
TRAVEL = ActLine(ActGroup.TRAVEL, DAY, "IFS", 100, 400, 400, 6000, 240, 400, 160)
DRIVEN = ActLine(ActGroup.KILOMETRES, DAY, "IK", 1900, 38, 722, 6000, 433, 722, 289)
GU = Complementary("RO", "0099999997", "A0099", "62", "0799", "OC", "999", "giesv.rss.fr")
INVOICE = InvoiceFacts(
    Identity(123456789, DAY),
    Performer(BillingNumber("991086265"), "KERVELLA", "YANN", "20", "01"),
    Patient(Nir.parse("1881134170052 26"), "198811010000", cover="00100"),
    Compulsory("027550000", CAISSE),
    GU,
    (ACT, TRAVEL, DRIVEN),
)


def group(number: int, facts: InvoiceFacts = INVOICE, wanted: Wanted = Wanted.FSE) -> Group:
    (found,) = (each for each in invoice_groups(facts, wanted) if each.number == number)
    return found


def test_n_with_unique_management_the_amo_group_is_unchanged_and_nothing_is_routed() -> None:
    alone = replace(INVOICE, complementary=None, acts=(replace(ACT, amc_cents=0),))
    assert group(1310) == group(1310, alone)
    assert group(1310).fields == ("02", "755", "0000", "751", "591")
    amc = group(1321)
    assert amc.field(1) == "RO"
    assert (amc.field(2), amc.field(3), amc.field(10)) == ("0099999997", "A0099", "62")
    assert (amc.field(8), amc.field(9), amc.field(11)) == ("", "", "")
    assert 1321 not in [each.number for each in invoice_groups(alone, Wanted.FSE)]


@pytest.mark.parametrize("wanted", [Wanted.BOTH, Wanted.DRE])
def test_n_with_a_dre_the_amc_group_says_where_it_goes(wanted: Wanted) -> None:
    amc = group(1321, wanted=wanted)
    assert (amc.field(8), amc.field(9), amc.field(11)) == ("OC", "giesv.rss.fr", "999")
    assert (amc.field(2), amc.field(3), amc.field(10)) == ("0099999997", "A0099", "62")
    assert (amc.field(1), amc.field(6), len(amc.fields)) == ("RO", "0799", 13)
    assert group(1310, wanted=wanted) == group(1310)


def test_groups_come_in_their_order_an_act_a_group() -> None:
    numbers = [each.number for each in invoice_groups(INVOICE, Wanted.BOTH)]
    assert numbers == [1110, 1120, 1130, 1310, 1321, 1610, 1620, 1630]


def test_every_field_stands_at_its_place() -> None:
    assert group(1110).fields == ("123456789", "", "202603100000", "1", "", NO_DATE)
    assert group(1120).fields == (
        "99108626", "5", "KERVELLA", "YANN", "1", "26", "20", "01", "", "", "", "L",
    )  # fmt: skip
    assert group(1130).fields == (
        "1", "1881134170052", "26", "198811010000", "1", "0", "00100", "",
    )  # fmt: skip
    assert group(1610).fields == (
        "202603100000", "TER", "980", "1", "221", "2166", "6000", "1300", "2166", "866",
    )  # fmt: skip
    assert group(1630).field(3) == "1900"


def test_a_correction_names_the_invoice_it_corrects() -> None:
    identity = Identity(200000001, DAY, "2", 7, date(2026, 2, 1))
    corrected = group(1110, replace(INVOICE, identity=identity))
    assert corrected.fields == ("200000001", "2", "202603100000", "1", "000000007", "202602010000")


def test_m5_a_birth_no_calendar_knows_is_written_as_it_is() -> None:
    patient = replace(INVOICE.patient, birth=card_birth("1942-19-01"))
    assert group(1130, replace(INVOICE, patient=patient)).field(4) == "194219010000"
    assert card_date(None) == NO_DATE


@pytest.mark.parametrize("field", ["routing", "domain", "host"])
def test_a_dre_without_its_way_is_refused(field: str) -> None:
    amc = {"routing": "OC", "domain": "giesv.rss.fr", "host": "999", field: ""}
    facts = replace(INVOICE, complementary=Complementary("OC", "1", "A", "33", **amc))
    assert invoice_groups(facts, Wanted.FSE)
    assert refusal(lambda: invoice_groups(facts, Wanted.DRE)) == (field, "missing")


def test_a_dre_without_a_complementary_is_refused() -> None:
    facts = replace(INVOICE, complementary=None, acts=(replace(ACT, amc_cents=0),))
    assert refusal(lambda: invoice_groups(facts, Wanted.BOTH)) == ("complementary", "missing")


def refusal(make: Callable[[], object]) -> tuple[object, object]:
    with pytest.raises(InvalidValue) as refused:
        make()
    return refused.value.facts["field"], refused.value.facts["reason"]


LATER = date(2026, 3, 11)
NOBODY = Nir.shaped("1881134170052 27")


@pytest.mark.parametrize(
    ("make", "field", "reason"),
    [
        (lambda: Identity(0, DAY), "number", "number"),
        (lambda: Identity(1_000_000_000, DAY), "number", "number"),
        (lambda: Identity(1, DAY, "2", 0, DAY), "corrected_number", "number"),
        (lambda: Identity(1, DAY, "2", 2), "corrected_day", "missing"),
        (lambda: Identity(1, DAY, "2", None, LATER), "corrected_day", "missing"),
        (lambda: Identity(1, DAY, "2", 1, LATER), "corrected_number", "same"),
        (lambda: replace(INVOICE.performer, last_name=""), "last_name", "missing"),
        (lambda: replace(INVOICE.performer, first_name="Œdipe"), "first_name", "script"),
        (lambda: replace(INVOICE.performer, zone="2\n"), "zone", "script"),
        (lambda: replace(INVOICE.patient, nir=NOBODY), "nir", "check"),
        (lambda: replace(INVOICE.patient, birth=NO_DATE), "birth", "date"),
        (lambda: replace(INVOICE.patient, birth="19881101"), "birth", "date"),
        (lambda: replace(INVOICE.patient, birth="1988-11-01xx"), "birth", "date"),
        (lambda: replace(INVOICE.patient, rank=""), "rank", "shape"),
        (lambda: replace(INVOICE.patient, quality="10"), "quality", "shape"),
        (lambda: replace(INVOICE.patient, cover="ALD"), "cover", "shape"),
        (lambda: Compulsory("2755", CAISSE), "body", "shape"),
        (lambda: Compulsory("027550000", Recipient(DocumentKind.DRE, "OC", "9", "x.fr")),
         "recipient", "kind"),
        (lambda: replace(GU, contract=""), "contract", "missing"),
        (lambda: replace(GU, number=""), "number", "missing"),
        (lambda: replace(GU, member=""), "member", "missing"),
        (lambda: replace(GU, member="Ω"), "member", "script"),
        (lambda: replace(ACT, code="ter"), "code", "shape"),
        (lambda: replace(ACT, quantity=0), "quantity", "number"),
        (lambda: replace(ACT, rate_bp=10_001), "rate_bp", "number"),
        (lambda: replace(ACT, amc_cents=-1), "amc_cents", "negative"),
        (lambda: replace(ACT, amo_cents=2167, fee_cents=9000), "amo_cents", "too_much"),
        (lambda: replace(ACT, amc_cents=867), "fee_cents", "too_much"),
        (lambda: replace(INVOICE, acts=()), "acts", "missing"),
        (lambda: replace(INVOICE, complementary=None), "amc_cents", "no_complementary"),
    ],
)  # fmt: skip
def test_what_is_no_invoice_is_refused(make: Callable[[], object], field: str, reason: str) -> None:
    assert refusal(make) == (field, reason)


def test_a7_a_wrong_key_is_never_secured() -> None:
    assert refusal(lambda: Patient(NOBODY, "198811010000")) == ("nir", "check")


LATIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, categories=("L", "N", "P")))


@given(
    number=st.integers(1, 999_999_999), day=st.dates(), name=LATIN.filter(bool),
    wanted=st.sampled_from(Wanted),
    cents=st.lists(st.integers(0, 10_000_000), min_size=3, max_size=3),
    kind=st.sampled_from(ActGroup),
)  # fmt: skip
def test_any_invoice_travels_as_a_card_does_and_keeps_its_sums(
    number: int, day: date, name: str, wanted: Wanted, cents: list[int], kind: ActGroup
) -> None:
    amo, amc, patient = cents
    line = ActLine(kind, day, "TER", 980, 1, amo + amc, 10_000, amo, amo + amc + patient, amc)
    facts = replace(
        INVOICE,
        identity=Identity(number, day),
        performer=replace(INVOICE.performer, last_name=name),
        acts=(line,),
    )
    groups = invoice_groups(facts, wanted)
    assert read_groups(write(groups)).groups == groups
    act = groups[-1]
    assert int(act.field(9)) - int(act.field(8)) - int(act.field(10)) == patient
    assert all(len(each.field(1)) == 12 for each in groups if each.number >= 1610)
