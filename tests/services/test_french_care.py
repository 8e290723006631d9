"""A visit in France through its services: proposed, priced, recorded, judged again."""

import json
from datetime import date, timedelta

import pytest

from server.core.errors import InvalidForm, StateConflict
from server.core.states import SessionState
from server.services import covers, french_rights, french_series, french_visits, patients
from server.store import invoices, visits
from tests.france import BEN_AMAR, MARCHAND, PETROV, FrenchPerson, admitted
from tests.world import World, faults

RX = {
    "rx_date": "2026-03-01", "prescriber": "10009999904", "prescriber_name": "Dr Yann LE BIHAN",
}  # fmt: skip


def marchand(world: World) -> str:
    return patients.create(world.desk, {"last_name": "Marchand", "first_name": "Hélène"})


def opened(world: World, patient: str, **typed: str) -> str:
    form = {
        "territory": "UPPER_LIMB", "place": "CABINET", "start_date": "2026-03-02", **RX, **typed,
    }  # fmt: skip
    return french_series.open_series(world.desk, patient, form)


def given(world: World, series: str, day: date, **typed: str) -> str:
    return french_visits.record(world.desk, series, {"care_date": day.isoformat(), **typed})


def state(world: World, session: str) -> SessionState:
    held = visits.session(world.desk.db, session)
    assert held
    return held.state


def codes(world: World, session: str) -> list[str]:
    return [block.code for block in visits.blocks(world.desk.db, session)]


@pytest.fixture
def world(french_world: World) -> World:
    french_world.clock.advance(days=8)  # 10 March 2026
    return french_world


def test_the_letter_is_proposed_and_each_part_is_shown(world: World) -> None:
    series = opened(world, marchand(world))
    found = french_visits.propose(world.desk, series, {})
    assert (found.coding, found.charged_cents) == ("TST 8.10", 1790)
    assert (found.amo_cents, found.patient_cents) == (1074, 716)
    assert found.pays_now_cents == 1790  # nobody asked the caisse to pay first
    assert not found.reasons
    assert {each.code: each.sure for each in found.offered} == {"TST 8.10": True, "RSM 8.10": False}
    assert found.deducted_cents == 100


def test_a_recollected_letter_is_never_chosen_for_the_kine(french_real_world: World) -> None:
    world = french_real_world
    world.clock.advance(days=8)
    series = opened(world, marchand(world))
    found = french_visits.propose(world.desk, series, {})
    assert found.coding == ""
    with pytest.raises(InvalidForm) as refused:
        given(world, series, world.desk.today)
    assert faults(refused.value) == (("coding", "missing"),)
    session = given(world, series, world.desk.today, coding="rsm 8,1")
    assert invoices.lines_of_session(world.desk.db, session)[0].code == "RSM 8.10"


@pytest.mark.scenario("I-01")
def test_each_act_is_rounded_by_itself(world: World) -> None:
    world.clock.advance(days=85)
    patient = marchand(world)
    series = opened(world, patient, territory="SEVERAL")
    first = date(2026, 5, 28)
    sessions = [given(world, series, first + timedelta(days=n)) for n in range(3)]
    lines = [invoices.lines_of_session(world.desk.db, key)[0] for key in sessions]
    assert [line.fee_cents for line in lines] == [2166, 2166, 2166]
    assert sum(line.oa_cents for line in lines) == 3900
    assert sum(line.copay_cents for line in lines) == 2598


@pytest.mark.scenario("I-02")
def test_a_home_visit_has_its_allowance_and_its_kilometres(world: World) -> None:
    series = opened(world, marchand(world), place="HOME", kilometres="9", outside_town="1")
    session = given(world, series, world.desk.today)
    lines = invoices.lines_of_session(world.desk.db, session)
    assert {line.code: line.fee_cents for line in lines} == {
        "TST 8.10": 1790, "IFS": 400, "IK": 532,
    }  # fmt: skip
    assert sum(line.fee_cents for line in lines) == 2722
    assert sum(line.oa_cents for line in lines) == 1633
    assert sum(line.copay_cents for line in lines) == 1089
    near = french_visits.propose(world.desk, series, {"kilometres": "2"})
    assert near.charged_cents == 2190
    assert near.unpaid == ("travel.too_near",)


def test_the_second_patient_under_one_roof_has_no_travel(world: World) -> None:
    series = opened(world, marchand(world), place="HOME", kilometres="9", outside_town="1")
    found = french_visits.propose(world.desk, series, {"same_address": "1"})
    assert found.charged_cents == 1790
    assert found.unpaid == ("travel.same_address",)


def test_what_is_written_under_the_line_adds_up_to_the_patients_part(world: World) -> None:
    series = opened(world, marchand(world))
    session = given(world, series, world.desk.today, overrun="5", overrun_reason="horaire")
    line = invoices.lines_of_session(world.desk.db, session)[0]
    steps = json.loads(line.quote)
    assert sum(step["cents"] for step in steps) == line.copay_cents + line.supplement_cents
    assert steps[0]["facts"]["coefficient"] == 810
    assert (line.supplement_cents, line.amc_cents) == (500, 0)


def test_a_long_disease_makes_the_caisse_pay_the_whole(world: World) -> None:
    series = opened(world, marchand(world), ald="1")
    found = french_visits.propose(world.desk, series, {})
    assert (found.amo_cents, found.patient_cents) == (1790, 0)


@pytest.mark.scenario("F-22")
def test_the_sixteenth_session_of_low_back_pain_waits_for_its_agreement(world: World) -> None:
    patient = marchand(world)
    series = opened(
        world, patient, territory="SPINE", situation="low_back_pain", start_date="2026-02-16",
        rx_date="2026-02-15",
    )  # fmt: skip
    first = date(2026, 2, 16)
    sessions = [given(world, series, first + timedelta(days=n)) for n in range(15)]
    assert {state(world, key) for key in sessions} == {SessionState.READY}
    at_twelve = french_series.series(world.desk, series)
    assert at_twelve.count
    assert (at_twelve.count.counted, at_twelve.count.needed) == (15, True)
    last = given(world, series, date(2026, 3, 9))
    assert (state(world, last), codes(world, last)) == (SessionState.BLOCKED, ["dap.needed"])
    request = french_series.request(
        world.desk, series,
        {"sent_on": "2026-03-09", "sessions_asked": "15", "argument": "Raideur, douleur à 5/10"},
    )  # fmt: skip
    assert codes(world, last) == ["dap.waiting"]
    french_series.answer(world.desk, request, {"answer": "ACCEPTED", "answered_on": "2026-03-10"})
    assert (state(world, last), codes(world, last)) == (SessionState.READY, [])
    asked = french_series.series(world.desk, series)
    assert asked.count
    assert (asked.count.allowed, asked.requests[0].due) == (30, date(2026, 3, 24))


@pytest.mark.scenario("F-22")
def test_fifteen_days_of_silence_are_an_acceptance_when_the_row_says_so(world: World) -> None:
    series = opened(world, marchand(world), territory="SPINE", situation="low_back_pain",
                    declared="15")  # fmt: skip
    session = given(world, series, world.desk.today)
    french_series.request(
        world.desk, series,
        {"sent_on": "2026-03-10", "sessions_asked": "15", "argument": "Raideur"},
    )  # fmt: skip
    assert codes(world, session) == ["dap.waiting"]
    world.clock.advance(days=15)
    given(world, series, world.desk.today)
    assert state(world, session) is SessionState.READY


@pytest.mark.scenario("F-22")
def test_thirty_sessions_in_twelve_months_name_the_row_of_the_thirty_first(world: World) -> None:
    series = opened(world, marchand(world), territory="SPINE", situation="low_back_pain",
                    declared="30")  # fmt: skip
    session = given(world, series, world.desk.today)
    held = visits.blocks(world.desk.db, session)[0]
    facts = json.loads(held.facts)
    assert (facts["rank"], facts["allowed"]) == (31, 30)
    assert "31e" in facts["source"]


def test_the_counter_goes_on_from_one_prescription_to_the_next(world: World) -> None:
    patient = marchand(world)
    first = opened(world, patient, territory="SPINE", situation="low_back_pain")
    second = opened(world, patient, territory="SPINE", situation="low_back_pain")
    given(world, first, date(2026, 3, 9))
    found = french_series.series(world.desk, second).count
    assert found
    assert found.counted == 1


@pytest.mark.scenario("F-23")
def test_two_sessions_of_a_day_are_whole_with_two_prescriptions(world: World) -> None:
    patient = marchand(world)
    shoulder = opened(world, patient)
    pelvic = opened(world, patient, territory="PELVIC")
    day = world.desk.today
    one, two = given(world, shoulder, day), given(world, pelvic, day, second_reason="autre région")
    assert [state(world, key) for key in (one, two)] == [SessionState.READY, SessionState.READY]
    lines = invoices.lines_of_sessions(world.desk.db, [one, two])
    assert sum(line.fee_cents for line in lines) == 3580


@pytest.mark.scenario("F-23")
def test_with_one_prescription_the_second_waits_and_names_what_failed(world: World) -> None:
    series = opened(world, marchand(world))
    day = world.desk.today
    given(world, series, day)
    two = given(world, series, day, second_reason="douleur l'après-midi")
    held = visits.blocks(world.desk.db, two)[0]
    assert (held.reason, held.code) == ("SECOND_SESSION", "day.second_conditions")
    assert json.loads(held.facts)["failed"] == ["PRESCRIPTIONS", "ARTICLES", "REGIONS"]


@pytest.mark.scenario("F-24")
def test_direct_access_gives_eight_sessions_and_the_ninth_waits(world: World) -> None:
    french_series.set_access(world.desk, {"ground": "STRUCTURE", "since": "2026-01-01"})
    series = opened(world, marchand(world), rx_date="", prescriber="", start_date="2026-02-20")
    first = date(2026, 2, 20)
    sessions = [given(world, series, first + timedelta(days=n)) for n in range(9)]
    assert {state(world, key) for key in sessions[:8]} == {SessionState.READY}
    assert codes(world, sessions[8]) == ["rx.access_used_up"]
    french_series.prescribe(world.desk, series, {**RX, "rx_date": "2026-02-27"})
    assert state(world, sessions[8]) is SessionState.READY


@pytest.mark.scenario("F-24")
def test_without_the_right_the_first_session_waits(world: World) -> None:
    series = opened(world, marchand(world), rx_date="", prescriber="")
    session = given(world, series, world.desk.today)
    assert codes(world, session) == ["rx.none_no_access"]
    french_series.set_access(world.desk, {"ground": "STRUCTURE", "since": "2026-01-01"})
    assert state(world, session) is SessionState.READY


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"coding": "8,1"}, ("coding", "shape")),
        ({"kilometres": "loin"}, ("kilometres", "number")),
        ({"care_date": "2026-03-11"}, ("care_date", "future")),
        ({"care_date": "2026-03-01"}, ("care_date", "before_series")),
        ({"hour": "24"}, ("hour", "number")),
        ({"place": "MOON"}, ("place", "unknown")),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_recorded(
    world: World, typed: dict[str, str], fault: tuple[str, str]
) -> None:
    series = opened(world, marchand(world))
    with pytest.raises(InvalidForm) as refused:
        french_visits.record(world.desk, series, typed)
    assert fault in faults(refused.value)
    assert world.sql("select count(*) from session") == 0
    french_visits.propose(world.desk, series, typed)  # what is typed so far never stops the screen


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"territory": "ELBOW"}, ("territory", "unknown")),
        ({"situation": "hiccups"}, ("situation", "unknown")),
        ({"prescriber": "123"}, ("prescriber", "length")),
        ({"prescriber": "10009999905"}, ("prescriber", "check")),
        ({"rx_date": "2026-03-11"}, ("rx_date", "future")),
        ({"prescriber_name": ""}, ("prescriber_name", "missing")),
    ],
)
def test_a_treatment_is_opened_whole_or_not_at_all(
    world: World, typed: dict[str, str], fault: tuple[str, str]
) -> None:
    patient = marchand(world)
    with pytest.raises(InvalidForm) as refused:
        opened(world, patient, **typed)
    assert fault in faults(refused.value)
    assert world.sql("select count(*) from treatment") == 0


def test_a_request_needs_a_situation_its_date_and_its_argument(world: World) -> None:
    patient = marchand(world)
    with pytest.raises(StateConflict):
        french_series.request(world.desk, opened(world, patient), {})
    series = opened(world, patient, territory="SPINE", situation="low_back_pain")
    with pytest.raises(InvalidForm) as refused:
        french_series.request(world.desk, series, {"sent_on": "2026-03-11"})
    assert set(faults(refused.value)) == {
        ("sent_on", "future"), ("sessions_asked", "missing"), ("argument", "missing"),
    }  # fmt: skip


def test_an_answer_comes_after_its_request_and_is_a_yes_or_a_no(world: World) -> None:
    series = opened(world, marchand(world), territory="SPINE", situation="low_back_pain")
    form = {"sent_on": "2026-03-09", "sessions_asked": "15", "argument": "Raideur",
            "form_key": "k" * 26}  # fmt: skip
    request = french_series.request(world.desk, series, form)
    assert len(french_series.series(world.desk, series).requests) == 1
    for typed, fault in (
        ({"answer": "IMPLICIT", "answered_on": "2026-03-10"}, ("answer", "unknown")),
        ({"answer": "REFUSED", "answered_on": "2026-03-08"}, ("answered_on", "before_request")),
        ({"answer": "REFUSED", "answered_on": "2026-03-11"}, ("answered_on", "future")),
    ):
        with pytest.raises(InvalidForm) as refused:
            french_series.answer(world.desk, request, typed)
        assert faults(refused.value) == (fault,)


def test_the_same_form_sent_twice_records_one_session(world: World) -> None:
    series = opened(world, marchand(world))
    typed = {"care_date": "2026-03-10", "form_key": "01JQ00000000000000000000AB"}
    first = french_visits.record(world.desk, series, typed)
    assert french_visits.record(world.desk, series, typed) == first
    assert world.sql("select count(*) from session") == 1


def covered(world: World, person: FrenchPerson, number: str, until: str = "2026-12-31") -> str:
    """Admit somebody insured, with a cover that begins and ends."""
    patient = admitted(world, person)
    french_rights.note(
        world.desk, patient,
        {"kind": "AMO", "right_source": "PAPER", "right_organism": "012910000",
         "rights_from": "2026-01-01"},
    )  # fmt: skip
    covers.assign(
        world.desk, patient,
        {"amc": number, "cover_source": "PAPER", "member": "12345678", "cover_from": "2025-01-01",
         "cover_to": until},
    )  # fmt: skip
    return patient


@pytest.mark.parametrize(
    ("person", "number"),
    [(BEN_AMAR, "99999997"), (BEN_AMAR, "0088888888"), (PETROV, "75500017")],
)
def test_c2s_and_aid_leave_nothing_to_pay_and_take_no_overrun(
    world: World, person: FrenchPerson, number: str
) -> None:
    """D1, D2, C4 and C6: 10.74 by the caisse, 7.16 beside, nothing by the patient."""
    series = opened(world, covered(world, person, number))
    found = french_visits.propose(world.desk, series, {})
    assert (found.amo_cents, found.amc_cents, found.pays_now_cents) == (1074, 716, 0)
    assert (found.third_party, found.deducted_cents) == (True, 0)
    session = given(world, series, world.desk.today, overrun="5", overrun_reason="horaire")
    assert codes(world, session) == ["overrun.forbidden"]
    line = invoices.lines_of_session(world.desk.db, session)[0]
    assert (line.fee_cents, line.oa_cents, line.amc_cents) == (1790, 1074, 716)


def test_c5_aid_that_ended_stops_the_session_and_names_its_last_day(world: World) -> None:
    patient = admitted(world, PETROV)
    covers.assign(
        world.desk, patient,
        {"amc": "75500017", "cover_source": "PAPER", "member": "12345678",
         "cover_from": "2025-01-01", "cover_to": "2026-03-09"},
    )  # fmt: skip
    series = opened(world, patient)
    assert codes(world, given(world, series, date(2026, 3, 9))) == []
    late = given(world, series, date(2026, 3, 10))
    assert codes(world, late) == ["coverage.ame_ended"]
    assert "2026-03-09" in visits.blocks(world.desk.db, late)[0].facts


def test_a_right_learnt_later_prices_what_waits_again(world: World) -> None:
    patient = admitted(world, MARCHAND)
    session = given(world, opened(world, patient), world.desk.today)
    french_rights.note(
        world.desk, patient,
        {"kind": "MATERNITY", "right_source": "PAPER", "rights_from": "2026-03-01"},
    )  # fmt: skip
    line = invoices.lines_of_session(world.desk.db, session)[0]
    assert (line.oa_cents, line.copay_cents) == (1790, 0)
