"""The way to what mends a fault or a refusal: the page, and the field on it.

The places are those of `server.services.anchors`; the words of a link are `mend.<place>`.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

from flask import url_for

from server.core.rights import Right
from server.services.anchors import Anchor, Place, anchor


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom and what a fault is about; "" for what it does not concern, or the user may not see."""

    patient: str = ""
    series: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A link to follow; its words are the sentence `mend.<place>`."""

    place: str
    href: str


def way_to(opens: str, subject: Subject, rights: Set[Right]) -> Way | None:
    """Give the link to what a fault opens; None when nothing the user may open would mend it."""
    found = anchor(opens)
    right, build = _WAYS.get(found.place, (None, None))
    href = build(found, subject) if build and right in rights else ""
    return Way(found.place, href) if href else None


def _patient(found: Anchor, subject: Subject) -> str:
    if not subject.patient:
        return ""
    return url_for("patients.edit", patient_id=subject.patient, _anchor=_field(found))


def _coverage(found: Anchor, subject: Subject) -> str:
    if not subject.patient:
        return ""
    where = _field(found) or "coverage"
    return url_for("patients.show", patient_id=subject.patient, _anchor=where)


def _series(found: Anchor, subject: Subject) -> str:
    if not subject.series:
        return ""
    panel = None if found.place is Place.SERIES else str(found.place)
    return url_for("series.show", series_id=subject.series, _anchor=_field(found) or panel)


def _session(found: Anchor, subject: Subject) -> str:
    if not subject.session:
        return ""
    return url_for("sessions.show", session_id=subject.session, _anchor=_field(found))


def _practice(found: Anchor, subject: Subject) -> str:
    return url_for("options.index", _anchor=_field(found) or str(found.place))


def _field(found: Anchor) -> str | None:
    return f"f-{found.field}" if found.field else None


_WAYS: Mapping[Place, tuple[Right, Callable[[Anchor, Subject], str]]] = {
    Place.PATIENT: (Right.PATIENTS, _patient),
    Place.COVERAGE: (Right.PATIENTS, _coverage),
    Place.AGREEMENT: (Right.CLINICAL, _series),
    Place.PRESCRIPTION: (Right.CLINICAL, _series),
    Place.SERIES: (Right.CLINICAL, _series),
    Place.SESSION: (Right.CLINICAL, _session),
    Place.PRACTICE: (Right.SETTINGS, _practice),
    Place.TARIFF: (Right.SETTINGS, _practice),
    Place.BACKUPS: (
        Right.SETTINGS,
        lambda found, subject: url_for("backups.index", _anchor="return"),
    ),
    Place.CLOCK: (Right.PATIENTS, lambda found, subject: url_for("today.index", _anchor="clock")),
    Place.LOT: (Right.BILLING, lambda found, subject: url_for("billing.index")),
    Place.PAYMENT: (Right.BILLING, lambda found, subject: url_for("finances.index")),
}
