"""What the screens ask of who reads convention tables, and how a reading stands."""

from dataclasses import dataclass
from typing import Protocol

from server.core.errors import KineError


@dataclass(frozen=True, slots=True)
class TableState:
    """How the reading of a file stands, now."""

    name: str = ""  # "" before any
    running: bool = False
    read: int = 0  # bytes so far
    size: int = 0
    rows: int = 0
    version: str = ""  # what it became, once read
    already: bool = False  # this very file is the table in use
    stopped: bool = False
    refused: KineError | None = None


class TableControl(Protocol):
    """The reader of tables of this machine: a large file is read beside the screens."""

    @property
    def state(self) -> TableState:
        """How the last reading stands."""
        ...

    def read(self, name: str, content: bytes, *, at_once: bool = False) -> TableState:
        """Read a small file at once, begin to read a large one; raise what refuses it at once.

        With `at_once` a file that only adds to what holds is confirmed as soon as it is read.
        """
        ...

    def stop(self) -> None:
        """Stop the reading under way: nothing of the file is kept."""
        ...

    @property
    def unplaced(self) -> tuple[str, bytes] | None:
        """The file last refused for its columns, with its name; None when none waits."""
        ...
