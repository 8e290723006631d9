"""Returns of French payers through the service: kept, tied, settled, refused (K6…K11, K17, K18)."""

from collections.abc import Sequence

import pytest

from server.core.errors import InvalidForm, NotFound, StateConflict
from server.core.states import SessionState
from server.core.teletransmission import DocumentState
from server.countries.france.settlement import Fate, Lacking, Parts
from server.services import (
    complementaries,
    french_invoices,
    french_invoicing,
    french_rejects,
    french_returns,
    french_settlements,
    sessions,
)
from server.services.french_settlements import Told
from server.store import visits
from tests.countries.france.tables import line
from tests.france import MARCHAND
from tests.services.french_payers import Payers, paid, refused
from tests.services.test_convention_import import taken
from tests.services.test_french_billing import BOTH, TI_DOUE, covered, printed, visited
from tests.world import World, faults

FIRST, SECOND = 126000001, 126000002
_S = DocumentState


@pytest.fixture
def payers(french_world: World) -> Payers:
    """10 March; one session billed under a DRE: 10,74 € to the caisse, 7,16 € to the other."""
    french_world.clock.advance(days=8)
    complementaries.create(french_world.desk, TI_DOUE)
    taken(french_world, [line("799900010", "OC", "", label="MUTUELLE TI DOUE")])
    patient = covered(french_world, MARCHAND, "0799900010")
    printed(french_world, patient, heading="AUXM", formula_code="052")
    visited(french_world, patient, billing="1", **BOTH)
    return Payers(french_world)


def session_of(payers: Payers) -> str:
    return str(payers.world.sql("select session from french_invoice order by number limit 1"))


def both_sent(payers: Payers) -> tuple[str, str]:
    session = session_of(payers)
    return payers.sent(session, "FSE", 1074), payers.sent(session, "DRE", 0, 716)


def told(payers: Payers, key: str) -> Sequence[Told]:
    return french_settlements.whole(payers.world.desk, key).lines


def journalled(payers: Payers, action: str) -> object:
    return payers.world.sql("select count(*) from journal where action = ?", (action,))


def test_k6_a_payment_of_the_caisse_leaves_the_complementary_due(payers: Payers) -> None:
    fse, dre = both_sent(payers)
    payers.answers(paid(FIRST, 1074))
    assert (payers.state(fse), payers.state(dre)) == (_S.PAID, _S.ACK_POSITIVE)
    first, second = french_settlements.owed(payers.world.desk, FIRST)
    assert first.owed.lacking is Lacking.NOTHING
    assert (second.owed.lacking, second.owed.missing) == (Lacking.AMC, Parts(0, 716))
    assert payers.session(session_of(payers)) == ("Claimed", {"Locked"})
    payers.answers(paid(FIRST, 0, 716), origin="AMC", payer="0799900010")
    assert payers.state(dre) is _S.PAID
    assert payers.session(session_of(payers)) == ("Settled", {"Paid"})
    assert payers.world.sql("select sum(paid_cents) from line") == 1790


def test_k7_one_return_settles_both_parts_of_unique_management(payers: Payers) -> None:
    fse = payers.sent(session_of(payers), "FSE", 1074, 716)
    done = payers.answers(paid(FIRST, 1074, 716))
    assert (done.tied, done.loose, payers.state(fse)) == (1, 0, _S.PAID)
    assert payers.session(session_of(payers)) == ("Settled", {"Paid"})
    assert french_settlements.part_paid(payers.world.desk) == []


@pytest.mark.scenario("G-08")
def test_g08_the_caisse_part_alone_marks_the_other_unpaid(payers: Payers) -> None:
    fse = payers.sent(session_of(payers), "FSE", 1074, 716)
    done = payers.answers(paid(FIRST, 1074))
    assert payers.state(fse) is _S.ACK_POSITIVE
    (line,) = told(payers, done.id)
    assert line.fate is Fate.PARTIAL and line.due and line.is_payment
    assert (line.due.owed.lacking, line.due.owed.missing.cents) == (Lacking.AMC, 716)
    (waiting,) = french_settlements.part_paid(payers.world.desk)
    assert waiting.document.id == fse and waiting.patient
    payers.answers(paid(FIRST, 0, 716, kind="regularisation"))
    assert payers.state(fse) is _S.PAID
    (line,) = told(payers, done.id)  # the first still tells what stood that day
    assert line.due and line.due.owed.lacking is Lacking.AMC


def test_k8_a_line_of_an_unknown_invoice_waits_and_is_never_dropped(payers: Payers) -> None:
    both_sent(payers)
    stranger = payers.answers(paid(199999999, 1074), paid(None, 5))
    other = payers.answers(paid(FIRST, 1074), ps_number="991086266")  # of another practice
    assert (stranger.tied, stranger.loose, other.loose) == (0, 2, 1)
    assert len(french_settlements.loose(payers.world.desk)) == 3
    assert payers.session(session_of(payers)) == ("Claimed", {"Locked"})


def test_a_loose_line_is_tied_by_a_person_and_settles(payers: Payers) -> None:
    fse, _ = both_sent(payers)
    done = payers.answers(paid(199999999, 1074))
    (waiting,) = french_settlements.loose(payers.world.desk)
    for typed, fault in (("", "missing"), ("x", "number"), ("126000009", "not_sent_amo")):
        with pytest.raises(InvalidForm) as found:
            french_settlements.tie(payers.world.desk, waiting.line.id, {"invoice": typed})
        assert faults(found.value) == (("invoice", fault),)
    for _ in range(2):
        french_settlements.tie(payers.world.desk, waiting.line.id, {"invoice": str(FIRST)})
    assert payers.state(fse) is _S.PAID and journalled(payers, "return.tied") == 1
    assert french_settlements.loose(payers.world.desk) == []
    (line,) = told(payers, done.id)
    assert line.tie and line.due and line.due.document.id == fse and line.fate is Fate.PAID
    with pytest.raises(StateConflict):
        french_settlements.set_aside(payers.world.desk, waiting.line.id, {"comment": "x"})


def test_a_loose_line_may_be_dealt_with_otherwise_and_says_how(payers: Payers) -> None:
    done = payers.answers(paid(199999999, 1074))
    (waiting,) = french_settlements.loose(payers.world.desk)
    with pytest.raises(InvalidForm):
        french_settlements.set_aside(payers.world.desk, waiting.line.id, {"comment": " "})
    for _ in range(2):
        french_settlements.set_aside(
            payers.world.desk, waiting.line.id, {"comment": "Rendu à la caisse"}
        )
    (line,) = told(payers, done.id)
    assert line.tie and line.tie.comment == "Rendu à la caisse" and not line.is_loose
    assert journalled(payers, "return.set_aside") == 1


def test_k9_a_difference_between_payment_and_lines_is_shown(payers: Payers) -> None:
    facts = {"reference": "V", "date": "2026-03-18", "amount": 10000}
    payers.answers(paid(199999999, 9000), paid(199999998, 800), payment=facts)
    (row,) = french_settlements.listed(payers.world.desk)
    assert row.lines.gap_cents == 200 and not row.lines.agree


def test_k10_the_same_return_twice_counts_once_and_is_journalled(payers: Payers) -> None:
    both_sent(payers)
    first = payers.answers(paid(FIRST, 1074))
    again = payers.answers(paid(FIRST, 1074))
    assert again == french_returns.Taken(first.id, repeated=True)
    assert payers.world.sql("select count(*) from french_return") == 1
    assert payers.world.sql("select count(*) from french_return_line") == 1
    assert journalled(payers, "return.repeated") == 1


def test_a_reject_opens_the_invoice_again_as_one_noted_by_hand(payers: Payers) -> None:
    fse, _ = both_sent(payers)
    payers.answers(refused(FIRST, "0250 050", "ASSURE ABSENT DE NOTRE REFERENTIEL"))
    assert payers.state(fse) is _S.REJECTED
    assert payers.session(session_of(payers)) == ("Ready", {"Priced"})
    (waiting,) = french_invoices.refused_waiting(payers.world.desk)
    assert waiting.reject and waiting.reject.row.part == "AMO"
    assert waiting.reject.row.code == "insured-unknown"  # K19 comes with the table
    assert waiting.reject.row.label == "0250 050 ASSURE ABSENT DE NOTRE REFERENTIEL"
    french_invoicing.decide(payers.world.desk, session_of(payers), BOTH)
    assert french_rejects.count(payers.world.desk) == 0
    assert [each.number for each in french_invoices.of_session(
        payers.world.desk, session_of(payers))] == [SECOND, FIRST]  # fmt: skip


def test_a_reject_without_a_word_is_kept_too(payers: Payers) -> None:
    both_sent(payers)
    payers.answers(refused(FIRST), origin="AMC")
    (waiting,) = french_invoices.refused_waiting(payers.world.desk)
    assert waiting.reject and (waiting.reject.row.part, waiting.reject.row.label) == ("AMC", "–")


def test_h2_a_label_of_a_return_leads_to_the_cover(payers: Payers) -> None:
    both_sent(payers)
    long = "TRAITEMENT EN COURS - CHANGEMENT DE FU SUR LA PERIODE DES SOINS (INTERLIGNE)"
    payers.answers(refused(FIRST, "", "X" * 250 + " " + long))
    (waiting,) = french_invoices.refused_waiting(payers.world.desk)
    assert waiting.reject and waiting.reject.mend == "COVER"
    assert len(waiting.reject.row.label) == 200


def test_k11_a_reject_of_a_corrected_invoice_is_tied_to_the_original_only(payers: Payers) -> None:
    fse, dre = both_sent(payers)
    payers.answers(refused(FIRST, "0250 050"))
    french_invoicing.decide(payers.world.desk, session_of(payers), BOTH)
    new = payers.sent(session_of(payers), "FSE", 1074)
    late = payers.answers(refused(FIRST, "2900 005"), origin="AMC")
    again = payers.answers(refused(FIRST, "2900 005"))
    for done, document in ((late, dre), (again, fse)):
        (line,) = told(payers, done.id)
        assert line.due and line.due.document.id == document and line.fate is Fate.REJECTED
    assert payers.state(dre) is _S.REJECTED and payers.state(new) is _S.ACK_POSITIVE
    assert french_rejects.count(payers.world.desk) == 0
    assert payers.world.sql("select count(*) from french_reject") == 1
    assert payers.session(session_of(payers)) == ("Claimed", {"Locked"})


def test_a_payment_of_the_original_closes_nothing_of_the_corrected_one(payers: Payers) -> None:
    fse = payers.sent(session_of(payers), "FSE", 1074)
    payers.answers(refused(FIRST, "0250 050"))
    french_invoicing.decide(payers.world.desk, session_of(payers), BOTH)
    payers.sent(session_of(payers), "FSE", 1074)
    payers.answers(paid(FIRST, 1074))
    assert payers.state(fse) is _S.PAID
    assert payers.session(session_of(payers)) == ("Claimed", {"Locked"})


def test_a_payer_that_changes_its_mind_takes_its_refusal_with_it(payers: Payers) -> None:
    fse = payers.sent(session_of(payers), "FSE", 1074)
    payers.answers(refused(FIRST, "0250 050"))
    payers.answers(paid(FIRST, 1074))
    assert payers.state(fse) is _S.PAID and french_rejects.count(payers.world.desk) == 0
    assert payers.session(session_of(payers)) == ("Settled", {"Paid"})
    payers.answers(refused(FIRST, "2900 005"))  # after the payment: shown, and nothing moves
    assert payers.session(session_of(payers)) == ("Settled", {"Paid"})
    assert french_rejects.count(payers.world.desk) == 0


def test_the_refusal_of_the_other_payer_keeps_the_session_open(payers: Payers) -> None:
    fse, dre = both_sent(payers)
    payers.answers(refused(FIRST, "0250 050"), origin="AMC")
    payers.answers(paid(FIRST, 1074))
    assert (payers.state(fse), payers.state(dre)) == (_S.PAID, _S.REJECTED)
    assert payers.session(session_of(payers)) == ("Ready", {"Priced"})
    assert french_rejects.count(payers.world.desk) == 1


def test_a_reject_noted_by_hand_before_is_not_noted_twice(payers: Payers) -> None:
    both_sent(payers)
    patient = str(payers.world.sql("select patient from french_invoice"))
    typed = {"invoice": str(FIRST), "label": "0250 050", "part": "AMO"}
    french_rejects.note(payers.world.desk, patient, typed)
    payers.answers(refused(FIRST, "0250 050"))
    assert payers.world.sql("select count(*) from french_reject") == 1
    assert payers.session(session_of(payers)) == ("Ready", {"Priced"})


def test_k17_a_recovery_is_shown_and_pays_no_invoice(payers: Payers) -> None:
    fse = payers.sent(session_of(payers), "FSE", 1074, 716)
    done = payers.answers(
        paid(FIRST, -1790, kind="recovery", outcome="info"),
        paid(None, 5000, kind="lump_sum"), paid(FIRST, outcome="info"),
    )  # fmt: skip
    back, aid, word = told(payers, done.id)
    assert not back.is_payment and back.fate is Fate.NOTHING
    assert back.due and back.due.owed.taken_back_cents == 1790
    assert not aid.is_payment and aid.due is None and not aid.is_loose
    assert word.fate is Fate.NOTHING
    assert payers.state(fse) is _S.ACK_POSITIVE
    assert french_settlements.loose(payers.world.desk) == []


def test_k18_the_bank_shows_the_sum_of_a_return_or_a_gap(payers: Payers) -> None:
    key = payers.answers(paid(199999999, 10000)).id
    desk = payers.world.desk
    (row,) = french_settlements.listed(desk)
    assert row.banked is None
    form = {"amount": "98,00", "credited_on": "10/03/2026", "form_key": desk.new_id()}
    for _ in range(2):
        french_settlements.note_bank(payers.world.desk, key, form)
    (row,) = french_settlements.listed(desk)
    assert row.banked and row.banked.gap_cents == 200 and not row.banked.agree
    assert journalled(payers, "return.banked") == 1
    french_settlements.note_bank(payers.world.desk, key, {"amount": "100"})
    (row,) = french_settlements.listed(desk)
    assert row.banked and row.banked.agree and row.bank
    assert row.bank.credited_on == payers.world.desk.today
    with pytest.raises(InvalidForm) as found:
        french_settlements.note_bank(
            payers.world.desk, key, {"amount": "x", "credited_on": "11/03/2026"}
        )
    assert faults(found.value) == (("amount", "amount"), ("credited_on", "future"))


def test_the_list_of_returns_goes_on_page_by_page(payers: Payers) -> None:
    keys = [payers.answers(paid(199999990 + n, n)).id for n in range(3)]
    first = french_settlements.listed(payers.world.desk, most=2)
    rest = french_settlements.listed(payers.world.desk, first[-1].row.id)
    assert [each.row.id for each in (*first, *rest)] == keys[::-1]


def test_a_receipt_without_a_return_is_told_to_be_missing_after_its_days(payers: Payers) -> None:
    fse, dre = both_sent(payers)
    payers.answers(paid(FIRST, 1000))
    payers.world.clock.advance(days=29)
    assert french_settlements.missing(payers.world.desk) == []
    payers.world.clock.advance(days=2)
    (silent,) = french_settlements.missing(payers.world.desk)  # the other was half paid
    assert silent.document.id == dre and silent.owed.missing.cents == 716
    assert fse != dre


def test_a_return_before_the_receipt_proves_that_the_lot_arrived(payers: Payers) -> None:
    fse = payers.sign(session_of(payers), "FSE", 1074)
    payers.answers(paid(FIRST, 1074, file="0"))
    assert payers.state(fse) is _S.SIGNED  # it never left: nothing of it can be paid
    payers.reach(fse, _S.IN_LOT)
    payers.answers(paid(FIRST, 0, file="1"))
    assert payers.state(fse) is _S.PAID
    steps = payers.world.sql(
        "select group_concat(state) from"
        " (select state from french_document_step where document = ? order by id)",
        (fse,),
    )
    assert str(steps).endswith("AckPositive,Paid")


def test_what_the_patient_paid_is_awaited_of_no_payer(payers: Payers) -> None:
    session = session_of(payers)
    payers.sent(session, "FSE", 1074, third_party=False)
    dre = payers.sent(session, "DRE", 0, 716)
    payers.answers(paid(FIRST, 0, 716), origin="AMC")
    assert payers.state(dre) is _S.PAID
    assert payers.session(session) == ("Settled", {"Paid"})
    assert payers.world.sql("select sum(paid_cents) from line") == 716
    payers.world.clock.advance(days=60)
    assert french_settlements.missing(payers.world.desk) == []


def test_nothing_of_a_struck_session_is_opened_again(payers: Payers) -> None:
    session = session_of(payers)
    sessions.void(payers.world.desk, session, "autre patient")
    fse = payers.sent(session, "FSE", 1074)
    payers.answers(refused(FIRST, "0250 050"))
    assert payers.state(fse) is _S.REJECTED
    assert payers.world.sql("select count(*) from french_reject") == 0
    payers.answers(paid(FIRST, 1074))
    held = visits.session(payers.world.desk.db, session)
    assert held and held.state is SessionState.VOIDED


def test_what_is_not_there_is_said(payers: Payers) -> None:
    desk = payers.world.desk
    with pytest.raises(NotFound):
        french_settlements.whole(desk, "01NORETURN")
    with pytest.raises(NotFound):
        french_settlements.note_bank(desk, "01NORETURN", {"amount": "1"})
    with pytest.raises(NotFound):
        french_settlements.tie(desk, "01NOLINE", {"invoice": "1"})
