"""The meaning of a reject's label, however the caisse spaced and cut it (MAIIA-3)."""

from datetime import date

import pytest

from server.core.errors import InvalidValue
from server.countries.france.reject_labels import RejectLabel, meaning_of, plain

ROW = {
    "reject": "fu-change", "words": "Changement de FU sur la période", "label_fr": "autre mutuelle",
    "mend": "COVER", "valid_from": "2025-01-01", "source": "s", "confidence": "S",
}  # fmt: skip
CODED = {**ROW, "reject": "coded", "code": "2900 005", "words": "FACTURE DEJA PAYEE"}
LONGER = {**ROW, "reject": "longer", "words": "CHANGEMENT DE FU SUR LA PERIODE DES SOINS"}
DAY = date(2026, 3, 10)


def found(text: str, *rows: dict[str, str], day: date = DAY) -> str:
    known = meaning_of(text, [RejectLabel.from_mapping(row) for row in rows], day)
    return known.reject if known else ""


@pytest.mark.parametrize(
    "text",
    [
        "TRAITEMENT EN COURS - CHANGEMENT DE FU SUR LA PERIODE DES SOINS (INTERLIGNE)",
        "traitement en cours  changement  de fu, sur la période",
    ],
)
def test_a_label_is_known_by_its_words_wherever_they_stand(text: str) -> None:
    assert found(text, ROW) == "fu-change"


def test_the_longest_words_win_and_unknown_or_old_ones_say_nothing() -> None:
    assert found("CHANGEMENT DE FU SUR LA PERIODE DES SOINS", ROW, LONGER) == "longer"
    assert found("ASSURE INCONNU", ROW) == ""
    assert found("CHANGEMENT DE FU SUR LA PERIODE", ROW, day=date(2024, 12, 31)) == ""
    assert plain("  Été — (x)") == "ETE X"


@pytest.mark.parametrize("text", ["2900 005", "Rejet 2900005 : motif", "2900-005 CHANGEMENT DE FU"])
def test_a_code_is_known_however_it_is_cut_and_before_any_words(text: str) -> None:
    assert found(text, ROW, CODED) == "coded"


def test_digits_that_are_part_of_others_are_no_code() -> None:
    assert found("12900005", CODED) == "" and found("29000051", CODED) == ""
    assert found("facture déjà payée", CODED) == "coded"  # by its words, without the code
    with pytest.raises(InvalidValue):
        RejectLabel.from_mapping({**CODED, "code": "29 005"})


def test_a_row_that_mends_nothing_we_know_is_refused() -> None:
    with pytest.raises(InvalidValue):
        RejectLabel.from_mapping({**ROW, "mend": "PRAY"})
