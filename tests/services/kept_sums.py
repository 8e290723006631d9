"""Kept sums beside the same sums counted from scratch."""

import apsw

from server.store import totals

_KEYS = {"to_bill": 2}


def assert_kept(db: apsw.Connection) -> None:
    """Count everything again and find what the triggers hold; a sum of nothing may be absent."""
    for table, counted in totals.COUNTED.items():
        held = db.execute(f"select * from {table}").fetchall()  # noqa: S608 - our own names
        assert _told(table, held) == _told(table, db.execute(counted).fetchall()), table


def _told(table: str, rows: list[tuple[object, ...]]) -> dict[tuple[object, ...], object]:
    width = _KEYS.get(table, 1)
    return {row[:width]: row[width:] for row in rows if any(row[width : width + 2])}
