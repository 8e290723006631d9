"""What a judgement says: one reason of the closed list, its sentence, and the panel that helps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from server.core.care import BlockReason


class Panel(StrEnum):
    """The panel whose opening lets the user remove a reason."""

    PRESCRIPTION = "prescription"
    COVERAGE = "coverage"
    AGREEMENT = "agreement"
    SESSION = "session"
    TARIFF = "tariff"
    CLOCK = "clock"
    PRACTICE = "practice"


@dataclass(frozen=True, slots=True)
class Block:
    """One reason of the closed list, the code of its sentence, and what fills it."""

    reason: BlockReason
    code: str
    opens: Panel
    facts: Mapping[str, object] = field(default_factory=dict)
