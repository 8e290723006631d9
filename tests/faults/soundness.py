"""What must hold of a practice folder after any fault: it opens, is whole, and kept its word."""

from collections.abc import Iterable
from pathlib import Path

from server.services.cabinet import Cabinet
from server.store import journal
from server.store.soundness import Check
from tests.world import FixedClock, open_cabinet


def opened_whole(folder: Path) -> Cabinet:
    """Open the practice: pages, indexes and journal are whole, and nothing says otherwise."""
    clock = FixedClock()
    clock.advance(days=1)
    cabinet = open_cabinet(folder, clock)
    assert cabinet.damage == ""
    assert cabinet.examine(Check.FULL, lambda: False) is True
    assert list(journal.flaws(cabinet.desk().db, None)) == []
    return cabinet


def held(cabinet: Cabinet, table: str) -> set[str]:
    """The keys of a table."""
    rows = cabinet.desk().db.execute(f'select id from "{table}"')  # noqa: S608 - our own names
    return {str(key) for (key,) in rows}


def nothing_without_its_act(cabinet: Cabinet, tables: Iterable[str]) -> None:
    """Every fact hangs on a row of the journal: none was written half."""
    for table in tables:
        orphans = cabinet.desk().db.execute(
            f'select count(*) from "{table}" t left join journal j'  # noqa: S608 - our own names
            " on j.device = t.device and j.seq = t.seq where j.seq is null"
        )
        assert orphans.fetchall() == [(0,)], table
