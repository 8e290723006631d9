"""The journal read by the main user: page by page, verified, and taken away in clear.

`reliability-security.md` §7; `product.md` N3. What is exported holds ids, instants and actions, and
the reasons people typed; no name or number of a patient is ever written to the journal by us.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from server.core.clock import start_of_day
from server.core.rights import Right
from server.services.desk import Desk, needs
from server.store import acts, former, heads, journal, patients
from server.store import practice as practices
from server.store.acts import Act, Wanted
from server.store.heads import Head
from server.store.journal import Flaw
from server.store.patients import Patient

FORMAT = "besace-journal"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found: how many rows were read, and every flaw."""

    rows: int
    heads: int
    flaws: Sequence[Flaw]


@dataclass(frozen=True, slots=True)
class Takeaway:
    """An export ready to be written: the name of each file and its lines, each ended."""

    files: Mapping[str, Iterator[bytes]]
    rows: int
    public_key: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows to list: ids and a civil day, "" and None for all; the row number to go on from.

    `day` is the practice's own; `before` a row number, None for the newest.
    """

    device: str = ""
    user: str = ""
    patient: str = ""
    day: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One act with the names of who did it and, when it is about one, of the patient."""

    act: Act
    user: str
    patient: Patient | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of the journal, the newest act first; `more` is the row to go on from, or None."""

    device: str
    entries: Sequence[Entry]
    more: int | None


@needs(Right.JOURNAL)
def leaf(desk: Desk, asked: Asked, most: int = 50) -> Leaf:
    """List a page of the journal of one device, of this one when none is named."""
    db, device = desk.db, asked.device or desk.device.id
    after, before = _between(desk, device, asked.day)
    things = acts.things_of(db, asked.patient) if asked.patient else None
    before = min(before, asked.before or before)
    found = acts.listed(db, Wanted(device, after, before, asked.user, things), most + 1)
    names = {user.id: f"{user.first_name} {user.last_name}" for user in practices.users(db)}
    shown = found[:most]
    return Leaf(
        device,
        [Entry(act, names.get(act.user, act.user), _about(desk, act)) for act in shown],
        shown[-1].seq if len(found) > most else None,
    )


@needs(Right.JOURNAL)
def people(desk: Desk) -> Sequence[tuple[str, str]]:
    """Return (id, name) of every user, active or not: what they did stays theirs."""
    return [(u.id, f"{u.first_name} {u.last_name}") for u in practices.users(desk.db)]


@needs(Right.JOURNAL)
def newest_heads(desk: Desk, most: int = 5) -> tuple[Sequence[Head], str]:
    """Return the newest signed heads and the public key, "" while nothing was signed."""
    return heads.latest(desk.db, most), (heads.public_key(desk.db) or b"").hex()


def _between(desk: Desk, device: str, day: date | None) -> tuple[int, int]:
    """Give the rows before and after those of a day; of all days, when there is none."""
    if day is None:
        tip = journal.tip(desk.db, device)
        return 0, (tip.seq if tip else 0) + 1
    ends = [start_of_day(day + timedelta(days=n), desk.practice.country) for n in (0, 1)]
    first, last = (former.cut_before(desk.db, end).last.get(device, 0) for end in ends)
    return first, last + 1


def _about(desk: Desk, act: Act) -> Patient | None:
    """Find whom an act is about, for who may know patients at all."""
    named = desk.user.may(Right.PATIENTS)
    key = acts.owner(desk.db, act.entity, act.entity_id) if named else ""
    return patients.get(desk.db, key) if key else None


@needs(Right.JOURNAL)
def verify(desk: Desk) -> Verdict:
    """Check every row, mac, link and signed head, and that no row is cut off; note that it was.

    The note is one more row, written after the check: a broken chain can still be told.
    """
    with journal.held_still(desk.db):
        found = list(journal.flaws(desk.db, desk.stamp.mac_key))
        found += journal.cut_short(desk.db)
        found += heads.flaws(desk.db, desk.practice.id)
        rows, signed = journal.count(desk.db), len(heads.all_heads(desk.db))
    flaws = list(dict.fromkeys(found))
    after = {"rows": rows, "heads": signed, "flaws": len(flaws)}
    with desk.deed("journal.verified", "practice", desk.practice.id, after):
        pass
    return Verdict(rows, signed, flaws)


@needs(Right.JOURNAL)
def letters(desk: Desk) -> Mapping[str, str]:
    """Give the letter of each device by its id: what people read of a chain."""
    return {device.id: device.code for device in practices.devices(desk.db)}


@needs(Right.EXPORT, fresh=True)
def take_away(desk: Desk) -> Takeaway:
    """Give the journal of every device, its signed heads and the public key, as files in clear.

    The export is an act itself: its row is the last one exported, and is signed.
    """
    with desk.deed("journal.exported", "practice", desk.practice.id):
        desk.anchor(heads.EXPORT)
    signed = heads.all_heads(desk.db)
    files: dict[str, Iterator[bytes]] = {}
    devices = []
    for device in practices.devices(desk.db):
        tip = journal.tip(desk.db, device.id)
        if tip is not None:
            name = f"journal-{device.code}.jsonl"
            files[name] = _rows(desk, device.id, tip.seq)
            devices.append({"id": device.id, "file": name, "rows": tip.seq, "hash": tip.hash})
    files["heads.jsonl"] = (_line(_plain(head)) for head in signed)
    public = (heads.public_key(desk.db) or b"").hex()
    files["manifest.json"] = iter([_line(_manifest(desk, devices, len(signed), public))])
    return Takeaway(files, journal.count(desk.db), public)


def _rows(desk: Desk, device: str, last: int) -> Iterator[bytes]:
    """Give each row of a chain up to one, without its mac: only the practice can check that."""
    names = (*journal.COLUMNS, "hash")
    for row in journal.rows(desk.db, device, last):
        yield _line(dict(zip(names, row, strict=True)))


def _manifest(
    desk: Desk, devices: Sequence[Mapping[str, object]], signed: int, public: str
) -> Mapping[str, object]:
    facts: dict[str, object] = {
        "format": FORMAT, "version": 1, "practice": desk.practice.id,
        "country": desk.practice.country, "exported_at": desk.now.isoformat(),
        "devices": devices, "heads": signed, "public_key": public,
    }  # fmt: skip
    text = _line(facts)[:-1]
    return {**facts, "signature": heads.sign_text(desk.db, text, desk.now, desk.entropy)}


def _plain(head: Head) -> Mapping[str, object]:
    return {**asdict(head), "at": head.at.isoformat()}


def _line(facts: Mapping[str, object]) -> bytes:
    """Write one line as it is hashed and signed: no spaces, UTF-8."""
    return json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
