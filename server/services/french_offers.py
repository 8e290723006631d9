"""What may be decided of the billing of a day of care in France, before anybody decides.

Route, convention, formula and ticks, each with its reason: `fr-sesam-vitale.md` §7 to §9, FR-41 to
FR-50, scenarios F-04, F-06, F-07, F-13, F-16 and G-03 to G-07. Nothing is written here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.countries.france.convention_match import Found, Link
from server.countries.france.convention_rows import THIRD_PARTY, UNIQUE
from server.countries.france.payers import Profile
from server.countries.france.rights import rights_on
from server.countries.france.routes import Cover as RouteCover
from server.countries.france.routes import Known, Plan, Remark, Route, Ticking, plan
from server.services import attestations, convention_search, covers, french_formulas
from server.services.convention_search import Answer, Diagnosis, Need
from server.services.covers import Check, Cover
from server.services.desk import Desk
from server.services.forms import Form
from server.services.french_formulas import Offered
from server.services.french_standing import has_a_right
from server.services.tray import Document
from server.store import french, french_billing, french_care, nirs
from server.store.french_billing import BillingRow
from server.store.visits import Session

_SEPARATE = ("OC", "MU", "AC", "RC", "SP")
_TOLD: Mapping[str, bool] = {"YES": True, "NO": False}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person said on the form; `drawn` is False while nobody saw its boxes."""

    drawn: bool = False
    amo: bool = False
    amc: bool = False
    separate: bool = False  # a DRE where the caisse cannot be given both parts
    convention: int | None = None  # among equal ones
    formula: str = ""

    @classmethod
    def read(cls, form: Form) -> "Asked":
        """Read the fields billing, tp_amo, tp_amc, separate, convention and formula."""
        text = form.text("convention")
        return cls(
            form.ticked("billing"), form.ticked("tp_amo"), form.ticked("tp_amc"),
            form.ticked("separate"),
            int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None,
            form.text("formula"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """What a screen shows of a day, and what stands on it now."""

    cover: Cover | None  # the one that counts, or else the one that ended last
    plan: Plan
    organism: str  # nine digits of the caisse, "" when nobody said
    answer: Answer | None  # conventions that fit; None where none is looked for
    convention: Found | None
    diagnosis: Diagnosis | None  # the three checks, when no convention fits
    checks: Mapping[Check, bool | None]  # of unique management
    nirs: tuple[str, str]  # the number of the file, the number on the complementary's card
    separate: bool  # a DRE was asked for instead of unique management
    formulas: Sequence[Offered]  # a kiné's first
    formula: Offered | None
    amo: bool
    amc: bool
    attestation: Document | None  # its picture, when one is in the file
    right: bool = False  # third-party payment is a right of the patient (FR-40)

    @property
    def route(self) -> Route:
        """The route that follows from the ticks."""
        if self.plan.route is Route.PAPER:
            return Route.PAPER
        return self.plan.route if self.amc else Route.AMO_ONLY

    @property
    def refusal(self) -> Remark | None:
        """Why the part of the complementary may not be asked for; None when it may."""
        refused = self.plan.amc is Ticking.REFUSED and self.plan.remarks
        return self.plan.remarks[0] if refused else None

    @property
    def needs_formula(self) -> bool:
        """Whether a formula must say what the complementary pays: not where it pays all."""
        return not self.plan.whole and self.plan.amc is not Ticking.REFUSED

    @property
    def equal(self) -> Sequence[Found]:
        """The conventions a person must choose among; none when there is no doubt."""
        best = self.answer.choice.best if self.answer else ()
        return best if len(best) > 1 else ()


def offer(desk: Desk, about: Session, asked: Asked, chosen: BillingRow | None = None) -> Offer:
    """Look at everything known of the patient of a session, on its day of care.

    Until the boxes are drawn they are as `chosen`: what was decided of this very session.
    """
    patient, day = about.patient, about.care_date
    right = has_a_right(desk, patient, french_care.treated(desk.db, about.treatment), day)
    held = covers.of(desk, patient, day)
    every = (*held.of_card, *held.of_papers)
    cover = held.counts or _ended(every, day)
    organism = rights_on(french.rights(desk.db, patient), day).organism
    nir = nirs.of(desk.db, patient)[:13]
    last = chosen or french_billing.last_of_patient(desk.db, patient)
    if cover is None:
        return _alone(organism, asked, last, day, right=right)
    separate = asked.separate if asked.drawn else _was_separate(cover, last)
    told, need, found = _wanted(desk, cover, day, patient, organism, separate=separate)
    route = convention_search.route(desk, told, need, nir)
    answer = found if told.profile is Profile.NONE else None
    formulas = _formulas(desk, cover, route, day)
    formula, convention = _formula(formulas, asked, cover, last), _convention(answer, asked)
    complete = route.whole or bool(formula and cover.row.member and (convention or not answer))
    ready = chosen is not None or complete
    amo, amc = _ticks(route, cover, asked, last, ready=ready, right=right)
    lacks = answer is not None and not answer.choice.found
    return Offer(
        cover, route, organism, answer, convention,
        convention_search.why_none(desk, need, _on_card(cover, every)) if lacks else None,
        _checks(cover, told, amo and amc, nir), (nir, cover.row.nir[:13]),
        separate, formulas, formula, amo, amc,
        _attestation(desk, patient, cover), right,
    )  # fmt: skip


def refuse(form: Form, offered: Offer, asked: Asked) -> None:
    """Tell what of a form cannot be decided as it stands, field by field."""
    plans = offered.plan
    if plans.stop:
        form.faults.append(("tp_amo", str(plans.stop)))
    if plans.amo is Ticking.FORCED and not asked.amo:
        form.faults.append(("tp_amo", "forced"))
    if plans.amc is Ticking.FORCED and not asked.amc:
        form.faults.append(("tp_amc", "forced"))
    if not asked.amc:
        return
    if not asked.amo:
        form.faults.append(("tp_amc", "needs_amo"))
    if plans.amc is Ticking.REFUSED:
        form.faults.append(("tp_amc", str(offered.refusal or "no_cover")))
        return
    if offered.equal and offered.convention is None:
        form.faults.append(("convention", "missing"))
    if not plans.whole and offered.cover and not offered.cover.row.member:
        form.faults.append(("tp_amc", "member"))
    if offered.needs_formula and offered.formula is None:
        form.faults.append(("formula", "unknown" if asked.formula else "missing"))


def row_of(desk: Desk, offered: Offer, session: str) -> BillingRow:
    """Give what stands on an offer as the row that would keep it."""
    row = BillingRow(
        desk.new_id(), session, desk.now, desk.user.id, str(offered.route), offered.amo, offered.amc
    )
    if offered.cover is None:
        return row
    cover, formula, found = offered.cover, offered.formula, offered.convention
    row = replace(
        row, cover=cover.row.id, number=cover.row.number, label=cover.name,
        member=cover.row.member,
    )  # fmt: skip
    if not offered.amc:
        return row
    cells = found.held.row._asdict() if found else {}
    row = replace(row, convention=json.dumps({name: cell for name, cell in cells.items() if cell}))
    if not offered.needs_formula or formula is None:
        return row
    return replace(
        row, domain=formula.domain, formula=formula.formula,
        parameters=json.dumps(dict(formula.parameters), sort_keys=True),
    )  # fmt: skip


def _ended(every: Sequence[Cover], day: date) -> Cover | None:
    """Give the cover that ended last: its dates are what the refusal shows (G-04, D5)."""
    over = [each for each in every if each.is_over(day)]
    return max(over, key=lambda each: (each.row.rights_to or day, each.row.id), default=None)


def _alone(
    organism: str, asked: Asked, last: BillingRow | None, day: date, *, right: bool
) -> Offer:
    """Offer what is left without a complementary: the part of the caisse."""
    route = plan(RouteCover(), Known(), day)
    proposed = last.amo if last else right
    amo = asked.amo if asked.drawn else proposed
    return Offer(
        None, route, organism, None, None, None, {}, ("", ""), False, (), None, amo, False, None,
        right,
    )  # fmt: skip


def _was_separate(cover: Cover, last: BillingRow | None) -> bool:
    """Whether somebody went over to a DRE for this very cover, of unique management."""
    of_this = last is not None and last.cover == cover.row.id and last.route == Route.DRE
    return of_this and cover.for_route.unique


def _wanted(
    desk: Desk, cover: Cover, day: date, patient: str, organism: str, *, separate: bool
) -> tuple[RouteCover, Need, Answer]:
    """Look for the convention; of the first type that has one, where nobody said which."""
    told = cover.for_route
    kinds: Sequence[str] = (UNIQUE,) if told.unique else (told.convention_type or "",)
    if kinds == ("",) or (told.unique and separate):
        kinds = _SEPARATE
    needs = [
        Need(day, kind, THIRD_PARTY, organism, cover.row.number, cover.row.criterion)
        for kind in kinds
    ]
    answers = [convention_search.find(desk, need, patient) for need in needs]
    place = next((n for n, each in enumerate(answers) if each.choice.found), 0)
    kept = told.unique and kinds == (UNIQUE,)
    linked = _linked(cover, answers[place] if kept else None)
    kind = needs[place].type
    return replace(told, convention_type=kind, linked=linked is True), needs[place], answers[place]


def _linked(cover: Cover, answer: Answer | None) -> bool | None:
    """Whether caisse and complementary exchange: by the cover, the list, or the convention.

    So does a convention of the caisse that bears the complementary's own number, or says that the
    caisse pays both parts.
    """
    of_list = cover.entry.row.noemie if cover.entry else ""
    for word in (cover.row.link, of_list):
        if word in _TOLD:
            return _TOLD[word]
    best = answer.choice.best if answer else ()
    told = any(one.link is Link.NUMBER or one.held.row.unique == "1" for one in best)
    return True if told else None


def _checks(cover: Cover, told: RouteCover, both: bool, nir: str) -> Mapping[Check, bool | None]:
    """Look at the three conditions of unique management (SOFIA-7 to SOFIA-9)."""
    if not told.unique or cover.whole:
        return {}
    said = _TOLD.get(cover.row.link, _TOLD.get(cover.entry.row.noemie if cover.entry else ""))
    same = None if not (nir and cover.row.nir) else cover.row.nir[:13] == nir
    return {
        Check.LINK: True if told.linked else said,
        Check.FRAMEWORK: both,
        Check.NUMBER: same,
    }


def _ticks(
    route: Plan, cover: Cover, asked: Asked, last: BillingRow | None, *, ready: bool, right: bool
) -> tuple[bool, bool]:
    """Give both boxes as they stand: as asked, as the time before, or as the route proposes.

    The part of the complementary is proposed only when nothing is left to choose for it.
    """
    again = last if last and last.cover in (None, cover.row.id) else None
    proposed = again.amo if again else True if right else None
    amo = _tick(route.amo, asked.amo if asked.drawn else proposed)
    before = (again.amc if again and again.cover else None) if ready else False  # not proposed
    return amo, _tick(route.amc, asked.amc if asked.drawn else before)


def _tick(ticking: Ticking, said: bool | None) -> bool:
    if ticking in (Ticking.FORCED, Ticking.REFUSED):
        return ticking is Ticking.FORCED
    return ticking is Ticking.TICKED if said is None else said


def _formulas(desk: Desk, cover: Cover, route: Plan, day: date) -> Sequence[Offered]:
    printed = french_formulas.of_cover(desk, cover.row.id, day)
    whole = french_formulas.whole_share(desk, day) if route.route is Route.GU else None
    return (*printed, whole) if whole and not any(each.own for each in printed) else printed


def _formula(
    formulas: Sequence[Offered], asked: Asked, cover: Cover, last: BillingRow | None
) -> Offered | None:
    """Give the one that was chosen, now or the time before; else the only one a kiné may mean."""
    if asked.drawn and asked.formula:
        return next((each for each in formulas if each.key == asked.formula), None)
    own = [each for each in formulas if each.own]
    if len(own) == 1:
        return own[0]
    if asked.drawn or last is None or last.cover != cover.row.id:
        return None
    same = (last.domain, last.formula, json.loads(last.parameters))
    said = [each for each in formulas if (each.domain, each.formula, each.parameters) == same]
    return said[0] if said else None


def _convention(answer: Answer | None, asked: Asked) -> Found | None:
    if answer is None:
        return None
    picked = [one for one in answer.choice.best if one.held.id == asked.convention]
    return picked[0] if picked else answer.chosen


def _on_card(cover: Cover, every: Sequence[Cover]) -> str:
    """Give the number another source bears: it may be the right one (a of F-16)."""
    others = (each.row.number for each in every if each.row.number != cover.row.number)
    return next(others, "")


def _attestation(desk: Desk, patient: str, cover: Cover) -> Document | None:
    """Give the paper the cover stands on, when it can be shown."""
    found = attestations.of_covers(desk, patient, [cover]).get(cover.row.id)
    return found if found and found.pages else None
