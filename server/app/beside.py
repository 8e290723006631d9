"""A background thread beside an open practice, and how it stands as the screens show it."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from threading import Event, Lock, Thread
from traceback import format_tb
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

S = TypeVar("S", bound="DataclassInstance")
MOST_SEEN = 20
"""Fates still told of what came; those before are on the table, or where they came from."""

_STOP_SECONDS = 2.0


class Beside(ABC, Generic[S]):
    """One thread per open practice: it takes a turn at its pace, and at once when it is wanted.

    `state` is replaced, never altered, and each change is told.
    """

    def __init__(self, name: str, still: S, changed: Callable[[], None]) -> None:
        """`still` is how it stands before it begins; `changed` tells that it stands otherwise."""
        self._state = still
        self._changed = changed
        self._guard = Lock()
        self._wanted = Event()
        self._stopping = False
        self._thread = Thread(target=self._run, name=name, daemon=True)

    @property
    def state(self) -> S:
        """How it stands, now."""
        return self._state

    def stop(self) -> None:
        """End; a turn that lasts is not waited for longer than two seconds."""
        self._stopping = True
        self._wanted.set()
        self._thread.join(_STOP_SECONDS)

    @abstractmethod
    def _pause(self) -> float | None:
        """Give the seconds until the next turn; None to sleep until wanted."""

    @abstractmethod
    def _turn(self) -> None:
        """Do once what it is for."""

    def _run(self) -> None:
        while not self._stopping:
            self._wanted.wait(self._pause())
            self._wanted.clear()
            if not self._stopping:
                self._turn()

    def _note(self, **changed: Any) -> None:
        """Stand otherwise from now on, and tell so unless nothing changed."""
        with self._guard:
            before, self._state = self._state, replace(self._state, **changed)
            same = before == self._state
        if not same and not self._stopping:
            self._changed()


def trace(log: logging.Logger, what: str, trouble: Exception) -> None:
    """Log where a mistake of ours was, without its words: they could be a patient's."""
    lines = "".join(format_tb(trouble.__traceback__))
    log.warning("%s: %s\n%s", what, type(trouble).__name__, lines)
