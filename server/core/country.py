"""The country of a practice: chosen once, when it is made; rules, screens and words follow it."""

from enum import StrEnum


class Country(StrEnum):
    """Where the practice bills; the value is what its file keeps."""

    BELGIUM = "BE"
    FRANCE = "FR"
