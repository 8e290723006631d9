"""Who pays what of a session in France: offered, decided, kept, priced (W16)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidForm, InvalidValue, NotFound
from server.countries.france.routes import Route
from server.services import (
    complementaries,
    covers,
    french_billing,
    french_formulas,
    french_invoicing,
    french_rights,
    french_visits,
)
from server.store.french_billing import BillingRow
from tests.countries.france.tables import line
from tests.france import MARCHAND, FrenchPerson, admitted
from tests.services.test_convention_import import taken
from tests.services.test_french_care import opened
from tests.world import World, faults

DAY = date(2026, 3, 10)
TABLE = [
    line("799900010", "OC", "", label="MUTUELLE TI DOUE", routing="OC", host="001"),
    line("02", criterion="02???????", label="MSA"),
]
TI_DOUE = {"name": "Mutuelle Ti Doué", "number": "0799900010", "convention_type": "OC"}
YEAR = {"cover_from": "2026-01-01", "cover_to": "2026-12-31", "cover_source": "PAPER"}
BOTH = {"tp_amo": "1", "tp_amc": "1"}


@pytest.fixture
def world(french_world: World) -> World:
    french_world.clock.advance(days=8)  # 10 March 2026
    complementaries.create(french_world.desk, TI_DOUE)
    return french_world


def covered(world: World, person: FrenchPerson, amc: str, **typed: str) -> str:
    """Admit somebody insured by his caisse, with a complementary."""
    patient = admitted(world, person)
    french_rights.note(
        world.desk, patient,
        {"kind": "AMO", "right_source": "PAPER", "right_organism": person.organism,
         "rights_from": "2026-01-01"},
    )  # fmt: skip
    covers.assign(world.desk, patient, {"amc": amc, "member": "12345678", **YEAR, **typed})
    return patient


def visited(world: World, patient: str, **typed: str) -> str:
    return french_visits.record(
        world.desk, opened(world, patient), {"care_date": DAY.isoformat(), **typed}
    )


def printed(world: World, patient: str, **typed: str) -> str:
    held = covers.on(world.desk, patient, DAY)
    assert held
    return french_formulas.add(world.desk, patient, held.row.id, typed)


def amounts(world: World, session: str) -> tuple[int, int, int]:
    """The parts of the caisse, of the complementary and what the patient owes, in cents."""
    parts = french_billing.parts_of(world.desk, session)
    assert parts.amo_cents + parts.amc_cents + parts.patient_cents == parts.charged_cents
    return parts.amo_cents, parts.amc_cents, parts.owed_cents


def refused(world: World, session: str, **typed: str) -> set[tuple[str, str]]:
    with pytest.raises(InvalidForm) as found:
        french_invoicing.decide(world.desk, session, typed)
    return set(faults(found.value))


@pytest.mark.scenario("F-13")
def test_f13_the_formulas_of_the_attestation_give_each_their_share(world: World) -> None:
    taken(world, TABLE)
    patient = covered(world, MARCHAND, "0799900010")
    session = visited(world, patient)
    assert amounts(world, session) == (1074, 0, 1790)
    first = printed(world, patient, heading="AUXM", formula_name="A", formula_code="052")
    printed(world, patient, heading="PHAR", formula_name="B", formula_code="010")
    third = printed(world, patient, heading="AUXM", formula_name="C", formula_code="050", rate="50")
    seen = french_invoicing.billing(world.desk, session, {"billing": "1", **BOTH})
    assert [(each.name, each.own) for each in seen.offer.formulas] == [
        ("A", True), ("C", True), ("B", False),
    ]  # fmt: skip
    assert seen.offer.formula is None
    assert refused(world, session, **BOTH) == {("formula", "missing")}
    french_invoicing.decide(world.desk, session, {**BOTH, "formula": first})
    assert amounts(world, session) == (1074, 716, 0)
    french_invoicing.decide(world.desk, session, {**BOTH, "formula": third})
    assert amounts(world, session) == (1074, 358, 358)
    kept = french_billing.choice_of(world.desk, session)
    assert kept
    assert (kept.route, kept.row.formula, kept.parameters) == (Route.DRE, "050", {"rate_tm": 5000})
    assert (kept.convention["signatory_label"], kept.returns) == ("MUTUELLE TI DOUE", 2)
    assert len(french_billing.history(world.desk, session)) == 2


def test_a_formula_alone_is_chosen_and_the_next_visit_begins_with_it(world: World) -> None:
    taken(world, TABLE)
    patient = covered(world, MARCHAND, "0799900010")
    printed(world, patient, heading="AUXM", formula_code="052")
    session = visited(world, patient, billing="1", **BOTH)
    assert amounts(world, session) == (1074, 716, 0)
    printed(world, patient, heading="SVIL", formula_code="050", rate="50")
    seen = french_visits.propose(world.desk, opened(world, patient), {})
    assert seen.offer and seen.offer.formula
    assert (seen.offer.formula.formula, seen.pays_now_cents) == ("052", 0)
    assert world.sql("select count(*) from french_invoice") == 1
    assert world.sql("select number from french_invoice") == 126000001


def test_the_choice_of_a_session_is_told_whole_to_other_services(world: World) -> None:
    taken(world, TABLE)
    patient = covered(world, MARCHAND, "0799900010")
    session = visited(world, patient)
    assert french_billing.choice_of(world.desk, session) is None
    assert french_billing.history(world.desk, session) == []
    printed(world, patient, heading="AUXM", formula_code="052")
    done = french_invoicing.decide(world.desk, session, BOTH)
    assert (done.kept, done.left) == (1, 0)
    french_invoicing.decide(world.desk, session, BOTH)  # the same again changes nothing
    (kept,) = french_billing.history(world.desk, session)
    assert (kept.row.number, kept.row.member, kept.row.domain) == ("0799900010", "12345678", "AUXM")
    assert (kept.convention["routing"], kept.convention["host"]) == ("OC", "001")
    assert french_billing.choices_of(world.desk, [session, "01NOBODY"]) == {session: kept}
    written = world.sql("select count(*) from journal where action = 'session.billed'")
    assert written == 1


def test_a_formula_the_tables_do_not_know_any_more_pays_nothing(world: World) -> None:
    taken(world, TABLE)
    patient = covered(world, MARCHAND, "0799900010")
    printed(world, patient, heading="AUXM", formula_code="052")
    session = visited(world, patient, billing="1", **BOTH)
    assert amounts(world, session) == (1074, 716, 0)
    world.desk.db.execute("update french_billing set formula = '999'")
    french_rights.note(
        world.desk, patient,
        {"kind": "ALD", "right_source": "PAPER", "rights_from": "2026-01-01"},
    )  # fmt: skip
    assert amounts(world, session) == (1074, 0, 716)


def test_an_id_of_nothing_is_not_found(world: World) -> None:
    for ask in (
        lambda: french_invoicing.billing(world.desk, "01NOBODY", {}),
        lambda: french_invoicing.decide(world.desk, "01NOBODY", {}),
        lambda: french_formulas.add(world.desk, "01NOBODY", "01NOCOVER", {}),
        lambda: french_formulas.take_off(world.desk, "01NOBODY", "01NOCOVER", "x"),
        lambda: complementaries.say_link(world.desk, "0799900099", exchanges=True),
    ):
        with pytest.raises(NotFound):
            ask()


def test_without_a_complementary_the_part_of_the_caisse_alone_may_be_asked(world: World) -> None:
    session = visited(world, admitted(world, MARCHAND))
    assert refused(world, session, **BOTH) == {("tp_amc", "no_cover")}
    french_invoicing.decide(world.desk, session, {"tp_amo": "1"})
    assert amounts(world, session) == (1074, 0, 716)
    kept = french_billing.choice_of(world.desk, session)
    assert kept and (kept.route, kept.returns, kept.row.cover) == (Route.AMO_ONLY, 1, None)


@dataclass(frozen=True)
class Line:
    fee_cents: int
    oa_cents: int
    amc_cents: int


@given(st.lists(st.tuples(*[st.integers(0, 10_000)] * 3), max_size=6), st.booleans(), st.booleans())
def test_what_each_bears_adds_up_and_nobody_owes_less_than_his_part(
    parts: list[tuple[int, int, int]], amo: bool, both: bool
) -> None:
    lines = [Line(sum(each), each[0], each[1]) for each in parts]
    amc = amo and both
    row = BillingRow("", "", datetime(2026, 3, 10, tzinfo=UTC), "", "DRE", amo, amc)
    found = french_billing.parts(lines, row)
    assert found.amo_cents + found.amc_cents + found.patient_cents == found.charged_cents
    assert found.patient_cents <= found.owed_cents <= found.charged_cents
    assert (found.owed_cents == found.patient_cents) or not amc


def test_a_year_whose_numbers_are_used_up_says_so_and_bills_nothing(world: World) -> None:
    patient = admitted(world, MARCHAND)
    session = visited(world, patient, billing="1", tp_amo="1")
    assert world.sql("select number from french_invoice") == 126000001
    world.desk.db.execute("update counter set last = 999999 where series = 'invoice:2026'")
    other = visited(world, patient)
    with pytest.raises(InvalidValue):
        french_invoicing.decide(world.desk, other, {"tp_amo": "1"})
    assert french_billing.choice_of(world.desk, other) is None
    assert world.sql("select count(*) from french_invoice") == 1
    french_invoicing.decide(world.desk, session, {})  # it has its number already
    assert amounts(world, session) == (1074, 0, 1790)
