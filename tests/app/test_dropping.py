"""The watched folder beside an open practice: kept first, put aside then, refusals said."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.inbox import TAKEN
from server.app.beside import MOST_SEEN
from server.app.dropping import CHANGED, NOT_KEPT, Dropping
from server.core.errors import DiskRefused, InvalidForm
from server.core.tray import Origin
from server.services import convention_import, tray
from tests.app.waiting import until
from tests.countries.france.tables import many, written
from tests.world import World, faults

PDF = b"%PDF-1.7 fabricated"


class Corner:
    """A practice, a folder it watches, and what the screens are told."""

    def __init__(self, world: World, place: Path) -> None:
        self.world = world
        self.place = place
        self.told: list[str] = []
        self.came: list[str] = []
        self.dropping = self.opened()

    def opened(self) -> Dropping:
        return Dropping(
            self.world.cabinet, lambda kind, _: self.told.append(kind),
            lambda: self.came.append("came"), pace=0.01,
        )  # fmt: skip

    def drop(self, name: str, content: bytes = PDF) -> Path:
        path = self.place / name
        path.write_bytes(content)
        return path

    def words(self) -> list[tuple[str, str]]:
        return [(each.name, each.word) for each in self.dropping.state.seen]


@pytest.fixture
def corner(world: World, tmp_path: Path) -> Iterator[Corner]:
    place = tmp_path / "scans"
    place.mkdir()
    made = Corner(world, place)
    made.dropping.start()
    yield made
    made.dropping.stop()


def test_a_file_of_the_chosen_folder_lands_on_the_table_and_is_then_put_aside(
    corner: Corner,
) -> None:
    assert corner.dropping.state.on is False
    path = corner.drop("attestation.pdf")
    corner.dropping.choose(str(corner.place), on=True)
    until(lambda: not path.exists())
    (waiting,) = tray.waiting(corner.world.desk)
    assert (waiting.incoming.origin, waiting.incoming.name) == (Origin.FOLDER, "attestation.pdf")
    assert (corner.place / TAKEN / "attestation.pdf").read_bytes() == PDF
    assert corner.words() == [("attestation.pdf", "taken")]
    assert (corner.came, CHANGED in corner.told) == (["came"], True)


@pytest.mark.scenario("H-16")
def test_the_same_bytes_again_lead_to_the_first_document(corner: Corner) -> None:
    corner.dropping.choose(str(corner.place), on=True)
    corner.drop("first.pdf")
    until(lambda: corner.words() == [("first.pdf", "taken")])
    corner.drop("again.pdf")
    until(lambda: corner.words() == [("again.pdf", "already"), ("first.pdf", "taken")])
    again, first = corner.dropping.state.seen
    assert again.document == first.document
    assert len(tray.waiting(corner.world.desk)) == 1


def test_what_cannot_be_taken_stays_with_its_reason_and_is_said_once(corner: Corner) -> None:
    corner.dropping.choose(str(corner.place), on=True)
    path = corner.drop("letter.docx", b"PK no sheet")
    until(corner.words)
    told = len(corner.told)
    corner.drop("next.pdf")
    until(lambda: len(corner.words()) == 2)
    assert corner.words() == [("next.pdf", "taken"), ("letter.docx", "inbox.kind")]
    assert [each.name for each in corner.dropping.state.left] == ["letter.docx"]
    assert path.exists()
    assert len(corner.told) <= told + 2


@pytest.mark.parametrize("trouble", [DiskRefused(reason="full"), MemoryError()])
def test_a_file_that_cannot_be_kept_stays_where_it_is_and_is_offered_until_it_can(
    corner: Corner, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    corner.dropping.choose(str(corner.place), on=True)

    def fails(*_: object) -> None:
        raise trouble

    with monkeypatch.context() as broken:
        broken.setattr(tray, "receive", fails)
        path = corner.drop("a.pdf")
        until(lambda: corner.words() == [("a.pdf", NOT_KEPT)])
        assert path.read_bytes() == PDF
    until(lambda: not path.exists())
    assert corner.words() == [("a.pdf", "taken")]


def test_a_folder_that_goes_away_is_said_and_taken_up_again_when_it_returns(
    corner: Corner,
) -> None:
    corner.dropping.choose(str(corner.place), on=True)
    elsewhere = corner.place.with_name("unplugged")
    corner.place.rename(elsewhere)
    until(lambda: corner.dropping.state.trouble == "inbox.gone")
    elsewhere.rename(corner.place)
    until(lambda: corner.dropping.state.trouble == "")
    corner.drop("late.pdf")
    until(lambda: corner.words() == [("late.pdf", "taken")])


def test_the_choice_is_of_this_machine_and_holds_after_the_next_unlocking(corner: Corner) -> None:
    corner.dropping.choose(str(corner.place), on=True)
    corner.dropping.stop()
    path = corner.drop("monday.pdf")
    corner.dropping = corner.opened()
    corner.dropping.start()
    until(lambda: not path.exists())
    corner.dropping.choose(str(corner.place), on=False)
    left = corner.drop("tuesday.pdf")
    assert corner.dropping.state.on is False
    corner.dropping._turn()
    corner.dropping._turn()
    assert left.exists()


def test_a_folder_that_can_be_no_inbox_is_refused_with_its_reason(
    corner: Corner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = tmp_path / "archive"
    full.mkdir()
    for number in range(201):
        (full / f"{number}.pdf").touch()
    practice = corner.world.folder
    for typed, reason in (
        ("", "missing"), ("scans", "not_absolute"), (str(tmp_path / "none"), "absent"),
        (str(practice), "same"), (str(practice.parent), "same"), (str(full), "full"),
    ):  # fmt: skip
        with pytest.raises(InvalidForm) as refused:
            corner.dropping.choose(typed, on=True)
        assert faults(refused.value) == (("folder", reason),), typed
    assert corner.dropping.state.on is False


def test_the_list_of_what_fell_in_does_not_grow_without_end(corner: Corner) -> None:
    corner.dropping.choose(str(corner.place), on=True)
    for number in range(MOST_SEEN + 3):
        corner.drop(f"{number:02}.pdf", PDF + bytes([number]))
    until(lambda: len(tray.waiting(corner.world.desk)) == MOST_SEEN + 3)
    until(lambda: len(corner.dropping.state.seen) == MOST_SEEN)


TABLE_NAME = "C-InterAMC_20260112.csv"


@pytest.fixture
def french(french_world: World, tmp_path: Path) -> Iterator[Corner]:
    place = tmp_path / "scans"
    place.mkdir()
    made = Corner(french_world, place)
    made.dropping.start()
    yield made
    made.dropping.stop()


def test_a_table_of_conventions_is_read_and_waits_for_a_person(french: Corner) -> None:
    path = french.drop(TABLE_NAME, written(many(5)))
    french.dropping.choose(str(french.place), on=True)
    until(lambda: not path.exists())
    assert french.words() == [(TABLE_NAME, "table")]
    found = french.world.sql("select state from convention_table where origin = 'FOLDER'")
    assert found == "PENDING"
    assert tray.waiting(french.world.desk) == []
    assert (french.place / TAKEN / TABLE_NAME).exists()


def test_a_table_that_may_not_be_used_stays_with_its_reason_and_is_read_once(
    french: Corner,
) -> None:
    french.dropping.choose(str(french.place), on=True)
    path = french.drop(TABLE_NAME, written(many(300))[:-40])
    until(lambda: french.words() == [(TABLE_NAME, "inbox.table")])
    french.drop("next.pdf")
    until(lambda: len(french.words()) == 2)
    assert path.exists()
    assert french.world.sql("select count(*) from convention_table") == 1


def test_a_table_without_its_prefix_is_a_file_like_any_other(french: Corner) -> None:
    french.dropping.choose(str(french.place), on=True)
    french.drop("comptes.csv", written(many(5)))
    until(lambda: french.words() == [("comptes.csv", "inbox.kind")])


def test_in_belgium_a_table_is_a_file_like_any_other(corner: Corner) -> None:
    corner.dropping.choose(str(corner.place), on=True)
    corner.drop(TABLE_NAME, written(many(5)))
    until(lambda: corner.words() == [(TABLE_NAME, "inbox.kind")])


def test_a_table_that_cannot_be_read_now_is_offered_again(
    french: Corner, monkeypatch: pytest.MonkeyPatch
) -> None:
    french.dropping.choose(str(french.place), on=True)

    def fails(*_: object, **__: object) -> None:
        raise DiskRefused(reason="full")

    with monkeypatch.context() as broken:
        broken.setattr(convention_import, "read", fails)
        path = french.drop(TABLE_NAME, written(many(5)))
        until(lambda: french.words() == [(TABLE_NAME, NOT_KEPT)])
        assert path.exists()
    until(lambda: not path.exists())
    assert french.words() == [(TABLE_NAME, "table")]
