"""Setting up: the steps of the assistant in order, and how far each can be (`domain.md` §2.1.8).

A step that is not done warns and never forbids the next one.
"""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """The six steps, in the order they are made (SOFT33-2)."""

    USERS = "USERS"  # a card for everybody who sends
    CREDENTIAL = "CREDENTIAL"  # what opens the hub: once a Pass, now a certificate
    PHONE = "PHONE"  # of the holder: without it a file is not processed
    AUTHORISATIONS = "AUTHORISATIONS"  # who acts for the holder, at which service
    INSURABILITY = "INSURABILITY"  # patients whose insurability must not be refreshed
    TEST = "TEST"  # the only one that needs a line


class Reached(StrEnum):
    """How far a step is."""

    DONE = "DONE"
    TO_DO = "TO_DO"
    NOTHING = "NOTHING"  # nothing of it concerns this practice
    NOT_YET = "NOT_YET"  # this version cannot do it: said, and never called done


@dataclass(frozen=True, slots=True)
class StepState:
    """One step of this practice: how far, the sentence that says why, and what fills it."""

    step: Step
    reached: Reached
    reason: str  # last part of the key `setup.<step>.<reason>`
    facts: tuple[tuple[str, str], ...] = ()


def first_open(states: tuple[StepState, ...]) -> Step | None:
    """Give the step to go on with: the first that is to do; None when none is left."""
    return next((each.step for each in states if each.reached is Reached.TO_DO), None)
