"""What the doctor finds: a code of the catalogue, how grave it is, and what fills its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Grade(IntEnum):
    """How grave a finding is; its value is the exit status it asks for (`cli.md`)."""

    WELL = 0
    PROBLEM = 1  # something of the practice is not right
    LACK = 3  # this machine has not what the program needs


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; its sentence is `doctor.<code>`."""

    code: str
    grade: Grade = Grade.WELL
    facts: Mapping[str, str] = field(default_factory=dict)
    tried: bool = True  # False: nothing was there to be looked at, which is neither well nor ill
