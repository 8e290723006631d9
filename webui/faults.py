"""What keeps a lot from being sealed, in sentences, each with the link that mends it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from server.services import agenda, patients
from server.services.desk import Desk
from server.services.lots import Fault
from webui import formats
from webui.i18n import Catalogue
from webui.mending import Subject, Way, way_to


@dataclass(frozen=True, slots=True)
class Told:
    """One fault in words: of whom and of which day, and where to mend it."""

    words: str
    who: str  # "" when no patient is concerned
    day: date | None
    way: Way | None
    code: str  # shown small, when the fault is ours


def told(work: Desk, spoken: Catalogue, faults: Iterable[Fault]) -> list[Told]:
    """Say every fault once, in the order found."""
    return list(dict.fromkeys(_told(work, spoken, fault) for fault in faults))


def words(spoken: Catalogue, code: str, facts: Mapping[str, str]) -> str:
    """Say one fault; dates are told as people write them, what is not known as an ellipsis."""
    known = {name: _plain(fact) for name, fact in facts.items() if fact not in ("", "None")}
    key = _key(spoken, code)
    return spoken.say(key, **known) if key else spoken.say("efact")


def _told(work: Desk, spoken: Catalogue, fault: Fault) -> Told:
    who, day, series = "", None, ""
    if fault.session:
        account = agenda.account(work, fault.session)
        day, series = account.passage.care_date, account.series
    if fault.patient:
        patient = patients.open_file(work, fault.patient).patient
        who = f"{patient.first_name} {patient.last_name.upper()}"
    subject = Subject(fault.patient, series, fault.session if series else "")
    way = way_to(fault.opens, subject, work.user.rights)
    code = "" if _key(spoken, fault.code) else f"{fault.code} {fault.where}".strip()
    return Told(words(spoken, fault.code, fault.facts), who, day, way, code)


def _key(spoken: Catalogue, code: str) -> str:
    """Give the key of a fault's own sentence, "" when it has none: then the fault is ours."""
    return next((key for key in (code, f"error.{code}") if spoken.has(key)), "")


def _plain(fact: str) -> str:
    try:
        return formats.day(date.fromisoformat(fact))
    except ValueError:
        return fact
