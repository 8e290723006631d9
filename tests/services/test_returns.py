"""Answers of insurers, in any order, more than once, or for somebody else."""

import hashlib
from dataclasses import replace

import pytest

from server.core.errors import NotFound, StateConflict
from server.core.states import LotState
from server.services import ledger, lots, payments, refusals, returns, sessions
from server.store import money, post
from sync.transports.fakes import Mood
from tests.people import DELVAUX, LAMBIOTTE, OUCHENE
from tests.services.answers import Answer, letter, put
from tests.services.office import Office

REFERENCE = "017/202603/100/"


@pytest.fixture
def lot(office: Office) -> str:
    """The lot of H-01 for the union 100, received by its hub."""
    office.tour()
    key = office.world.seal("100")
    office.run()
    return key


def _insurer(office: Office, lot: str) -> Answer:
    return office.sent(lot)


def _states(office: Office, lot: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in office.lines(lot):
        found[str(line.state)] = found.get(str(line.state), 0) + 1
    return found


def test_a_receipt_decides_nothing(office: Office, lot: str) -> None:
    assert office.take(_insurer(office, lot).receipt())
    assert office.lot(lot).state is LotState.SENT
    assert _states(office, lot) == {"Sent": 12}
    assert [x.format for x in ledger.lot(office.world.desk, lot).letters][-1] == "efact.931000"


def test_an_acceptance_accepts_what_it_does_not_name(office: Office, lot: str) -> None:
    refused = office.line_of(lot, LAMBIOTTE)
    insurer = _insurer(office, lot)
    assert office.take(insurer.saying(insurer.rank(refused.ref), "R500522").accepted())
    assert office.lot(lot).state is LotState.ACCEPTED
    assert _states(office, lot) == {"Accepted": 11, "Rejected": 1}
    (waiting,) = refusals.lines(office.world.desk)
    assert waiting.line.id == refused.id
    assert [(t.letter, t.code) for t in waiting.told] == [("R", "500522")]
    assert waiting.told[0].explanation


def test_a_signal_is_kept_but_refuses_nothing(office: Office, lot: str) -> None:
    line = office.line_of(lot, OUCHENE)
    insurer = _insurer(office, lot)
    office.take(insurer.saying(insurer.rank(line.ref), "S502744").accepted())
    assert _states(office, lot) == {"Accepted": 12}
    assert [(t.letter, t.code) for t in ledger.life(office.world.desk, line.id).told] == [
        ("S", "502744")
    ]


def test_an_invoice_refused_whole_takes_its_lines_with_it(office: Office, lot: str) -> None:
    line = office.line_of(lot, LAMBIOTTE)
    insurer = _insurer(office, lot)
    rank = insurer.rank(line.ref)
    own = max(i for i, r in enumerate(insurer.records, 1) if r[:2] == "20" and i < rank)
    office.take(insurer.saying(own, "F200820").accepted())
    mine = [x for x in office.lines(lot) if x.patient == line.patient]
    assert {str(x.state) for x in mine} == {"Rejected"}
    assert _states(office, lot)["Accepted"] == 12 - len(mine)


def test_a_refused_act_we_cannot_find_is_kept_with_the_file(office: Office, lot: str) -> None:
    line = office.line_of(lot, OUCHENE)
    insurer = _insurer(office, lot)
    answer = insurer.saying(insurer.rank(line.ref), "R502405").accepted()
    office.take(answer.replace(line.ref.encode(), b"Z9999999999"))
    assert _states(office, lot) == {"Accepted": 12}
    problems = money.lot_problems(office.world.desk.db, lot)
    assert ("R", "502405") in [(p.letter_code, p.code) for p in problems]


@pytest.mark.parametrize("kind", ["01", "02"])
def test_a_refused_file_frees_every_line_and_burns_its_number(
    office: Office, lot: str, kind: str
) -> None:
    line = office.line_of(lot, OUCHENE)
    insurer = _insurer(office, lot)
    office.take(insurer.saying(insurer.rank(line.ref), "B502020").refused(kind))
    assert office.lot(lot).state is LotState.REFUSED
    assert _states(office, lot) == {"Priced": 12}
    (file,) = refusals.files(office.world.desk)
    assert file.lot.id == lot
    told = [t for x, _, said in file.lines for t in said if x.id == line.id]
    assert [(t.letter, t.code) for t in told] == [("B", "502020")]
    again = lots.seal(office.world.desk, "100", "2026-03")
    assert again.number == office.lot(lot).number + 1
    assert office.lot(again.lot).reference != office.lot(lot).reference
    assert office.lot(again.lot).oa_cents == 34656
    assert again.waits, "the refused file left today: the next one leaves tomorrow"


def test_a_file_refused_without_any_record_frees_its_lines(office: Office, lot: str) -> None:
    content = _insurer(office, lot).refused("02")
    assert len(content) == 677
    office.take(content)
    assert office.lot(lot).state is LotState.REFUSED
    assert _states(office, lot) == {"Priced": 12}


def test_a_header_refusal_names_its_zone(office: Office, lot: str) -> None:
    office.take(_insurer(office, lot).refused_union())
    assert office.lot(lot).state is LotState.REFUSED
    (file,) = refusals.files(office.world.desk)
    assert [(place, code) for place, _, code, _ in file.told] == [("zone 5011", "20")]


def test_a_settlement_without_acceptance_passes_through_both(office: Office, lot: str) -> None:
    line = office.line_of(lot, LAMBIOTTE)
    insurer = _insurer(office, lot)
    content = insurer.saying(insurer.rank(line.ref), "R500522").settled(31893, REFERENCE)
    assert office.take(content)
    assert office.steps("lot", lot)[-3:] == ["Sent", "Accepted", "PartlySettled"]
    assert _states(office, lot) == {"Accepted": 11, "Rejected": 1}
    (want,) = payments.expected(office.world.desk)
    assert (want.accepted_cents, want.due_cents) == (31893, 31893)
    assert want.payment_reference == REFERENCE
    sums = ledger.lot(office.world.desk, lot).settlements
    assert [s.is_total for s in sums] == [False, False, True]
    assert (sums[-1].requested_cents, sums[-1].refused_cents) == (34656, 2763)


def test_an_acceptance_after_its_settlement_changes_nothing(office: Office, lot: str) -> None:
    insurer = _insurer(office, lot)
    office.take(insurer.settled(34656, REFERENCE))
    before = _states(office, lot)
    assert office.take(insurer.accepted())
    assert office.take(insurer.receipt())
    assert _states(office, lot) == before
    assert office.lot(lot).state is LotState.PARTLY_SETTLED


def test_row_23_the_same_letter_twice_is_one_letter(office: Office, lot: str) -> None:
    content = _insurer(office, lot).accepted()
    assert office.take(content)
    counted = office.world.sql("select count(*) from journal")
    assert office.take(content)
    assert office.world.sql("select count(*) from letter where lot = ?", (lot,)) == 1
    assert office.world.sql("select count(*) from journal") == counted


def test_a_refusal_sent_twice_by_the_insurer_frees_once(office: Office, lot: str) -> None:
    office.take(_insurer(office, lot).refused("02"))
    again = office.world.seal("100")
    office.world.clock.advance(days=1)
    office.run()
    late = Answer(_insurer(office, lot).sent, "00000000009999").refused("02")
    assert office.take(late)
    assert _states(office, again) == {"Sent": 12}
    assert office.lot(again).state is LotState.SENT


def test_a_late_word_on_a_refused_file_does_not_touch_the_lines_billed_again(
    office: Office, lot: str
) -> None:
    line = office.line_of(lot, OUCHENE)
    insurer = _insurer(office, lot)
    office.take(insurer.refused("02"))
    again = office.world.seal("100")
    office.world.clock.advance(days=1)
    office.run()
    office.take(insurer.saying(insurer.rank(line.ref), "R502405").accepted())
    assert _states(office, again) == {"Sent": 12}


def test_an_answer_ends_a_doubt(office: Office) -> None:
    office.world.visit(OUCHENE, copay_collected="2,50")
    lot = office.world.seal("100")
    office.partner.mood = Mood.MUTE
    office.run()
    assert office.lot(lot).state is LotState.UNKNOWN
    office.take(_insurer(office, lot).accepted())
    assert office.steps("lot", lot)[-3:] == ["Unknown", "Sent", "Accepted"]
    assert str(office.message(lot).state) == "Done"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "unreadable"),
        (b"\x00" * 700, "unreadable"),
        ("déjà reçu".encode(), "unreadable"),
        (b"920098" + b"x" * 20, "unreadable"),
    ],
)
def test_what_cannot_be_read_is_set_aside_and_not_confirmed(
    office: Office, content: bytes, reason: str
) -> None:
    assert not office.take(content)
    (row,) = ledger.set_aside(office.world.desk)
    assert (row.state, row.reason) == ("Quarantined", reason)
    assert post.letter_bytes(office.world.desk.db, row.id) == content


def test_row_23_an_answer_to_a_reference_we_do_not_know_is_set_aside(
    office: Office, lot: str
) -> None:
    content = _insurer(office, lot).receipt().decode()
    assert not office.take(put(content, 21, "20260318019999").encode())
    assert [r.reason for r in ledger.set_aside(office.world.desk)] == ["unknown_reference"]


@pytest.mark.parametrize("known", [True, False])
def test_row_23_a_message_for_another_provider_is_set_aside(
    office: Office, lot: str, known: bool
) -> None:
    line = office.line_of(lot, OUCHENE)
    insurer = _insurer(office, lot)
    answer = insurer.saying(insurer.rank(line.ref), "R500522").accepted().decode()
    answer = answer.replace("054900119527", "054900218527")
    if not known:
        answer = put(answer, 21, "20260318019999")
    assert not office.take(answer.encode())
    assert [r.reason for r in ledger.set_aside(office.world.desk)] == ["other_provider"]
    assert _states(office, lot) == {"Sent": 12}


@pytest.mark.parametrize("record", ["50", "20"])
def test_row_23_an_answer_about_another_patient_is_set_aside(
    office: Office, lot: str, record: str
) -> None:
    line = office.line_of(lot, OUCHENE)
    insurer = _insurer(office, lot)
    rank = insurer.rank(line.ref)
    answer = insurer.saying(rank, "R500522").accepted().decode()
    length = 800
    at = next(
        n
        for n in range(len(answer) - length, 0, -length)
        if answer[n : n + 2] == record and OUCHENE.niss in answer[n : n + length]
    )
    other = answer[at : at + length].replace(OUCHENE.niss, DELVAUX.niss)
    assert not office.take((answer[:at] + other + answer[at + length :]).encode())
    assert [r.reason for r in ledger.set_aside(office.world.desk)] == ["other_patient"]
    assert _states(office, lot) == {"Sent": 12}


def test_our_own_message_sent_back_is_set_aside(office: Office, lot: str) -> None:
    assert not office.take(_insurer(office, lot).sent)
    assert [r.reason for r in ledger.set_aside(office.world.desk)] == ["our_own_message"]


def test_row_23_another_sending_number_is_set_aside(office: Office, lot: str) -> None:
    content = _insurer(office, lot).accepted().decode()
    assert not office.take(put(content, 67 + 9, "321").encode())
    assert [r.reason for r in ledger.set_aside(office.world.desk)] == ["other_sending_number"]


@pytest.mark.parametrize("last", [9, 99, 109])
def test_a_sending_number_that_ends_in_zero_is_ours_all_the_same(office: Office, last: int) -> None:
    world = office.world
    world.visit(OUCHENE, copay_collected="2,50")
    world.desk.db.execute(
        "insert into counter values (?, 'efact:100:2026', ?)", (world.desk.device.id, last)
    )
    lot = world.seal("100")
    office.run()
    assert office.take(_insurer(office, lot).accepted())
    assert office.lot(lot).state is LotState.ACCEPTED


def test_row_23_a_letter_whose_bytes_are_not_those_of_its_hash_is_set_aside(
    office: Office, lot: str
) -> None:
    good = letter(_insurer(office, lot).accepted())
    assert not office.take(replace(good, content=good.content[:-1] + b"?"))
    assert [r.reason for r in ledger.set_aside(office.world.desk)] == ["other_bytes"]
    assert office.take(good)


def test_a_letter_set_aside_is_shown_again_by_the_mailbox_without_noise(
    office: Office,
) -> None:
    assert not office.take(b"garbage")
    counted = office.world.sql("select count(*) from journal")
    assert not office.take(b"garbage")
    assert office.world.sql("select count(*) from journal") == counted
    assert len(ledger.set_aside(office.world.desk)) == 1


def test_letters_set_aside_are_not_confirmed_and_the_others_are(office: Office, lot: str) -> None:
    good = letter(_insurer(office, lot).receipt())
    bad = letter(b"garbage")
    office.partner.mail = [bad, good]
    office.world.clock.advance(minutes=10)
    office.run()
    assert office.partner.confirmations == [((good.hash,), ())]
    assert office.partner.mail == [bad]
    confirmed = office.world.sql("select confirmed_at from letter where hash = ?", (good.hash,))
    assert confirmed is not None
    assert office.world.sql("select confirmed_at from letter where hash = ?", (bad.hash,)) is None


def test_what_was_set_aside_can_be_read_again_once_it_is_known(office: Office, lot: str) -> None:
    content = _insurer(office, lot).receipt()
    desk = office.world.desk
    reference = office.lot(lot).reference
    desk.db.execute("update lot set reference = 'elsewhere' where id = ?", (lot,))
    assert not office.take(content)
    assert returns.reread(office.world.desk) == 0
    desk.db.execute("update lot set reference = ? where id = ?", (reference, lot))
    assert returns.reread(office.world.desk) == 1
    assert ledger.set_aside(office.world.desk) == []


def test_raw_bytes_are_kept_before_they_are_understood(office: Office) -> None:
    page = b"<a whole page of the mailbox>"
    office.intake.keep(page, office.world.clock.now())
    row = office.world.desk.db.execute("select sha256, raw from exchange").fetchone()
    assert row == (hashlib.sha256(page).hexdigest(), page)


def test_a_proof_is_given_back_as_it_came(office: Office, lot: str) -> None:
    content = _insurer(office, lot).accepted()
    office.take(content)
    row = ledger.lot(office.world.desk, lot).letters[-1]
    name, given = ledger.proof(office.world.desk, row.id)
    assert given == content
    assert name.startswith("920098-")


@pytest.mark.scenario("H-04")
def test_a_late_rejection_is_corrected_in_a_lot_of_its_own(office: Office, lot: str) -> None:
    world = office.world
    refused = office.line_of(lot, LAMBIOTTE)
    insurer = _insurer(office, lot)
    world.clock.advance(days=13)
    office.take(insurer.saying(insurer.rank(refused.ref), "R500522").settled(31893, REFERENCE))
    assert [e.due_cents for e in payments.expected(world.desk)] == [31893]
    paid = payments.record(world.desk, {"payer": "100", "reference": REFERENCE, "amount": "318,93"})
    assert (paid.matched_cents, paid.unmatched_cents) == (31893, 0)
    assert office.lot(lot).state is LotState.PARTLY_SETTLED
    world.insure(LAMBIOTTE, ct1="111", ct2="111")
    session = refusals.correct(world.desk, refused.id)
    old, new = sessions.view(world.desk, session).lines
    assert (str(old.state), str(new.state), new.predecessor) == ("Replaced", "Priced", old.id)
    assert (new.oa_cents, new.copay_cents) == (3138, 250)
    assert refusals.owed_back_cents(world.desk, old, new) == 375
    assert office.lot(lot).state is LotState.SETTLED
    assert _states(office, lot) == {"Paid": 11, "Replaced": 1}
    again = lots.seal(world.desk, "100", "2026-03")
    sealed = office.lot(again.lot)
    assert (sealed.oa_cents, sealed.line_count, sealed.predecessor) == (3138, 1, lot)
    assert again.number == office.lot(lot).number + 1
    assert refusals.lines(world.desk) == []


def test_a_line_is_corrected_once(office: Office, lot: str) -> None:
    line = office.line_of(lot, LAMBIOTTE)
    insurer = _insurer(office, lot)
    office.take(insurer.saying(insurer.rank(line.ref), "R500522").accepted())
    refusals.correct(office.world.desk, line.id)
    with pytest.raises(StateConflict):
        refusals.correct(office.world.desk, line.id)
    with pytest.raises(NotFound):
        refusals.line(office.world.desk, line.id)


@pytest.mark.parametrize("way", ["charge", "write_off"])
def test_a_line_given_up_is_not_billed_again(office: Office, lot: str, way: str) -> None:
    world = office.world
    line = office.line_of(lot, LAMBIOTTE)
    insurer = _insurer(office, lot)
    office.take(insurer.saying(insurer.rank(line.ref), "R500522").accepted())
    if way == "charge":
        refusals.charge_patient(world.desk, line.id)
    else:
        refusals.write_off(world.desk, line.id, "geste commercial")
    assert str(sessions.view(world.desk, line.session).session.state) == "Settled"
    world.insure(LAMBIOTTE, ct1="111", ct2="111")
    assert len(sessions.view(world.desk, line.session).lines) == 1
    assert lots.drafts(world.desk) == [] or "100" not in [d.payer for d in lots.drafts(world.desk)]


def test_the_second_insurer_is_not_concerned(office: Office, lot: str) -> None:
    other = office.world.seal("300")
    assert office.line_of(other, DELVAUX)
    office.take(_insurer(office, lot).refused("02"))
    assert _states(office, other) == {"Locked": 10}
