"""Numbers given once: official sending numbers in the device's own range, internal references."""

from collections.abc import Mapping

import apsw

from server.core.errors import InvalidValue
from server.store.practice import Device
from server.store.rows import value


def draw(db: apsw.Connection, device: Device, series: str, first: int = 1) -> int:
    """Give the next number of a series of this device, inside the caller's transaction.

    `first` is where the device's range begins: a range chosen anew is followed from its start.
    """
    return draw_several(db, device, series, 1, first)[0]


def draw_several(
    db: apsw.Connection, device: Device, series: str, count: int, first: int = 1
) -> range:
    """Give the next numbers of a series at once; `count` is one or more."""
    last = value(
        db, "select last from counter where device = ? and series = ?", (device.id, series)
    )
    number = max(first, 0 if last is None else int(last) + 1)
    db.execute(
        "insert into counter (device, series, last) values (?, ?, ?)"
        " on conflict (device, series) do update set last = excluded.last",
        (device.id, series, number + count - 1),
    )
    return range(number, number + count)


def draw_sending_number(db: apsw.Connection, device: Device, payer: str, year: int) -> int:
    """Give the next eFact sending number for one insurer and year (`domain.md` §4.5).

    Raises `InvalidValue` when the device's own range is used up: the user chooses another.
    """
    number = draw(db, device, f"efact:{payer}:{year}", device.number_from)
    if number > device.number_to:
        raise InvalidValue(field="lot.number", reason="range_used_up")
    return number


def leap(db: apsw.Connection, device: Device, by: Mapping[str, int], otherwise: int) -> None:
    """Leave numbers unused in every series of a device: those given since a copy was made.

    `by` tells how many for the series whose name begins so; the others leave `otherwise`.
    """
    rows = db.execute("select series, last from counter where device = ?", (device.id,))
    for series, last in rows.fetchall():
        step = next((n for start, n in by.items() if str(series).startswith(start)), otherwise)
        pass_over(db, device, str(series), int(str(last)) + step)


def pass_over(db: apsw.Connection, device: Device, series: str, last: int) -> None:
    """Give no number up to this one in a series any more."""
    db.execute(
        "insert into counter (device, series, last) values (?, ?, ?)"
        " on conflict (device, series) do update set last = max(last, excluded.last)",
        (device.id, series, last),
    )


def used_up(db: apsw.Connection, device: Device) -> list[str]:
    """Return the insurers and years whose sending numbers have left the device's range."""
    rows = db.execute(
        "select series from counter where device = ? and series like 'efact:%' and last >= ?"
        " order by series",
        (device.id, device.number_to),
    )
    return [str(row[0]).removeprefix("efact:") for row in rows]
