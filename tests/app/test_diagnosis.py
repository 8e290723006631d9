"""What the diagnosis finds in the open program, and the doctor of cards on machines that lack."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from hardware.fake_ca import new_authority
from hardware.fake_eid import EidCard
from hardware.fake_scard import PaperScard
from hardware.fakes import Faults, FaultyCard
from hardware.inbox import Trouble
from server.app import diagnosis, doctor_cards
from server.app.demo import Demo
from server.app.demo_people import PEOPLE
from server.app.findings import Finding, Grade
from server.app.program import Program
from server.services import roots
from tests.app.waiting import until
from tests.world import PASSPHRASE, World
from webui.folder import FolderState
from webui.i18n import LANGUAGES, catalogue
from webui.outside import Checked

READER = "Paper 00 00"


def found(program: Program) -> dict[str, Checked]:
    return {each.key: each for each in diagnosis.examine(program)}


def of(program: Program, subject: str) -> list[str]:
    return [each.key for each in diagnosis.examine(program) if each.subject == subject]


@pytest.mark.row("SOFT33-1")
def test_the_five_points_are_looked_at_and_follow_the_reader(opened: Demo) -> None:
    program, reader = opened.program, opened.reader
    assert until(lambda: of(program, "reader") == ["doctor.cards.readers"])
    assert found(program)["doctor.cards.readers"].facts == {"readers": reader.name}
    assert of(program, "card") == ["doctor.card_in.unread"]
    assert len(of(program, "middleware")) == 1
    assert of(program, "certificate") == ["doctor.certificate.demo", "doctor.certificate.unsigned"]
    assert "doctor.clock.ok" in of(program, "clock")
    assert "doctor.practice.encrypted" in of(program, "practice")
    opened.insert("0")
    assert until(lambda: of(program, "card") == ["doctor.card_in.read"])
    reader.insert(FaultyCard(EidCard(PEOPLE[1].person), Faults(mute=True)))
    assert until(lambda: of(program, "card") == ["card.mute"])
    assert found(program)["card.mute"].grade == "ill"
    reader.scard.stop_service()
    assert until(lambda: of(program, "reader") == ["doctor.cards.no_service"])
    reader.scard.start_service()
    reader.scard.remove_reader(reader.name)
    assert until(lambda: of(program, "reader") == ["doctor.cards.no_reader"])


def test_a_real_practice_is_told_of_its_roots(
    real_world: World, program_on: Callable[..., Program]
) -> None:
    real_world.cabinet.prove()
    real_world.cabinet.lock()
    program = program_on(real_world.folder)
    program.gate.unlock(program.gate.users()[0].id, PASSPHRASE)
    assert found(program)["doctor.certificate.no_root"].grade == "ill"
    roots.load(program.cabinet.desk(), new_authority("STATE FOR A TEST").root)
    assert found(program)["doctor.certificate.ok"].facts["count"] == "1"
    now = program.clock.now()
    assert diagnosis._roots([now - timedelta(days=1)], now).code == "certificate.over"


@pytest.mark.parametrize(
    ("seconds", "code", "grade"),
    [(5, "clock.agrees", Grade.WELL), (-90, "clock.skew", Grade.PROBLEM)],
)
def test_the_partner_s_clock_is_compared(seconds: int, code: str, grade: Grade) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    desk = SimpleNamespace(
        clock_is_suspect=False, now=now, network_time=now + timedelta(seconds=seconds)
    )
    [told] = diagnosis._clock(desk)  # type: ignore[arg-type]  # what it looks at of a desk
    assert (told.code, told.grade, told.facts) == (code, grade, {"seconds": str(abs(seconds))})


def test_a_suspect_clock_is_told_and_readers_may_be_off() -> None:
    desk = SimpleNamespace(clock_is_suspect=True, network_time=None)
    assert [x.code for x in diagnosis._clock(desk)] == ["clock.suspect"]  # type: ignore[arg-type]
    assert diagnosis._reader(None) == Finding("cards.off", tried=False)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> PaperScard:
    """A card service of paper in the place of this machine's, with one reader."""
    paper = PaperScard()
    paper.add_reader(READER)
    library = ModuleType("smartcard")
    monkeypatch.setitem(sys.modules, "smartcard", library)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: library)
    monkeypatch.setattr("hardware.pcsc.load_scard", lambda: paper)
    return paper


def codes() -> Sequence[str]:
    return [each.code for each in doctor_cards.look_at_card()]


@pytest.mark.row("SOFT33-1")
def test_the_doctor_opens_the_card_in_each_reader_and_names_what_is_in_the_way(
    service: PaperScard,
) -> None:
    assert list(doctor_cards.look_at_card()) == [
        Finding("card_in.none", facts={"reader": READER}, tried=False)
    ]
    service.insert(READER, EidCard(PEOPLE[0].person))
    assert codes() == ["card_in.there"]
    service.keep(READER, True)
    assert codes() == ["card_in.busy"]
    service.keep(READER, False)
    service.insert(READER, FaultyCard(EidCard(PEOPLE[0].person), Faults(mute=True)))
    assert codes() == ["card_in.mute"]
    assert service.contexts == set()
    service.stop_service()
    assert codes() == []


def test_without_the_library_of_cards_the_doctor_says_nothing_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert codes() == []


def test_the_middleware_is_found_where_it_puts_itself(tmp_path: Path) -> None:
    found = list(doctor_cards.look_at_middleware(root=tmp_path))
    assert found == [Finding("middleware.none", tried=False)]
    place = tmp_path / "usr/local/lib/libbeidpkcs11.so.0"
    place.parent.mkdir(parents=True)
    place.touch()
    [ok] = doctor_cards.look_at_middleware(root=tmp_path)
    assert ok == Finding("middleware.ok", facts={"library": str(place)})


def test_the_watched_folder_is_looked_at_as_it_stands_now(opened: Demo, tmp_path: Path) -> None:
    program = opened.program
    assert of(program, "folder") == ["doctor.folder.off"]
    assert found(program)["doctor.folder.off"].grade == "untried"
    place = tmp_path / "scans"
    place.mkdir()
    assert program.folder is not None
    program.folder.choose(str(place), on=True)
    assert of(program, "folder") == ["doctor.folder.ok"]
    place.rmdir()
    assert until(lambda: of(program, "folder") == ["doctor.folder.gone"])
    assert found(program)["doctor.folder.gone"].facts == {"path": str(place)}


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_of_a_folder_has_its_sentence_and_its_mend(trouble: Trouble) -> None:
    finding = diagnosis._watched(FolderState(on=True, path="/scans", trouble=str(trouble)))
    for locale in LANGUAGES:
        assert catalogue(locale).has(f"doctor.{finding.code}")


def test_a_practice_of_france_is_asked_for_no_belgian_root(
    french_real_world: World, program_on: Callable[..., Program]
) -> None:
    french_real_world.cabinet.prove()
    french_real_world.cabinet.lock()
    program = program_on(french_real_world.folder)
    program.gate.unlock(program.gate.users()[0].id, PASSPHRASE)
    assert of(program, "certificate") == ["doctor.certificate.unsigned"]
