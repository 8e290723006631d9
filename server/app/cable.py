"""The network cable of a demo practice, to be pulled by hand."""

from dataclasses import dataclass


@dataclass(slots=True)
class Cable:
    """Nothing leaves while it is cut."""

    cut: bool = False
