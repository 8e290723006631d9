"""Pieces of screens drawn once: a state, a thread, an icon; and the rows of lists that stay as is.

Each is a macro imported without its page, so that its result hangs on its arguments, the language
and this launch's addresses alone: a row whose facts have changed is another row.
"""

from collections.abc import Callable, Hashable
from threading import Lock

from markupsafe import Markup

Draw = Callable[..., Markup]
_MOST = 4000  # rows kept: some megabytes; beyond, all are drawn anew as they come


class Drawings:
    """Stands for `once` in templates: `once(macro, argument, …)`. Safe from several threads."""

    def __init__(self, locale: Callable[[], str]) -> None:
        """`locale` tells the language of the page being drawn."""
        self._locale = locale
        self._drawn: dict[tuple[Hashable, ...], Markup] = {}

    def __call__(self, draw: Draw, *facts: Hashable) -> Markup:
        """Give what a macro draws of some facts: states and names of ours, never what was typed."""
        key = (self._locale(), getattr(draw, "name", ""), *facts)
        found = self._drawn.get(key)
        if found is None:
            found = self._drawn[key] = draw(*facts)
        return found


class Kept:
    """Stands for `kept` in templates: `kept(macro, fact, …)`, for facts that come from the file.

    What it holds names people: it is empty while the practice is closed, and never grows far.
    Safe from several threads. The names of macros drawn so are all different.
    """

    def __init__(self) -> None:
        self._drawn: dict[tuple[Hashable, ...], Markup] = {}
        self._keeping = True
        self._turn = Lock()

    def forget(self) -> None:
        """Forget everything and keep nothing more: the practice closes."""
        with self._turn:
            self._keeping = False
            self._drawn = {}

    def begin(self) -> None:
        """Keep what is drawn from now on: the practice is open."""
        self._keeping = True

    def draw(self, locale: str, draw: Draw, facts: tuple[Hashable, ...]) -> Markup:
        """Give what a macro draws of some facts in one language."""
        key = (locale, getattr(draw, "name", ""), *facts)
        found = self._drawn.get(key)
        if found is None:
            found = draw(*facts)
            with self._turn:
                if len(self._drawn) >= _MOST:
                    self._drawn = {}
                if self._keeping:
                    self._drawn[key] = found
        return found
