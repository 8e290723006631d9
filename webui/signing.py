"""What the screens ask of the component that signs and batches, and how that stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from server.core.sesam import Mode


class SigningTask(StrEnum):
    """What the component is at."""

    SECURE = "secure"  # the invoice of one session
    COUNTERSIGN = "countersign"  # what Vitale alone has signed
    SEND = "send"  # lots, then files


@dataclass(frozen=True, slots=True)
class SigningState:
    """How the last task stands. `session` is the one that was to be secured, "" for others."""

    task: SigningTask | None = None
    session: str = ""
    running: bool = False
    done: int = 0
    total: int = 0
    problem: str = ""  # end of a key of the catalogue, "" when it went well
    facts: Mapping[str, object] = field(default_factory=dict)  # what its sentence names
    tries: int | None = None  # codes that may still be tried, after a wrong one
    warnings: tuple[str, ...] = ()  # ends of keys: what was done, but should be known
    simulated: bool = False


class SigningControl(Protocol):
    """The component of this machine; one task at a time, each in a thread of its own."""

    @property
    def state(self) -> SigningState:
        """How the last task stands."""
        ...

    def secure(self, session: str, pin: str, mode: Mode, nature: str = "") -> None:
        """Begin to sign the invoice of a session; nothing happens while a task runs."""
        ...

    def countersign(self, pin: str) -> None:
        """Begin to sign all that waits for the professional's card."""
        ...

    def send(self, pin: str) -> None:
        """Begin to put into lots all that may leave, and queue their files."""
        ...
