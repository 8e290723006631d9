"""Card readers as the screens see them: who is there, what is in, what went wrong. A port."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from server.core.cards import CardRead


@dataclass(frozen=True, slots=True)
class ReaderState:
    """The readers of this machine, at this moment."""

    problem: str = ""  # code of the sentence that says why no reader can be used
    readers: tuple[str, ...] = ()  # names, as the system gives them
    percent: int | None = None  # of the card being read; None when none is
    failure: str = ""  # code of the sentence about the card in the reader, "" when it was read
    read_at: datetime | None = None  # the last card read since the practice was opened
    remarks: tuple[str, ...] = field(default=())  # codes about that card


class ReaderControl(Protocol):
    """What the user may ask of the readers."""

    @property
    def state(self) -> ReaderState:
        """How they stand."""
        ...

    @property
    def card(self) -> CardRead | None:
        """The card in a reader, as it was read; None when there is none. Never on the stream."""
        ...

    @property
    def swap(self) -> tuple[str, str]:
        """Number of the last card whose reading was cut short, and of the one that came instead."""
        ...

    @property
    def stranger(self) -> str:
        """The user whose card is in the reader when it is not the one at work, else ""."""
        ...

    def await_card(self, user: str) -> None:
        """Take the next card for one to tie to this user, not for a patient's, for a minute."""
        ...

    def await_nobody(self) -> None:
        """Take the next card for a patient's again."""
        ...

    def open_patient(self) -> str:
        """Take the card in the reader for a patient's all the same; return his id, "" if none."""
        ...
