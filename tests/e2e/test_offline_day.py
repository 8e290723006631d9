"""A whole day as its kiné lives it: offline visits, evening, answers, one refusal, the money."""

import pytest
from playwright.sync_api import expect

from tests.e2e.kine import Kine
from tests.people import agreement_number

pytestmark = pytest.mark.e2e

LAMBIOTTE, DELVAUX, PIRSON = "2", "1", "5"  # cards of the pile
FILES_A_DAY = 3  # one per union of mutualities
LINES = 12  # four of today, with what earlier days had left to bill


def test_an_offline_day_ends_with_every_line_final_and_each_file_sent_once(kine: Kine) -> None:
    kine.opens()
    kine.reads("Aucune séance notée aujourd’hui.")
    kine.pulls_the_cable()
    kine.sees("Hors ligne — tout est enregistré ici")
    visit_by_card(kine, LAMBIOTTE, "Jeanne LAMBIOTTE")
    visit_by_card(kine, DELVAUX, "Marc DELVAUX")
    visit_of_somebody_new(kine)
    session_without_card(kine)
    the_evening_seals(kine)
    the_line_is_back(kine)
    one_line_is_refused(kine)
    the_line_is_billed_again(kine)
    the_next_morning(kine)
    the_money_comes(kine)
    every_line_is_final(kine)
    assert kine.files_received() == [1] * (FILES_A_DAY + 1)


def visit_by_card(kine: Kine, card: str, name: str) -> None:
    """The card opens its file by itself; F2 proposes, F2 records."""
    kine.slides_in(card)
    kine.reads(name)
    kine.sees("Carte de démonstration")
    record(kine, name)


def visit_of_somebody_new(kine: Kine) -> None:
    """The card drafts the file; what only papers tell is typed."""
    kine.slides_in(PIRSON)
    kine.reads("Luc PIRSON")
    kine.sees("Dossier à compléter")
    kine.types(mutuality="319", ct1="110", ct2="110", rights_from="01/01/2026")
    kine.press("Enter")
    kine.sees("110 / 110")
    kine.press("F2")
    kine.reads("Une série pour Luc PIRSON")
    kine.types(rx_date="08/12/2026", max_sessions="9", prescriber="19990116004")
    kine.press("F2")
    kine.reads("La prochaine séance est la n° 1")
    number = agreement_number(77, "300")
    kine.types(number=number, valid_from="10/12/2026", valid_to="31/12/2027")
    kine.press("Enter")
    kine.sees(number)
    record(kine, "Luc PIRSON")


def session_without_card(kine: Kine) -> None:
    kine.press("F3")
    kine.types(q="bodart")
    kine.press("Enter")
    kine.reads("Aline BODART")
    record(kine, "Aline BODART")
    kine.sees("cabinet")


def record(kine: Kine, name: str) -> None:
    kine.press("F2")
    kine.reads(f"{name} paie")
    kine.sees("tarif fictif de démonstration")
    kine.press("F2")
    kine.reads(f"Séance notée. {name} paie")


def the_evening_seals(kine: Kine) -> None:
    kine.press("F12")
    kine.reads("4 séances faites")
    kine.press("F9")
    kine.reads(f"{FILES_A_DAY} lots prêts")
    kine.press("F9")
    kine.reads(f"{FILES_A_DAY} lots scellés")
    kine.sees("Partira au retour de la ligne")
    assert kine.files_received() == []


def the_line_is_back(kine: Kine) -> None:
    """« Envoyer maintenant », with its progress on the screen."""
    to_billing(kine, "Connexion et envois")
    kine.reads(f"Hors ligne depuis … {FILES_A_DAY} envois attendent")
    kine.waits_for_slow_insurers()
    kine.puts_the_cable_back()
    kine.reads("En ligne depuis")
    kine.press("F9")
    kine.sees(f"sur {FILES_A_DAY} envois")
    kine.reads("Rien n’attend")
    kine.sees("Envoyer maintenant")
    assert kine.files_received() == [1] * FILES_A_DAY


def one_line_is_refused(kine: Kine) -> None:
    """The refusal says what, why and what to do; its link opens the panel that mends it."""
    kine.demo.answer_now()
    kine.press("F12")
    kine.reads("1 refus est à corriger")
    to_billing(kine, "Refus")
    kine.reads("1 ligne refusée")
    kine.sees("Les codes CT1 et CT2 envoyés ne sont pas ceux du patient à la date de la séance.")
    kine.sees("enregistrez les nouveaux CT1 et CT2")
    kine.sees("code de la mutualité R500522")
    kine.follows("assurabilité")
    kine.reads("Jeanne LAMBIOTTE")
    kine.types(ct1="111", ct2="111")
    kine.press("Enter")
    kine.sees("111 / 111")


def the_line_is_billed_again(kine: Kine) -> None:
    """A second file to the same insurer waits for its day, and says so."""
    to_billing(kine, "Refus")
    kine.sees("Renvoi sans risque.")
    kine.press("Enter")
    kine.reads("La ligne est remplacée et prête")
    kine.press("Enter")
    kine.reads("1 lot prêt")
    kine.sees("Partira le 11/12/2026")
    kine.press("F9")
    kine.reads("1 lot scellé")
    kine.sees("Partira le 11/12/2026 : un autre fichier part aujourd’hui pour cette mutualité")
    assert kine.files_received() == [1] * FILES_A_DAY


def the_next_morning(kine: Kine) -> None:
    to_billing(kine, "Connexion et envois")
    kine.reads("1 envoi attend")
    kine.demo.next_morning()
    kine.reads("Rien n’attend")
    kine.sees("Envoyer maintenant")
    kine.demo.answer_now()


def the_money_comes(kine: Kine) -> None:
    """Each transfer is announced by a settlement and offered filled in: one Enter records it."""
    kine.press("F12")
    kine.sees("4 virements attendus")
    kine.follows("Noter un virement reçu")
    for left in range(FILES_A_DAY + 1, 0, -1):
        kine.reads(f"{left} virement")
        kine.sees("du décompte")
        kine.press("Enter")
        kine.reads("Virement enregistré : il paie 1 lot.")
        kine.press("Enter")
    kine.reads("Aucun virement n’est attendu.")


def every_line_is_final(kine: Kine) -> None:
    to_billing(kine, "Registre des lignes")
    rows = kine.page.locator("tbody").get_by_role("row")
    expect(rows).to_have_count(LINES + 1)
    expect(rows.filter(has_text="Payée")).to_have_count(LINES)
    expect(rows.filter(has_text="Remplacée")).to_have_count(1)
    kine.follows("Jeanne LAMBIOTTE")
    kine.sees("Payée et rapprochée")


def to_billing(kine: Kine, tab: str) -> None:
    kine.press("F10")
    kine.reads("lot")
    kine.follows(tab)
