"""Refused invoices in France: noted, taken back, corrected with a new number, counted once (H2)."""

import importlib.resources
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.care import Place
from server.core.errors import InvalidForm, NotFound
from server.core.states import SessionState
from server.services import (
    complementaries,
    covers,
    french_billing,
    french_invoices,
    french_invoicing,
    french_papers,
    french_rejects,
    french_rights,
    french_visits,
    sessions,
)
from server.services.french_billing import Parts
from server.services.french_invoices import Invoice, Sums, Which
from server.services.french_rejects import Reject
from server.store import french_invoices as store
from server.store import french_rejects as rejects
from server.store import migrate as migrations
from server.store import online as tp
from server.store.french_rejects import RejectRow
from server.store.migrate import migrate
from server.store.patients import Patient
from server.store.practice import Device
from server.store.visits import Session
from tests.countries.france.tables import line
from tests.france import CASANOVA, MARCHAND, admitted
from tests.services.test_convention_import import taken
from tests.services.test_french_billing import BOTH, TI_DOUE, amounts, covered, printed, visited
from tests.world import World, faults

LABEL = "TRAITEMENT EN COURS - CHANGEMENT DE FU SUR LA PERIODE DES SOINS (INTERLIGNE)"
FIRST, SECOND = 126000001, 126000002


@pytest.fixture
def world(french_world: World) -> World:
    """10 March; one patient under a DRE whose formula pays all that the caisse leaves."""
    french_world.clock.advance(days=8)
    complementaries.create(french_world.desk, TI_DOUE)
    taken(french_world, [line("799900010", "OC", "", label="MUTUELLE TI DOUE")])
    patient = covered(french_world, MARCHAND, "0799900010")
    printed(french_world, patient, heading="AUXM", formula_code="052")
    visited(french_world, patient, billing="1", **BOTH)
    return french_world


def patient_of(world: World) -> str:
    return str(world.sql("select patient from french_invoice order by number limit 1"))


def session_of(world: World) -> str:
    return str(world.sql("select session from french_invoice order by number limit 1"))


def note(world: World, **typed: str) -> str:
    form = {"invoice": str(FIRST), "label": LABEL, "part": "AMO", **typed}
    return french_rejects.note(world.desk, patient_of(world), form)


def refusal(world: World, **typed: str) -> set[tuple[str, str]]:
    with pytest.raises(InvalidForm) as found:
        note(world, **typed)
    return set(faults(found.value))


def listed(world: World) -> Mapping[int, Invoice]:
    found = french_invoices.of_patient(world.desk, patient_of(world))
    return {each.number: each for each in found.invoices}


def test_a_known_label_is_kept_as_received_with_its_meaning(world: World) -> None:
    note(world, label=LABEL.lower(), part="AMC")
    (waiting,) = french_invoices.refused_waiting(world.desk)
    assert waiting.reject and waiting.waits
    assert (waiting.reject.row.label, waiting.reject.row.part) == (LABEL.lower(), "AMC")
    assert (waiting.reject.row.code, waiting.reject.why) == ("fu-change", "COVER")
    assert waiting.reject.row.by == world.desk.user.id
    assert waiting.reject.row.at.date() == world.desk.today
    assert french_rejects.count(world.desk) == 1
    assert world.sql("select count(*) from journal where action = 'invoice.refused'") == 1


@pytest.mark.parametrize("part", ["AMO", "AMC"])
def test_an_unknown_label_is_kept_too_and_may_be_corrected(world: World, part: str) -> None:
    note(world, label="9999 999 LIBELLE D’AILLEURS", part=part)
    (waiting,) = french_invoices.refused_waiting(world.desk)
    assert waiting.reject and (waiting.reject.row.code, waiting.reject.why) == ("", part)
    french_invoicing.decide(world.desk, session_of(world), BOTH)  # the very same decision
    assert store.number_of(world.desk.db, session_of(world)) == SECOND
    assert french_invoices.refused_waiting(world.desk) == []


def test_what_cannot_be_noted_is_told_field_by_field(world: World) -> None:
    assert refusal(world, label=" ", invoice="", part="") == {
        ("label", "missing"), ("invoice", "missing"), ("part", "missing"),
    }  # fmt: skip
    assert refusal(world, invoice="126000009") == {("invoice", "not_of_patient")}
    visited(world, admitted(world, CASANOVA), billing="1", tp_amo="1")  # somebody else's
    assert refusal(world, invoice=str(SECOND)) == {("invoice", "not_of_patient")}
    assert refusal(world, label="X" * 201) == {("label", "too_long")}
    assert refusal(world, part="NOBODY") == {("part", "unknown")}
    french_invoicing.decide(world.desk, session_of(world), {"tp_amo": "1"})
    assert refusal(world, part="AMC") == {("part", "no_amc")}
    assert world.sql("select count(*) from french_reject") == 0
    note(world, label="X" * 200)
    assert refusal(world) == {("invoice", "refused")}
    french_invoicing.decide(world.desk, session_of(world), {"tp_amo": "1"})
    assert refusal(world) == {("invoice", "corrected")}
    sessions.void(world.desk, session_of(world), "autre patient")
    assert refusal(world, invoice=str(store.number_of(world.desk.db, session_of(world)))) == {
        ("invoice", "struck")
    }


def test_the_same_form_sent_again_notes_once(world: World) -> None:
    key = world.desk.new_id()
    assert note(world, form_key=key) == note(world, form_key=key)
    assert world.sql("select count(*) from french_reject") == 1


def test_a_reject_noted_by_mistake_is_taken_back_until_it_is_corrected(world: World) -> None:
    patient, reject = patient_of(world), note(world)
    with pytest.raises(NotFound):
        french_rejects.take_back(world.desk, "01NOBODY", reject)
    with pytest.raises(NotFound):
        french_rejects.take_back(world.desk, patient, "01NOREJECT")
    for _ in range(2):
        french_rejects.take_back(world.desk, patient, reject)
    written = world.sql("select count(*) from journal where action = 'invoice.refusal_taken_back'")
    assert written == 1 and world.sql("select count(*) from french_reject") == 1
    assert french_rejects.count(world.desk) == 0 and not listed(world)[FIRST].waits
    french_invoicing.decide(world.desk, session_of(world), {"tp_amo": "1"})
    assert list(listed(world)) == [FIRST]  # not refused: the invoice keeps its number
    again = note(world)
    french_invoicing.decide(world.desk, session_of(world), {"tp_amo": "1"})
    with pytest.raises(InvalidForm) as found:
        french_rejects.take_back(world.desk, patient, again)
    assert set(faults(found.value)) == {("reject", "corrected")}


def test_the_refused_invoice_stays_as_it_was_and_the_corrected_one_counts(world: World) -> None:
    session = session_of(world)
    note(world)
    french_rights.note(
        world.desk, patient_of(world),
        {"kind": "ALSACE_MOSELLE", "right_source": "PAPER", "rights_from": "2026-01-01"},
    )  # fmt: skip
    assert amounts(world, session)[0] != 1074  # the session is priced anew
    french_invoicing.decide(world.desk, session, {"tp_amo": "1"})
    old, new = listed(world)[FIRST], listed(world)[SECOND]
    assert (old.parts.amo_cents, old.parts.amc_cents, old.parts.owed_cents) == (1074, 716, 0)
    assert old.chosen and (old.chosen.amc, old.chosen.formula) == (True, "052")
    assert new.chosen and (new.chosen.amc, new.chosen.formula) == (False, "")
    assert (old.counts, old.corrected_by, old.due_cents) == (False, SECOND, 0)
    assert (new.counts, new.corrects, new.reject) == (True, FIRST, None)
    sums = french_invoices.of_patient(world.desk, patient_of(world))
    assert (
        sums.charged_cents == 1790 and sums.due_cents == new.due_cents == amounts(world, session)[2]
    )
    assert [each.number for each in sums.held] == [SECOND]
    assert [each.number for each in french_invoices.of_session(world.desk, session)] == [
        SECOND, FIRST,
    ]  # fmt: skip
    month = world.desk.today
    told = french_invoices.of_month(world.desk, month, Which.REFUSED)
    assert [each.number for each in told.invoices] == [FIRST]
    assert french_invoices.charged_cents(world.desk) == 1790
    kept = french_billing.history(world.desk, session)
    assert [each.row.amc for each in kept] == [False, True]


def test_a_corrected_invoice_may_be_refused_and_corrected_in_turn(world: World) -> None:
    for number in (FIRST, SECOND):
        note(world, invoice=str(number))
        french_invoicing.decide(world.desk, session_of(world), BOTH)
    assert store.number_of(world.desk.db, session_of(world)) == 126000003
    assert [each.corrects for each in listed(world).values()] == [SECOND, FIRST, None]
    assert french_invoices.charged_cents(world.desk) == 1790
    assert world.sql("select count(*) from french_reject_open") == 0


def test_one_ok_corrects_every_refused_invoice_of_the_treatment_and_bills_no_other(
    world: World,
) -> None:
    patient = patient_of(world)
    held = french_invoicing.billing(world.desk, session_of(world), {}).session
    other = french_visits.record(
        world.desk, held.treatment,
        {"care_date": "2026-03-09", "billing": "1", "second_reason": "x", **BOTH},
    )  # fmt: skip
    undecided = french_visits.record(world.desk, held.treatment, {"care_date": "2026-03-06"})
    for number in (FIRST, SECOND):
        note(world, invoice=str(number))
    seen = french_invoicing.billing(world.desk, held.id, {})
    assert seen.reject and seen.others == 1
    done = french_invoicing.decide(world.desk, held.id, {**BOTH, "others": "1"})
    assert (done.kept, done.left) == (2, 0)
    assert store.number_of(world.desk.db, held.id) == 126000003
    assert store.number_of(world.desk.db, other) == 126000004
    assert store.number_of(world.desk.db, undecided) is None
    assert french_invoices.of_patient(world.desk, patient).charged_cents == 2 * 1790


def test_a_struck_session_waits_for_no_corrected_invoice(world: World) -> None:
    note(world)
    sessions.void(world.desk, session_of(world), "autre patient")
    assert french_rejects.count(world.desk) == 0
    assert french_invoices.refused_waiting(world.desk) == []
    assert not listed(world)[FIRST].waits
    told = french_invoices.of_month(world.desk, world.desk.today, Which.REFUSED)
    assert told.invoices == []


def test_what_a_complementary_promised_for_the_refused_one_is_not_for_the_corrected_one(
    world: World,
) -> None:
    session = session_of(world)
    cover = covers.on(world.desk, patient_of(world), world.desk.today)
    assert cover
    run = tp.Run(world.desk.new_id(), session, cover.row.id, world.desk.now)
    with world.desk.deed("online.begun", "session", session) as seq:
        tp.add_run(world.desk.db, run, world.desk.device.id, seq)
    note(world)
    assert tp.run_of(world.desk.db, session) == run
    french_invoicing.decide(world.desk, session, BOTH)
    assert tp.run_of(world.desk.db, session) is None
    assert world.sql("select why from tp_end") == french_invoicing.CORRECTED


def test_papers_bear_the_new_number_and_count_copies_of_their_own(world: World) -> None:
    session = session_of(world)
    assert [french_papers.print_again(world.desk, session) for _ in range(2)] == [1, 2]
    assert french_papers.receipt(world.desk, session).replaces == ""
    note(world)
    french_invoicing.decide(world.desk, session, BOTH)
    made = french_papers.receipt(world.desk, session)
    assert (made.number, made.replaces, made.copy) == (str(SECOND), str(FIRST), 1)
    assert [french_papers.print_again(world.desk, session) for _ in range(2)] == [1, 2]
    assert world.sql("select count(*) from french_receipt") == 4


def test_a_noted_reject_is_never_changed_and_its_parts_add_up(world: World) -> None:
    note(world)
    (row,) = rejects.standing(world.desk.db, [FIRST]).values()
    with pytest.raises(apsw.ConstraintError):
        world.desk.db.execute("update french_reject set label = 'x' where id = ?", (row.id,))
    assert row.charged_cents == row.amo_cents + row.amc_cents == 1790


def test_a_file_of_before_keeps_its_invoices_and_the_copies_of_their_receipts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever number the step has: all before it, rows of then, the step itself."""
    folder = Path(migrations.__file__).parent / "migrations"
    steps = sorted(folder.glob("*.sql"))
    place = next(n for n, step in enumerate(steps) if step.name.endswith("_rejects.sql"))
    mine = tmp_path / "migrations"
    mine.mkdir()
    monkeypatch.setattr(importlib.resources, "files", lambda _: tmp_path)
    for step in steps[:place]:
        (mine / step.name).write_bytes(step.read_bytes())
    db = apsw.Connection(":memory:")
    migrate(db)
    db.execute(
        "insert into patient (id, device, seq, last_name, first_name, search, draft, created_at)"
        " values ('p', 'd', 1, 'X', 'Y', '', 0, '2026-03-10')"
    )
    for key in ("s", "t"):
        db.execute(
            "insert into session (id, device, seq, treatment, patient, practitioner, care_date,"
            " place, recorded_at, state)"
            " values (?, 'd', 2, 'z', 'p', 'k', '2026-03-10', 'CABINET', '2026-03-10', 'Ready')",
            (key,),
        )
    db.execute("insert into french_invoice values (126000001, 'd', 7, 's', 'p', '2026-03-10')")
    db.execute("insert into french_receipt values ('s', 1, 'd', 8, '2026-03-10')")
    db.execute("insert into french_receipt values ('t', 1, 'd', 9, '2026-03-10')")
    db.pragma("foreign_keys", "on")
    (mine / steps[place].name).write_bytes(steps[place].read_bytes())
    migrate(db)
    assert db.execute("select * from french_invoice").fetchall() == [
        (126000001, "d", 7, "s", "p", "2026-03-10", None)
    ]
    copies = db.execute("select session, copy, invoice from french_receipt").fetchall()
    assert copies == [("s", 1, 126000001), ("t", 1, None)]
    assert db.pragma("integrity_check") == "ok"
    db.pragma("foreign_keys", "off")  # what the rows name is not of this test
    row = "insert into french_invoice values (?, 'd', 1, 's', 'p', '2026-03-11', ?)"
    for number, corrects in ((126000002, None), (126000003, 126000003)):
        with pytest.raises(apsw.ConstraintError):
            db.execute(row, (number, corrects))
    db.execute(row, (126000002, 126000001))
    with pytest.raises(apsw.ConstraintError):
        db.execute(row, (126000003, 126000001))
    db.execute("insert into tp_end values ('r', 'd', 1, 'CORRECTED', '2026-03-10')")
    with pytest.raises(apsw.ConstraintError):
        db.execute("insert into tp_end values ('q', 'd', 1, 'TIRED', '2026-03-10')")


DAY, NOW = date(2026, 3, 10), datetime(2026, 3, 10, tzinfo=UTC)
SOMEBODY = Patient("p", None, "X", "Y", None, "F", "fr", "", False, False)
GIVEN = Session(
    "s", "t", "p", "k", None, DAY, Place.CABINET, "", None, "", 0, "", NOW, SessionState.READY
)


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[list[int], bool, int]]:
    """Sessions: what each of its invoices amounted to, struck out or not, what was paid; cents."""
    amounts = st.lists(st.integers(0, 50_000), min_size=1, max_size=4)
    each = st.tuples(amounts, st.booleans(), st.integers(0, 50_000))
    return draw(st.lists(each, max_size=8))


def invoices_of(number: int, life: tuple[list[int], bool, int]) -> list[Invoice]:
    """The invoices of one session, each but the last refused and corrected by the next."""
    sums, struck, paid = life
    state = SessionState.VOIDED if struck else SessionState.READY
    session = replace(GIVEN, id=str(number), state=state, copay_collected_cents=paid)
    first, found = number * 10, []
    for rank, cents in enumerate(sums):
        last = rank == len(sums) - 1
        row = RejectRow("r", NOW, "u", first + rank, session.id, "p", "X", "AMO", "", None,
                        cents, 0, 0, cents)  # fmt: skip
        found.append(
            Invoice(
                first + rank, DAY, session, SOMEBODY, None, Parts(cents, cents // 2, 0, cents),
                None if last else Reject(row, None), first + rank - 1 if rank else None,
                None if last else first + rank + 1,
            )
        )  # fmt: skip
    return found


@given(lives())
def test_however_often_it_was_refused_each_session_counts_once(
    sessions: list[tuple[list[int], bool, int]],
) -> None:
    every = [each for n, life in enumerate(sessions, 1) for each in invoices_of(n, life)]
    found = Sums(every)
    held = [(sums[-1], paid) for sums, struck, paid in sessions if not struck]
    assert found.charged_cents == sum(cents for cents, _ in held)
    assert found.due_cents == sum(max(0, cents - paid) for cents, paid in held)
    assert len({each.session.id for each in found.held}) == len(found.held) == len(held)
    assert found.amo_cents + found.amc_cents + found.patient_cents == found.charged_cents
    assert not found.waiting


PLACE = Device("d", "A", "", 1, 999)


@pytest.fixture(scope="module")
def empty() -> apsw.Connection:
    """The tables of a practice, without a row; what invoices name is not of this test."""
    db = apsw.Connection(":memory:")
    migrate(db)
    db.pragma("foreign_keys", "off")
    return db


@given(st.lists(st.integers(0, 5), max_size=30))
def test_numbers_have_no_gap_and_one_invoice_of_each_session_counts(
    empty: apsw.Connection, billed: list[int]
) -> None:
    """Each number drawn bills a session: for the first time, or in place of its newest invoice."""
    empty.execute("savepoint fresh")
    try:
        numbers = []
        for session in map(str, billed):
            before = store.number_of(empty, session)
            numbers.append(store.add(empty, PLACE, 1, session, "p", DAY, before))
        assert numbers == list(range(FIRST, FIRST + len(billed)))
        rows = store.of_patient(empty, "p")
        assert [row.number for row in rows] == numbers[::-1]
        counted = {row.session: row.number for row in rows if row.corrected_by is None}
        assert counted == dict(zip(map(str, billed), numbers, strict=True))
        assert sum(row.corrects is None for row in rows) == len(set(billed)) == len(counted)
    finally:
        empty.execute("rollback to fresh")
        empty.execute("release fresh")
