"""Every word that names what to open leads to a place."""

import pytest

from server.countries.belgium.refusal_tables import Opens
from server.countries.blocks import Panel
from server.services.anchors import Anchor, Place, anchor


@pytest.mark.parametrize("word", [*Opens, *Panel])
def test_every_word_of_the_rules_and_of_the_dictionary_leads_somewhere(word: str) -> None:
    assert anchor(word).place is not Place.NOWHERE


def test_the_exact_field_is_named() -> None:
    assert anchor("patient.niss") == Anchor(Place.PATIENT, "niss")
    assert anchor("practice.phone") == Anchor(Place.PRACTICE, "phone")


def test_a_word_nobody_knows_leads_nowhere() -> None:
    assert anchor("efact.zone.27") == Anchor(Place.NOWHERE)
