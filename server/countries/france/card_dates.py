"""Dates of the French cards: twelve digits AAAAMMJJHHMM, zeros for none, and « lunar » births.

A birth date that no calendar knows (month 13 to 99, day 00) is legal: it is kept as text, cut the
way a date is written. Source: `fr-sesam-vitale.md` §2.4, `cli.md` (French card).
"""

from datetime import date


def is_none(text: str) -> bool:
    """Say whether a field holds no date: empty, or zeros alone."""
    return not text.strip("0 ")


def calendar_day(text: str) -> date | None:
    """Give the civil date of a field; None when there is none or the calendar does not know it."""
    if len(text) < 8 or not (text.isascii() and text[:8].isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def written(text: str) -> str | None:
    """Write a field as a date, known to the calendar or not; other text as it is, none as None."""
    if is_none(text):
        return None
    if len(text) in (8, 12) and text.isascii() and text.isdigit():
        return f"{text[:4]}-{text[4:6]}-{text[6:8]}"
    return text


def is_plausible(text: str, *, birth: bool) -> bool:
    """Say whether a field is a date, none, or (for a birth) one of the legal impossible ones."""
    if is_none(text):
        return True
    if not (len(text) in (8, 12) and text.isascii() and text.isdigit()):
        return False
    return 1850 <= int(text[:4]) <= 2199 and (birth or calendar_day(text) is not None)
