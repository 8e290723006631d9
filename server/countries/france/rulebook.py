"""All the dated tables French rules are judged with, as rows already read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Self, TypeVar

from server.core.care import Confidence
from server.core.teletransmission import Recipient
from server.countries.calendar import Deadline
from server.countries.dated import Cells, Dated, Table, in_force, needed_cell, whole_cell
from server.countries.france.acts import Act
from server.countries.france.agreement import DapRules, Threshold
from server.countries.france.assessment import AssessmentRules, Steps
from server.countries.france.clocks import Calendar, Clock
from server.countries.france.cumulation import Cumulation
from server.countries.france.direct_access import DirectAccess
from server.countries.france.domains import Domain
from server.countries.france.formulas import Ceiling, Formula
from server.countries.france.holidays import Holiday
from server.countries.france.letters import Letter
from server.countries.france.oppositions import Opposition
from server.countries.france.pricing import PriceRules
from server.countries.france.rates import Deductible, Exoneration, Rate
from server.countries.france.recipients import KnownRecipient, RecipientRule, of_patient
from server.countries.france.securing import SecuringRules, SupportingDocument
from server.countries.france.supplements import Supplement
from server.countries.france.travel import Allowance, Kilometre, TravelRules
from server.countries.switches import Switch, switch_value

Row = TypeVar("Row", bound=Dated)


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """Rows of every period: each rule picks those in force on the care date."""

    letters: Table[Letter]
    acts: Table[Act]
    allowances: Table[Allowance]
    kilometres: Table[Kilometre]
    supplements: Table[Supplement]
    cumulations: Table[Cumulation]
    rates: Table[Rate]
    exonerations: Table[Exoneration]
    deductibles: Table[Deductible]
    thresholds: Table[Threshold]
    accesses: Table[DirectAccess]
    deadlines: Table[Deadline]
    clocks: Table[Clock]
    holidays: Table[Holiday]
    formulas: Table[Formula]
    ceilings: Table[Ceiling]
    domains: Table[Domain]
    switches: Table[Switch]
    recipients: Table[KnownRecipient]
    recipient_rules: Table[RecipientRule]
    natures: Table[SupportingDocument]
    oppositions: Table[Opposition]

    @classmethod
    def from_tables(cls, tables: Mapping[str, Iterable[Cells]], *, demo: bool) -> Self:
        """Read the rows of the reference tables, by table name; an absent table has no rows.

        Only a demo practice sees invented rows (confidence T).
        """

        def rows(table: str, read: Callable[[Cells], Row]) -> Table[Row]:
            found = (read(cells) for cells in tables.get(table, ()))
            return Table(r for r in found if demo or r.origin.confidence is not Confidence.T)

        return cls(
            letters=rows("fr_letters", Letter.from_mapping),
            acts=rows("fr_acts", Act.from_mapping),
            allowances=rows("fr_travel", Allowance.from_mapping),
            kilometres=rows("fr_kilometres", Kilometre.from_mapping),
            supplements=rows("fr_supplements", Supplement.from_mapping),
            cumulations=rows("fr_cumulation", Cumulation.from_mapping),
            rates=rows("fr_amo_rates", Rate.from_mapping),
            exonerations=rows("fr_exonerations", Exoneration.from_mapping),
            deductibles=rows("fr_deductible", Deductible.from_mapping),
            thresholds=rows("fr_dap", Threshold.from_mapping),
            accesses=rows("fr_direct_access", DirectAccess.from_mapping),
            deadlines=rows("fr_deadlines", Deadline.from_mapping),
            clocks=rows("fr_clocks", Clock.from_mapping),
            holidays=rows("fr_holidays", Holiday.from_mapping),
            formulas=rows("fr_formulas", Formula.from_mapping),
            ceilings=rows("fr_pmss", Ceiling.from_mapping),
            domains=rows("fr_domains", Domain.from_mapping),
            switches=rows("fr_settings", Switch.from_mapping),
            recipients=rows("fr_recipients", KnownRecipient.from_mapping),
            recipient_rules=rows("fr_recipient_rules", RecipientRule.from_mapping),
            natures=rows("fr_supporting_documents", SupportingDocument.from_mapping),
            oppositions=rows("fr_oppositions", Opposition.from_mapping),
        )

    def prices(self, care_date: date) -> PriceRules:
        """Give what a visit of a day is priced with."""
        return _prices(self, care_date)

    def dap(self, care_date: date) -> DapRules:
        """Give what prior agreements of a day are counted with."""
        return _dap(self, care_date)

    def assessments(self, day: date) -> AssessmentRules:
        """Give when a treatment is assessed again, on a day."""
        return AssessmentRules(
            Steps(self.number("assessment.first", day), self.number("assessment.every", day)),
            Steps(
                self.number("assessment.first_neurological", day),
                self.number("assessment.every_neurological", day),
            ),
            self.number("assessment.report_from", day),
        )

    def calendar(self, region: str = "") -> Calendar:
        """Give the clocks of an invoice where the practice is."""
        return Calendar(self.clocks, self.holidays, region)

    def recipient(self, body: str, day: date) -> Recipient | None:
        """Give who receives the FSE of a patient of a caisse; None when nobody says."""
        return of_patient(body, day, self.recipients, self.recipient_rules)

    def securing(self, day: date) -> SecuringRules:
        """Give what decides how an invoice of a day is secured; raise as `number`."""
        minutes = self.number("fr.reader.clock_minutes", day)
        natures = frozenset(row.code for row in in_force(self.natures, day))
        return SecuringRules(timedelta(minutes=minutes), natures)

    def lot_size(self, day: date) -> int:
        """Give how many documents a lot made on a day holds at most; raise as `number`."""
        return self.number("fr.lot.documents", day)

    def says(self, key: str, day: date) -> bool:
        """Say whether an unconfirmed fact is held true on a day; raise as `number`."""
        return self._setting(key, day) == "yes"

    def number(self, key: str, day: date) -> int:
        """Give an unconfirmed number; raise InvalidValue for a key no row of the day has."""
        return whole_cell({key: self._setting(key, day)}, key)

    def _setting(self, key: str, day: date) -> str:
        return needed_cell({key: switch_value(key, day, self.switches)}, key)


@lru_cache(maxsize=512)
def _prices(rules: Rulebook, day: date) -> PriceRules:
    travel = TravelRules(
        rules.allowances,
        rules.kilometres,
        rules.says("travel.one_per_address", day),
        rules.says("travel.outside_town_only", day),
    )
    return PriceRules(rules.letters, rules.acts, travel)


@lru_cache(maxsize=512)
def _dap(rules: Rulebook, day: date) -> DapRules:
    return DapRules(
        rules.thresholds,
        rules.number("dap.warn_before", day),
        rules.number("dap.silence_days", day),
        rules.number("dap.window_months", day),
    )
