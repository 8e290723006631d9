"""Rows that say what a category needs or forbids: registration, second session, third party."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from server.core.care import Category
from server.core.errors import InvalidValue
from server.countries.belgium.counters import category_cell
from server.countries.dated import (
    Cells,
    Origin,
    flag_cell,
    in_force,
    needed_cell,
    newest,
    text_cell,
)


class Need(StrEnum):
    """What the insurer must have before a series is billed (BE-10)."""

    NONE = "NONE"
    NOTIFICATION = "NOTIFICATION"
    AGREEMENT = "AGREEMENT"


class ThirdParty(StrEnum):
    """Whether the insurer may, must or may not be billed directly (BE-50, BE-52)."""

    ALLOWED = "ALLOWED"
    MANDATORY = "MANDATORY"
    FORBIDDEN = "FORBIDDEN"


@dataclass(frozen=True, slots=True)
class AgreementNeed:
    """A row of `be_agreement_need`: what one category needs, on paper and electronically."""

    category: Category
    electronic: Need
    paper: Need
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            category=category_cell(cells, "category"),
            electronic=_need(cells, "electronic"),
            paper=_need(cells, "paper"),
            origin=Origin.from_mapping(cells),
        )


@dataclass(frozen=True, slots=True)
class SecondSession:
    """A row of `be_second_session`: may a category have a second session the same day (BE-41)."""

    category: Category
    allowed: bool
    needs_motivation: bool  # by the prescriber, on the prescription
    refusal: str  # the insurers' known refusal code, "" when none is known
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            category=category_cell(cells, "category"),
            allowed=flag_cell(cells, "allowed"),
            needs_motivation=flag_cell(cells, "needs_motivation"),
            refusal=text_cell(cells, "refusal"),
            origin=Origin.from_mapping(cells),
        )


@dataclass(frozen=True, slots=True)
class NotCumulable:
    """A row of `be_not_cumulable`: while a series of one kind is agreed, another may not be billed.

    Source: BE-42b, refusal 5004A0.
    """

    running: Category
    category: Category
    refusal: str
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            running=category_cell(cells, "running"),
            category=category_cell(cells, "category"),
            refusal=needed_cell(cells, "refusal"),
            origin=Origin.from_mapping(cells),
        )


@dataclass(frozen=True, slots=True)
class ThirdPartyPolicy:
    """A row of `be_tp_policy`; an empty category is any, an empty status is any."""

    category: Category | None
    bim: bool | None
    status: ThirdParty
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        status = needed_cell(cells, "status")
        if status not in tuple(ThirdParty):
            raise InvalidValue(field="status", reason="unknown")
        return cls(
            category=category_cell(cells, "category") if text_cell(cells, "category") else None,
            bim=flag_cell(cells, "bim") if text_cell(cells, "bim") else None,
            status=ThirdParty(status),
            origin=Origin.from_mapping(cells),
        )


def need_of(
    category: Category, electronic: bool, care_date: date, rows: Iterable[AgreementNeed]
) -> Need:
    """Say what a series needs; a category without a row is treated as needing an agreement."""
    row = newest(r for r in in_force(rows, care_date) if r.category is category)
    if row is None:
        return Need.AGREEMENT
    return row.electronic if electronic else row.paper


def second_session_of(
    category: Category, care_date: date, rows: Iterable[SecondSession]
) -> SecondSession | None:
    """Give the row of a category; None when no row speaks of it."""
    return newest(r for r in in_force(rows, care_date) if r.category is category)


def third_party_of(
    category: Category, bim: bool, care_date: date, rows: Iterable[ThirdPartyPolicy]
) -> ThirdParty:
    """Say whether third-party payment is allowed: the most particular row wins, default allowed."""
    fitting = [
        r
        for r in in_force(rows, care_date)
        if r.category in (None, category) and r.bim in (None, bim)
    ]
    ranked = sorted(fitting, key=lambda r: (r.category is not None, r.bim is not None))
    return ranked[-1].status if ranked else ThirdParty.ALLOWED


def _need(cells: Cells, name: str) -> Need:
    text = needed_cell(cells, name)
    if text not in tuple(Need):
        raise InvalidValue(field=name, reason="unknown")
    return Need(text)
