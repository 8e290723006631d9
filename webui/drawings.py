"""Small drawings that a long list repeats on every row, drawn once: a state, a thread, an icon.

Each is a macro whose result hangs on its arguments, the language and this launch's addresses alone.
"""

from collections.abc import Callable, Hashable

from markupsafe import Markup

Draw = Callable[..., Markup]


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
