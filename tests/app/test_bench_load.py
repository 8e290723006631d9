from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.app.bench import big_practice, load
from server.app.bench.big_practice import StillClock
from server.app.bench.big_visitor import serving
from server.app.demo_practice import PASSPHRASE
from server.core.identifiers import AgreementNumber, Niss
from server.services import agenda, ledger, lots, patients, payments, refusals, sessions, treatments
from server.services.cabinet import Cabinet
from server.store import journal, wholeness
from tests.services.kept_sums import assert_kept

PEOPLE = 300
OPEN_TURNS = 12


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("load") / "past"
    folder.mkdir(mode=0o700)
    big_practice.found(folder, PEOPLE)
    return folder


@contextmanager
def _opened(folder: Path) -> Iterator[Cabinet]:
    cabinet = big_practice.cabinet_in(folder, StillClock())
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    yield cabinet
    cabinet.lock()


def test_a_fabricated_past_is_a_practice_like_any_other(past: Path) -> None:
    with _opened(past) as cabinet:
        desk = cabinet.desk()
        db = desk.db
        assert db.execute("pragma foreign_key_check").fetchall() == []
        assert wholeness.look(db, cabinet.vault().key, thorough=True) == []  # it can be copied
        assert_kept(db)
        assert patients.count(desk) == PEOPLE + big_practice.DAY + big_practice.HELD
        given = db.execute("select count(*) from session").fetchall()[0][0]
        assert given == big_practice.sessions_of(PEOPLE) + big_practice.DAY + big_practice.HELD
        for niss, in db.execute("select niss from patient").fetchall():  # fmt: skip
            assert Niss.parse(str(niss)).digits == niss
        for number, in db.execute("select number from agreement").fetchall():  # fmt: skip
            assert AgreementNumber.parse(str(number)).digits == number
        assert not list(journal.flaws(db, desk.stamp.mac_key))


def test_the_services_read_a_fabricated_past(past: Path) -> None:
    with _opened(past) as cabinet:
        desk = cabinet.desk()
        who = patients.page(desk, "", 1)[0]
        (series,) = treatments.of_patient(desk, who.id)
        assert series.given == 20
        assert len(sessions.of_series(desk, series.treatment.id)) == 20
        assert len(payments.expected(desk)) == (OPEN_TURNS - 1) * 7
        assert refusals.lines(desk, most=3)[0].told
        lot = ledger.lots(desk)[-1]
        assert [str(x.to_state) for x in lot.steps][-1] == str(lot.lot.state)
        line = ledger.entries(desk, "paid", most=1)[0].line
        assert ledger.life(desk, line.id).payments
        assert agenda.count_held_back(desk) == big_practice.HELD


def test_every_figure_is_measured(past: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "LOOKS", 2)
    monkeypatch.setattr(load, "ROUNDS", 1)
    monkeypatch.setattr(load, "DAYS", 3)
    monkeypatch.setattr(load, "HOURS_WARM", 1)
    monkeypatch.setattr(load, "HOURS", 1)
    monkeypatch.setattr(load, "HUNDREDTH", PEOPLE)
    monkeypatch.setattr(load, "FULL", PEOPLE + 1)
    monkeypatch.setenv(load.FOLDER, str(past.parent))
    (past.parent / f"practice-{PEOPLE}").symlink_to(past)
    figures = {figure.name: figure.value for figure in load.run()}
    pages = {*load.LISTS, *load.OTHERS}
    assert {f"load.{page} grown" for page in pages} <= {*figures}
    assert {f"load.{page} beside empty" for page in load.LISTS} <= {*figures}
    assert {
        "load.empty_request", "load.opening grown", "load.search", "load.search grown",
        "load.billing a day grown", "load.sealing a day grown", "load.memory after 24 hours",
    } <= {*figures}  # fmt: skip
    assert all(value > 0 for value in figures.values())
    assert (past.parent / f"practice-{PEOPLE + 1}").exists()  # kept as it was made


def test_a_page_that_fails_stops_the_measure(past: Path) -> None:
    with serving(past) as server:
        server.visitor.unlock(PASSPHRASE)
        with pytest.raises(RuntimeError, match="patients/nobody answered 404"):
            server.visitor.get("patients/nobody")
        with pytest.raises(RuntimeError, match=r"a form was answered 40\d"):
            server.visitor.post("nowhere", {})
        assert server.order("round") == "no_post"


def test_a_day_that_cannot_be_sealed_stops_the_measure(past: Path) -> None:
    with _opened(past) as cabinet:
        desk = cabinet.desk()
        assert lots.to_bill(desk)
        with desk.db as db:
            db.execute("update practitioner set phone = ''")
        try:
            with pytest.raises(RuntimeError, match="not sealed"):
                load._seal(cabinet)
        finally:
            with desk.db as db:
                db.execute("update practitioner set phone = '04/123 45 67'")
