"""A sheet of paper as a device saw it: the bytes of one picture, before anything is done to it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """One side of a sheet; `data` is one whole picture file (JPEG, PNG, PNM)."""

    data: bytes
    dpi: int
    back: bool = False  # the second side, of a scanner that sees both
