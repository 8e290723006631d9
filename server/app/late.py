"""A cabinet made at its first need: the page before unlocking goes without all it brings along."""

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.services.cabinet import Cabinet


class LateCabinet:
    """Call it to have the cabinet; safe from several threads."""

    def __init__(self, make: "Callable[[], Cabinet]") -> None:
        self._make = make
        self._made: Cabinet | None = None
        self._making = Lock()

    def __call__(self) -> "Cabinet":
        """Return the cabinet, always the same."""
        made = self._made
        if made is not None:
            return made
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made

    @property
    def is_open(self) -> bool:
        """Whether a user has unlocked it: one that was never needed is closed."""
        return self._made is not None and self._made.is_open

    @property
    def pin_user(self) -> str:
        """Who may come back by his PIN now, "" when nobody may."""
        return self._made.pin_user if self._made is not None else ""

    def lock(self, why: str) -> None:
        """Close it, if it was ever needed."""
        if self._made is not None:
            self._made.lock(why)
