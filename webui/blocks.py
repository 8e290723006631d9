"""Why a session cannot be billed yet, in words, each with the panel that mends it."""

import json
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from flask import url_for

from server.core.rights import Right
from webui import formats
from webui.i18n import Catalogue

_OPENED_BY: Mapping[str, Right] = {
    "prescription": Right.CLINICAL,
    "agreement": Right.CLINICAL,
    "coverage": Right.PATIENTS,
    "session": Right.CLINICAL,
    "tariff": Right.SETTINGS,
    "clock": Right.PATIENTS,
    "practice": Right.SETTINGS,
}


class Reason(Protocol):
    """One reason kept beside a session: the code of its sentence and what fills it (JSON)."""

    @property
    def code(self) -> str:
        """Last part of the key of its sentence."""
        ...

    @property
    def opens(self) -> str:
        """The panel that mends it."""
        ...

    @property
    def facts(self) -> str:
        """What fills the sentence, as a JSON object."""
        ...


@dataclass(frozen=True, slots=True)
class Remedy:
    """One reason in words, and the place where it is mended."""

    words: str
    panel: str  # last part of the catalogue key `panel.<panel>`
    href: str  # "" when another user must mend it


def remedies(
    reasons: Sequence[Reason],
    spoken: Catalogue,
    rights: Set[Right],
    *,
    patient: str,
    series: str,
    session: str = "",
) -> list[Remedy]:
    """Say each reason and link to its panel; `session` is "" while nothing is recorded.

    A panel the user may not open is no link.
    """
    ways = _ways(patient, series, session)
    return [
        Remedy(
            block_sentence(reason, spoken), reason.opens,
            ways[reason.opens]() if _OPENED_BY[reason.opens] in rights else "",
        )
        for reason in reasons
    ]  # fmt: skip


def block_sentence(reason: Reason, spoken: Catalogue) -> str:
    """Say one reason; dates are told as people write them."""
    facts = {name: _told(value, spoken) for name, value in json.loads(reason.facts).items()}
    return spoken.say(f"block.{reason.code}", **facts)


def _ways(patient: str, series: str, session: str) -> Mapping[str, Callable[[], str]]:
    """Give the address of each panel of `billable_case.Panel`; only those asked for are built."""

    def visit() -> str:
        if session:
            return url_for("sessions.show", session_id=session)
        return url_for("sessions.visit", series_id=series)

    return {
        "prescription": lambda: url_for("series.show", series_id=series, _anchor="prescription"),
        "agreement": lambda: url_for("series.show", series_id=series, _anchor="agreement"),
        "coverage": lambda: url_for("patients.show", patient_id=patient, _anchor="coverage"),
        "session": visit,
        "tariff": lambda: url_for("options.index", _anchor="tariff"),
        "clock": lambda: url_for("today.index", _anchor="clock"),
        "practice": lambda: url_for("options.index", _anchor="practice"),
    }


def _told(value: object, spoken: Catalogue) -> object:
    if isinstance(value, list):
        return ", ".join(spoken.say(f"condition.{each}") for each in value)
    try:
        return formats.day(date.fromisoformat(value)) if isinstance(value, str) else value
    except ValueError:
        return value
