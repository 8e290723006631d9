"""What the doctor sees of cards: the one in a reader, the middleware, what certificates there are.

Nothing is read from a card: that it lets itself be opened is enough to say what is in the way.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hardware.pkcs11_places import ROOT, find
from server.app.doctor_sesam import door_of
from server.app.findings import Finding, Grade
from server.core.cards import CardKind
from server.core.keycards import KeyProblem, KeyTrouble

if TYPE_CHECKING:
    from hardware.scard import Scard


def look_at_middleware(
    country: str = "BE", library: Path | None = None, root: Path = ROOT
) -> Iterator[Finding]:
    """Tell whether the official software of the cards is there; reading one does without it."""
    kind = CardKind.CPS if country == "FR" else CardKind.EID
    found = library or find(kind, root)
    prefix = "middleware.cps_" if kind is CardKind.CPS else "middleware."
    if found is None:
        yield Finding(f"{prefix}none", tried=False)
    else:
        yield Finding(f"{prefix}ok", facts={"library": str(found)})


def try_middleware(folder: Path, library: Path | None = None) -> Iterator[Finding]:
    """Tell the same, after having loaded it in its own process: it may be there and not open."""
    from server.app.keycards import cards_of

    country = door_of(folder)[0]
    cards = cards_of(country, library)
    try:
        cards.look()
    except KeyTrouble as trouble:
        if trouble.problem is not KeyProblem.ABSENT:
            told = {"library": str(cards.library)}
            yield Finding("middleware.broken", Grade.LACK, told)
            return
    finally:
        cards.close()
    yield from look_at_middleware(country, cards.library)


def look_at_card() -> Iterator[Finding]:
    """Open the card in each reader for a moment, and say what keeps it from being used."""
    if importlib.util.find_spec("smartcard") is None:
        return
    from hardware.pcsc import list_readers, load_scard
    from hardware.ports import CardTrouble

    try:
        scard = load_scard()
        readers = list_readers(scard)
    except CardTrouble:
        return  # what is wrong with the service is told of the readers
    for reader in readers:
        yield _card_in(scard, reader)


def _card_in(scard: "Scard", reader: str) -> Finding:
    from hardware.pcsc import open_card
    from hardware.ports import CardProblem, CardTrouble

    words = {CardProblem.MUTE: "card_in.mute", CardProblem.BUSY: "card_in.busy"}
    told = {"reader": reader}
    try:
        with open_card(scard, reader):
            return Finding("card_in.there", facts=told)
    except CardTrouble as trouble:
        if trouble.problem is CardProblem.PULLED:
            return Finding("card_in.none", facts=told, tried=False)
        return Finding(words.get(trouble.problem, "card_in.failed"), Grade.LACK, told)
