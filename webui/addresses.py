"""The addresses written on a screen: a list of fifty rows writes hundreds of the same shape.

Building one asks the whole map of routes. Here each shape (a page and the names of what it takes)
is asked once per launch; keys are then put into it. Anything but a plain key goes the long way.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

_PLAIN = re.compile(r"[\w.~-]+", re.ASCII).fullmatch  # what an address needs no escaping for


class Addresses:
    """Stands for `url_for` in templates. Safe to use from several threads."""

    def __init__(self, build: Callable[..., str]) -> None:
        """`build` is the `url_for` of one application: its addresses stay what they are."""
        self._build = build
        self._shapes: dict[tuple[str, ...], str] = {}

    def __call__(self, endpoint: str, **values: Any) -> str:
        """Give the address of a page; a value that is None is left out."""
        given = {}
        for name, value in values.items():
            if value is not None:
                text = given[name] = str(value)
                if name[0] == "_" or _PLAIN(text) is None:
                    return self._build(endpoint, **values)
        shape = self._shapes.get((endpoint, *given))
        if shape is None:
            if endpoint.startswith("."):
                return self._build(endpoint, **values)
            shape = self._shapes[(endpoint, *given)] = self._shape(endpoint, given)
        return shape % given

    def _shape(self, endpoint: str, names: Iterable[str]) -> str:
        """Give an address with the names of its values where they go, to be filled by `%`."""
        marks = {f"0mark{rank}0": name for rank, name in enumerate(names)}
        built = self._build(endpoint, **{name: mark for mark, name in marks.items()})
        built = built.replace("%", "%%")
        for mark, name in marks.items():
            built = built.replace(mark, f"%({name})s")
        return built
