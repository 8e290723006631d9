"""The life of a line in steps, and what the network did in words."""

from datetime import UTC, datetime, timedelta

import pytest

from server.core.states import LineState
from server.services.ledger import Moment
from webui.i18n import catalogue
from webui.journey import steps
from webui.trouble import FAMILIES, NAMED, reasons

BORN = datetime(2026, 3, 2, 8, tzinfo=UTC)


def told(state: LineState, *moments: tuple[str, str]) -> list[str]:
    """The names of the steps of a life made of (kind, state), an hour apart."""
    lived = [
        Moment(BORN + timedelta(hours=n), kind, reached, "", "", "")
        for n, (kind, reached) in enumerate(moments, start=1)
    ]
    return [step.name for step in steps(BORN, lived, state)]


def test_a_line_just_born_shows_what_is_to_come() -> None:
    assert told(LineState.PRICED) == [
        "line.Priced", "coming.sealed", "coming.left", "coming.accepted", "coming.paid",
    ]  # fmt: skip


def test_a_smooth_departure_is_one_step() -> None:
    lived = ("line", "Locked"), ("lot", "Queued"), ("lot", "Sending"), ("line", "Sent")
    assert told(LineState.SENT, *lived) == [
        "line.Priced", "line.Locked", "line.Sent", "coming.accepted", "coming.paid",
    ]  # fmt: skip


@pytest.mark.scenario("H-03")
def test_a_doubt_that_ended_well_stays_in_the_story() -> None:
    lived = (
        ("line", "Locked"), ("lot", "Sending"), ("lot", "Unknown"), ("attempt", "unknown"),
        ("line", "Sent"), ("line", "Sent"), ("line", "Accepted"), ("line", "Paid"),
    )  # fmt: skip
    assert told(LineState.PAID, *lived) == [
        "line.Priced", "line.Locked", "lot.Sending", "lot.Unknown", "line.Sent",
        "line.received", "line.Accepted", "line.Paid",
    ]  # fmt: skip


def test_a_file_refused_whole_frees_its_line() -> None:
    lived = ("line", "Locked"), ("line", "Sent"), ("lot", "Refused"), ("line", "Priced")
    assert told(LineState.PRICED, *lived)[4] == "line.freed"


def test_an_attempt_without_a_line_is_told() -> None:
    lived = ("line", "Locked"), ("lot", "Sending"), ("attempt", "unreachable"), ("lot", "Queued")
    assert "attempt.unreachable" in told(LineState.LOCKED, *lived)


@pytest.mark.parametrize("locale", ["fr_BE", "nl"])
def test_what_the_network_did_is_always_in_words(locale: str) -> None:
    spoken = catalogue(locale)
    say = reasons(spoken)
    assert say("") == ""
    for code in (*NAMED, *(f"{family}.NEW" for family in FAMILIES), "internal"):
        assert say(code) and not say(code).startswith("reason")
    assert "http.503" in say("http.503")
