"""The list of conventions as people see it: searched, typed by hand, put aside, chosen."""

from datetime import datetime

import apsw

from server.countries.france.convention_rows import Convention
from server.store.convention_cells import NAMED
from server.store.convention_lookup import Kept, kept_where
from server.store.rows import value

_AS_IS = " escape '\\'"
_IN_USE = "tbl in (select number from convention_table where state = 'ACTIVE' and kind = 'C')"


def hand_table(db: apsw.Connection) -> int | None:
    """Return the number of the table of rows typed by hand; None before the first."""
    found = value(db, "select number from convention_table where origin = 'HAND'")
    return None if found is None else int(found)


def begin_by_hand(
    db: apsw.Connection, key: str, who: tuple[str, str], seq: int, now: datetime
) -> int:
    """Make the table of rows typed by hand, in use from the start; `who`: device and user."""
    device, user = who
    db.execute(
        "insert into convention_table (id, device, seq, kind, family, name, origin, at, by, state)"
        " values (?, ?, ?, 'C', '', '', 'HAND', ?, ?, 'ACTIVE')",
        (key, device, seq, now.isoformat(), user),
    )
    return int(db.last_insert_rowid())


def count_by_hand(db: apsw.Connection, number: int, mask: str) -> None:
    """Write that one more row was typed, and the shape of its criterion."""
    db.execute(
        "update convention_table set rows = rows + 1, masks = case when instr(' ' || masks || ' ',"
        " ' ' || ?1 || ' ') then masks else trim(masks || ' ' || ?1) end where number = ?2",
        (mask, number),
    )


def listed(db: apsw.Connection, words: str, type_: str, after: int, most: int) -> list[Kept]:
    """Return conventions in use, in the order they came, from the one after `after`.

    `words`: digits begin a number or a criterion, other letters are anywhere in a name.
    """
    where = [_IN_USE, "id > :after"]
    if type_:
        where.append("type = :type")
    if words:
        number = words[:1].isdigit()
        holds = f"cells like :words{_AS_IS}"
        begins = (
            f"ltrim(signatory, '0') like :number{_AS_IS} or ltrim(number, '0') like :number{_AS_IS}"
            f" or criterion like :start{_AS_IS}"
        )
        where.append(f"({begins} or {holds})" if number else f"({holds})")
    bare = words.replace(" ", "").lstrip("0")
    facts = {
        "after": after, "type": type_, "most": most, "words": f"%{_literal(words)}%",
        "number": f"{_literal(bare)}%", "start": f"{_literal(words)}%",
    }  # fmt: skip
    found = f"{' and '.join(where)} order by id limit :most"
    return list(kept_where(db, found, facts))


def by_hand(db: apsw.Connection) -> list[Kept]:
    """Return the conventions typed by hand that hold, in the order they were typed."""
    number = hand_table(db)
    return [] if number is None else list(kept_where(db, "tbl = ? order by id", (number,)))


def aside(db: apsw.Connection) -> list[Kept]:
    """Return the conventions a person put aside, while a table in use has them."""
    where = f"{_IN_USE} and {NAMED} in (select named from convention_off) order by id"
    return list(kept_where(db, where, (), held=False))


def one_in_use(db: apsw.Connection, key: int) -> Kept | None:
    """Return a convention of a table in use, put aside or not."""
    return next(kept_where(db, f"id = ? and {_IN_USE}", (key,), held=False), None)


def alike(db: apsw.Connection, row: Convention) -> Kept | None:
    """Return a convention of unique management that already says what a new one would."""
    asked = (
        f"{_IN_USE} and type = 'RO' and criterion = ? and accord = ? and ltrim(signatory, '0') ="
        " ltrim(?, '0') and ltrim(number, '0') = ltrim(?, '0')"
    )
    facts = (row.criterion, row.accord, row.signatory, row.number)
    return next(kept_where(db, asked, facts, held=False), None)


def is_aside(db: apsw.Connection, named: str) -> bool:
    """Say whether a convention was put aside."""
    return value(db, "select 1 from convention_off where named = ?", (named,)) is not None


def put_aside(
    db: apsw.Connection, named: str, who: tuple[str, str], seq: int, now: datetime
) -> None:
    """Put a convention aside, whatever later files say."""
    device, user = who
    db.execute(
        "insert or ignore into convention_off values (?, ?, ?, ?, ?)",
        (named, device, seq, now.isoformat(), user),
    )


def take_back(db: apsw.Connection, named: str) -> None:
    """Let a convention hold again."""
    db.execute("delete from convention_off where named = ?", (named,))


def of_regime(db: apsw.Connection, start: str, most: int) -> list[Kept]:
    """Return the conventions of unique management whose criterion begins with some digits."""
    where = f"{_IN_USE} and type = 'RO' and criterion >= ? and criterion < ?"
    found = (start, f"{start}\N{DELETE}", most)
    return list(kept_where(db, f"{where} order by criterion, signatory limit ?", found))


def chosen_for(db: apsw.Connection, patient: str, sought: str) -> int | None:
    """Return what the convention chosen among equals for a patient says."""
    asked = "select said from convention_choice where patient = ? and sought = ?"
    found = value(db, asked, (patient, sought))
    return None if found is None else int(found)


def choose_for(
    db: apsw.Connection, patient: str, sought: str, said: int, device: str, seq: int
) -> None:
    """Keep which of equal conventions a person chose for a patient."""
    db.execute(
        "insert into convention_choice values (?, ?, ?, ?, ?) on conflict (patient, sought)"
        " do update set said = excluded.said, device = excluded.device, seq = excluded.seq",
        (patient, sought, device, seq, said),
    )


def _literal(words: str) -> str:
    """Let no character of what was typed stand for others."""
    return "".join(f"\\{char}" if char in "\\%_" else char for char in words)
