"""What the screen asks of the component that reads a card's rights, and how a reading stands."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ReadingState:
    """How the last reading of rights stands."""

    patient: str = ""  # whose file it is for, "" before any
    running: bool = False
    problem: str = ""  # what kept it from reading: the end of a key of the catalogue
    tries: int | None = None  # codes that may still be tried, after a wrong one
    rights: int = 0  # what it brought
    covers: int = 0
    opposed: bool = False  # whether the card read is on the opposition list
    simulated: bool = False


class RightsControl(Protocol):
    """The component of this machine; each reading takes a thread of its own."""

    @property
    def state(self) -> ReadingState:
        """How the last reading stands."""
        ...

    def read(self, patient: str, pin: str) -> None:
        """Begin to read the card in the reader for a patient; nothing happens while one runs."""
        ...

    def read_phone(self, patient: str, payload: bytes, *, online: bool) -> None:
        """Begin to read what a phone showed (ApCV), b"" for nothing; it is handed over unread."""
        ...
