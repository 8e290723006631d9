"""The way to what mends a fault or a refusal: the page, and the field on it.

The places are those of `server.services.anchors`; the words of a link are `mend.<place>`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import url_for

from server.services.anchors import Anchor, Place, anchor


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom and what a fault is about; "" for what it does not concern."""

    patient: str = ""
    series: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A link to follow; its words are the sentence `mend.<place>`."""

    place: str
    href: str


def way_to(opens: str, subject: Subject) -> Way | None:
    """Give the link to what a fault opens; None when nothing the user can open would mend it."""
    found = anchor(opens)
    build = _WAYS.get(found.place)
    href = build(found, subject) if build else ""
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


_WAYS: Mapping[Place, Callable[[Anchor, Subject], str]] = {
    Place.PATIENT: _patient,
    Place.COVERAGE: _coverage,
    Place.AGREEMENT: _series,
    Place.PRESCRIPTION: _series,
    Place.SERIES: _series,
    Place.SESSION: _session,
    Place.PRACTICE: _practice,
    Place.TARIFF: _practice,
    Place.BACKUPS: lambda found, subject: url_for("backups.index", _anchor="return"),
    Place.CLOCK: lambda found, subject: url_for("today.index", _anchor="clock"),
    Place.LOT: lambda found, subject: url_for("billing.index"),
    Place.PAYMENT: lambda found, subject: url_for("finances.index"),
}
