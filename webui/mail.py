"""The mailbox for papers as the screens see it: when it was read, and what came of each mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from webui.folder import Seen


@dataclass(frozen=True, slots=True)
class MailState:
    """How it stands, now; never with the password."""

    on: bool = False
    host: str = ""
    port: str = ""
    account: str = ""
    plain: bool = False
    reading: bool = False
    read_at: datetime | None = None  # the last time all of it was read
    taken: int = 0  # papers of that reading
    known: int = 0  # papers of it that had come before
    left_out: int = 0  # and what it left in the mails
    trouble: str = ""  # code of its sentence
    seen: Sequence[Seen] = ()  # since the practice was opened, the last first

    @property
    def unsettled(self) -> Sequence[Seen]:
        """What was left in the mails, and what had come before."""
        return [each for each in self.seen if each.word != "taken"]


class MailControl(Protocol):
    """What the user may ask of the mailbox."""

    @property
    def state(self) -> MailState:
        """How it stands."""
        ...

    def name(self, typed: Mapping[str, str]) -> None:
        """Read this mailbox from now on, or no longer; raise `InvalidForm`."""
        ...

    def read(self) -> None:
        """Read it now."""
        ...
