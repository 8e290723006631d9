"""What was decided of the billing of a session in France: ticks, complementary, formula, amounts.

`choice_of` is all that other services need: papers, the four steps of « TP sécurisé », lots. What
may be decided is in `french_offers`, deciding in `french_invoicing`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from server.core.care import Quote
from server.core.rights import Right
from server.countries.france.routes import Route
from server.services.desk import Desk, needs
from server.store import french_billing, invoices
from server.store.french_billing import BillingRow
from server.store.invoices import Line


class Priced(Protocol):
    """One priced line, recorded or only proposed; cents."""

    @property
    def fee_cents(self) -> int:
        """All that is asked for it."""
        ...

    @property
    def oa_cents(self) -> int:
        """The part of the caisse."""
        ...

    @property
    def amc_cents(self) -> int:
        """The part of the complementary."""
        ...


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line of a visit with its plain name."""

    label: str
    quote: Quote


@dataclass(frozen=True, slots=True)
class Parts:
    """Who bears what of a session, and what the patient owes once the ticks are made; cents."""

    charged_cents: int
    amo_cents: int
    amc_cents: int
    owed_cents: int  # by the patient to the kiné

    @property
    def patient_cents(self) -> int:
        """What nobody else bears in the end: caisse + complementary + patient = charged."""
        return self.charged_cents - self.amo_cents - self.amc_cents


@dataclass(frozen=True, slots=True)
class Choice:
    """What was decided last of one session."""

    row: BillingRow

    @property
    def route(self) -> Route:
        """Which documents carry it."""
        return Route(self.row.route)

    @property
    def convention(self) -> Mapping[str, str]:
        """The cells of the convention that was in use then, by their names; empty without one."""
        return dict(json.loads(self.row.convention))

    @property
    def parameters(self) -> Mapping[str, int]:
        """What its formula was given: cents, and basis points for rates."""
        return dict(json.loads(self.row.parameters))

    @property
    def returns(self) -> int:
        """How many electronic answers are to come (MAIIA-68, MAIIA-71)."""
        return {Route.PAPER: 0, Route.DRE: 2 if self.row.amc else 1}.get(self.route, 1)


@needs(Right.PATIENTS)
def choice_of(desk: Desk, session_id: str) -> Choice | None:
    """Return what was decided last of a session; None while nobody decided."""
    row = french_billing.choice(desk.db, session_id)
    return Choice(row) if row else None


@needs(Right.PATIENTS)
def choices_of(desk: Desk, sessions: Sequence[str]) -> Mapping[str, Choice]:
    """Return what was decided last of some sessions; those nobody decided upon are left out."""
    found = french_billing.choices(desk.db, sessions)
    return {session: Choice(row) for session, row in found.items()}


@needs(Right.PATIENTS)
def history(desk: Desk, session_id: str) -> Sequence[Choice]:
    """Return everything that was decided of a session, the newest first."""
    return [Choice(row) for row in french_billing.every_choice(desk.db, session_id)]


@needs(Right.PATIENTS)
def parts_of(desk: Desk, session_id: str) -> Parts:
    """Return who bears what of a recorded session, by its lines that hold."""
    row = french_billing.choice(desk.db, session_id)
    return parts(held(invoices.lines_of_session(desk.db, session_id)), row)


def held(lines: Iterable[Line]) -> list[Line]:
    """Leave out the lines that were corrected or taken back."""
    return [line for line in lines if line.state.holds]


def parts(lines: Iterable[Priced], row: BillingRow | None) -> Parts:
    """Add up some lines under a choice.

    Before anybody chose, only C2S and State medical aid leave a part to a complementary: both
    imply third-party payment (FR-49, FR-50).
    """
    priced = list(lines)
    charged = sum(line.fee_cents for line in priced)
    amo, amc = sum(line.oa_cents for line in priced), sum(line.amc_cents for line in priced)
    spared = bool(amc) if row is None else row.amo
    owed = charged - (amo if spared else 0) - (amc if row is None or row.amc else 0)
    return Parts(charged, amo, amc, owed)
