"""The numbered groups the French cards and their approved component speak in, and who speaks them.

A group is a number and its fields in order, each the exact characters of the card: what a field
means is France's (`server.countries.france`), how it travels is the hands' (`hardware.sesam`).
Source: `fr-sesam-vitale.md` §2.2–2.4.
"""

from typing import NamedTuple


class Group(NamedTuple):
    """One group: its number and its fields, the first being field 1."""

    number: int
    fields: tuple[str, ...]

    def field(self, place: int) -> str:
        """Give the field of a place counted from 1; "" when the card is too short to hold it."""
        return self.fields[place - 1] if place <= len(self.fields) else ""


Groups = tuple[Group, ...]
