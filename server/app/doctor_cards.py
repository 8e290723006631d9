"""What the doctor sees of cards: the one in a reader, the middleware, what certificates there are.

Nothing is read from a card: that it lets itself be opened is enough to say what is in the way.
"""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from server.app.findings import Finding, Grade

if TYPE_CHECKING:
    from hardware.scard import Scard

_ROOT = Path("C:/" if sys.platform == "win32" else "/")
_PLACES = {
    "linux": ("usr/lib/*-linux-gnu/libbeidpkcs11.so*", "usr/lib*/libbeidpkcs11.so*",
              "usr/local/lib/libbeidpkcs11.so*"),
    "darwin": ("Library/Belgium Identity Card/Pkcs11/*beid*",),
    "win32": ("Windows/System32/beidpkcs11.dll",),
}  # fmt: skip
"""Where the middleware of the Belgian eID puts its library for other programs, under the root."""


def look_at_middleware(root: Path = _ROOT) -> Iterator[Finding]:
    """Tell whether the eID middleware is there; reading a card does without (`hardware.md` §0)."""
    places = (place for each in _PLACES.get(sys.platform, ()) for place in root.glob(each))
    found = next(places, None)
    if found is not None:
        yield Finding("middleware.ok", facts={"library": str(found)})
    else:
        yield Finding("middleware.none")


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
