"""French cards through `besace inspect`: one line of JSON, or plain words in two languages."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from server.app.inspect import inspect
from server.app.words import table

GOLDEN = Path(__file__).parents[1] / "golden" / "cards"


def look(path: Path, **asked: Any) -> tuple[int, str]:
    out = io.StringIO()
    status = inspect(
        [path], asked.get("form"), asked.get("json", False), out, asked.get("lang", "fr")
    )
    return status, out.getvalue()


def test_a_card_gives_its_json(tmp_path: Path) -> None:
    status, text = look(GOLDEN / "vitale_family.in", json=True)
    line = json.loads(text)
    assert (status, line["format"], line["verdict"], line["problems"]) == (
        0, "fr.card", "valid", [],
    )  # fmt: skip
    assert set(line["content"]) == {"holder", "beneficiaries", "groups"}
    assert {"nir", "key", "regime", "caisse", "centre", "serial", "valid_to"} <= set(
        line["content"]["holder"]
    )


def test_a_card_is_told_in_plain_words() -> None:
    _, text = look(GOLDEN / "vitale_family.in")
    assert "fr.card, bien formé et cohérent" in text
    assert "GAËLLE LE GOFF, né(e) le 01/07/1970" in text
    assert "Carte de test" in text
    assert "complémentaire santé solidaire, une seule facture (62)" in text
    assert "né(e) le 2015-14-01" in text


def test_a_professional_is_told_in_dutch() -> None:
    _, text = look(GOLDEN / "cps.in", lang="nl")
    assert "kinesitherapeut (26)" in text
    assert "mag een lot ondertekenen" in text


@pytest.mark.parametrize("lang", ["fr", "nl"])
def test_a_damaged_card_gives_a_sentence_and_what_could_be_read(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "cut.in"
    path.write_bytes((GOLDEN / "vitale_family.in").read_bytes()[:300])
    status, text = look(path, json=True, lang=lang)
    line = json.loads(text)
    assert (status, line["verdict"]) == (1, "problems")
    (problem,) = line["problems"]
    assert problem["code"] == "card.cut"
    assert problem["sentence"].endswith(".")
    assert line["content"]["holder"]["nir"] == "1700767999907"


def test_a_text_imposed_as_a_card_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("bonjour")
    status, text = look(path, json=True, form="fr.card")
    assert status == 1
    content = json.loads(text)["content"]
    assert content["holder"]["nir"] is None
    assert look(path, form="fr.card")[0] == 1


def test_every_code_of_the_cards_has_both_languages_and_where_it_is_from() -> None:
    for row in table("fr_card_codes"):
        assert all(row[name] for name in ("fr", "nl", "valid_from", "source", "confidence"))


def test_every_problem_of_a_card_has_its_sentence() -> None:
    from server.countries.france import card_check, card_inspection, card_wire

    known = {row["code"] for row in table("inspect_words")}
    for module in (card_check, card_wire, card_inspection):
        text = Path(str(module.__file__)).read_text("utf-8")
        named = {word for word in text.split('"') if word.startswith("card.") and word[5:]}
        assert named - {"card.nir_"} - {w for w in named if "{" in w} <= known
    assert {"card.nir_check", "card.nir_length", "card.nir_shape"} <= known
