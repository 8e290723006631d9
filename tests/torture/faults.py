"""What goes wrong, how often, and where: the mix is fixed, and printed with every run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Call(StrEnum):
    """What the program asks of its partner."""

    SEND = "send"
    LOOK = "look"  # a question or a page of the mailbox: both are a get
    CONFIRM = "confirm"


class Reach(StrEnum):
    """Whether the partner gets the request, and when."""

    NEVER = "never"
    NOW = "now"
    LATE = "late"  # minutes after the program gave up


class Say(StrEnum):
    """What the program hears."""

    GOOD = "good"
    REFUSED = "connection refused"
    SILENCE = "silence"
    CUT = "half an answer"
    GATEWAY = "502, 503 or 504"
    BUSY = "SOA-02001"
    TOO_SOON = "not enough time"
    REFUSAL = "a definite refusal"
    DEATH = "the machine dies"
    DEATH_AFTER = "the machine dies with the answer in hand"


class Page(StrEnum):
    """How a page of the mailbox is spoiled."""

    WHOLE = "whole"
    TWICE = "every letter twice"
    REVERSED = "last letter first"
    SHORT = "cut short, more to come"
    POISON = "an unreadable letter among them"
    STRANGER = "an acknowledgement of other bytes among them"


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the mix."""

    name: str
    call: Call
    weight: int
    reach: Reach
    say: Say
    page: Page = Page.WHOLE
    body_left: bool = False  # the business body left the machine
    negative: bool = False  # the partner leaves an acknowledgement of failure
    copies: int = 1  # acknowledgements left in the mailbox


_S, _L, _C = Call.SEND, Call.LOOK, Call.CONFIRM
MIX: Sequence[Fault] = (
    Fault("refused connection", _S, 8, Reach.NEVER, Say.REFUSED),
    Fault("death before the body", _S, 4, Reach.NEVER, Say.DEATH),
    Fault("gateway, not processed", _S, 7, Reach.NEVER, Say.GATEWAY, body_left=True),
    Fault("gateway, processed", _S, 8, Reach.NOW, Say.GATEWAY, body_left=True),
    Fault("request lost", _S, 8, Reach.NEVER, Say.SILENCE, body_left=True),
    Fault("request late", _S, 12, Reach.LATE, Say.SILENCE, body_left=True),
    Fault("answer lost", _S, 12, Reach.NOW, Say.SILENCE, body_left=True),
    Fault("answer cut", _S, 7, Reach.NOW, Say.CUT, body_left=True),
    Fault("acknowledged twice", _S, 4, Reach.NOW, Say.GOOD, body_left=True, copies=2),
    Fault("insurer unreachable", _S, 4, Reach.NEVER, Say.BUSY, body_left=True),
    Fault("refused by the partner", _S, 3, Reach.NEVER, Say.REFUSAL, body_left=True),
    Fault("failure left in the mailbox", _S, 4, Reach.NEVER, Say.SILENCE, body_left=True,
          negative=True),
    Fault("death, request arrived", _S, 7, Reach.NOW, Say.DEATH, body_left=True),
    Fault("death, request lost", _S, 5, Reach.NEVER, Say.DEATH, body_left=True),
    Fault("death, request late", _S, 5, Reach.LATE, Say.DEATH, body_left=True),
    Fault("death, answer in hand", _S, 4, Reach.NOW, Say.DEATH_AFTER, body_left=True),
    Fault("refused connection", _L, 8, Reach.NEVER, Say.REFUSED),
    Fault("gateway", _L, 6, Reach.NEVER, Say.GATEWAY),
    Fault("answer lost", _L, 8, Reach.NEVER, Say.SILENCE),
    Fault("not enough time", _L, 8, Reach.NEVER, Say.TOO_SOON),
    Fault("death before", _L, 4, Reach.NEVER, Say.DEATH),
    Fault("death with the page in hand", _L, 6, Reach.NOW, Say.DEATH_AFTER),
    Fault("letters twice", _L, 8, Reach.NOW, Say.GOOD, Page.TWICE),
    Fault("letters reversed", _L, 8, Reach.NOW, Say.GOOD, Page.REVERSED),
    Fault("page cut short", _L, 8, Reach.NOW, Say.GOOD, Page.SHORT),
    Fault("poison letter", _L, 6, Reach.NOW, Say.GOOD, Page.POISON),
    Fault("foreign acknowledgement", _L, 4, Reach.NOW, Say.GOOD, Page.STRANGER),
    Fault("refused connection", _C, 6, Reach.NEVER, Say.REFUSED),
    Fault("request lost", _C, 6, Reach.NEVER, Say.SILENCE),
    Fault("answer lost", _C, 8, Reach.NOW, Say.SILENCE),
    Fault("death before", _C, 4, Reach.NEVER, Say.DEATH),
    Fault("death after", _C, 6, Reach.NOW, Say.DEATH_AFTER),
)  # fmt: skip

CHANCE: Mapping[Call, float] = {Call.SEND: 0.7, Call.LOOK: 0.25, Call.CONFIRM: 0.25}
"""How often a call meets a fault, while faults last."""

POWER_CUTS = (0, 0, 1, 1, 2, 3)
"""How many times the power goes at a sync, at most; one is drawn."""

SYNCS_BETWEEN = 45
"""The power goes at one of so many syncs after a start."""

CLOCK_CHANCE = 0.15
"""How often somebody sets the clock of the machine ahead, and back later."""

LATE_SECONDS = (20.0, 25 * 60.0)
"""How late a late request arrives."""


def described() -> str:
    """Tell the whole mix, one fault a line, with its share of its call's faults."""
    lines = []
    for call in Call:
        rows = [fault for fault in MIX if fault.call is call]
        total = sum(fault.weight for fault in rows)
        lines.append(f"{call}: a fault at {CHANCE[call]:.0%} of calls")
        for f in rows:
            body = ", body left" if f.body_left else ""
            lines.append(f"  {f.weight / total:6.1%}  {f.name}{body}")
    cuts = "/".join(map(str, POWER_CUTS))
    lines.append(f"power: {cuts} cuts a schedule, each within {SYNCS_BETWEEN} syncs of a start")
    lines.append(f"clock: set ahead in {CLOCK_CHANCE:.0%} of schedules, and back later")
    return "\n".join(lines)


class Draws:
    """The faults of one schedule: the n-th call of a kind always meets the same one."""

    def __init__(self, seed: int) -> None:
        self._random = {call: Random(f"{seed}:{call}") for call in Call}  # noqa: S311 - no secret
        self._rows = {call: [fault for fault in MIX if fault.call is call] for call in Call}

    def draw(self, call: Call, *, sure: bool = False) -> Fault | None:
        """Draw for one call; `sure` asks for a fault whatever the chance."""
        random = self._random[call]
        rows = self._rows[call]
        struck = random.random() < CHANCE[call]
        fault = random.choices(rows, [row.weight for row in rows])[0]
        return fault if struck or sure else None
