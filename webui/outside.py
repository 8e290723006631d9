"""What runs beside the screens, as they see it: post, copies, the file's state, a demo's toys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PostState:
    """The way to the insurers' hub, now."""

    online: bool | None  # None: nobody has looked yet
    since: datetime | None  # aware UTC
    partner: str  # host spoken to, "" when no address is set
    signed: bool  # False is shown as « transport non signé »
    simulated: bool  # the partner is a simulator on this machine
    sending: tuple[int, int] | None  # done, total of the run under way
    last_trouble: str  # reason code of the last run that brought nothing, "" when none
    answered_at: datetime | None = None  # when the mailbox last answered, since the opening
    held: str = ""  # reason code: nothing travels for who is at work, "" when it may


@dataclass(frozen=True, slots=True)
class CalledHost:
    """A door the program may call; `why` is "partner", "simulator" or "card"."""

    name: str
    port: int
    why: str


@dataclass(frozen=True, slots=True)
class RefusedCall:
    """A door it refused to call, and how often it was asked to. Port 0: only its name was."""

    name: str
    port: int
    times: int


@dataclass(frozen=True, slots=True)
class Calls:
    """The list the user can read, and what was refused since the start."""

    hosts: Sequence[CalledHost] = ()
    refused: Sequence[RefusedCall] = ()

    @property
    def refused_times(self) -> int:
        """How many calls were refused in all."""
        return sum(each.times for each in self.refused)


@dataclass(frozen=True, slots=True)
class FileHealth:
    """What the readings of the practice file found; instants are aware, UTC."""

    quick_at: datetime | None = None  # the last reading of every page
    full_at: datetime | None = None  # the last thorough one
    sound: bool = True  # False once either found damage
    damage: str = ""  # why the practice is only read now, "" when it is not


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing the doctor looked at: `grade` is "well", "ill" or "untried".

    `key` is the sentence, with the mend in it when there is one to make.
    """

    subject: str  # "reader", "middleware", "card", "certificate", "clock", "folder", "practice"
    grade: str
    key: str
    facts: Mapping[str, str] = field(default_factory=dict)


class PostControl(Protocol):
    """What the user may ask of the post."""

    @property
    def state(self) -> PostState:
        """How it stands."""
        ...

    def send_now(self) -> None:
        """« Envoyer maintenant »: run at once and look into the mailbox; may raise SendingHeld."""
        ...

    def cancel(self) -> None:
        """Stop between two messages."""
        ...

    def wake(self) -> None:
        """Something was sealed: leave when the line allows."""
        ...


@dataclass(frozen=True, slots=True)
class BackupState:
    """How the keeper of copies stands, now."""

    working: tuple[str, int] | None  # "backup" or "drill", and per cent
    failure: str  # reason code of the last copy, "" when it went well


class BackupControl(Protocol):
    """What the user may ask of the keeper of copies."""

    @property
    def folder(self) -> Path:
        """The folder of the practice: its copies lie beside it."""
        ...

    @property
    def state(self) -> BackupState:
        """How it stands."""
        ...

    def back_up_now(self) -> None:
        """« Sauvegarder maintenant »: in the background."""
        ...

    def drill_now(self) -> None:
        """« Essai de restauration »: in the background."""
        ...

    def cancel(self) -> None:
        """Stop the copy or the rehearsal under way; nothing of it is kept."""
        ...


class DemoControl(Protocol):
    """The toys of a demo practice: cards to insert, a cable to pull, nights that pass."""

    @property
    def online(self) -> bool:
        """Whether the cable is in."""
        ...

    @property
    def passphrase(self) -> str:
        """The passphrase printed on the unlock page."""
        ...

    def cards(self) -> Sequence[tuple[str, str]]:
        """Cards lying on the desk: (key, name printed on it)."""
        ...

    def insert(self, card: str) -> None:
        """Put a card into the reader."""
        ...

    def remove(self) -> None:
        """Take the card out."""
        ...

    def phone(self, nir: str) -> bytes:
        """Give what the invented phone of who has a number shows; b"" when there is none."""
        ...

    def pull_cable(self, *, cut: bool) -> None:
        """Pull the network cable, or put it back."""
        ...

    def answer_now(self) -> None:
        """Let every answer of the insurers under way arrive at once."""
        ...

    def next_morning(self) -> None:
        """Let the night pass, here and at the insurers'."""
        ...
