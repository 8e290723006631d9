"""From the card or the keyboard to a recorded session: what waits, why, and what lets it go."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from server.core.cards import CardAddress, CardKind, CardRead, Identity, Proof
from server.core.errors import Forbidden, InvalidForm, NotFound, StateConflict
from server.core.identifiers import Niss
from server.core.rights import Role
from server.reference.importer import import_tariff
from server.services import (
    agenda,
    cards,
    documents,
    ledger,
    lots,
    patients,
    practices,
    sessions,
    today,
    treatments,
)
from server.store import papers
from tests.people import (
    BODART,
    CARLIER,
    DELVAUX,
    LAMBIOTTE,
    OUCHENE,
    VERHULST,
    agreement_number,
)
from tests.world import DELPORTE, World, faults

TARIFF = """code,label_fr,label_nl,category,place,rank_from,rank_to,kind,fee_cents,\
copay_ordinary_cents,copay_bim_cents,oa_ordinary_cents,oa_bim_cents,needs_agreement,\
needs_prescriber,r52,valid_from,valid_to,source,confidence
567136,Séance à domicile,Zitting aan huis,COMMON_1 COMMON_2_PLUS,HOME,1,9,session,3388,625,250,\
2763,3138,yes,yes,,2026-01-01,2026-12-31,convention 2026,manual
"""


def _card(
    world: World,
    proof: Proof = Proof.DEMO,
    last_name: str = "Ouchene",
    first_names: str = "Fatima Nour",
    birth: date | None = date(1981, 11, 2),
) -> CardRead:
    identity = Identity(
        Niss(OUCHENE.niss), last_name, first_names, birth, "02 NOV 1981", "F", "592012345678",
        "Belge", None, None, 1,
    )  # fmt: skip
    address = CardAddress("Rue du Pont 4", "4000", "Liège")
    return CardRead(
        CardKind.EID, world.clock.now(), "Reader 0", identity, address, proof, "", b"identity",
        b"signature", b"address", b"signature", b"certificate",
    )  # fmt: skip


def test_a_demo_card_is_refused_in_a_real_practice(real_world: World) -> None:
    shown = cards.present(real_world.desk, _card(real_world))
    assert (shown.patient, shown.refusal) == (None, "demo_card")
    assert real_world.sql("select count(*) from patient") == 0
    assert real_world.sql("select count(*) from card_read") == 0


def test_a_real_card_is_refused_in_the_demo(world: World) -> None:
    for proof in (Proof.VERIFIED, Proof.UNVERIFIED, Proof.EXPIRED):
        shown = cards.present(world.desk, _card(world, proof))
        assert (shown.patient, shown.refusal) == (None, "real_card")


def test_a_forged_card_is_refused_everywhere(world: World) -> None:
    assert cards.present(world.desk, _card(world, Proof.FORGED)).refusal == "forged"


def test_a_card_nobody_knows_drafts_a_file(world: World) -> None:
    shown = cards.present(world.desk, _card(world))
    assert shown.drafted and shown.patient is not None
    file = patients.open_file(world.desk, shown.patient)
    assert (file.patient.draft, file.origin) == (True, "CARD")
    assert file.address is not None and file.address.city == "Liège"
    again = cards.present(world.desk, _card(world))
    assert (again.patient, again.drafted) == (shown.patient, False)
    assert world.sql("select count(*) from patient_address") == 1
    assert world.sql("select count(*) from card_read") == 2


def test_a_new_address_is_noted_told_once_and_the_old_one_stays(world: World) -> None:
    key = cards.present(world.desk, _card(world)).patient
    assert key is not None
    moved = replace(_card(world), address=CardAddress("Rue du Canal 9", "4020", "Liège"))
    shown = cards.present(world.desk, moved)
    assert (shown.patient, shown.moved, shown.contradicts) == (key, True, False)
    file = patients.open_file(world.desk, key)
    assert file.address is not None and file.address.street == "Rue du Canal 9"
    assert world.sql("select count(*) from patient_address") == 2
    assert not cards.present(world.desk, moved).moved
    assert not cards.present(world.desk, replace(moved, address=None)).moved


def test_a_newer_card_rewrites_a_draft_nobody_confirmed(world: World) -> None:
    key = cards.present(world.desk, _card(world)).patient
    assert key is not None
    shown = cards.present(world.desk, _card(world, last_name="Ouchene-Ben Ali"))
    assert not shown.contradicts
    assert patients.open_file(world.desk, key).patient.last_name == "Ouchene-Ben Ali"


@pytest.mark.parametrize(
    ("last_name", "birth"),
    [("Benali", date(1981, 11, 2)), ("Ouchene", date(1981, 11, 3))],
)
def test_a_card_that_contradicts_a_file_never_overwrites_it(
    world: World, last_name: str, birth: date
) -> None:
    key = world.patient(OUCHENE)
    shown = cards.present(world.desk, _card(world, last_name=last_name, birth=birth))
    assert shown.contradicts
    file = patients.open_file(world.desk, key)
    assert (file.patient.last_name, file.patient.birth_date) == ("Ouchene", date(1981, 11, 2))
    assert file.contradiction is not None
    assert (file.contradiction.last_name, file.contradiction.birth_date) == (last_name, birth)
    patients.accept_contradiction(world.desk, key)
    file = patients.open_file(world.desk, key)
    assert (file.patient.last_name, file.patient.birth_date) == (last_name, birth)
    assert file.contradiction is None
    with pytest.raises(NotFound):
        patients.accept_contradiction(world.desk, key)


def test_a_name_the_card_cuts_short_is_no_contradiction(world: World) -> None:
    world.patient(OUCHENE)
    assert not cards.present(world.desk, _card(world, first_names="Fatima")).contradicts


def test_the_reading_at_the_bedside_goes_with_the_session(world: World) -> None:
    world.open_series(OUCHENE)
    cards.present(world.desk, _card(world))
    read = world.visit(OUCHENE)
    world.clock.advance(hours=13)
    later = world.visit(OUCHENE, care_date="2026-03-02", second_reason="seconde")
    assert sessions.view(world.desk, read).session.card_read is not None
    assert sessions.view(world.desk, later).session.card_read is None


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"last_name": " "}, ("last_name", "missing")),
        ({"first_name": ""}, ("first_name", "missing")),
        ({"last_name": "x" * 46}, ("last_name", "too_long")),
        ({"niss": "81110299644"}, ("niss", "check")),
        ({"niss": "8111029964"}, ("niss", "length")),
        ({"birth_date": "30/02/1981"}, ("birth_date", "date")),
        ({"birth_date": "02/11/2081"}, ("birth_date", "implausible")),
        ({"birth_date": "02/11/1881"}, ("birth_date", "implausible")),
        ({"sex": "Z"}, ("sex", "unknown")),
        ({"language": "de"}, ("language", "unknown")),
        ({"street": "x" * 61}, ("street", "too_long")),
        ({"phone": "0" * 31}, ("phone", "too_long")),
    ],
)
def test_each_fault_of_a_typed_patient_is_told_with_its_field(
    world: World, typed: dict[str, str], fault: tuple[str, str]
) -> None:
    good = {"last_name": "Ouchene", "first_name": "Fatima", "niss": OUCHENE.niss}
    with pytest.raises(InvalidForm) as refused:
        patients.create(world.desk, {**good, **typed})
    assert fault in faults(refused.value)
    assert world.sql("select count(*) from patient") == 0


def test_all_the_faults_are_told_at_once(world: World) -> None:
    with pytest.raises(InvalidForm) as refused:
        patients.create(world.desk, {"niss": "1", "sex": "Z", "birth_date": "x"})
    fields = {field for field, _ in faults(refused.value)}
    assert fields == {"niss", "sex", "birth_date", "last_name", "first_name"}


def test_a_number_has_one_file(world: World) -> None:
    key = world.patient(OUCHENE)
    with pytest.raises(InvalidForm) as refused:
        patients.create(
            world.desk, {"last_name": "Autre", "first_name": "A", "niss": "81.11.02-996.43"}
        )
    assert faults(refused.value) == (("niss", "already_known"),)
    assert refused.value.facts["other"] == key


def test_what_the_number_says_fills_what_was_not_typed(world: World) -> None:
    patient = patients.open_file(world.desk, world.patient(OUCHENE)).patient
    assert (patient.birth_date, patient.sex) == (date(1981, 11, 2), "F")


def test_an_amended_file_keeps_what_was_said_before(world: World) -> None:
    key = world.patient(OUCHENE)
    typed = {"last_name": "Ouchène", "first_name": "Fatima", "niss": OUCHENE.niss}
    patients.amend(world.desk, key, typed)
    file = patients.open_file(world.desk, key)
    assert [i.last_name for i in file.identities] == ["Ouchène", "Ouchene"]
    assert [p.id for p in patients.search(world.desk, "OUCHENE")] == [key]
    assert [p.id for p in patients.search(world.desk, "81.11")] == [key]
    assert patients.search(world.desk, "ouchez") == []


def test_a_series_without_agreement_waits_until_its_number_is_typed(world: World) -> None:
    series = world.open_series(OUCHENE, agreed=False)
    key = world.visit(OUCHENE, copay_collected="2,50")
    view = sessions.view(world.desk, key)
    assert str(view.session.state) == "Blocked"
    assert [b.reason for b in view.blocks] == ["AGREEMENT_NEEDED"]
    assert lots.drafts(world.desk) == []
    with pytest.raises(NotFound):
        world.seal("100")
    world.agree(series)
    view = sessions.view(world.desk, key)
    assert (str(view.session.state), list(view.blocks)) == ("Ready", [])
    assert [d.oa_cents for d in lots.drafts(world.desk)] == [3138]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"number": ""}, ("number", "missing")),
        ({"number": agreement_number(1)[:-1] + "8"}, ("number", "check")),
        ({"valid_to": "01/01/2026"}, ("valid_to", "before_start")),
        ({"valid_from": ""}, ("valid_from", "missing")),
        ({"sessions_granted": "0"}, ("sessions_granted", "number")),
    ],
)
def test_a_badly_typed_agreement_is_refused(
    world: World, typed: dict[str, str], fault: tuple[str, str]
) -> None:
    series = world.open_series(OUCHENE, agreed=False)
    good = {"number": agreement_number(1), "valid_from": "02/03/2026"}
    with pytest.raises(InvalidForm) as refused:
        treatments.agree(world.desk, series, {**good, **typed})
    assert fault in faults(refused.value)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"mutuality": "700"}, ("mutuality", "unknown_insurer")),
        ({"mutuality": ""}, ("mutuality", "missing")),
        ({"ct1": "999"}, ("ct1", "unknown")),
        ({"ct2": ""}, ("ct2", "missing")),
        ({"rights_from": "02/03/2026", "rights_to": "01/03/2026"}, ("rights_to", "before_start")),
    ],
)
def test_a_badly_typed_insurability_is_refused(
    world: World, typed: dict[str, str], fault: tuple[str, str]
) -> None:
    world.patient(OUCHENE)
    with pytest.raises(InvalidForm) as refused:
        world.insure(OUCHENE, **typed)
    assert fault in faults(refused.value)


def test_insurability_typed_after_the_visit_prices_and_frees_it(world: World) -> None:
    nobody_knows = replace(DELVAUX, mutuality="")
    key = world.visit(nobody_knows)
    view = sessions.view(world.desk, key)
    assert [b.reason for b in view.blocks] == ["COVERAGE_UNKNOWN"]
    assert list(view.lines) == []
    world.insure(nobody_knows, mutuality="319", ct1="110", ct2="110")
    (line,) = sessions.view(world.desk, key).lines
    assert (line.payer, line.oa_cents) == ("300", 2763)
    world.insure(nobody_knows, mutuality="319", ct1="111", ct2="111")
    (line,) = sessions.view(world.desk, key).lines
    assert (line.oa_cents, line.copay_cents) == (3138, 250)


def test_the_demo_marks_what_it_priced_with_its_invented_tariff(world: World) -> None:
    key = world.visit(OUCHENE, copay_collected="2,50")
    (line,) = sessions.view(world.desk, key).lines
    assert line.confidence == "T"
    assert documents.proof(world.desk, key).fictional


def test_care_of_2026_waits_in_a_real_practice_until_a_table_is_imported(
    real_world: World, tmp_path: Path
) -> None:
    world = real_world
    world.open_series(OUCHENE)
    key = world.visit(OUCHENE, copay_collected="2,50")
    view = sessions.view(world.desk, key)
    assert str(view.session.state) == "Blocked"
    assert [b.reason for b in view.blocks] == ["PRICE_UNKNOWN"]
    assert list(view.lines) == []
    assert documents.proof(world.desk, key).lines == []
    sheet = tmp_path / "tarif_2026.csv"
    sheet.write_text(TARIFF)
    fresh = shutil.copyfile(world.cabinet.reference, tmp_path / "fresh.db")
    before = world.cabinet.reference
    import_tariff(fresh, sheet)
    world.cabinet.adopt_reference(fresh)
    assert world.cabinet.reference != before
    view = sessions.view(world.desk, key)
    assert (str(view.session.state), list(view.blocks)) == ("Ready", [])
    assert [(x.oa_cents, x.confidence) for x in view.lines] == [(3138, "manual")]
    assert not documents.proof(world.desk, key).fictional
    lot = ledger.lot(world.desk, world.seal("100"))
    assert lot.lot.oa_cents == 3138


def test_care_of_2025_has_its_price_in_a_real_practice(real_world: World) -> None:
    world = real_world
    series = world.open_series(
        OUCHENE, "CABINET", start_date="2025-12-01", rx_date="2025-11-20", agreed=False
    )
    treatments.agree(
        world.desk,
        series,
        {"number": agreement_number(1), "valid_from": "01/12/2025", "valid_to": "31/12/2025"},
    )
    key = world.visit(OUCHENE, care_date="2025-12-31", codes="567011")
    view = sessions.view(world.desk, key)
    assert list(view.blocks) == []
    (line,) = view.lines
    assert (line.fee_cents, line.oa_cents) == (3080, 2830)
    assert line.confidence != "T"


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"care_date": "01/01/2030"}, ("care_date", "future")),
        ({"care_date": "01/01/2026"}, ("care_date", "before_series")),
        ({"care_date": "hier"}, ("care_date", "date")),
        ({"place": "MOON"}, ("place", "unknown")),
        ({"codes": "567012"}, ("codes", "check")),
        ({"codes": "567136,12"}, ("codes", "check")),
        ({"payment_means": "GOLD"}, ("payment_means", "unknown")),
        ({"copay_collected": "-1"}, ("copay_collected", "amount")),
        ({"copay_collected": "deux"}, ("copay_collected", "amount")),
        ({"second_reason": "x" * 201}, ("second_reason", "too_long")),
        ({"institution": "x" * 201}, ("institution", "too_long")),
    ],
)
def test_a_badly_typed_session_is_refused_and_nothing_is_kept(
    world: World, typed: dict[str, str], fault: tuple[str, str]
) -> None:
    world.open_series(OUCHENE)
    with pytest.raises(InvalidForm) as refused:
        world.visit(OUCHENE, **typed)
    assert fault in faults(refused.value)
    assert world.sql("select count(*) from session") == 0


@pytest.mark.parametrize(
    "typed", [{"payment_means": "GOLD"}, {"copay_collected": "-2"}, {"copay_collected": "x"}]
)
def test_what_a_patient_paid_after_all_is_checked_too(world: World, typed: dict[str, str]) -> None:
    key = world.visit(OUCHENE)
    with pytest.raises(InvalidForm):
        agenda.collect(world.desk, key, typed)
    agenda.collect(world.desk, key, {"copay_collected": "2,50", "payment_means": "card"})
    held = sessions.view(world.desk, key).session
    assert (held.copay_collected_cents, held.payment_means) == (250, "CARD")


def test_voiding_asks_a_reason_and_frees_the_rank(world: World) -> None:
    first = world.visit(OUCHENE)
    with pytest.raises(InvalidForm):
        sessions.void(world.desk, first, "  ")
    sessions.void(world.desk, first, "double saisie")
    assert list(sessions.view(world.desk, first).lines) == []
    assert sessions.propose(world.desk, world.series[OUCHENE]).count.here == 0
    with pytest.raises(StateConflict):
        sessions.void(world.desk, first, "encore")
    with pytest.raises(NotFound):
        sessions.void(world.desk, "nothing", "rien")


def test_a_second_visit_of_the_day_is_a_duplicate_until_said_otherwise(world: World) -> None:
    world.visit(OUCHENE)
    again = world.visit(OUCHENE)
    assert [b.reason for b in sessions.view(world.desk, again).blocks] == ["DUPLICATE"]


def test_the_tenth_visit_uses_the_second_band(world: World) -> None:
    for _ in range(9):
        world.visit(OUCHENE)
        world.clock.advance(days=1)
    proposal = sessions.propose(world.desk, world.series[OUCHENE])
    assert [act.code for act in proposal.acts] == ["560313"]
    assert (proposal.count.next_rank, proposal.quota) == (10, 18)


def test_today_adds_up(world: World) -> None:
    world.visit(OUCHENE, copay_collected="2,50")
    world.visit(DELVAUX, copay_collected="6,25")
    world.open_series(VERHULST, agreed=False)
    world.visit(VERHULST)
    seen = today.overview(world.desk)
    assert (seen.done.fee_cents, seen.done.collected_cents) == (3 * 3388, 875)
    assert [v.passage.patient.last_name for v in seen.blocked] == ["Verhulst"]
    business = seen.business
    assert business is not None and business.to_bill_cents == 3138 + 2763
    assert (business.refused, business.set_aside, business.on_its_way_cents) == (0, 0, 0)


def test_a_practice_that_amends_itself_is_checked(world: World) -> None:
    bad = {
        "name": "", "enterprise_number": "0999900151", "iban": "BE67999000001788", "bic": "GK",
        "third_party_number": "1", "last_name": "", "first_name": "", "phone": "call me",
    }  # fmt: skip
    with pytest.raises(InvalidForm) as refused:
        practices.amend(world.desk, bad)
    fields = {field for field, _ in faults(refused.value)}
    assert fields == set(bad)
    assert practices.card(world.desk).missing == ()


def test_a_kine_who_leaves_the_convention_is_priced_again(world: World) -> None:
    key = world.visit(CARLIER)
    before = sessions.view(world.desk, key).lines[0].oa_cents
    practices.amend(world.desk, {**DELPORTE, "conventioned": ""})
    after = sessions.view(world.desk, key).lines[0]
    assert after.oa_cents < before
    assert after.fee_cents == after.oa_cents + after.copay_cents + after.supplement_cents


def _as(world: World, role: Role, linked: bool = True) -> None:
    world.desk.db.execute(
        "update app_user set role = ?, practitioner = case when ? then practitioner end",
        (str(role), linked),
    )


def test_an_accountant_sees_sums_and_nobody(world: World) -> None:
    key = world.visit(OUCHENE, copay_collected="2,50")
    patient = world.ids[OUCHENE]
    series = world.series[OUCHENE]
    lot = world.seal("100")
    line = str(world.sql("select id from line"))
    _as(world, Role.VIEWER, linked=False)
    view = ledger.lot(world.desk, lot)
    assert view.lot.oa_cents == 3138
    assert list(view.lines) == []
    assert ledger.counts(world.desk)["waiting"] == 1
    for refused in (
        lambda d: patients.open_file(d, patient),
        lambda d: patients.search(d, "ouch"),
        lambda d: treatments.series(d, series),
        lambda d: sessions.view(d, key),
        lambda d: sessions.record(d, series, {}),
        lambda d: documents.proof(d, key),
        lambda d: ledger.entries(d),
        lambda d: ledger.life(d, line),
        lambda d: ledger.sent_file(d, lot),
        lambda d: ledger.set_aside(d),
        lambda d: lots.drafts(d),
        lambda d: today.overview(d),
        lambda d: cards.present(d, _card(world)),
        lambda d: practices.amend(d, {}),
    ):
        with pytest.raises(Forbidden):
            refused(world.desk)


def test_staff_without_a_kine_behind_cannot_record_care(world: World) -> None:
    world.open_series(OUCHENE)
    _as(world, Role.STAFF, linked=False)
    with pytest.raises(Forbidden):
        world.visit(OUCHENE)
    with pytest.raises(Forbidden):
        world.open_series(LAMBIOTTE, agreed=False)


def test_the_language_of_the_screens_is_one_of_three(world: World) -> None:
    practices.choose_language(world.desk, "nl")
    assert world.desk.user.locale == "nl"
    with pytest.raises(InvalidForm):
        practices.choose_language(world.desk, "de")


def test_a_paper_handed_over_is_kept_as_it_was(world: World) -> None:
    key = world.visit(BODART)
    paper = documents.keep(world.desk, key, b"%PDF-1")
    assert documents.keep(world.desk, key, b"%PDF-1") == paper
    assert papers.content(world.desk.db, paper) == b"%PDF-1"
    with pytest.raises(NotFound):
        documents.keep(world.desk, "nothing", b"")


def test_the_civil_day_is_that_of_brussels(world: World) -> None:
    world.clock.go_to(datetime(2026, 3, 28, 23, 30, tzinfo=UTC))
    assert world.desk.today == date(2026, 3, 29)
    world.clock.go_to(datetime(2026, 3, 29, 21, 59, tzinfo=UTC))
    assert world.desk.today == date(2026, 3, 29)
    world.clock.advance(minutes=2)
    assert world.desk.today == date(2026, 3, 30)
