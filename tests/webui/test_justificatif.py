"""The document justificatif: the same bytes for the same facts, in the patient's language."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from server.core.errors import NotFound
from server.core.identifiers import Niss
from server.services import documents, insurers, patients
from tests.people import DELVAUX, LAMBIOTTE, OUCHENE
from tests.world import World
from webui.paper import justificatif
from webui.paper.justificatif import write_justificatif

_SESSIONS: dict[Path, list[str]] = {}  # of each practice: one session per person


def paper(world: World, session: str) -> bytes:
    return write_justificatif(documents.proof(world.desk, session), insurers.names(world.desk))


def text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_the_same_facts_give_the_same_bytes_later(world: World) -> None:
    session = world.visit(OUCHENE)
    first = paper(world, session)
    world.clock.advance(days=2)
    assert paper(world, session) == first


def test_it_says_acts_insurers_amount_and_what_the_patient_paid(world: World) -> None:
    session = world.visit(LAMBIOTTE, copay_collected="2,50", payment_means="CARD")
    said = text(paper(world, session))
    for words in (
        "Document justificatif", "Sophie MARCHAL", "INAMI 54900119527", "Jeanne LAMBIOTTE",
        "39.06.21-994.13", "120 Mutualités chrétiennes", "Séance courante", "33,88", "27,63",
        "6,25", "Bancontact", "Reste à payer", "3,75",
    ):  # fmt: skip
        assert words in said, words


def test_a_demonstration_says_what_it_is(world: World) -> None:
    said = text(paper(world, world.visit(OUCHENE)))
    assert "Version non homologuée — document de démonstration" in said
    assert "tarif fictif de démonstration" in said


def test_without_a_tariff_it_says_that_the_price_is_to_be_confirmed(real_world: World) -> None:
    said = text(paper(real_world, real_world.visit(OUCHENE)))
    assert "Prix à confirmer" in said
    assert "tarif fictif" not in said
    assert "document de démonstration" not in said


def test_it_is_written_in_the_patients_language_with_title_and_language(world: World) -> None:
    session = world.visit(OUCHENE)
    patients.amend(
        world.desk, world.ids[OUCHENE],
        {"last_name": "Ouchene", "first_name": "Fatima", "niss": OUCHENE.niss, "language": "nl"},
    )  # fmt: skip
    content = paper(world, session)
    found = PdfReader(BytesIO(content))
    assert "Bewijsstuk" in text(content)
    assert found.metadata is not None
    assert found.metadata.title == "Bewijsstuk"
    assert str(found.root_object["/Lang"]) == "nl-BE"


@pytest.mark.parametrize(("name", "printed"), [("Wałęsa", "WALESA"), ("Ťažký", "TAZKÝ")])
def test_a_letter_the_font_lacks_loses_its_accent_and_not_itself(
    world: World, name: str, printed: str
) -> None:
    session = world.visit(OUCHENE)
    patients.amend(
        world.desk, world.ids[OUCHENE],
        {"last_name": name, "first_name": "Lech", "niss": OUCHENE.niss},
    )  # fmt: skip
    assert printed in text(paper(world, session))


@given(order=st.permutations(range(3)), fails=st.sets(st.integers(0, 2), max_size=2))
def test_row_49_each_paper_holds_its_own_patient_alone_also_after_an_error(
    world: World, order: list[int], fails: set[int]
) -> None:
    people = (OUCHENE, LAMBIOTTE, DELVAUX)
    given_ = _SESSIONS.setdefault(world.folder, [world.visit(person) for person in people])
    for place in order:
        if place in fails:
            with pytest.raises(NotFound):
                documents.proof(world.desk, "01NOBODY")
        said = text(paper(world, given_[place]))
        for other, person in enumerate(people):
            assert (person.last_name.upper() in said) is (other == place)
            assert (str(Niss.parse(person.niss)) in said) is (other == place)


def test_row_49_no_paper_is_made_that_is_not_played_here() -> None:
    """A paper that names a patient needs the property above for itself.

    The receipt of France has it in `test_french_care`, the duplicate in `test_transmission`, its
    other papers in `test_french_papers`; a letter about the practice's account and the list of
    insurers name no patient.
    """
    made = {path.stem for path in (Path(justificatif.__file__).parent).glob("*.py")}
    of_france = {"agreement", "assessment", "care_sheet", "duplicate", "fee_note", "letterhead"}
    others = {"__init__", "account", "justificatif", "payers", "quittance", "sheet"}
    assert made == others | of_france
