"""What the check of a message or table says: problems with their place, and the content read.

The keys of `Inspection` are those of `besace inspect --json` (`cli.md`); sentences are not made
here: a problem is a code and the facts that fill its sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class Severity(StrEnum):
    """How much a problem weighs: one error makes the verdict "problems"."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(StrEnum):
    """Whether the file is well formed and coherent; a refusal it reports is no problem of it."""

    VALID = "valid"
    PROBLEMS = "problems"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: a code for the catalogue, where, how much, and the facts of its sentence.

    `field` names the business value to open ("patient.niss", "practice.phone") when there is one.
    """

    code: str
    where: str
    severity: Severity = Severity.ERROR
    facts: Mapping[str, str] = field(default_factory=dict)
    field: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """One file read: its format, its problems, and its content in the keys of `cli.md`."""

    format: str
    problems: tuple[Problem, ...]
    content: Mapping[str, Json]

    @property
    def verdict(self) -> Verdict:
        """Say whether the file can be trusted: only errors, not warnings, make problems."""
        if self.format == "unknown":
            return Verdict.UNKNOWN
        wrong = any(problem.severity is Severity.ERROR for problem in self.problems)
        return Verdict.PROBLEMS if wrong else Verdict.VALID
