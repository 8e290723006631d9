from pathlib import Path

import pytest

from server.app.bench import seal
from server.app.bench.plain_lots import PlainLot, plain_lots, write_plainly
from server.app.bench.seal_practice import MUTUALITIES, found, open_copy
from server.services import lots
from server.services.cabinet import Cabinet

_TABLES = ("lot", "lot_line", "line", "session", "step", "message", "journal", "event", "counter")


def test_the_figure_is_measured_on_lots_of_every_insurer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "PEOPLE", len(MUTUALITIES))
    monkeypatch.setattr(seal, "VISITS", 1)
    monkeypatch.setattr(seal, "_ROUNDS", 1)
    (figure,) = seal.run()
    assert figure.name == "seal.thousand_sessions"
    assert figure.value > 0


def test_the_yardstick_leaves_the_very_rows_a_sealing_leaves(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    found(made, 3, 2)
    plain: list[PlainLot] = []
    kept: list[object] = []

    def seal_all(cabinet: Cabinet) -> None:
        sealed, refused = lots.seal_all(cabinet.desk())
        assert (len(sealed), refused) == (3, [])
        plain.extend(plain_lots(cabinet.desk().db))
        kept.append(_rows(cabinet))

    def write(cabinet: Cabinet) -> None:
        write_plainly(cabinet.desk().db, plain)
        kept.append(_rows(cabinet))

    for work in (seal_all, write):
        assert seal._timed(made, work) > 0
    ours, bare = kept
    assert bare == ours


def test_a_lot_that_is_refused_stops_the_measure(tmp_path: Path) -> None:
    found(tmp_path, 1, 1)
    cabinet = open_copy(tmp_path)
    with cabinet.desk().db as db:
        db.execute("update practitioner set phone = ''")
    cabinet.lock()
    with pytest.raises(RuntimeError, match="not sealed"):
        seal._sealed_once(tmp_path)


def _rows(cabinet: Cabinet) -> object:
    """Every row but the one that says who came in: each copy is opened in a run of its own."""
    texts = [f"select * from {name}" for name in _TABLES]  # noqa: S608 - names written above
    found = [cabinet.desk().db.execute(text).fetchall() for text in texts]
    return [sorted((r for r in rows if "door.unlocked" not in r), key=repr) for rows in found]
