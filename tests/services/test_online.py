"""ADRi and the four steps: queued with their bytes, asked once, weighed before they count."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from server.core.care import Source
from server.core.errors import InvalidForm, Missing
from server.core.online import OnlineService
from server.core.outbox import Message, MessageState, Outcome
from server.core.rights import Role
from server.services import (
    adri,
    covers,
    french_rights,
    mandates,
    online,
    patients,
    secure_tp,
    sessions,
)
from server.services.online import StepState
from server.services.secure_tp import Part
from server.services.tp_steps import STEPS
from server.simulators.sesam.online.faults import Fault, Kind
from server.store import post
from server.store.online import Understood
from sync.ports import Keep, Transport
from tests.france import CASANOVA, GARREC, MARCHAND, MEYER, PETROV, admitted
from tests.services.online_office import OnlineOffice, online_office
from tests.world import World

DAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def here(french_world: World) -> Iterator[OnlineOffice]:
    french_world.clock.go_to(DAY)
    with online_office(french_world) as opened:
        yield opened


def states(here: OnlineOffice, session: str) -> list[str]:
    return [str(step.state) for step in secure_tp.view(here.world.desk, session).steps]


def test_an_answer_of_adri_is_one_more_dated_reading(here: OnlineOffice) -> None:
    patient = here.patient(GARREC)
    adri.ask(here.world.desk, patient)
    assert adri.enquiry(here.world.desk, patient).waits
    report = here.run()
    assert report.left == 1
    now_on = french_rights.on(here.world.desk, patient, here.world.desk.today)
    assert now_on.insured and now_on.insured.said.source is Source.ADRI
    assert now_on.organism == "012910000"
    asked = adri.enquiry(here.world.desk, patient)
    assert asked.last and asked.last.outcome is Understood.GIVEN and not asked.waits


def test_one_question_is_under_way_at_a_time(here: OnlineOffice) -> None:
    patient = here.patient()
    first = adri.ask(here.world.desk, patient)
    assert adri.ask(here.world.desk, patient) == first
    here.run()
    assert adri.ask(here.world.desk, patient) != first


def test_l5_offline_who_asks_is_answered_at_once_whatever_is_asked(here: OnlineOffice) -> None:
    here.line = False
    session = here.visited()
    people = [here.patient(each) for each in (GARREC, MEYER, PETROV)]
    taken = []
    for patient in people:
        begun = time.perf_counter()
        adri.ask(here.world.desk, patient)
        taken.append(time.perf_counter() - begun)
        assert adri.enquiry(here.world.desk, patient).waits
    begun = time.perf_counter()
    secure_tp.begin(here.world.desk, session)
    taken.append(time.perf_counter() - begun)
    assert min(taken) < 0.2  # one that is fast was not waiting for a line
    assert not here.services.received()


def test_offline_it_waits_and_leaves_with_the_line(here: OnlineOffice) -> None:
    patient = here.patient()
    here.line = False
    adri.ask(here.world.desk, patient)
    here.run()
    assert not here.services.received()
    assert adri.enquiry(here.world.desk, patient).waits
    here.line = True
    here.later(minutes=1)
    assert [each.service for each in here.services.received()] == ["ADRI"]


@pytest.mark.parametrize("kind", [Kind.CUT_AFTER, Kind.TRUNCATE, Kind.CUT_BEFORE, Kind.STATUS])
def test_a_lost_answer_is_asked_after_and_nothing_is_asked_twice(
    here: OnlineOffice, kind: Kind
) -> None:
    here.services.faults.set([Fault(kind, service="ADRI", nth=(1,))])
    patient = here.patient()
    key = adri.ask(here.world.desk, patient)
    here.run()
    row = post.get(here.world.desk.db, key)
    assert row and row.state is MessageState.UNKNOWN
    for _ in range(4):
        here.later(minutes=20)
    asked = adri.enquiry(here.world.desk, patient).last
    assert asked and asked.outcome is Understood.GIVEN
    assert [(each.times_received, each.times_processed) for each in here.services.received()] == [
        (1, 1)
    ]


def test_a_refusal_is_an_answer_and_leaves_the_rights_alone(here: OnlineOffice) -> None:
    here.services.faults.set([Fault(Kind.REFUSE, nth=(1,), code="ASSURE_INCONNU")])
    patient = here.patient()
    before = french_rights.said(here.world.desk, patient)
    adri.ask(here.world.desk, patient)
    here.run()
    asked = adri.enquiry(here.world.desk, patient).last
    assert asked and (asked.outcome, asked.reason) == (Understood.REFUSED, "ASSURE_INCONNU")
    assert french_rights.said(here.world.desk, patient) == before


def test_what_was_corrected_meanwhile_is_asked_as_it_is_now(here: OnlineOffice) -> None:
    patient = admitted(here.world, MARCHAND, birth_date="1961-05-15")
    here.line = False
    first = adri.ask(here.world.desk, patient)
    patients.amend(here.world.desk, patient, MARCHAND.form)
    here.line = True
    here.run()
    here.run()
    old = post.get(here.world.desk.db, first)
    assert old and (old.state, old.reason) == (MessageState.CANCELLED, "overtaken")
    asked = adri.enquiry(here.world.desk, patient).last
    assert asked and asked.outcome is Understood.GIVEN
    assert len(here.services.received()) == 1


@pytest.mark.scenario("F-06")
def test_c2_state_medical_aid_is_asked_about_like_any_other_and_dated(here: OnlineOffice) -> None:
    patient = here.patient(PETROV)
    adri.ask(here.world.desk, patient)
    here.run()
    said = [each.said for each in french_rights.on(
        here.world.desk, patient, here.world.desk.today).situations]  # fmt: skip
    assert [(each.code, each.source) for each in said] == [("AME", Source.ADRI)]
    assert said[0].captured_at.date() == here.world.desk.today


def test_a_real_practice_asks_nothing_and_says_since_when(french_real_world: World) -> None:
    desk = french_real_world.desk
    patient = admitted(french_real_world, MARCHAND)
    stands = online.standing(desk)
    assert (stands.allowed, stands.simulated) == (False, False)
    assert stands.since and "non homologué" in stands.source
    with pytest.raises(Missing):
        adri.ask(desk, patient)
    assert not post.open_rows(desk.db)


def test_the_four_steps_follow_each_other_in_one_run(here: OnlineOffice) -> None:
    session = here.visited()
    secure_tp.begin(here.world.desk, session)
    assert states(here, session) == ["queued", "idle", "idle", "idle"]
    here.run()
    held = secure_tp.view(here.world.desk, session)
    assert [step.state for step in held.steps] == [StepState.GIVEN] * 4
    assert (held.part, held.amc_cents, held.owed_cents) == (Part.COMMITTED, 716, 0)
    assert held.steps[3].question and (held.steps[3].question.number or "").startswith("T")
    assert [each.service for each in here.services.received()] == [str(each) for each in STEPS]
    secure_tp.begin(here.world.desk, session)  # harmless once promised
    secure_tp.let_patient_pay(here.world.desk, session)
    assert secure_tp.view(here.world.desk, session).part is Part.COMMITTED


@pytest.mark.parametrize("step", range(4))
def test_a_step_that_is_refused_stops_there(here: OnlineOffice, step: int) -> None:
    here.services.faults.set([Fault(Kind.REFUSE, service=str(STEPS[step]), nth=(1,))])
    session = here.visited()
    secure_tp.begin(here.world.desk, session)
    here.run()
    assert states(here, session) == ["given"] * step + ["refused"] + ["idle"] * (3 - step)
    held = secure_tp.view(here.world.desk, session)
    assert held.part is Part.HELD and held.stuck == held.steps[step]
    assert held.shares.amo_cents == 1074
    secure_tp.begin(here.world.desk, session)
    here.run()
    assert states(here, session) == ["given"] * 4


@pytest.mark.parametrize(
    ("service", "reason"),
    [(OnlineService.CONVENTION, "type"), (OnlineService.COVER, "period"),
     (OnlineService.COMMITMENT, "amount")],
)  # fmt: skip
def test_an_answer_against_what_is_known_stops_and_is_not_believed(
    here: OnlineOffice, service: OnlineService, reason: str
) -> None:
    here.services.faults.set([Fault(Kind.CONTRADICT, service=str(service), nth=(1,))])
    session = here.visited()
    secure_tp.begin(here.world.desk, session)
    here.run()
    stuck = secure_tp.view(here.world.desk, session).stuck
    assert stuck and stuck.state is StepState.CONTRADICTED and stuck.service is service
    assert stuck.question and stuck.question.reason == reason


def test_another_amount_than_expected_is_told_and_is_the_one_that_counts(
    here: OnlineOffice,
) -> None:
    here.services.faults.set([Fault(Kind.CONTRADICT, service="MONTANT", nth=(1,))])
    session = here.visited()
    secure_tp.begin(here.world.desk, session)
    here.run()
    held = secure_tp.view(here.world.desk, session)
    assert held.steps[2].state is StepState.GIVEN and held.differs
    assert (held.amc_cents, held.owed_cents, held.shares.amc_cents) == (358, 358, 716)
    assert held.steps[3].state is StepState.REFUSED  # the simulator promises what it computes


def test_a_commitment_waits_for_the_rights_of_its_own_day(here: OnlineOffice) -> None:
    here.services.faults.set([Fault(Kind.STATUS, service="ENGAGEMENT", nth=(1,), status=429)])
    session = here.visited()
    secure_tp.begin(here.world.desk, session)
    here.run()
    assert states(here, session) == ["given", "given", "given", "queued"]
    for _ in range(3):
        here.later(days=1)
    asked = [each.service for each in here.services.received()]
    assert asked == ["CONVENTION", "DROITS", "MONTANT", "DROITS", "MONTANT", "ENGAGEMENT"]
    assert states(here, session) == ["given"] * 4


def test_what_was_struck_out_meanwhile_is_asked_no_more(here: OnlineOffice) -> None:
    here.line = False
    session = here.visited()
    secure_tp.begin(here.world.desk, session)
    sessions.void(here.world.desk, session, "erreur de patient")
    here.line = True
    here.run()
    here.run()
    assert not here.services.received()
    assert states(here, session) == ["stopped", "idle", "idle", "idle"]
    assert secure_tp.view(here.world.desk, session).lacking == "voided"


def test_a_cover_taken_off_stops_its_run_and_another_begins_one(here: OnlineOffice) -> None:
    here.line = False
    session = here.visited()
    patient = here.patient()
    secure_tp.begin(here.world.desk, session)
    [cover] = covers.of(here.world.desk, patient).of_papers
    covers.withdraw(here.world.desk, patient, cover.row.id)
    here.line = True
    here.run()
    assert states(here, session)[0] == "stopped"
    with pytest.raises(InvalidForm):
        secure_tp.begin(here.world.desk, session)
    here.covered()
    secure_tp.begin(here.world.desk, session)
    here.run()
    assert states(here, session) == ["given"] * 4


def test_who_pays_is_a_persons_choice_and_stops_what_waits(here: OnlineOffice) -> None:
    here.line = False
    session = here.visited()
    secure_tp.let_patient_pay(here.world.desk, session)  # nothing was asked: nothing is given up
    assert secure_tp.view(here.world.desk, session).part is Part.NONE
    secure_tp.begin(here.world.desk, session)
    secure_tp.let_patient_pay(here.world.desk, session)
    held = secure_tp.view(here.world.desk, session)
    assert (held.part, held.owed_cents, held.moving) == (Part.PATIENT_PAYS, 716, False)
    here.line = True
    here.run()
    assert not here.services.received()
    secure_tp.begin(here.world.desk, session)
    here.run()
    assert secure_tp.view(here.world.desk, session).part is Part.COMMITTED


def test_what_keeps_a_session_from_it_is_said_before_anything_is_asked(
    here: OnlineOffice,
) -> None:
    session = here.visited(member="", third_party="")
    assert secure_tp.view(here.world.desk, session).lacking == "no_member"
    here.covered(cover_from="", cover_to="", third_party="")
    with pytest.raises(InvalidForm):
        secure_tp.begin(here.world.desk, session)
    unique = here.visited(MEYER, amc="1221212145")
    assert secure_tp.view(here.world.desk, unique).lacking == "unique"
    state_aid = here.visited(PETROV, amc="75500017")
    assert secure_tp.view(here.world.desk, state_aid).lacking == "paper"
    whole = here.visited(CASANOVA, amc="99999997")
    assert secure_tp.view(here.world.desk, whole).lacking == "unique"


def test_a_flapping_line_loses_nothing_and_asks_nothing_twice(here: OnlineOffice) -> None:
    here.services.faults.set([
        Fault(Kind.CUT_BEFORE, probability=0.25), Fault(Kind.CUT_AFTER, probability=0.25),
        Fault(Kind.STATUS, probability=0.2), Fault(Kind.TRUNCATE, probability=0.2),
    ], seed=11)  # fmt: skip
    session = here.visited()
    secure_tp.begin(here.world.desk, session)
    for turn in range(40):
        here.line = turn % 3 != 1
        here.later(minutes=17)
        if secure_tp.view(here.world.desk, session).part is Part.COMMITTED:
            break
    assert secure_tp.view(here.world.desk, session).part is Part.COMMITTED
    assert {each.times_received for each in here.services.received()} == {1}
    promised = [each for each in here.services.received() if each.service == "ENGAGEMENT"]
    assert len(promised) == 1


def test_a_crash_between_the_answer_and_its_reading_asks_after_it(here: OnlineOffice) -> None:
    key = adri.ask(here.world.desk, here.patient())
    message = here.outbox.lease("sesam:adri", here.world.clock.now())
    assert message
    outcome = here.sesam.send(message, lambda raw: here.outbox.keep(message, raw, DAY))
    assert outcome.raw  # and the battery dies here
    here.world.clock.advance(minutes=10)
    here.later(minutes=20)
    asked = adri.enquiry(here.world.desk, here.patient()).last
    assert asked and asked.message == key and asked.outcome is Understood.GIVEN
    assert here.services.received()[0].times_processed == 1


class Garbling:
    """A partner whose answers are written by a test, each under the right reference."""

    def __init__(self, good: Transport, content: Mapping[str, object]) -> None:
        self._good = good
        self._content = content

    def send(self, message: Message, keep: Keep) -> Outcome:
        outcome = self._good.send(message, keep)
        told = json.loads(outcome.raw or b"{}")
        return replace(outcome, raw=json.dumps({**told, "rendu": self._content}).encode())

    def ask(self, message: Message, keep: Keep) -> Outcome:
        return self._good.ask(message, keep)


def test_an_answer_that_makes_no_sense_is_told_as_such(here: OnlineOffice) -> None:
    here.sesam = Garbling(here.sesam, {"odd": 1})
    patient = here.patient()
    adri.ask(here.world.desk, patient)
    here.run()
    asked = adri.enquiry(here.world.desk, patient)
    assert asked.state is StepState.UNREADABLE and not asked.waits
    session = here.visited()
    secure_tp.begin(here.world.desk, session)
    here.run()
    assert states(here, session) == ["unreadable", "idle", "idle", "idle"]


def test_more_than_the_caisse_leaves_is_no_amount(here: OnlineOffice) -> None:
    session = here.visited()
    secure_tp.begin(here.world.desk, session)
    message = here.outbox.lease("sesam:amc", here.world.clock.now())
    assert message
    for content in (
        {"signataire": "1", "libelle": "x", "type": "OC", "formules": []},
        {"du": "2026-01-01", "au": "2026-12-31"}, {"montant": 717},
    ):  # fmt: skip
        outcome = Garbling(here.sesam, content).send(message, lambda _: None)
        here.outbox.settle(message, outcome, here.world.clock.now())
        after = here.outbox.lease("sesam:amc", here.world.clock.now())
        if after is None:
            break
        message = after
    assert states(here, session) == ["given", "given", "contradicted", "idle"]
    stuck = secure_tp.view(here.world.desk, session).stuck
    assert stuck and stuck.question and stuck.question.reason == "too_much"


def test_without_a_billing_number_nothing_can_be_asked(here: OnlineOffice) -> None:
    patient, session = here.patient(), here.visited()
    here.world.desk.db.execute("update practitioner set billing_number = ''")
    asked = adri.enquiry(here.world.desk, patient)
    assert asked.lacking == "sender" and adri.ask(here.world.desk, patient) == ""
    assert secure_tp.view(here.world.desk, session).lacking == "no_sender"


def test_what_cannot_be_asked_any_more_is_asked_no_more(here: OnlineOffice) -> None:
    patient = here.patient()
    here.line = False
    key = adri.ask(here.world.desk, patient)
    here.world.desk.db.execute("update patient set draft = 1")
    here.line = True
    here.run()
    row = post.get(here.world.desk.db, key)
    assert row and row.state is MessageState.CANCELLED and not here.services.received()
    assert adri.enquiry(here.world.desk, patient).state is StepState.STOPPED


def test_a_commitment_for_other_lines_is_for_nothing_and_may_be_asked_again(
    here: OnlineOffice,
) -> None:
    session = here.visited()
    secure_tp.begin(here.world.desk, session)
    here.run()
    assert secure_tp.view(here.world.desk, session).part is Part.COMMITTED
    french_rights.note(here.world.desk, here.patient(), {
        "kind": "MATERNITY", "right_source": "PAPER", "rights_from": "01/03/2026",
        "rights_to": "30/09/2026",
    })  # fmt: skip
    held = secure_tp.view(here.world.desk, session)
    assert held.shares.amo_cents == held.shares.charged_cents  # the caisse pays all of it now
    assert held.steps[-1].state is StepState.OVERTAKEN and held.part is Part.HELD
    assert (held.lacking, held.owed_cents) == ("no_share", 0)


def test_who_may_not_see_people_lets_no_question_leave(here: OnlineOffice) -> None:
    adri.ask(here.world.desk, here.patient())
    viewer = replace(here.world.desk.user, role=Role.VIEWER, practitioner=None, is_main=False)
    desk = replace(here.world.desk, user=viewer)
    assert not mandates.may_travel(desk, "sesam") and mandates.may_travel(here.world.desk, "sesam")
