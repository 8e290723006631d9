"""The complementary covers of a patient in France: several dated rights, each with its source.

On a day of care the cover that began last wins, then the one heard last, whatever its source: a new
attestation may replace what the Vitale card still bears. Without dates a cover is incomplete, and
is no ground for third-party payment. Sources: `domain.md` §1.3; MAIIA-27 to MAIIA-31, MAIIA-56 to
MAIIA-64; SOFIA-24 to SOFIA-31; scenarios F-06, F-07, F-11, G-03 to G-07.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.core.care import Source
from server.core.errors import InvalidForm, InvalidNumber, NotFound
from server.core.identifiers import Nir
from server.core.rights import Right
from server.countries.france.convention_rows import UNIQUE
from server.countries.france.nir import nir_facts
from server.countries.france.numbers import AmcNumber
from server.countries.france.payers import Profile
from server.countries.france.rights import rights_on
from server.countries.france.routes import Cover as RouteCover
from server.services import complementaries, evaluation, patients
from server.services.complementaries import Entry
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.services.patients import PatientFile
from server.store import french
from server.store.french import CoverRow

WARNED = timedelta(days=30)
"""How long before its end a cover is told to be ending (MAIIA-29)."""

OF_A_PAPER = (Source.PAPER, Source.QR, Source.MANUAL)
OF_A_CARD = (Source.CARD, Source.APCV)


class Statement(StrEnum):
    """What will be sent, in plain words (SOFIA-29)."""

    GU = "GU"  # one FSE carries the complementary part
    GS = "GS"  # a FSE to the caisse, a DRE to the complementary
    PAPER = "PAPER"  # State medical aid: a printed invoice


class Check(StrEnum):
    """What must hold for a caisse to forward both parts (SOFIA-7 to SOFIA-9)."""

    LINK = "link"
    FRAMEWORK = "framework"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Cover:
    """One cover as the file shows it."""

    row: CoverRow
    entry: Entry | None  # None: the list does not know the number any more, or never did
    name: str

    @property
    def profile(self) -> Profile:
        """What its number stands for, when it is no insurer."""
        return self.entry.profile if self.entry else Profile.NONE

    @property
    def whole(self) -> bool:
        """Whether both parts are paid whole, and third-party payment is no choice."""
        return self.profile in (Profile.AME, Profile.C2S)

    @property
    def complete(self) -> bool:
        """Whether its dates are known: without them it is no ground for third-party payment."""
        return self.row.rights_from is not None and self.row.rights_to is not None

    @property
    def statement(self) -> Statement:
        """What will be sent."""
        if self.profile is Profile.AME:
            return Statement.PAPER
        return Statement.GU if self.row.management == "GU" else Statement.GS

    @property
    def for_route(self) -> RouteCover:
        """The same, as the decision of the route asks for it."""
        row = self.row
        unique = row.management == "GU"
        return RouteCover(
            AmcNumber.parse(row.number), self.profile,
            UNIQUE if unique else row.convention_type, linked=row.link != "NO",
            begins=row.rights_from, ends=row.rights_to, nir_on_attestation=row.nir[:13],
            indicator=row.indicator,
        )  # fmt: skip

    def covers(self, day: date) -> bool:
        """Whether its period holds a day; an unknown end is open."""
        row = self.row
        starts = row.rights_from is None or row.rights_from <= day
        return starts and (row.rights_to is None or day <= row.rights_to)

    def is_over(self, day: date) -> bool:
        """Whether it ended before a day."""
        return self.row.rights_to is not None and self.row.rights_to < day

    def is_ending(self, day: date) -> bool:
        """Whether it ends within a month of a day."""
        end = self.row.rights_to
        return end is not None and day <= end <= day + WARNED


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a code on an attestation says; each text "" when it does not."""

    number: AmcNumber
    convention_type: str = ""
    criterion: str = ""
    member: str = ""
    incoming: str | None = None  # the document it stands on, when it was kept
    text: str = ""  # of the code, as it was
    symbology: str = ""


@dataclass(frozen=True, slots=True)
class Covers:
    """The covers of a patient: what the card bears beside what papers say, and what counts."""

    of_card: Sequence[Cover]
    of_papers: Sequence[Cover]
    counts: Cover | None  # today
    contradicted: bool  # another one that holds too names another complementary
    checks: Mapping[Check, bool | None]  # of the one that counts, under unique management


@needs(Right.PATIENTS)
def of(desk: Desk, patient: str, day: date | None = None) -> Covers:
    """Return the covers of a patient, and the one that counts on a day (today unless said)."""
    file = patients.open_file(desk, patient)
    known = [_shown(desk, row) for row in french.covers(desk.db, patient)]
    counts, contradicted = _counting(known, day or desk.today)
    return Covers(
        [each for each in known if each.row.source in OF_A_CARD],
        [each for each in known if each.row.source in OF_A_PAPER],
        counts, contradicted, _checks(counts, file) if counts else {},
    )  # fmt: skip


@needs(Right.PATIENTS)
def on(desk: Desk, patient: str, day: date) -> Cover | None:
    """Return the cover that counts on a day of care; None when nothing holds."""
    return _counting([_shown(desk, row) for row in french.covers(desk.db, patient)], day)[0]


@needs(Right.PATIENTS)
def stood(desk: Desk, rows: Sequence[CoverRow], day: date) -> tuple[Sequence[Cover], Cover | None]:
    """Show some covers of a patient, and say which of them would count on a day."""
    known = [_shown(desk, row) for row in rows]
    return known, _counting(known, day)[0]


@needs(Right.PATIENTS)
def assign(desk: Desk, patient: str, typed: Mapping[str, str]) -> str:
    """Keep a cover somebody typed and return its id; raise `InvalidForm` with every fault.

    Fields: amc (a number, ten positions or less), cover_source, member, cover_from, cover_to,
    third_party, link, amc_nir, cover_criterion, incoming. Third-party payment needs dates and a
    member's number; C2S and State medical aid imply it.
    """
    file = patients.open_file(desk, patient)
    form = Form(typed)
    entry = _read_entry(desk, form)
    row = _read(desk, form, file, entry)
    form.end()
    if row is None:
        raise InvalidForm(faults=())
    facts = {"number": row.number, "source": str(row.source)}
    with desk.deed("coverage.typed", "patient", patient, facts) as seq:
        french.add_cover(desk.db, row, desk.device.id, seq)
        evaluation.judge_patient(desk, seq, patient)
    return row.id


@needs(Right.PATIENTS)
def scanned(desk: Desk, patient: str, code: Scanned) -> str:
    """Keep what a code on an attestation says, without the dates it never gives; return the id.

    The complementary may be one nobody knows here: the cover is kept, incomplete (F-10).
    """
    patients.open_file(desk, patient)
    entry = complementaries.by_number(desk, code.number)
    management = entry.row.management if entry else "GU" if code.convention_type == "RO" else "GS"
    row = CoverRow(
        desk.new_id(), patient, Source.QR, desk.now, str(code.number), entry.name if entry else "",
        management, code.convention_type or (entry.convention_type if entry else ""),
        code.criterion, code.member, None, None, False, incoming=code.incoming,
    )  # fmt: skip
    with desk.deed("coverage.scanned", "patient", patient, {"number": row.number}) as seq:
        french.add_cover(desk.db, row, desk.device.id, seq)
        evaluation.judge_patient(desk, seq, patient)
        if code.text:
            french.add_code(desk.db, row.id, code.symbology, code.text)
    return row.id


@dataclass(frozen=True, slots=True)
class Aid:
    """State medical aid as it is proposed for a person: its number, and the dates it would have."""

    number: str
    begins: date
    ends: date


@needs(Right.PATIENTS)
def aid(desk: Desk, patient: str) -> Aid | None:
    """Propose State medical aid to who has a provisional number and no cover today (MAIIA-56).

    Its dates are those of the insurance that counts, else the civil year; kept by `assign` only.
    """
    file = patients.open_file(desk, patient)
    known = next((e for e in complementaries.listed(desk) if e.profile is Profile.AME), None)
    if known is None or not file.french or not file.french.provisional:
        return None
    if on(desk, patient, desk.today) is not None:
        return None
    insured = rights_on(french.rights(desk.db, patient), desk.today).insured
    begins, ends = (insured.said.rights_from, insured.said.rights_to) if insured else (None, None)
    if not (begins and ends):
        begins, ends = date(desk.today.year, 1, 1), date(desk.today.year, 12, 31)
    return Aid(known.number, begins, ends)


@needs(Right.PATIENTS)
def bearers(desk: Desk, number: str, member: str) -> Sequence[str]:
    """Return the patients covered by a complementary under a member's number; none without it."""
    try:
        parsed = AmcNumber.parse(number)
    except InvalidNumber:
        return []
    return french.bearing(desk.db, str(parsed), member) if member else []


@needs(Right.PATIENTS)
def texts(desk: Desk, patient: str) -> Mapping[str, str]:
    """Return the texts of the codes that covers were read from, by cover (F-10)."""
    return french.codes(desk.db, patient)


@needs(Right.PATIENTS)
def withdraw(desk: Desk, patient: str, cover: str) -> None:
    """Take a cover off the patient; the row stays. Raise `NotFound`."""
    if cover not in {row.id for row in french.covers(desk.db, patient)}:
        raise NotFound(kind="cover")
    with desk.deed("coverage.withdrawn", "patient", patient, {"cover": cover}) as seq:
        french.withdraw(desk.db, cover, desk.device.id, seq, desk.now)
        evaluation.judge_patient(desk, seq, patient)


def _shown(desk: Desk, row: CoverRow) -> Cover:
    entry = complementaries.by_number(desk, AmcNumber.parse(row.number))
    return Cover(row, entry, entry.name if entry else row.label)


def _counting(known: Sequence[Cover], day: date) -> tuple[Cover | None, bool]:
    """Pick the one that began last, then the one heard last; undated ones come after dated."""
    held = sorted(
        (each for each in known if each.covers(day)),
        key=lambda each: (each.row.rights_from or date.min, each.row.captured_at, each.row.id),
    )
    if not held:
        return None, False
    best = held[-1]
    return best, any(each.row.number != best.row.number for each in held[:-1])


def _checks(cover: Cover, file: PatientFile) -> Mapping[Check, bool | None]:
    """Look at what a caisse needs to forward both parts; None where nobody said."""
    if cover.statement is not Statement.GU:
        return {}
    nir = file.french.nir.body if file.french and file.french.nir else ""
    told = {"YES": True, "NO": False}.get(cover.row.link)
    if cover.whole:
        told = True  # the caisse itself answers for it
    same = None if not (nir and cover.row.nir) else cover.row.nir[:13] == nir
    return {
        Check.LINK: told,
        Check.FRAMEWORK: cover.row.third_party,
        Check.NUMBER: True if cover.whole and same is None else same,
    }


def _read_entry(desk: Desk, form: Form) -> Entry | None:
    """Read which complementary is meant: by its number, or by a name that only one bears."""
    text = form.text("amc", needed=True)
    found = complementaries.listed(desk, text, everything=True) if text else ()
    digits = "".join(text.split())
    if digits.isdigit():
        found = [each for each in found if each.number == digits.zfill(10)]
    if text and len(found) != 1:
        form.faults.append(("amc", "unknown" if not found else "several"))
        return None
    if found and not found[0].row.active:
        form.faults.append(("amc", "put_aside"))
    return found[0] if found else None


def _read(desk: Desk, form: Form, file: PatientFile, entry: Entry | None) -> CoverRow | None:
    source = form.choice("cover_source", Source)
    if source is not None and source not in OF_A_PAPER:
        form.faults.append(("cover_source", "unknown"))
    whole = entry is not None and entry.profile in (Profile.AME, Profile.C2S)
    asked = form.ticked("third_party") or whole
    ame = entry is not None and entry.profile is Profile.AME
    start, end = form.day("cover_from", needed=asked), form.day("cover_to", needed=asked)
    if start and end and end < start:
        form.faults.append(("cover_to", "before_start"))
    member = form.text("member", needed=asked and not whole, most=20)
    link = form.text("link") or "UNKNOWN"
    if link not in ("YES", "NO", "UNKNOWN"):
        form.faults.append(("link", "unknown"))
    nir = form.parsed("amc_nir", Nir.shaped)
    if ame:
        _check_ame(form, file)
    if entry is None or source is None:
        return None
    return CoverRow(
        desk.new_id(), file.patient.id, source, desk.now, entry.number, entry.name,
        entry.row.management, entry.convention_type,
        form.text("cover_criterion", most=15).upper() or entry.row.criterion, member, start, end,
        asked, link, nir.digits if nir else "", "", form.text("incoming") or None,
    )  # fmt: skip


def _check_ame(form: Form, file: PatientFile) -> None:
    """State medical aid is for a provisional number: 7 for a man, 8 for a woman (MAIIA-57)."""
    nir = file.french.nir if file.french else None
    if nir is None or not nir_facts(nir).provisional:
        form.faults.append(("amc", "ame_number"))
    elif file.patient.sex and nir_facts(nir).sex != file.patient.sex:
        form.faults.append(("amc", "ame_sex"))
