"""A file older than the history tables: its chain still holds, and its past begins where it can."""

import hashlib
import hmac
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import apsw
import pytest

from server.core.clock import ClockTrust
from server.store import former, journal
from server.store.connection import found
from server.store.journal import Deed, Stamp
from server.store.keys import new_key
from server.store.migrate import migrate

KEY = b"k" * 32
HOURS = (8, 9, 7, 10)  # the third row says earlier than the second


@pytest.fixture
def old(tmp_path: Path) -> apsw.Connection:
    """A file as the steps before `history` left it, with four rows in its journal."""
    db = found(tmp_path / "old.db", new_key())
    folder = files("server.store") / "migrations"
    names = sorted(step.name for step in folder.iterdir() if step.name.endswith(".sql"))
    [ours] = [name for name in names if name.endswith("_history.sql")]
    before = [folder / name for name in names if name < ours]
    for number, step in enumerate(before, start=1):
        with db:
            db.execute(step.read_text("utf-8")).fetchall()
            db.pragma("user_version", number)
    previous = journal.START
    for seq, hour in enumerate(HOURS, start=1):
        row = ("D", seq, at(hour).isoformat(), "B", "U", "patient", "P", "patient.created",
               None, None, None, "PLAUSIBLE", previous)  # fmt: skip
        previous = journal.chain(row)
        mac = hmac.new(KEY, previous.encode(), hashlib.sha256).hexdigest()
        db.execute(
            "insert into journal values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, previous, mac),
        )
    return db


def at(hour: int) -> datetime:
    return datetime(2026, 3, 2, hour, tzinfo=UTC)


def test_the_chain_of_an_older_file_holds_and_goes_on(old: apsw.Connection) -> None:
    migrate(old)
    stamp = Stamp(at(11), "D", "U", "B", ClockTrust.PLAUSIBLE, KEY)
    assert journal.append(old, stamp, Deed("patient.seen", "patient", "P", right="patients")) == 5
    assert list(journal.flaws(old, KEY)) == []
    rights = old.execute('select "right" from journal order by seq').fetchall()
    assert rights == [(None,)] * 4 + [("patients",)]
    assert list(journal.cut_short(old)) == []


def test_its_past_begins_with_the_last_act_before_and_its_clock_is_known(
    old: apsw.Connection,
) -> None:
    migrate(old)
    assert former.exact_from(old) == at(10)
    assert old.execute("select seq from clock_back").fetchall() == [(3,)]
    assert old.execute("select device, seq from acting").fetchall() == [("D", 4)]
