"""The two slots of the simulated component: which cards lie there, the PIN, and how it refuses."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.simulators.sesam.cards import Group, Unreadable, parse
from server.simulators.sesam.people import PIN

_TRIES = 3


class Refusal(Exception):
    """A call gives nothing; `told` is what is answered."""

    def __init__(self, problem: str, *, retryable: bool = True, **told: object) -> None:
        super().__init__(problem)
        self.told = {"problem": problem, "retryable": retryable, **told}


def refused(reason: str) -> Refusal:
    """Give the refusal of something asked, in the component's own words."""
    return Refusal("sesam.refused", retryable=False, reason=reason)


@dataclass(slots=True)
class Readers:
    """The two slots: the files of the cards in them, None when one is empty."""

    cps: bytes | None
    vitale: bytes | None
    slot: Path | None = None  # a file that comes and goes, read at each call as a card is
    tries: int = _TRIES
    secured: set[str] = field(default_factory=set)  # numbers of the invoices already signed

    @property
    def patients(self) -> bytes | None:
        """The file of the patient's card that is in now."""
        if self.slot is None:
            return self.vitale
        return self.slot.read_bytes() if self.slot.exists() else None

    def check_pin(self, asked: dict[str, Any]) -> None:
        """Take one try; three wrong ones in a row block the card. Raises `Refusal`."""
        if self.cps is None:
            raise Refusal("sesam.no_cps")
        if self.tries == 0:
            raise Refusal("sesam.blocked", retryable=False)
        if asked.get("pin") != PIN:
            self.tries -= 1
            if self.tries == 0:
                raise Refusal("sesam.blocked", retryable=False)
            raise Refusal("sesam.wrong_pin", tries=self.tries)
        self.tries = _TRIES


def card(data: bytes | None, absent: str) -> list[Group]:
    """Read the card of a slot; raises `Refusal`, `absent` when there is none."""
    if data is None:
        raise Refusal(absent)
    try:
        groups = parse(data)
    except Unreadable:
        raise Refusal("sesam.unreadable") from None
    if not groups:
        raise Refusal("sesam.unreadable")
    return groups


def serial(groups: list[Group]) -> str:
    """Name the holder of a card's key: the professional's number, or the card's own."""
    number, fields = groups[0]
    return f"{number}-{'-'.join(fields[:5])}"
