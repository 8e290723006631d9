"""The watched folder as the screens see it: whether it is there, and what came of each file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, repr=False)
class Seen:
    """What became of one file: "taken", "already", "not_kept", "table" or a code of refusal."""

    at: datetime
    name: str
    word: str
    document: str = ""  # on the table, when it was taken or had been; of a table, its version


@dataclass(frozen=True, slots=True)
class FolderState:
    """How it stands, now."""

    on: bool = False
    path: str = ""
    trouble: str = ""  # code of its sentence
    seen: Sequence[Seen] = ()  # since the practice was opened, the last first

    @property
    def left(self) -> Sequence[Seen]:
        """What is still in the folder because it could not be taken."""
        return [each for each in self.seen if not each.document]


class FolderControl(Protocol):
    """What the user may ask of the watched folder."""

    @property
    def state(self) -> FolderState:
        """How it stands."""
        ...

    def choose(self, typed: str, *, on: bool) -> None:
        """Watch this folder from now on, or no longer; raise `InvalidForm`."""
        ...
