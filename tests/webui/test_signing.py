"""« Signer la facture »: what is told before, the ways to sign, what every problem says."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.core.sesam import Mode
from server.services import french_rights
from tests.webui.computed_france import sign_problems
from tests.webui.shop import FakeSigning
from tests.webui.signing_shop import Counter, counter
from tests.world import World
from webui.signing import SigningState, SigningTask

CAISSE = {"tp_amo": "1"}
PAYS = {"tp_amo": ""}


@pytest.fixture
def desk(french_world: World, tmp_path: Path) -> Iterator[Counter]:
    with counter(french_world, tmp_path) as made:
        yield made


def stopped(desk: Counter, session: str, problem: str, **more: object) -> str:
    """The leaf once the component said a problem."""
    state = SigningState(SigningTask.SECURE, session, problem=problem, simulated=True, **more)  # type: ignore[arg-type]  # facts of a test
    desk.shop.rooms.signing = FakeSigning(state)
    return desk.page(f"invoicing/{session}/sign")


def fold(page: str, name: str) -> str:
    """What is under one fold, its own tag first."""
    return page.partition(f'<details id="{name}"')[2].partition("</details>")[0]


def test_what_will_be_signed_is_told_in_words_and_amounts(desk: Counter) -> None:
    session = desk.billed()
    page = desk.page(f"invoicing/{session}")
    assert f'href="{desk.shop.door.root}invoicing/{session}/sign" data-key="F9"' in page
    page = desk.page(f"invoicing/{session}/sign")
    for words in (
        "1 FSE à la caisse et 1 DRE à la mutuelle", "10,74 €", "7,16 €",
        "Sécuriser (CPS + Vitale)", "service simulé", "dans les 8 jours ouvrés",
        "Les droits ont été tapés", 'type="password"',
    ):  # fmt: skip
        assert words in page, words
    assert page.count('class="b p"') == 1 and " open" not in fold(page, "alone")[:8]
    desk.office.world.clock.advance(days=1)
    assert "1 FSE à la caisse." in desk.page(f"invoicing/{desk.billed(CAISSE)}/sign")


def test_both_cards_sign_and_the_last_day_is_written(desk: Counter) -> None:
    session = desk.billed()
    desk.sent(f"invoicing/{session}/sign", pin="1234", mode="3")
    desk.settled()
    page = desk.page(f"invoicing/{session}/sign")
    assert "Signée" in page and "au plus tard le 20/03/2026" in page
    assert "Sans garantie de paiement" in page and "2 documents" in page
    assert "1234" not in page and "Sécuriser (CPS" not in page
    assert "Signée" in desk.page(f"invoicing/{session}")
    desk.office.world.clock.advance(days=7)  # Tuesday: five working days
    assert "attend : au plus tard le 20/03/2026" in desk.page(f"invoicing/{session}/sign")
    desk.office.world.clock.advance(days=2)
    assert "presse : au plus tard le 20/03/2026" in desk.page(f"invoicing/{session}/sign")


@pytest.mark.scenario("F-26")
def test_l2_vitale_alone_signs_and_the_clock_has_not_begun(desk: Counter) -> None:
    session = desk.billed()
    desk.sent(f"invoicing/{session}/sign", mode="4")
    desk.settled()
    page = desk.page(f"invoicing/{session}/sign")
    assert "À signer avec la CPS" in page and "délai non commencé" in page
    assert "sans redemander" not in page and "Il manque votre CPS" in page


@pytest.mark.scenario("F-25")
def test_l3_the_degraded_way_asks_the_paper_and_shows_no_guarantee(desk: Counter) -> None:
    session = desk.billed(CAISSE)
    desk.office.slot.unlink()
    degraded = fold(desk.page(f"invoicing/{session}/sign"), "degraded")
    for words in ("Justificatif présenté", "Sans garantie de paiement", "Feuille papier",
                  "Droits utilisés", 'name="nature"'):  # fmt: skip
        assert words in degraded, words
    refused = desk.shop.post(f"invoicing/{session}/sign", mode="5", pin="1234", nature="")
    assert refused.status_code == 422 and "Dites quel justificatif" in refused.text
    desk.sent(f"invoicing/{session}/sign", mode="3", pin="1234")
    desk.settled()
    page = desk.page(f"invoicing/{session}/sign")
    assert "en disant quel justificatif" in page and fold(page, "degraded").startswith(" open")
    desk.sent(f"invoicing/{session}/sign", mode="5", pin="1234", nature="1")
    desk.settled()
    page = desk.page(f"invoicing/{session}/sign")
    assert "Dégradée" in page and "la feuille de soins papier part à la caisse" in page


def test_the_degraded_way_is_not_offered_when_the_patient_pays(desk: Counter) -> None:
    session = desk.billed(PAYS)
    page = desk.page(f"invoicing/{session}/sign")
    assert "n’existe qu’en tiers payant" in fold(page, "degraded")
    assert "<form" not in fold(page, "degraded") and "dans les 3 jours ouvrés" in page


@pytest.mark.parametrize(("mode", "name"), [(3, "told"), (4, "alone"), (5, "degraded")])
def test_another_way_is_proposed_and_never_taken(desk: Counter, mode: int, name: str) -> None:
    session = desk.billed()
    page = stopped(desk, session, "other_mode", facts={"mode": mode})
    if name == "told":
        note = page.partition('id="told"')[2].partition('id="otherwise"')[0]
        assert "peut être sécurisée normalement" in note and 'value="3"' in note
        assert page.count('name="mode" value="3"') == 1
    else:
        assert fold(page, name).startswith(" open") and f'value="{mode}"' in fold(page, name)
    signing = desk.shop.rooms.signing
    assert isinstance(signing, FakeSigning) and signing.asked == []


@pytest.mark.parametrize("problem", sorted(sign_problems() - {"clocks", "refused_by"}))
def test_every_problem_has_a_sentence(desk: Counter, problem: str) -> None:
    session = desk.billed()
    mode = int(problem[-1]) if problem.startswith("other_mode") else 0
    page = stopped(desk, session, problem[:-2] if mode or problem.endswith("_0") else problem,
                   facts={"mode": mode}, tries=2)  # fmt: skip
    note = page.partition('id="told"')[2].partition("</div></div>")[0]
    assert "sign.problem" not in note and note.count("<p>") and len(note) > 90


def test_l7_both_clocks_are_shown_and_the_component_says_why_it_refuses(desk: Counter) -> None:
    session = desk.billed()
    facts = {"reader": datetime(2026, 3, 11, 9, tzinfo=UTC),
             "computer": datetime(2026, 3, 10, 9, tzinfo=UTC)}  # fmt: skip
    page = stopped(desk, session, "clock", facts=facts)
    assert "11/03/2026 10:00" in page and "10/03/2026 10:00" in page
    page = stopped(desk, session, "refused", facts={"step": "secure", "reason": "mode inconnu"})
    assert "(mode inconnu)" in page


def test_k16_a_card_in_opposition_is_told_clearly(desk: Counter) -> None:
    session = desk.billed()
    data = desk.office.slot.read_bytes().replace(b"99000009", b"99000666")
    desk.office.slot.write_bytes(data)
    assert desk.office.sign(session) == ""
    page = desk.page(f"invoicing/{session}/sign")
    assert "est en opposition : le paiement n’est pas garanti" in page
    assert "Sans garantie de paiement" in page


def test_what_hinders_is_told_with_the_way_to_mend_it(desk: Counter) -> None:
    world = desk.office.world
    session = desk.billed()
    for right in french_rights.said(world.desk, desk.patient):
        french_rights.withdraw(world.desk, desk.patient, right.id)
    page = desk.page(f"invoicing/{session}/sign")
    assert "On ne sait pas à qui envoyer" in page and f"rights/{desk.patient}" in page
    assert 'name="pin"' not in page
    desk.office.world.clock.advance(days=1)
    undecided = desk.page(f"invoicing/{desk.undecided()}/sign")
    assert "La facturation n’est pas décidée" in undecided


def test_a_task_under_way_is_told_and_its_code_is_handed_over_once(desk: Counter) -> None:
    session = desk.billed()
    running = SigningState(SigningTask.SECURE, session, running=True, total=1)
    fake = desk.shop.rooms.signing = FakeSigning(running)
    page = desk.page(f"invoicing/{session}/sign")
    assert "Le composant signe…" in page and 'name="pin"' not in page
    desk.sent(f"invoicing/{session}/sign", mode="3", pin="4321")
    assert fake.asked == [(session, "4321", Mode.BOTH_CARDS, "")]
    assert desk.shop.post(f"invoicing/{session}/sign", mode="7").status_code == 422
    desk.shop.rooms.signing = None
    assert desk.shop.post(f"invoicing/{session}/sign", mode="3").status_code == 404
    assert "Aucun composant agréé" in desk.page(f"invoicing/{session}/sign")
    assert desk.shop.client.get(f"{desk.shop.door.root}invoicing/01NONE/sign").status_code == 404


def test_a_practice_that_may_not_send_is_offered_no_button(desk: Counter) -> None:
    session = desk.billed()
    desk.make_real()
    page = desk.page(f"invoicing/{session}/sign")
    assert "n’est pas homologué" in page and "Réglage daté du 01/01/2026" in page
    assert 'name="pin"' not in page
