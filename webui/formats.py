"""Figures as people read them: money, dates, hours, ages, numbers of the trade.

Rules: `product.md` §4.2 and `design.md` §7, §10.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from server.core.codes import visible
from server.core.errors import InvalidNumber
from server.core.money import euros
from webui.i18n import Catalogue

if TYPE_CHECKING:
    from server.core.identifiers import Niss

ZONE = ZoneInfo("Europe/Brussels")  # the same hours as Europe/Paris
NBSP = "\u00a0"
_DAYS_TOLD = 60  # beyond, an age is told in months


def amount(spoken: Catalogue, cents: int) -> str:
    """Write an amount without its unit, for a column: `1 234,56`."""
    return euros(cents, "." if spoken.locale == "nl" else NBSP)


def money(spoken: Catalogue, cents: int) -> str:
    """Write an amount that stands alone: `1 234,56 €`."""
    return f"{amount(spoken, cents)}{NBSP}€"


def long_day(spoken: Catalogue, value: date) -> str:
    """Write a day in a sentence: `mercredi 18 mars 2026`."""
    return spoken.say(
        "date.long",
        weekday=spoken.say(f"weekday.{value.isoweekday()}"),
        day=spoken.say("date.first") if value.day == 1 else value.day,
        month=spoken.say(f"month.{value.month}"),
        year=value.year,
    )


def ago(spoken: Catalogue, then: date | datetime, today: date) -> str:
    """Say how old a fact is: `aujourd’hui`, `hier`, `il y a 3 jours`, `il y a 4 mois`."""
    past = (today - civil(then)).days
    if past <= 0:
        return spoken.say("ago.today")
    if past == 1:
        return spoken.say("ago.yesterday")
    if past <= _DAYS_TOLD:
        return spoken.plural("ago.days", past)
    return spoken.plural("ago.months", past * 12 // 365)


def years(spoken: Catalogue, birth: date, today: date) -> str:
    """Say an age in whole years: `68 ans`."""
    before = (today.month, today.day) < (birth.month, birth.day)
    return spoken.plural("age.years", today.year - birth.year - before)


def years_in(spoken: Catalogue, year: int, today: date) -> str:
    """Say the age reached this year: the year is all that a lunar birth tells."""
    return spoken.plural("age.this_year", today.year - year)


def day(value: date | datetime) -> str:
    """Write a date: `22/11/2026`; an instant gives its civil date in Belgium."""
    return civil(value).strftime("%d/%m/%Y")


def day_month(value: date | datetime) -> str:
    """Write a date in a table of one season: `18/03`."""
    return civil(value).strftime("%d/%m")


def hour(instant: datetime) -> str:
    """Write the time of an instant in Belgium, on 24 hours: `19:41`."""
    return instant.astimezone(ZONE).strftime("%H:%M")


def second(instant: datetime) -> str:
    """Write the time of an instant to the second: `19:12:04`."""
    return instant.astimezone(ZONE).strftime("%H:%M:%S")


def moment(instant: datetime) -> str:
    """Write an instant: `18/03/2026 19:41`."""
    return f"{day(instant)} {hour(instant)}"


def niss(number: "Niss | str") -> str:
    """Write a NISS with its mask, `58.03.14-995.18`; text that is none stays as it is."""
    from server.core.identifiers import Niss

    if isinstance(number, Niss):
        return str(number)
    try:
        return str(Niss.parse(number))
    except InvalidNumber:
        return number


def nir(number: str) -> str:
    """Write a French number in its groups; text that is none stays as it is."""
    from server.core.identifiers import Nir

    try:
        return str(Nir.shaped(number))
    except InvalidNumber:
        return number


def organism(number: str) -> str:
    """Write where a person is insured in France: regime, caisse, centre; other text as it is."""
    return f"{number[:2]} {number[2:5]} {number[5:]}" if len(number) == 9 else number


def civil(value: date | datetime) -> date:
    """Give the date people in Belgium would write for an instant; a date is itself."""
    return value.astimezone(ZONE).date() if isinstance(value, datetime) else value


SPOKEN: Mapping[str, Callable[..., str]] = {
    "amount": amount,
    "money": money,
    "long_day": long_day,
    "ago": ago,
    "years": years,
    "years_in": years_in,
}
"""Filters of templates that depend on the locale: their first argument is the catalogue."""

PLAIN: Mapping[str, Callable[..., str]] = {
    "day": day,
    "day_month": day_month,
    "hour": hour,
    "second": second,
    "moment": moment,
    "niss": niss,
    "nir": nir,
    "organism": organism,
    "seen": visible,
}
"""Filters of templates that are the same everywhere."""
