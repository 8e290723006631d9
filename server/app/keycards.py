"""Trying a card's code from the screen: one thread speaks to the official software of the card.

A Belgian practice tries identity cards, a French one professional's cards. A code lives as long as
the one call that hands it over. Source: `hardware.md` §2.7, §3.1, §6 and §7; `scenarios.md` H-11.
"""

import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from time import sleep
from typing import TYPE_CHECKING, Any

from hardware.apdu import processed
from hardware.eid import tries_left
from hardware.keycards import KeyCards
from hardware.pkcs11_places import find
from hardware.ports import CardTrouble
from server.core.cards import CardKind
from server.core.errors import InvalidForm
from server.core.keycards import KeyCard, KeyTrouble
from server.countries.france.cps import holder_of, situations_of
from webui.keycards import FoundKeyCard, KeyCardState, Workplace

if TYPE_CHECKING:
    from hardware.scard import Scard

log = logging.getLogger(__name__)

_CHALLENGE_BYTES = 32
_STOP_SECONDS = 3.0

Count = Callable[[str], int | None]
"""Asks the card in a reader how many codes may still be tried."""


def cards_of(country: str, library: Path | None) -> KeyCards:
    """Give the cards a practice of this country signs with, through their official software.

    `library` is its place when it was told; otherwise it is looked for.
    """
    kind = CardKind.CPS if country == "FR" else CardKind.EID
    return KeyCards(kind, library or find(kind))


def counter(scard: "Scard | None") -> Count:
    """Count tries on the card itself, through the system's readers or those handed in."""

    def count(reader: str) -> int | None:
        from hardware.pcsc import load_scard, open_card

        with suppress(CardTrouble), open_card(scard or load_scard(), reader) as link:
            return tries_left(processed(link, _breathe))
        return None

    return count


def _breathe(seconds: float) -> bool:
    sleep(seconds)
    return False


class KeyCardTrials:
    """The port `webui.keycards.KeyCardControl`: started at unlock, stopped at lock."""

    def __init__(self, cards: KeyCards, publish: Callable[[str, str], None], count: Count) -> None:
        """`publish` tells what passes: a kind and a code, never a name."""
        self._cards = cards
        self._publish = publish
        self._count = count
        self._state = KeyCardState(cards.kind, str(cards.library or ""))
        self._seen: dict[str, KeyCard] = {}
        self._guard = Lock()
        self._asked: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._ending = False
        self._thread = Thread(target=self._run, name="key-cards", daemon=True)

    def start(self) -> None:
        """Be there; nothing is loaded before somebody looks."""
        self._thread.start()

    def stop(self) -> None:
        """End: a code awaited is given up, what another opened is closed."""
        self._ending = True
        self._asked.put(None)
        self._cards.stop()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    @property
    def state(self) -> KeyCardState:
        """How it stands, now."""
        return self._state

    def look(self) -> None:
        """Look again; once at a time."""
        with self._guard:
            if self._state.looking:
                return
            self._state = replace(self._state, looking=True)
        self._asked.put(self._look)

    def moved(self) -> None:
        """Forget what a code had told, since a card came or left; look again if anybody did."""
        with self._guard:
            watched = self._state.cards is not None
            if not self._state.trying:
                self._state = replace(self._state, good=False, workplaces=())
        if watched:
            self.look()

    def try_code(self, card_id: str, pin: str, *, last_too: bool) -> None:
        """Begin a try in the background; raise `InvalidForm` when it must not be made."""
        with self._guard:
            card = self._seen.get(card_id)
            if card is None:
                raise InvalidForm(faults=(("card", "gone"),))
            if self._state.trying:
                raise InvalidForm(faults=(("card", "trying"),))
            if card.tries.last and not last_too:
                raise InvalidForm(faults=(("last_too", "needed"),))
            self._state = replace(
                self._state, trying=card_id, tried=card_id, problem="", left=None, reason="",
                good=False, workplaces=(),
            )  # fmt: skip
        code = None if card.asks_itself else pin
        self._asked.put(lambda: self._try(card, code, last_too=last_too))

    def stop_trying(self) -> None:
        """Stop waiting for a code."""
        if self._state.trying:
            self._cards.stop()

    def _run(self) -> None:
        for act in iter(self._asked.get, None):
            act()
        self._cards.close()

    def _look(self) -> None:
        """Look for cards; a software that is absent or fails is the problem told."""
        problem, reason = "", ""
        seen: dict[str, KeyCard] = {}
        try:
            for card in self._cards.look():
                seen[f"{card.kind}-{card.slot}-{card.serial}"] = self._counted(card)
        except KeyTrouble as trouble:
            problem, reason = str(trouble.problem), str(trouble.facts["reason"])
        with self._guard:
            self._seen = seen
            told = self._state.problem if seen and not problem else ""
            found = tuple(_found(key, card) for key, card in seen.items())
        self._now("looked", looking=False, cards=found, problem=problem or told, reason=reason)

    def _counted(self, card: KeyCard) -> KeyCard:
        """Ask an identity card itself for its tries: its software rarely tells the number."""
        if card.kind is not CardKind.EID:
            return card
        return replace(card, tries=card.tries.known_better(self._count(card.reader)))

    def _try(self, card: KeyCard, pin: str | None, *, last_too: bool) -> None:
        """Have the code given, and the card prove that it opens its key."""
        places: Sequence[Workplace] = ()
        problem: KeyTrouble | None = None
        try:
            with self._cards.session(card, pin, last_too=last_too) as session:
                session.prove(secrets.token_bytes(_CHALLENGE_BYTES))
                if card.kind is CardKind.CPS:
                    told = situations_of(session.objects())
                    places = [Workplace(s.structure, s.identifier, s.sector) for s in told]
        except KeyTrouble as trouble:
            log.info("the code was not taken: %s", trouble.problem)
            problem = trouble
        self._look()
        if problem is None:
            self._now("done", trying="", good=True, problem="", workplaces=tuple(places))
            return
        left = problem.tries if problem.tries is not None else self._left_of(card)
        self._now(
            "failed", trying="", problem=str(problem.problem), left=left,
            reason=str(problem.facts["reason"]),
        )  # fmt: skip

    def _left_of(self, card: KeyCard) -> int | None:
        seen = (each for each in self._seen.values() if each.serial == card.serial)
        return next(seen, card).tries.left

    def _now(self, kind: str, **changed: Any) -> None:
        with self._guard:
            self._state = replace(self._state, **changed)
        if not self._ending:
            self._publish(f"keycard.{kind}", "")


def _found(key: str, card: KeyCard) -> FoundKeyCard:
    holder = holder_of(card.public)
    name = f"{holder.first_name} {holder.last_name}" if holder else ""
    can_ask = not card.tries.spent and (card.asks_itself or card.kind is CardKind.CPS)
    return FoundKeyCard(
        key, card.reader, card.tries, card.asks_itself, can_ask, name,
        holder.number if holder else "",
    )  # fmt: skip
