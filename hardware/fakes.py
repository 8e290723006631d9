"""Devices made of paper: what every emulated card is, its faults, and a link to it in process.

Part of the product: the demo, the tests and the screenshots all use it. Source: `hardware.md`
§1.2 (two levels of test) and §2.8 (faults).
"""

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol, Self

from hardware.apdu import Status
from hardware.ports import Answer, CardProblem, CardTrouble


class EmulatedCard(Protocol):
    """A card made of code: what a reader, real or virtual, can do with it."""

    @property
    def atr(self) -> bytes:
        """The first bytes a card says."""
        ...

    def reset(self) -> None:
        """Lose every selection and PIN state, as power off does."""
        ...

    def send(self, apdu: bytes) -> Answer:
        """Answer one command; raise `CardTrouble` PULLED or MUTE where a fault says so."""
        ...


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong, counted in commands from 1 since the card was made; None: never."""

    delay: float = 0.0  # seconds before each answer
    pull_after: int | None = None  # this many commands are answered, then the card is gone
    mute: bool = False
    no_diagnosis_at: int | None = None  # this command is answered 6F00
    truncate_at: int | None = None  # this answer loses the second half of its data
    sleep: Callable[[float], object] = time.sleep

    @classmethod
    def read(cls, text: bytes) -> Self:
        """Read faults from a JSON object whose keys are the fields above.

        Raises `ValueError` for anything else.
        """
        kinds = {"delay": float, "pull_after": int, "no_diagnosis_at": int, "truncate_at": int}
        found = json.loads(text)
        if not isinstance(found, dict) or set(found) - {*kinds, "mute"}:
            raise ValueError(", ".join([*kinds, "mute"]))
        try:
            wanted = {name: kinds[name](found[name]) for name in kinds if name in found}
        except TypeError:
            raise ValueError(", ".join(kinds)) from None
        return cls(**wanted, mute=found.get("mute") is True)


class FaultyCard:
    """A card with faults: it breaks as told, and is otherwise the card it wraps."""

    def __init__(self, card: EmulatedCard, faults: Faults) -> None:
        self._card = card
        self._faults = faults
        self._count = 0

    @property
    def atr(self) -> bytes:
        """The first bytes of the card; a mute one has none."""
        return b"" if self._faults.mute else self._card.atr

    def reset(self) -> None:
        """Reset the card; its commands go on being counted."""
        self._card.reset()

    def send(self, apdu: bytes) -> Answer:
        """Answer one command, or break."""
        self._count += 1
        faults = self._faults
        if faults.mute:
            raise CardTrouble(CardProblem.MUTE)
        if faults.pull_after is not None and self._count > faults.pull_after:
            raise CardTrouble(CardProblem.PULLED)
        if faults.delay:
            faults.sleep(faults.delay)
        if self._count == faults.no_diagnosis_at:
            return Answer(b"", Status.NO_PRECISE_DIAGNOSIS)
        data, sw = self._card.send(apdu)
        return Answer(data[: len(data) // 2] if self._count == faults.truncate_at else data, sw)


class PaperLink:
    """A link to an emulated card in the same process."""

    def __init__(self, card: EmulatedCard) -> None:
        self._card = card

    def send(self, apdu: bytes) -> Answer:
        """Hand the command to the card."""
        return self._card.send(apdu)

    def hold(self) -> AbstractContextManager[None]:
        """Hold nothing: nobody else is there."""
        return nullcontext()
