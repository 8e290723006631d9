"""Signing through the component, lots, receipts: A7, D2, K4, K5, K12, K16, L1 to L7, M6."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from server.core.errors import InvalidForm, Missing, StateConflict
from server.core.outbox import MessageState, Verdict
from server.core.sesam import Mode
from server.core.states import SessionState
from server.services import (
    complementaries,
    covers,
    french_invoicing,
    french_receipts,
    french_securing,
    french_sending,
    patients,
)
from server.store import post, visits
from tests.app.signing_office import SigningOffice, signing_office
from tests.countries.france.tables import line
from tests.france import BEN_AMAR, MARCHAND, MEYER, admitted
from tests.services.test_convention_import import taken
from tests.services.test_french_billing import BOTH, TI_DOUE, covered, printed
from tests.services.test_french_care import given, opened
from tests.world import World, faults, open_cabinet

CAISSE_ONLY = {"tp_amo": "1"}
PATIENT_PAYS = {"tp_amo": ""}
DAY = date(2026, 3, 10)
EARLY = {"rx_date": "2026-02-18"}


@dataclass
class Bench:
    """An office where one patient comes again and again."""

    office: SigningOffice
    series: str

    def billed(self, ticks: Mapping[str, str] = BOTH, day: date = DAY) -> str:
        """One session, decided: unless told, both parts are asked of their payers."""
        return given(self.office.world, self.series, day, billing="1", **ticks)

    def signed(self, ticks: Mapping[str, str] = BOTH, day: date = DAY) -> str:
        session = self.billed(ticks, day)
        assert self.office.sign(session) == ""
        return session


@pytest.fixture
def bench(french_world: World, tmp_path: Path) -> Iterator[Bench]:
    """10 March; a patient of a mutuelle by DRE, whose card is in the reader."""
    french_world.clock.advance(days=8)
    complementaries.create(french_world.desk, TI_DOUE)
    row = line("799900010", "OC", "", routing="OC", host="999", domain="giesv.rss.fr")
    taken(french_world, [row])
    patient = covered(french_world, MARCHAND, "0799900010")
    printed(french_world, patient, heading="AUXM", formula_code="052")
    with signing_office(french_world, tmp_path) as office:
        yield Bench(office, opened(french_world, patient, start_date="2026-02-20", **EARLY))


@pytest.fixture
def office(bench: Bench) -> SigningOffice:
    return bench.office


def session_state(office: SigningOffice, session: str) -> SessionState:
    held = visits.session(office.world.desk.db, session)
    assert held
    return held.state


def test_l1_with_both_cards_and_no_network_an_invoice_is_secured_and_waits(bench: Bench) -> None:
    office = bench.office
    office.line = False
    session = bench.billed()
    assert office.hindered(session) == []
    assert office.sign(session) == ""
    sheet, request = office.documents(session)
    assert [(row.kind, row.mode, row.state) for row in (sheet, request)] == [
        ("FSE", 3, "Signed"), ("DRE", 3, "Signed"),
    ]  # fmt: skip
    assert (sheet.amo_cents, sheet.amc_cents, request.amo_cents, request.amc_cents) == (
        1074, 0, 0, 716,
    )  # fmt: skip
    assert (str(sheet.receiver), str(request.receiver)) == (
        "FSE 01/291/018", "DRE OC/999/giesv.rss.fr",
    )  # fmt: skip
    assert sheet.secured_on == DAY and sheet.deadline == date(2026, 3, 20)
    assert session_state(office, session) is SessionState.CLAIMED
    assert office.batch() == ""
    office.run()
    waiting = post.open_rows(office.world.desk.db)
    assert len(waiting) == 2 and office.left == []
    assert {row.target for row in waiting} == {"01291018@fse.invalid", "OC999@giesv.rss.fr"}


def test_a_signed_invoice_is_neither_decided_nor_signed_again(bench: Bench) -> None:
    session = bench.signed()
    with pytest.raises(StateConflict):
        french_invoicing.decide(bench.office.world.desk, session, CAISSE_ONLY)
    assert bench.office.sign(session) == "signed"
    assert len(bench.office.documents(session)) == 2


def test_l2_vitale_alone_signs_and_the_professionals_card_signs_later(bench: Bench) -> None:
    office, session = bench.office, bench.billed()
    assert office.sign(session, Mode.DESYNCHRONISED, pin="") == ""
    assert office.states(session) == ["PartSigned", "PartSigned"]
    assert [row.id for row in french_securing.to_countersign(office.world.desk)] == [
        row.id for row in office.documents(session)
    ]
    assert all(row.deadline is None for row in office.documents(session))
    assert french_sending.waiting(office.world.desk).ready == []
    office.world.clock.advance(days=1)
    assert office.countersign() == ""
    assert office.states(session) == ["Signed", "Signed"]
    assert {row.secured_on for row in office.documents(session)} == {date(2026, 3, 11)}
    assert {row.deadline for row in office.documents(session)} == {date(2026, 3, 23)}
    assert french_securing.to_countersign(office.world.desk) == []


def test_l3_without_vitale_a_degraded_sheet_names_a_paper_and_guarantees_nothing(
    bench: Bench,
) -> None:
    office, session = bench.office, bench.billed()
    office.slot.unlink()
    assert office.sign(session) == "no_nature"  # the professional's card alone
    assert office.sign(session, Mode.DEGRADED) == "no_nature"
    assert office.sign(session, Mode.DEGRADED, nature="8") == "nature_unknown"
    assert office.sign(session, Mode.DEGRADED, nature="1") == ""
    assert office.states(session) == ["Degraded", "Degraded"]
    assert {(row.nature, row.guaranteed, row.mode) for row in office.documents(session)} == {
        ("1", False, 5)
    }


def test_a_degraded_sheet_is_for_third_party_payment_only(bench: Bench) -> None:
    office, session = bench.office, bench.billed(PATIENT_PAYS)
    office.slot.unlink()
    assert office.sign(session, Mode.DEGRADED, nature="1") == "not_third_party"
    office.insert(MARCHAND)
    assert office.sign(session, Mode.DEGRADED, nature="1") == "other_mode"
    assert office.signing.state.facts == {"mode": 3}
    assert office.documents(session) == []


def test_l4_without_any_card_the_draft_is_kept(french_world: World, tmp_path: Path) -> None:
    with signing_office(french_world, tmp_path, "--no-cps") as office:
        office.slot.unlink()
        french_world.clock.advance(days=8)
        complementaries.create(french_world.desk, TI_DOUE)
        key = covered(french_world, MARCHAND, "0799900010")
        session = given(french_world, opened(french_world, key), DAY, billing="1", **CAISSE_ONLY)
        assert office.sign(session) == "no_card"
        assert office.sign(session, Mode.DESYNCHRONISED, pin="") == "no_vitale"
        assert office.documents(session) == []
        assert session_state(office, session) is SessionState.READY


def test_l7_a_clock_of_the_reader_a_day_off_secures_nothing_and_shows_both(bench: Bench) -> None:
    office, session = bench.office, bench.billed()
    office.drift = timedelta(days=1)
    assert office.sign(session) == "clock"
    facts = office.signing.state.facts
    shown, own = facts["reader"], facts["computer"]
    assert isinstance(shown, datetime) and isinstance(own, datetime)
    assert timedelta(hours=23) < shown - own < timedelta(hours=25)
    assert office.documents(session) == []
    office.drift = timedelta(minutes=2)
    assert office.sign(session) == ""


def test_a_wrong_code_costs_a_try_and_signs_nothing(bench: Bench) -> None:
    office, session = bench.office, bench.billed()
    assert office.sign(session, pin="9999") == "wrong_pin"
    assert office.signing.state.tries == 2
    assert office.documents(session) == []


def test_a7_a_number_whose_key_is_wrong_is_secured_by_no_card(bench: Bench) -> None:
    office, session = bench.office, bench.billed()
    patient = office.world.sql("select patient from session where id = ?", (session,))
    wrong = {**MARCHAND.form, "nir": "1881134170052 27"}
    patients.amend(office.world.desk, str(patient), wrong)
    assert "no_number" in office.hindered(session)
    assert office.sign(session) in office.hindered(session)
    assert office.documents(session) == []


@pytest.mark.parametrize("kept", [0, 60, 200])
def test_m6_a_card_cut_short_is_told_unreadable_and_signs_nothing(bench: Bench, kept: int) -> None:
    office, session = bench.office, bench.billed()
    office.slot.write_bytes(office.slot.read_bytes()[:kept] + b"\x00\x65\x82\x7f")
    before = office.world.sql("select count(*) from patient")
    assert office.sign(session) == "unreadable"
    assert office.documents(session) == []
    assert office.world.sql("select count(*) from patient") == before


def test_the_card_of_somebody_else_signs_nothing(bench: Bench) -> None:
    office, session = bench.office, bench.billed()
    office.insert(MEYER)
    assert office.sign(session) == "not_his_card"
    assert office.documents(session) == []


def test_k16_a_card_on_the_opposition_list_is_told_and_guarantees_nothing(bench: Bench) -> None:
    office, session = bench.office, bench.billed()
    data = office.slot.read_bytes().replace(b"99000009", b"99000666")
    office.slot.write_bytes(data)
    assert office.sign(session) == ""
    assert office.signing.state.warnings == ("opposed",)
    assert not any(row.guaranteed for row in office.documents(session))
    assert french_securing.is_opposed(office.world.desk, "99000666")
    assert not french_securing.is_opposed(office.world.desk, "99000009")


def test_rights_read_by_a_card_keep_the_guarantee(bench: Bench) -> None:
    office, session = bench.office, bench.billed()
    assert office.sign(session) == ""
    assert not any(row.guaranteed for row in office.documents(session))  # they were typed


def test_what_hinders_signing_is_told_before_any_card_is_asked(bench: Bench) -> None:
    office = bench.office
    session = given(office.world, bench.series, DAY)
    assert office.hindered(session) == ["undecided"]
    assert office.sign(session) == "undecided"


def test_k4_a_refused_lot_frees_its_documents_for_another_number(bench: Bench) -> None:
    office, session = bench.office, bench.signed(CAISSE_ONLY)
    before = office.world.sql("select hex(content) || signatures from french_document")
    office.batch()
    office.run()
    (lot,) = office.lots
    assert (lot.state, office.states(session)) == ("Sent", ["Sent"])
    office.acknowledge(lot, positive=False, reason="LOT ENVOYE EN AVANCE")
    (lot,) = office.lots
    assert (lot.state, lot.reason) == ("AckNegative", "LOT ENVOYE EN AVANCE")
    assert office.states(session) == ["AckNegative"]
    waiting = french_sending.waiting(office.world.desk).ready
    assert [row.session for row in waiting] == [session]  # to be put in a lot again
    office.batch()
    office.run()
    first, second = office.lots
    assert (first.number, second.number, second.state) == (1, 2, "Sent")
    assert office.world.sql("select hex(content) || signatures from french_document") == before
    assert len({message.sha256 for message in office.left}) == 2
    office.acknowledge(second)
    assert office.states(session) == ["AckPositive"]
    assert office.letters == {}


def test_k5_an_absent_receipt_lets_a_person_send_again_and_a_late_one_is_told(
    bench: Bench,
) -> None:
    office, session = bench.office, bench.signed(CAISSE_ONLY)
    office.batch()
    office.run()  # Tuesday 10 March
    desk = office.world.desk
    (lot,) = office.lots
    assert french_receipts.absent(desk) == []
    with pytest.raises(InvalidForm):
        french_receipts.recycle(desk, lot.id)
    office.later(days=3)  # Friday: two working days have passed
    (absent,) = french_receipts.absent(office.world.desk)
    assert (absent.lot.id, absent.missing_since) == (lot.id, date(2026, 3, 12))
    assert absent.send_again_by == date(2026, 3, 16)
    french_receipts.recycle(office.world.desk, lot.id)
    french_receipts.recycle(office.world.desk, lot.id)
    assert office.states(session) == ["AckNegative"]
    office.batch()
    office.run()
    first, second = office.lots
    assert first.number != second.number and second.state == "Sent"
    assert french_receipts.doubled(office.world.desk) == []
    office.acknowledge(first)
    ((late, documents),) = french_receipts.doubled(office.world.desk)
    assert late.id == first.id and [row.session for row in documents] == [session]
    office.acknowledge(second)
    assert office.states(session) == ["AckPositive"]


def test_a_late_receipt_ends_the_wait_of_what_is_in_no_other_lot(bench: Bench) -> None:
    office, session = bench.office, bench.signed(CAISSE_ONLY)
    office.batch()
    office.run()
    office.later(days=3)
    (lot,) = office.lots
    french_receipts.recycle(office.world.desk, lot.id)
    office.acknowledge(lot)
    assert office.states(session) == ["AckPositive"]
    assert french_receipts.doubled(office.world.desk) == []
    assert french_sending.waiting(office.world.desk).ready == []


def test_k12_a_power_cut_after_the_file_was_made_sends_it_once_under_its_number(
    bench: Bench, tmp_path: Path
) -> None:
    office = bench.office
    bench.signed(CAISSE_ONLY)
    office.batch()
    (lot,) = office.lots
    cut = tmp_path / "cut"
    shutil.copytree(office.world.folder, cut)  # what the disk holds at that moment
    office.world.cabinet.lock()
    cabinet = open_cabinet(cut, office.world.clock)
    office.restart(World(cabinet, office.world.clock, cut))
    try:
        office.run()
        office.run()
        assert [message.id for message in office.left] == [lot.message]
        assert [(each.number, each.state) for each in office.lots] == [(lot.number, "Sent")]
    finally:
        cabinet.lock()


def test_what_fell_silent_while_being_sent_is_never_sent_again_by_itself(bench: Bench) -> None:
    office, session = bench.office, bench.signed(CAISSE_ONLY)
    office.batch()
    office.says = lambda _: Verdict.UNKNOWN
    office.run()
    for _ in range(3):
        office.later(hours=2)
    assert len(office.left) == 1
    (row,) = post.open_rows(office.world.desk.db)
    assert row.state is MessageState.UNKNOWN and office.states(session) == ["InLot"]
    office.later(days=3)
    (absent,) = french_receipts.absent(office.world.desk)
    french_receipts.recycle(office.world.desk, absent.lot.id)
    assert post.open_rows(office.world.desk.db) == []
    withdrawn = post.get(office.world.desk.db, office.left[0].id)
    assert withdrawn and withdrawn.state is MessageState.CANCELLED
    assert office.states(session) == ["AckNegative"]


def test_a_receipt_ends_the_doubt_about_a_message(bench: Bench) -> None:
    office, session = bench.office, bench.signed(CAISSE_ONLY)
    office.batch()
    office.says = lambda _: Verdict.UNKNOWN
    office.run()
    office.acknowledge(office.lots[0])
    assert post.open_rows(office.world.desk.db) == []
    assert office.states(session) == ["AckPositive"]


def test_a_dre_leaves_after_its_fse_arrived(bench: Bench) -> None:
    office, session = bench.office, bench.signed()
    office.batch()
    office.says = lambda message: (
        Verdict.UNKNOWN if message.target.endswith("fse.invalid") else Verdict.DONE
    )
    office.run()
    office.run()
    assert [message.target for message in office.left] == ["01291018@fse.invalid"]
    sheets = [lot for lot in office.lots if lot.kind == "FSE"]
    office.acknowledge(sheets[0])
    office.run()
    assert [message.target for message in office.left][1:] == ["OC999@giesv.rss.fr"]
    assert office.states(session) == ["AckPositive", "Sent"]


def test_l6_twelve_files_that_waited_leave_once_each_in_order_when_the_line_is_back(
    bench: Bench,
) -> None:
    office = bench.office
    office.line = False
    for number in range(12):
        bench.signed(CAISSE_ONLY, DAY - timedelta(days=number))
        assert office.batch() == ""
        office.later(hours=1)
    assert office.left == [] and len(post.open_rows(office.world.desk.db)) == 12
    office.line = True
    office.run()
    assert len(office.left) == 12
    assert [message.id for message in office.left] == [lot.message for lot in office.lots]
    assert {lot.state for lot in office.lots} == {"Sent"}
    office.run()
    assert len(office.left) == 12


def test_a_patient_who_paid_is_done_with_at_the_receipt(bench: Bench) -> None:
    office, session = bench.office, bench.signed(PATIENT_PAYS)
    (sheet,) = office.documents(session)
    assert (sheet.cents, sheet.third_party, sheet.deadline) == (0, False, date(2026, 3, 13))
    office.batch()
    office.run()
    office.acknowledge(office.lots[0])
    assert session_state(office, session) is SessionState.SETTLED
    codes = [{"code": "0250 050", "text": "ASSURE INCONNU"}]
    office.settle("AMO", sheet.invoice, outcome="rejected", codes=codes)
    assert office.states(session) == ["Rejected"]
    assert session_state(office, session) is SessionState.READY
    french_invoicing.decide(office.world.desk, session, CAISSE_ONLY)
    assert office.sign(session) == ""


def test_a_receipt_of_a_lot_we_do_not_know_is_set_aside_and_stays(bench: Bench) -> None:
    office = bench.office
    office.answer(
        {"kind": "ARL", "origin": "AMO", "lot_kind": "FSE", "ps_number": "991086265",
         "lot_number": 77, "positive": True, "reason": ""}
    )  # fmt: skip
    office.run()
    office.run()
    assert len(office.letters) == 1
    (row,) = post.letters_in(office.world.desk.db, "Quarantined")
    assert row.reason == "unknown_lot"


def test_of_an_invoice_whose_dre_alone_was_refused_the_dre_alone_is_made_anew(
    bench: Bench,
) -> None:
    office, session = bench.office, bench.signed()
    office.batch()
    office.run()
    office.run()
    for lot in office.lots:
        office.acknowledge(lot)
    number = office.documents(session)[0].invoice
    office.settle("AMO", number, amo=1074)
    office.settle("AMC", number, outcome="rejected", codes=[{"code": "", "text": "DROITS FERMES"}])
    assert office.states(session) == ["Paid", "Rejected"]
    assert office.hindered(session) == ["refused"]
    french_invoicing.decide(office.world.desk, session, BOTH)
    assert office.sign(session) == ""
    first, refused, again = office.documents(session)
    assert (again.kind, again.state, again.amo_cents, again.amc_cents) == ("DRE", "Signed", 0, 716)
    assert again.invoice > first.invoice == refused.invoice
    assert office.hindered(session) == []


def test_d2_c2s_managed_by_a_mutual_leaves_in_the_lot_of_the_others(
    french_world: World, tmp_path: Path
) -> None:
    french_world.clock.advance(days=8)
    patient = covered(french_world, BEN_AMAR, "99999997", cover_to="2026-03-08")
    other = {"amc": "88888888", "cover_source": "PAPER", "cover_from": "2026-03-09",
             "cover_to": "2026-12-31"}  # fmt: skip
    covers.assign(french_world.desk, patient, other)
    with signing_office(french_world, tmp_path) as office:
        office.insert(BEN_AMAR)
        series = opened(french_world, patient, start_date="2026-02-20", **EARLY)
        sheets = []
        for day in (date(2026, 3, 6), DAY):
            session = given(french_world, series, day, billing="1", **BOTH)
            assert office.sign(session) == ""
            sheets += office.documents(session)
        numbers = "select group_concat(number, ' ') from french_billing"
        assert french_world.sql(numbers) == "0099999997 0088888888"
        assert [(row.kind, row.amo_cents, row.amc_cents) for row in sheets] == [
            ("FSE", 1074, 716)
        ] * 2
        office.batch()
        (lot,) = office.lots
        assert lot.documents == 2


def test_unique_management_signs_one_sheet_that_carries_both_parts(
    french_world: World, tmp_path: Path
) -> None:
    french_world.clock.advance(days=8)
    patient = covered(french_world, BEN_AMAR, "99999997")
    with signing_office(french_world, tmp_path) as office:
        office.insert(BEN_AMAR)
        session = given(french_world, opened(french_world, patient), DAY, billing="1", **BOTH)
        assert office.sign(session) == ""
        (sheet,) = office.documents(session)
        assert (sheet.kind, sheet.amo_cents, sheet.amc_cents) == ("FSE", 1074, 716)
        office.batch()
        office.run()
        office.settle("AMO", sheet.invoice, amo=1074, amc=716)
        assert office.states(session) == ["Paid"]
        assert session_state(office, session) is SessionState.SETTLED


def test_what_a_mail_server_refused_is_tried_again_or_put_into_another_lot(bench: Bench) -> None:
    office, session = bench.office, bench.signed(CAISSE_ONLY)
    office.batch()
    office.says = lambda _: Verdict.FAILED
    office.run()
    ((lot, reason),) = [
        (each.lot, each.reason) for each in french_receipts.undelivered(office.world.desk)
    ]
    assert reason == "smtp.lost" and office.states(session) == ["InLot"]
    french_receipts.recycle(office.world.desk, lot.id)
    assert french_receipts.undelivered(office.world.desk) == []
    assert post.open_rows(office.world.desk.db) == []
    office.says = lambda _: Verdict.DONE
    office.batch()
    office.run()
    assert [each.state for each in office.lots] == ["Recycled", "Sent"]


def test_after_a_return_from_a_copy_nobody_knows_what_left_and_the_wait_begins(
    bench: Bench,
) -> None:
    office, session = bench.office, bench.signed(CAISSE_ONLY)
    office.batch()
    desk = office.world.desk
    (row,) = post.open_rows(desk.db)
    with desk.deed("message.doubt", "message", row.id):
        post.move(desk.db, row, MessageState.UNKNOWN, "RESTORED")
    office.run()
    assert office.left == [] and french_receipts.absent(office.world.desk) == []
    office.later(days=3)
    (absent,) = french_receipts.absent(office.world.desk)
    assert absent.sent_on == DAY
    french_receipts.recycle(office.world.desk, absent.lot.id)
    assert office.states(session) == ["AckNegative"]


def test_a_complementary_that_owes_nothing_is_sent_nothing(
    french_world: World, tmp_path: Path
) -> None:
    french_world.clock.advance(days=8)
    complementaries.create(french_world.desk, TI_DOUE)
    row = line("799900010", "OC", "", routing="OC", host="999", domain="giesv.rss.fr")
    taken(french_world, [row])
    patient = covered(french_world, MARCHAND, "0799900010")
    printed(french_world, patient, heading="AUXM", formula_code="02A", rate="50")
    with signing_office(french_world, tmp_path) as office:
        session = given(french_world, opened(french_world, patient), DAY, billing="1", **BOTH)
        assert office.sign(session) == ""
        (sheet,) = office.documents(session)
        assert (sheet.kind, sheet.amo_cents, sheet.amc_cents) == ("FSE", 1074, 0)


def test_what_the_component_could_not_write_is_told_with_where_it_stands(bench: Bench) -> None:
    office, session = bench.office, bench.billed()
    office.world.sql("update practitioner set last_name = 'Le Goff ł' returning id")
    assert office.sign(session) == "practice"
    office.world.sql("update practitioner set last_name = 'Le Goff' returning id")
    office.world.sql("update french_billing set member = 'A' || char(9) returning id")
    assert office.sign(session) == "cover"
    assert office.documents(session) == []


def test_a_lot_that_fell_silent_is_told_as_such_until_its_receipt(bench: Bench) -> None:
    office = bench.office
    bench.signed(CAISSE_ONLY)
    office.batch()
    office.says = lambda _: Verdict.UNKNOWN
    office.run()
    (lot,) = french_receipts.doubtful(office.world.desk)
    office.acknowledge(lot)
    assert french_receipts.doubtful(office.world.desk) == []


def test_a_real_practice_signs_nothing_that_could_not_be_sent(french_real_world: World) -> None:
    french_real_world.clock.advance(days=8)
    patient = admitted(french_real_world, MARCHAND)
    series = opened(french_real_world, patient)
    session = given(french_real_world, series, DAY, coding="VSC 8.10")
    with pytest.raises(InvalidForm) as found:
        french_securing.prepare(french_real_world.desk, session, Mode.BOTH_CARDS)
    assert ("secure", "not_homologated") in faults(found.value)
    with pytest.raises(Missing):
        french_sending.order(french_real_world.desk)
