"""Prior agreement (DAP): the situations that need one, and sessions counted across prescriptions.

`fr-ngap-kine.md` §6, `domain.md` §2.2.2. Counters are derived each time, never stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from server.countries.calendar import add_months
from server.countries.dated import Cells, Origin, Table, in_force, needed_cell, whole_cell


@dataclass(frozen=True, slots=True)
class Threshold:
    """A row of `fr_dap`: the sessions of a situation that need no agreement.

    `covered_before`: the row is for who already had so many in the months counted together.
    """

    situation: str
    label_fr: str
    free_sessions: int
    covered_before: int
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            situation=needed_cell(cells, "situation"),
            label_fr=needed_cell(cells, "label_fr"),
            free_sessions=whole_cell(cells, "free_sessions"),
            covered_before=whole_cell(cells, "covered_before"),
            origin=Origin.from_mapping(cells),
        )


class Answer(StrEnum):
    """What the medical service said of a request."""

    WAITING = "WAITING"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    IMPLICIT = "IMPLICIT"  # nothing, for so many days


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was sent, and its answer; a request without its date is no request."""

    situation: str
    sent_on: date
    sessions_asked: int
    answered: Answer = Answer.WAITING  # what a person recorded; silence is worked out
    sessions_granted: int | None = None  # None: those asked

    @property
    def granted(self) -> int:
        """The sessions an acceptance gives."""
        return self.sessions_asked if self.sessions_granted is None else self.sessions_granted


@dataclass(frozen=True, slots=True)
class DapRules:
    """The thresholds, and the three numbers nobody confirmed."""

    thresholds: Table[Threshold]
    warn_before: int
    silence_days: int  # 0: silence is no answer
    window_months: int


@dataclass(frozen=True, slots=True)
class DapCount:
    """Where a situation stands before one more session."""

    row: Threshold
    counted: int  # sessions given in the months counted together, those declared included
    allowed: int  # the sessions that may be billed so far: the free ones, and those agreed
    refused: bool  # the last answer was a refusal
    waiting: Request | None  # sent, not answered yet
    warn_before: int

    @property
    def next_rank(self) -> int:
        """The rank of the session that would come next."""
        return self.counted + 1

    @property
    def left(self) -> int:
        """Sessions that may still be billed."""
        return max(0, self.allowed - self.counted)

    @property
    def needed(self) -> bool:
        """Whether the next session waits for an agreement."""
        return self.counted >= self.allowed

    @property
    def warns(self) -> bool:
        """Whether it is time to ask: few sessions are left, and nothing was asked."""
        return self.waiting is None and not self.needed and self.left <= self.warn_before


@dataclass(frozen=True, slots=True)
class Past:
    """What was given before a session, in one situation and whatever the prescription."""

    given: Sequence[date]
    declared: int = 0  # given elsewhere, as the patient says
    requests: Sequence[Request] = ()


def situations(care_date: date, rules: DapRules) -> Sequence[Threshold]:
    """List the situations a treatment may be given on a day, one row each."""
    held = in_force(rules.thresholds, care_date)
    return [row for row in held if row.covered_before == 0]


def answer_of(request: Request, today: date, rules: DapRules) -> Answer:
    """Give the answer of a request as it stands: silence is worth an acceptance after a while."""
    if request.answered is not Answer.WAITING or not rules.silence_days:
        return request.answered
    last = answer_due(request, rules)
    return Answer.IMPLICIT if today >= last else Answer.WAITING


def answer_due(request: Request, rules: DapRules) -> date:
    """Give the day from which silence is an answer."""
    return request.sent_on + timedelta(days=rules.silence_days)


def count(
    situation: str, care_date: date, past: Past, today: date, rules: DapRules
) -> DapCount | None:
    """Count a situation before a session; None when it needs no agreement.

    What was given here without an agreement is covered by none: a later one covers it too. What
    was given elsewhere had its own.
    """
    since = add_months(care_date, -rules.window_months)
    rows = [row for row in in_force(rules.thresholds, care_date) if row.situation == situation]
    given = [day for day in past.given if since < day <= care_date]
    counted = past.declared + len(given)
    if not rows:
        return None
    row = _row_for(counted, rows)
    asked = sorted((r for r in past.requests if _asks(r, situation, since)), key=_sent)
    allowed = _row_for(0, rows).free_sessions
    last: Answer | None = None
    for request in asked:
        last = answer_of(request, today, rules)
        if last in _YES:
            done = past.declared + sum(day <= request.sent_on for day in given)
            held = max(allowed, past.declared, _row_for(done, rows).free_sessions)
            allowed = held + request.granted
    return DapCount(
        row=row,
        counted=counted,
        allowed=max(allowed, row.free_sessions),
        refused=last is Answer.REFUSED,
        waiting=asked[-1] if last is Answer.WAITING else None,
        warn_before=rules.warn_before,
    )


_YES = (Answer.ACCEPTED, Answer.IMPLICIT)


def _row_for(counted: int, rows: Sequence[Threshold]) -> Threshold:
    """Give the row for who already had so many sessions: of those that fit, the most particular."""
    ranked = sorted(rows, key=lambda row: row.covered_before)
    fitting = [row for row in ranked if row.covered_before <= counted]
    return fitting[-1] if fitting else ranked[0]


def _asks(request: Request, situation: str, since: date) -> bool:
    return request.situation == situation and request.sent_on > since


def _sent(request: Request) -> date:
    return request.sent_on
