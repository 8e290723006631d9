"""What deserves a look on a card that is read all the same: each is a sentence, none a refusal.

Source: `hardware.md` §2.4 (raw text kept, dates distrusted).
"""

from collections.abc import Iterator
from dataclasses import astuple
from datetime import date, datetime

from hardware.eid_dates import agrees_with_niss, is_no_day
from hardware.eid_tlv import GUESSED
from hardware.ports import CardProblem
from server.core.cards import CardAddress, Identity
from server.core.clock import civil_date

OLDEST = 120  # years nobody in the national register has reached


def remarks(
    identity: Identity, address: CardAddress | None, at: datetime
) -> tuple[CardProblem, ...]:
    """List what a person should know of a card read at an instant."""
    return (
        *_of_address(address),
        *_of_dates(identity, civil_date(at, "BE")),
        *_of_text(identity, address),
    )


def _of_address(address: CardAddress | None) -> Iterator[CardProblem]:
    if address is None:
        yield CardProblem.NO_ADDRESS


def _of_dates(identity: Identity, today: date) -> Iterator[CardProblem]:
    """Look at the dates: a card of the unborn, of the long dead, or of no time at all."""
    born = identity.birth_date
    if born and not agrees_with_niss(born, identity.niss):
        yield CardProblem.BIRTH_MISMATCH
    if born is None and is_no_day(identity.birth_text):
        yield CardProblem.IMPOSSIBLE_BIRTH
    if born and born > today:
        yield CardProblem.UNBORN
    if born and today.year - born.year > OLDEST:
        yield CardProblem.TOO_OLD
    begins = identity.valid_from
    ends_first = begins and identity.valid_to and identity.valid_to < begins
    unborn_then = begins and born and begins < born <= today
    if ends_first or unborn_then:
        yield CardProblem.VALIDITY_BACKWARDS


def _of_text(identity: Identity, address: CardAddress | None) -> Iterator[CardProblem]:
    texts: list[Identity | CardAddress] = [identity, *([address] if address else [])]
    if any(GUESSED in text for part in texts for text in astuple(part) if isinstance(text, str)):
        yield CardProblem.BAD_TEXT
