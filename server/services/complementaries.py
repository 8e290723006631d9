"""The complementaries of a French practice: its own rows over those everybody begins with.

A number is one complementary, with or without leading zeros (A11); whether the caisse manages it
too is a field, never a mark in its name (SOFIA-21). Once used it is put aside, not deleted (G-02).
Sources: Sofia's list (SOFIA-11 to SOFIA-23); section B' of the French cases.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from server.core.errors import InvalidForm, InvalidValue, NotFound, StateConflict
from server.core.identifiers import Iban
from server.core.money import parse_cents
from server.core.rights import Right
from server.countries.dated import in_force
from server.countries.france.local_rule import Amounts, Base, Rule, share
from server.countries.france.numbers import AmcNumber, bare
from server.countries.france.payers import Payer, Profile
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.store import complementaries as store
from server.store import french, reference
from server.store.complementaries import ComplementaryRow
from server.store.patients import search_key

TYPES = ("AC", "MU", "RO", "RC", "OC", "SP")
"""The types of convention seen in lists; what each letter pair stands for was never given."""

SORTS = ("number", "unique", "name", "convention_type", "criterion", "street1", "city", "phone1")
"""The columns of the list, in their order (SOFIA-17)."""

_RATE_SHOWN = 100  # a rate is typed in percent, kept in hundredths of one
_STARTING: dict[str, tuple[Payer, ...]] = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """One complementary of the list."""

    row: ComplementaryRow
    starting: bool  # everybody begins with it, and nobody changed it here
    profile: Profile = Profile.NONE
    hidden: bool = False  # of a scheme that is over: shown only when asked for

    @property
    def number(self) -> str:
        """Its number, ten positions."""
        return self.row.number

    @property
    def name(self) -> str:
        """Its name."""
        return self.row.name

    @property
    def unique(self) -> bool:
        """Whether the caisse manages it too: one invoice, one answer."""
        return self.row.management == "GU"

    @property
    def convention_type(self) -> str:
        """The type of its convention, "" when nobody said."""
        return self.row.convention_type

    @property
    def doubtful(self) -> bool:
        """Whether the control digit of its number is wrong: a warning, never a refusal (A10)."""
        return not AmcNumber.parse(self.row.number).checks

    @property
    def rule(self) -> Rule | None:
        """The local rule of calculation; None when it has none."""
        if not self.row.base:
            return None
        return Rule(
            Base(self.row.base), self.row.franchise_cents, self.row.ceiling_cents,
            self.row.threshold_cents, self.row.rate_bp,
        )  # fmt: skip


@needs(Right.PATIENTS)
def listed(
    desk: Desk, text: str = "", *, sort: str = "name", unique: bool | None = None,
    everything: bool = False,
) -> Sequence[Entry]:  # fmt: skip
    """Return the list: by a number or a name typed, of one management, sorted by a column.

    What is put aside, and schemes that are over, come with `everything` only.
    """
    found = [each for each in _every(desk) if unique is None or each.unique is unique]
    if not everything:
        found = [each for each in found if each.row.active and not each.hidden]
    if text:
        found = [each for each in found if _answers(each, text)]
    return sorted(found, key=_sorter(sort if sort in SORTS else "name"))


@needs(Right.PATIENTS)
def get(desk: Desk, number: str) -> Entry:
    """Return a complementary by its number; raise `NotFound`."""
    found = next((each for each in _every(desk) if bare(each.number) == bare(number)), None)
    if found is None:
        raise NotFound(kind="complementary")
    return found


@needs(Right.PATIENTS)
def by_number(desk: Desk, number: AmcNumber) -> Entry | None:
    """Return a complementary by its number; None when the list does not know it."""
    return next((each for each in _every(desk) if each.number == str(number)), None)


@needs(Right.PATIENTS)
def is_used(desk: Desk, number: str) -> bool:
    """Say whether a patient was ever covered by it: it is then put aside, never deleted."""
    return french.covered_by(desk.db, number)


@needs(Right.PATIENTS)
def create(desk: Desk, typed: Mapping[str, str]) -> str:
    """Keep a new complementary and return its number; raise `InvalidForm`.

    Four things are enough: name, number, unique, and the word to go on (SOFIA-12). The others:
    convention_type, criterion, other_number, noemie, contact, street1, street2, postcode, city,
    phone1, phone2, email, account, routing, dre_without_tp, base, franchise, ceiling, threshold,
    rate, unlisted_acts, inter_amc.
    """
    form = Form(typed)
    number = form.parsed("number", AmcNumber.parse, needed=True)
    if number is not None and by_number(desk, number) is not None:
        raise InvalidForm(faults=(("number", "already_known"),), other=str(number))
    row = _read(form, str(number) if number else "")
    form.end()
    _keep(desk, row, "complementary.created")
    return row.number


@needs(Right.PATIENTS)
def amend(desk: Desk, number: str, typed: Mapping[str, str]) -> None:
    """Keep what was changed; the number stays. Raise `InvalidForm`, `NotFound`."""
    held = get(desk, number).row
    form = Form(typed)
    row = replace(_read(form, held.number), active=held.active)
    form.end()
    _keep(desk, row, "complementary.amended")


@needs(Right.PATIENTS)
def try_rule(desk: Desk, typed: Mapping[str, str]) -> int | None:
    """Count what a rule being typed pays of an example, in cents; None while there is no base.

    Fields: those of the rule, and spent, tariff and amo. Raise `InvalidForm`.
    """
    form = Form(typed)
    row = _with_rule(form, ComplementaryRow("", "", "GS"))
    amounts = Amounts(*(form.parsed(name, _sum) or 0 for name in ("spent", "tariff", "amo")))
    form.end()
    rule = Entry(row, False).rule
    return share(rule, amounts) if rule else None


@needs(Right.PATIENTS)
def say_link(desk: Desk, number: str, *, exchanges: bool) -> None:
    """Keep whether caisses send it their statements; raises `NotFound` (SOFIA-3, SOFIA-7)."""
    held = get(desk, number).row
    _keep(desk, replace(held, noemie="YES" if exchanges else "NO"), "complementary.amended")


@needs(Right.PATIENTS)
def put_aside(desk: Desk, number: str, *, active: bool) -> None:
    """Offer a complementary no more, or offer it again."""
    held = get(desk, number).row
    _keep(desk, replace(held, active=active), "complementary.amended")


@needs(Right.PATIENTS)
def delete(desk: Desk, number: str) -> None:
    """Delete one nobody ever used; raise `StateConflict` when a patient was covered by it."""
    held = get(desk, number)
    if held.starting or is_used(desk, held.number):
        raise StateConflict(kind="complementary", state="used", wanted="unused")
    with desk.deed("complementary.deleted", "complementary", held.number):
        store.forget(desk.db, held.number)


def _keep(desk: Desk, row: ComplementaryRow, action: str) -> None:
    facts = {"name": row.name, "management": row.management, "active": row.active}
    with desk.deed(action, "complementary", row.number, facts) as seq:
        store.keep(desk.db, row, desk.device.id, seq)


def _every(desk: Desk) -> Sequence[Entry]:
    """Put the practice's own rows over those of the reference file, by number."""
    starting = {str(each.number): each for each in in_force(_starting(desk), desk.today)}
    own = [_own(row, starting.get(row.number)) for row in store.every(desk.db)]
    kept = {each.number for each in own}
    return [*own, *(_begun(each) for number, each in starting.items() if number not in kept)]


def _starting(desk: Desk) -> Sequence[Payer]:
    sha256 = desk.practice.reference_sha256
    if sha256 not in _STARTING:
        known = reference.holds(desk.db, "fr_payers")
        rows = reference.rows(desk.db, "fr_payers") if known else ()
        _STARTING[sha256] = tuple(Payer.from_mapping(row) for row in rows)
    return _STARTING[sha256]


def _own(row: ComplementaryRow, began: Payer | None) -> Entry:
    return Entry(row, False, began.profile if began else Profile.NONE)


def _begun(payer: Payer) -> Entry:
    row = ComplementaryRow(
        str(payer.number), payer.label, "GU" if payer.unique else "GS", payer.convention_type
    )
    return Entry(row, True, payer.profile, not payer.shown)


def _answers(entry: Entry, text: str) -> bool:
    """Say whether an entry is the one typed: by the beginning of a number, or words of its name."""
    digits = "".join(text.split())
    if digits.isdigit():
        numbers = (entry.number, bare(entry.number), entry.row.other_number)
        return any(number.startswith(digits) for number in numbers if number)
    return all(word in search_key(entry.name) for word in search_key(text).split())


def _sorter(sort: str) -> Callable[[Entry], tuple[object, ...]]:
    """Sort by a column, then by name: those of unique management first, empty cells last."""

    def key(entry: Entry) -> tuple[object, ...]:
        if sort == "unique":
            return (not entry.unique, search_key(entry.name), entry.number)
        text = search_key(str(getattr(entry.row, sort)))
        return (not text, text, search_key(entry.name), entry.number)

    return key


def _read(form: Form, number: str) -> ComplementaryRow:
    unique, kind = form.ticked("unique"), form.text("convention_type")
    if kind and kind not in TYPES:
        form.faults.append(("convention_type", "unknown"))
    if kind == "RO" and not unique:
        form.faults.append(("convention_type", "of_unique"))
    other = form.parsed("other_number", AmcNumber.parse)
    if other is not None and str(other) == number:
        form.faults.append(("other_number", "same"))
    noemie = form.text("noemie") or "UNKNOWN"
    account = form.parsed("account", Iban.parse)
    if noemie not in ("YES", "NO", "UNKNOWN"):
        form.faults.append(("noemie", "unknown"))
    row = ComplementaryRow(
        number, form.text("name", needed=True, most=60), "GU" if unique else "GS", kind,
        other_number=str(other) if other else "", noemie=noemie,
        account=account.text if account else "", unlisted_acts=form.ticked("unlisted_acts"),
    )  # fmt: skip
    if not unique:
        row = replace(
            row, criterion=form.text("criterion", most=15).upper(),
            routing=form.text("routing", most=4).upper(),
            dre_without_tp=form.ticked("dre_without_tp"), inter_amc=form.ticked("inter_amc"),
        )  # fmt: skip
    row = replace(
        row, contact=form.text("contact", most=60), street1=form.text("street1", most=60),
        street2=form.text("street2", most=60), postcode=form.text("postcode", most=10),
        city=form.text("city", most=60), phone1=form.text("phone1", most=20),
        phone2=form.text("phone2", most=20), email=form.text("email", most=80),
    )  # fmt: skip
    return _with_rule(form, row)


def _with_rule(form: Form, row: ComplementaryRow) -> ComplementaryRow:
    """Read the local rule; without a base there is none."""
    base = form.text("base")
    if base and base not in tuple(Base):
        form.faults.append(("base", "unknown"))
    ceiling, rate = form.parsed("ceiling", _sum), form.parsed("rate", _rate)
    return replace(
        row, base=base, franchise_cents=form.parsed("franchise", _sum) or 0, ceiling_cents=ceiling,
        threshold_cents=form.parsed("threshold", _sum) or 0,
        rate_bp=10_000 if rate is None else rate,
    )  # fmt: skip


def _sum(text: str) -> int:
    """Read an amount that is never below zero."""
    cents = parse_cents(text)
    if cents < 0:
        raise InvalidValue(field="amount", reason="amount")
    return cents


def _rate(text: str) -> int:
    """Read a rate in percent, two decimals at most, up to a thousand."""
    cents = parse_cents(text.replace("%", "").strip())
    if not 0 <= cents <= 1000 * _RATE_SHOWN:
        raise InvalidValue(field="rate", reason="number")
    return cents
