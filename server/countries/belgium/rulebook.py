"""All the dated tables Belgian rules are judged with, as rows already read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

from server.countries.belgium.counters import Quota
from server.countries.belgium.coverage import Ct1, Mutuality
from server.countries.belgium.nomenclature import CodeRow
from server.countries.belgium.policy import (
    AgreementNeed,
    NotCumulable,
    SecondSession,
    ThirdPartyPolicy,
)
from server.countries.belgium.pricing import Reduction
from server.countries.belgium.shares import FixedShare
from server.countries.belgium.tariff import Tariff, TariffRow
from server.countries.calendar import Deadline
from server.countries.dated import Cells, Dated, Table
from server.countries.switches import Switch

Row = TypeVar("Row", bound=Dated)


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """Rows of every period: each rule picks those in force on the care date."""

    tariff: Tariff
    codes: tuple[CodeRow, ...]
    reductions: tuple[Reduction, ...]
    shares: tuple[FixedShare, ...]
    quotas: tuple[Quota, ...]
    deadlines: tuple[Deadline, ...]
    needs: tuple[AgreementNeed, ...]
    second_sessions: tuple[SecondSession, ...]
    not_cumulable: tuple[NotCumulable, ...]
    third_party: tuple[ThirdPartyPolicy, ...]
    ct1: tuple[Ct1, ...]
    mutualities: tuple[Mutuality, ...]
    switches: tuple[Switch, ...]

    @classmethod
    def from_tables(cls, tables: Mapping[str, Iterable[Cells]], *, demo: bool) -> Self:
        """Read the rows of the reference tables, by table name; an absent table has no rows.

        Only a demo practice sees the invented tariff rows (confidence T).
        """

        def rows(table: str, read: Callable[[Cells], Row]) -> Table[Row]:
            return Table(read(cells) for cells in tables.get(table, ()))

        return cls(
            tariff=Tariff.of(rows("be_tariff", TariffRow.from_mapping), demo=demo),
            codes=rows("be_nomenclature", CodeRow.from_mapping),
            reductions=rows("be_not_conventioned", Reduction.from_mapping),
            shares=rows("be_copay", FixedShare.from_mapping),
            quotas=rows("be_quota", Quota.from_mapping),
            deadlines=rows("be_deadlines", Deadline.from_mapping),
            needs=rows("be_agreement_need", AgreementNeed.from_mapping),
            second_sessions=rows("be_second_session", SecondSession.from_mapping),
            not_cumulable=rows("be_not_cumulable", NotCumulable.from_mapping),
            third_party=rows("be_tp_policy", ThirdPartyPolicy.from_mapping),
            ct1=rows("be_ct1", Ct1.from_mapping),
            mutualities=rows("be_mutualities", Mutuality.from_mapping),
            switches=rows("be_settings", Switch.from_mapping),
        )
