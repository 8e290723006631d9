"""« Se conventionner »: what was done, what is awaited, the technical address, and a new account.

Nothing here bars billing: until a signature is some days old, the status says « en attente ».
Sources: MAIIA-6 to MAIIA-9, MAIIA-75, MAIIA-80; scenarios F-19 and F-21.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from server.core.errors import InvalidForm, NotFound
from server.core.identifiers import Iban
from server.core.rights import Right
from server.core.tray import extension
from server.countries.dated import in_force
from server.countries.france.enrolment import CONTRACT, Stage, TriedReader, ready_from
from server.services import complementaries
from server.services.complementaries import Entry
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.store import enrolment as store
from server.store import practice as practices
from server.store import reference
from server.store.enrolment import Done
from server.store.practice import Practitioner

R = TypeVar("R", Stage, TriedReader)

_MAILBOX = "fr.sv_mailbox"
_OF_A_KINE = "mailbox:"
_MOST_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Step:
    """One step, and how it stands."""

    stage: Stage
    done: Done | None


@dataclass(frozen=True, slots=True)
class Told:
    """One complementary that pays the practice, and whether it knows of its account."""

    entry: Entry
    on: date | None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the page shows."""

    steps: Sequence[Step]
    kines: Sequence[tuple[Practitioner, Done | None]]  # the address declared for each of them
    mailbox: str  # the practice's own technical address, "" while there is none
    ready_from: date | None  # None: nothing was signed
    waiting: bool  # signed, but too few days ago
    account: str  # the IBAN, "" while there is none
    through: Sequence[Told]  # told through the site of the interAMC
    alone: Sequence[Told]  # told one by one
    readers: Sequence[TriedReader]

    @property
    def left(self) -> int:
        """How many steps are still to do."""
        undone = sum(each.done is None for each in self.steps)
        return undone + sum(done is None for _, done in self.kines)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter about a new account says, and to whom."""

    to: Entry
    sender: tuple[str, ...]  # lines: practice, street, city
    city: str
    signed: str
    billing_number: str
    iban: str  # in groups


@needs(Right.SETTINGS)
def view(desk: Desk) -> Enrolment:
    """Return how the practice stands."""
    done, account = store.done(desk.db), desk.practice.iban
    known = store.told(desk.db, account) if account else {}
    payers = [Told(each, known.get(each.number)) for each in _payers(desk)]
    ready = _ready(desk, done)
    return Enrolment(
        [Step(stage, done.get(stage.step)) for stage in _stages(desk)],
        [(kine, done.get(_OF_A_KINE + kine.id)) for kine in practices.practitioners(desk.db)],
        practices.setting(desk.db, _MAILBOX, ""), ready, bool(ready and desk.today < ready),
        str(Iban(account)) if account else "",
        [each for each in payers if each.entry.row.inter_amc],
        [each for each in payers if not each.entry.row.inter_amc],
        sorted(_rows(desk, "fr_readers", TriedReader.from_mapping), key=lambda row: row.rank),
    )  # fmt: skip


@needs(Right.PATIENTS)
def awaited_until(desk: Desk, day: date) -> date | None:
    """Return the day suggested to wait for before billing on a day; None when nothing waits."""
    ready = _ready(desk, store.done(desk.db))
    return ready if ready and day < ready else None


@needs(Right.SETTINGS)
def note(desk: Desk, typed: Mapping[str, str], content: bytes = b"", name: str = "") -> None:
    """Keep that a step was done, with its paper if one came; raise `InvalidForm`, `NotFound`.

    Fields: step; done_on, today when empty; undo, to forget it.
    """
    form = Form(typed)
    step, day = form.text("step"), form.day("done_on") or desk.today
    if step not in _known(desk):
        raise NotFound(kind="step")
    if day > desk.today:
        form.faults.append(("done_on", "future"))
    if content and not (extension(content) and len(content) <= _MOST_BYTES):
        form.faults.append(("paper", "no_picture"))
    form.end()
    with desk.deed("practice.enrolled", "practice", desk.practice.id, {"step": step}) as seq:
        if form.ticked("undo"):
            store.undo(desk.db, step)
        else:
            row = Done(step, day, name[-80:])
            store.keep(desk.db, row, content or None, (desk.device.id, seq))


@needs(Right.SETTINGS)
def paper(desk: Desk, step: str) -> tuple[bytes, str]:
    """Return the paper of a step and how its name ends; raise `NotFound`."""
    found = store.paper(desk.db, step)
    if found is None:
        raise NotFound(kind="step")
    return found, extension(found)


@needs(Right.SETTINGS)
def set_mailbox(desk: Desk, typed: Mapping[str, str]) -> None:
    """Keep the technical address to declare for every kiné of the practice; raise `InvalidForm`."""
    form = Form(typed)
    text = form.text("mailbox", most=80)
    name, at, host = text.partition("@")
    if text and not (name and at and "." in host and " " not in text and "@" not in host):
        form.faults.append(("mailbox", "shape"))
    form.end()
    with desk.deed("practice.enrolled", "practice", desk.practice.id, {"mailbox": text}):
        practices.set_setting(desk.db, _MAILBOX, text, desk.user.id, desk.now)


@needs(Right.SETTINGS)
def tell(desk: Desk, number: str) -> None:
    """Keep that a complementary was told of the account of today; raise `NotFound`."""
    if number not in {each.number for each in _payers(desk)} or not desk.practice.iban:
        raise NotFound(kind="complementary")
    with desk.deed("practice.account_told", "practice", desk.practice.id, {"to": number}) as seq:
        act = (desk.device.id, seq)
        store.tell(desk.db, number, desk.practice.iban, desk.today, act)


@needs(Right.SETTINGS)
def letter(desk: Desk, number: str) -> Letter:
    """Return what a letter about the account says; raise `InvalidForm` while there is none."""
    if not desk.practice.iban:
        raise InvalidForm(faults=(("iban", "missing"),))
    practice, holder = desk.practice, practices.practitioners(desk.db)[0]
    lines = (practice.name, practice.street, f"{practice.postcode} {practice.city}".strip())
    return Letter(
        complementaries.get(desk, number), tuple(line for line in lines if line), practice.city,
        f"{holder.first_name} {holder.last_name.upper()}", holder.billing_number,
        str(Iban(practice.iban)),
    )  # fmt: skip


def _payers(desk: Desk) -> Sequence[Entry]:
    """Give the complementaries that pay the practice themselves: separate, and of a patient."""
    listed = complementaries.listed(desk, everything=True)
    return [x for x in listed if not x.unique and complementaries.is_used(desk, x.number)]


def _known(desk: Desk) -> set[str]:
    kines = {_OF_A_KINE + kine.id for kine in practices.practitioners(desk.db)}
    return kines | {stage.step for stage in _stages(desk)}


def _ready(desk: Desk, done: Mapping[str, Done]) -> date | None:
    signed = done.get(CONTRACT)
    return ready_from(signed.done_on, _stages(desk)) if signed else None


def _stages(desk: Desk) -> Sequence[Stage]:
    rows = in_force(_rows(desk, "fr_enrolment", Stage.from_mapping), desk.today)
    return sorted(rows, key=lambda row: row.rank)


def _rows(desk: Desk, table: str, read: Callable[[Mapping[str, object]], R]) -> Sequence[R]:
    """Read a table of the reference file; one built by an older program may not have it."""
    known = reference.holds(desk.db, table)
    return [read(row) for row in reference.rows(desk.db, table)] if known else []
