"""The simulator's own SQLite file: what was posted, what waits, what insurers remember."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any

from server.simulators.mycarenet.case import Memory, Spell

_SCHEMA = """
CREATE TABLE IF NOT EXISTS post (
  id INTEGER PRIMARY KEY, provider TEXT, reference TEXT, sha256 TEXT, major TEXT, reason TEXT,
  tack TEXT, times_posted INTEGER, times_processed INTEGER,
  UNIQUE (provider, reference, sha256));
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY, provider TEXT, name TEXT, input TEXT, output TEXT, content BLOB,
  hash TEXT, insurer TEXT, due TEXT, confirmed INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS tack (
  id INTEGER PRIMARY KEY, provider TEXT, applies TEXT, major TEXT, reason TEXT, value TEXT,
  due TEXT, confirmed INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS sending (
  provider TEXT, payer TEXT, year TEXT, number TEXT, reference TEXT, day TEXT);
CREATE TABLE IF NOT EXISTS invoice (provider TEXT, payer TEXT, number TEXT);
CREATE TABLE IF NOT EXISTS act (
  provider TEXT, payer TEXT, patient TEXT, code TEXT, day TEXT, derogation TEXT);
CREATE TABLE IF NOT EXISTS spell (niss TEXT, code TEXT, record TEXT, acts TEXT, unless_ct TEXT);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS poll (provider TEXT PRIMARY KEY, at TEXT);
"""


Row = tuple[Any, ...]  # a row of SQLite: its columns are typed where they are read


@dataclass(frozen=True, slots=True)
class Tack:
    """A technical acknowledgement; `value` is base64, `applies` the input reference."""

    number: int
    applies: str
    major: str
    reason: str
    value: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that waits for a provider; `hash` is base64 of the SHA-256 of its content."""

    number: int
    name: str
    input: str
    output: str
    content: bytes
    hash: str
    insurer: str


@dataclass(frozen=True, slots=True)
class Received:
    """One distinct file: how often it was posted, and how often it reached the insurer."""

    provider: str
    reference: str
    sha256: str
    times_posted: int
    times_processed: int


class Mailbox:
    """One connection for all threads; every public method is one transaction under `lock`."""

    def __init__(self, path: Path | None) -> None:
        self.lock = RLock()
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False)
        with self.lock, self._db:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self._db.close()

    def posted(self, provider: str, reference: str) -> dict[str, Tack]:
        """List the TAcks already given for a reference, by SHA-256 of the file."""
        rows = self._all(
            "SELECT id, reference, major, reason, tack, sha256 FROM post"
            " WHERE provider = ? AND reference = ?",
            (provider, reference),
        )
        return {row[5]: Tack(*row[:5]) for row in rows}

    def count_post(self, provider: str, sha256: str, tack: Tack, processed: bool) -> None:
        """Remember that a file came, and whether it went on to its insurer."""
        self._run(
            "INSERT INTO post (provider, reference, sha256, major, reason, tack, times_posted,"
            " times_processed) VALUES (?, ?, ?, ?, ?, ?, 1, ?)"
            " ON CONFLICT DO UPDATE SET times_posted = times_posted + 1,"
            " times_processed = times_processed + excluded.times_processed,"
            " major = CASE WHEN times_processed THEN major ELSE excluded.major END,"
            " reason = CASE WHEN times_processed THEN reason ELSE excluded.reason END,"
            " tack = CASE WHEN times_processed THEN tack ELSE excluded.tack END",
            (provider, tack.applies, sha256, tack.major, tack.reason, tack.value, int(processed)),
        )

    def received(self) -> list[Received]:
        """Every distinct file, in order of arrival."""
        rows = self._all(
            "SELECT provider, reference, sha256, times_posted, times_processed FROM post"
            " ORDER BY id"
        )
        return [Received(*row) for row in rows]

    def put_tack(self, provider: str, tack: Tack, due: datetime) -> None:
        """Leave the copy of a TAck in the mailbox, to be seen from `due` on."""
        self._run(
            "INSERT INTO tack (provider, applies, major, reason, value, due)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (provider, tack.applies, tack.major, tack.reason, tack.value, due.isoformat()),
        )

    def put_letter(self, provider: str, letter: Letter, due: datetime) -> None:
        """Leave a message in the mailbox, to be seen from `due` on."""
        self._run(
            "INSERT INTO message (provider, name, input, output, content, hash, insurer, due)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                provider,
                letter.name,
                letter.input,
                letter.output,
                letter.content,
                letter.hash,
                letter.insurer,
                due.isoformat(),
            ),
        )

    def letters(
        self, provider: str, names: Sequence[str], most: int, now: datetime
    ) -> list[Letter]:
        """Messages that are due and not confirmed, oldest first; no name means every name."""
        rows = self._all(
            "SELECT id, name, input, output, content, hash, insurer FROM message"
            " WHERE provider = ? AND confirmed = 0 AND due <= ? ORDER BY due, id",
            (provider, now.isoformat()),
        )
        return [Letter(*row) for row in rows if not names or row[1] in names][:most]

    def tacks(self, provider: str, most: int, now: datetime) -> list[Tack]:
        """TAcks that are due and not confirmed, oldest first."""
        rows = self._all(
            "SELECT id, applies, major, reason, value FROM tack"
            " WHERE provider = ? AND confirmed = 0 AND due <= ? ORDER BY due, id LIMIT ?",
            (provider, now.isoformat(), most),
        )
        return [Tack(*row) for row in rows]

    def confirm(self, table: str, column: str, provider: str, values: Iterable[str]) -> None:
        """Take messages or TAcks out of the mailbox, by hash, value or reference."""
        statements = {
            ("message", "hash"): "UPDATE message SET confirmed = 1 WHERE provider=? AND hash=?",
            ("message", "id"): "UPDATE message SET confirmed = 1 WHERE provider=? AND id=?",
            ("tack", "value"): "UPDATE tack SET confirmed = 1 WHERE provider=? AND value=?",
            ("tack", "id"): "UPDATE tack SET confirmed = 1 WHERE provider=? AND id=?",
        }
        with self.lock, self._db:
            self._db.executemany(statements[table, column], [(provider, v) for v in values])

    def waiting(self) -> int:
        """How many messages are not confirmed, due or not."""
        return int(self._all("SELECT count(*) FROM message WHERE confirmed = 0")[0][0])

    def hasten(self, now: datetime) -> int:
        """Make everything that is still to come due now; says how many messages that was."""
        with self.lock, self._db:
            changed = self._db.execute(
                "UPDATE message SET due = ? WHERE due > ?", (now.isoformat(), now.isoformat())
            ).rowcount
            self._db.execute(
                "UPDATE tack SET due = ? WHERE due > ?", (now.isoformat(), now.isoformat())
            )
        return changed

    def forget(self) -> None:
        """Lose what was posted, what waits and what insurers remember, as if nobody had called."""
        with self.lock, self._db:
            for table in ("post", "message", "tack", "sending", "invoice", "act", "poll"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of this module

    def remember_sending(self, key: tuple[str, str, str, str], reference: str, day: str) -> None:
        """Note a sending number as used: provider, payer, year, number."""
        self._run("INSERT INTO sending VALUES (?, ?, ?, ?, ?, ?)", (*key, reference, day))

    def remember_care(
        self,
        owner: tuple[str, str],
        invoices: Iterable[str],
        acts: Iterable[tuple[str, str, str, str]],
    ) -> None:
        """Note invoices and paid acts as booked for a provider at a payer."""
        with self.lock, self._db:
            self._db.executemany(
                "INSERT INTO invoice VALUES (?, ?, ?)", [(*owner, number) for number in invoices]
            )
            self._db.executemany(
                "INSERT INTO act VALUES (?, ?, ?, ?, ?, ?)", [(*owner, *act) for act in acts]
            )

    def forget_care(
        self, owner: tuple[str, str], acts: Iterable[tuple[str, str, str, str]]
    ) -> None:
        """Take back acts that a credit note cancelled."""
        with self.lock, self._db:
            self._db.executemany(
                "DELETE FROM act WHERE provider = ? AND payer = ? AND patient = ? AND code = ?"
                " AND day = ? AND derogation = ?",
                [(*owner, *act) for act in acts],
            )

    def memory(self, key: tuple[str, str, str, str], reference: str, day: str) -> Memory:
        """Tell what the payer remembers that bears on a new sending with this key."""
        provider, payer, year, number = key
        rows = self._all(
            "SELECT year, number, reference, day FROM sending WHERE provider = ? AND payer = ?",
            (provider, payer),
        )
        same = [row for row in rows if row[:2] == (year, number)]
        again = any(row[2] == reference for row in same)
        owned = (provider, payer)
        return Memory(
            number_taken=bool(same) and not again,
            same_sending=again,
            filed_today=any(row[3] == day for row in rows),
            invoices=frozenset(
                row[0]
                for row in self._all(
                    "SELECT number FROM invoice WHERE provider = ? AND payer = ?", owned
                )
            ),
            acts=frozenset(
                (row[0], row[1], row[2], row[3])
                for row in self._all(
                    "SELECT patient, code, day, derogation FROM act"
                    " WHERE provider = ? AND payer = ?",
                    owned,
                )
            ),
        )

    def add_spell(self, spell: Spell) -> None:
        """Make one more patient magic."""
        self._run(
            "INSERT INTO spell VALUES (?, ?, ?, ?, ?)",
            (spell.niss, spell.code, spell.record, spell.acts, spell.unless_ct),
        )

    def spells(self) -> list[Spell]:
        """Every patient made magic since the file was created."""
        rows = self._all("SELECT niss, code, record, acts, unless_ct FROM spell")
        return [Spell(*row) for row in rows]

    def setting(self, name: str, default: str) -> str:
        """Read a value kept across starts."""
        rows = self._all("SELECT value FROM setting WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else default

    def set(self, name: str, value: str) -> None:
        """Keep a value across starts."""
        self._run("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def polled(self, provider: str) -> datetime | None:
        """When this provider last asked for its messages."""
        rows = self._all("SELECT at FROM poll WHERE provider = ?", (provider,))
        return datetime.fromisoformat(rows[0][0]) if rows else None

    def note_poll(self, provider: str, now: datetime) -> None:
        """Remember that a provider asked for its messages."""
        self._run("INSERT OR REPLACE INTO poll VALUES (?, ?)", (provider, now.isoformat()))

    def next_number(self) -> int:
        """Draw a number never given before, counted on from file to file."""
        with self.lock:
            number = int(self.setting("number", "0")) + 1
            self.set("number", str(number))
            return number

    def _all(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        with self.lock:
            return self._db.execute(statement, values).fetchall()

    def _run(self, statement: str, values: Sequence[object]) -> None:
        with self.lock, self._db:
            self._db.execute(statement, values)
