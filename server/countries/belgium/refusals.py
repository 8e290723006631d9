"""The refusal dictionary: each eFact code becomes a plain sentence and the next action.

A code is record, zone, error (`be-efact.md` §4): `502405` is record 50, zone 24, error 05. Codes a
kiné meets have a sentence written by hand; every other code gets one composed from the names of
its record and zone and from its class of error. The code itself never stands in the sentence: the
screen shows it, small, after it (`design.md` §11).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from server.countries.belgium.refusal_tables import (
    ActionKind,
    Advice,
    Common,
    Opens,
    Row,
    Wording,
    ZoneName,
    read_assigned,
    read_codes,
    read_common,
    read_zones,
)

# The head and the foot of a message number their zones by hundreds (`be-efact.md` §2).
HEADER_RECORDS: Mapping[str, str] = {"2": "200", "3": "300", "4": "95", "5": "96"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One refusal in the reader's language, ready for the screen."""

    sentence: str  # what happened and why
    action: str  # what to do next
    money: str  # what the letter means for the payment
    opens: Opens  # where to do it
    action_kind: ActionKind
    hand_written: bool


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Every sentence we have for eFact refusals. Build it with `load`; locales: `fr_BE`, `nl`."""

    codes: Mapping[str, Advice]
    zones: Mapping[tuple[str, str], ZoneName]
    common: Common
    assigned: Mapping[str, str]

    @classmethod
    def load(
        cls,
        codes: Iterable[Row],
        zones: Iterable[Row],
        classes: Iterable[Row],
        assigned: Iterable[Row] = (),
    ) -> Self:
        """Build from the rows of the four tables named in `refusal_tables`, in that order.

        Without `assigned` a published code falls back on the class of its last two characters.
        Raises ReferenceRefused with the rows at fault.
        """
        common = read_common(classes)
        return cls(
            codes=read_codes(codes),
            zones=read_zones(zones),
            common=common,
            assigned=read_assigned(assigned, common.classes),
        )

    def explain(self, letter: str, code: str, locale: str) -> Explanation:
        """Explain a code as an insurer returned it, with the letter that came with it.

        The returned letter wins over the list (`be-efact.md` §4): what is paid all the same is
        never sent again, whatever the code usually asks. Raises InvalidValue on another locale.
        """
        by_hand = self.codes.get(code)
        place = self._place(code)
        advice = by_hand or self._composed(code, place)
        said = self.common.letters.get(letter, self.common.letters["*"])
        acted = advice
        if said.action.fr and advice.letter != letter:
            acted = said
        return Explanation(
            sentence=place.fill(advice.cause, locale),
            action=place.fill(acted.action, locale),
            money=said.cause.say(locale),
            opens=advice.opens or place.opens,
            action_kind=acted.action_kind,
            hand_written=by_hand is not None,
        )

    def sentence(self, letter: str, code: str, locale: str) -> str:
        """Only what happened and why; see `explain`."""
        return self.explain(letter, code, locale).sentence

    def zone_error(self, zone: str, code: str, locale: str) -> Explanation:
        """Explain an error a 920999 puts after a header or footer zone: zone "3021", code "20".

        The whole file is refused, as with letter B. Raises InvalidValue on another locale.
        """
        headers = self.common.headers
        exact = headers.get(f"{zone}:{code}")
        advice = exact or headers.get(f"*:{code}", headers["*:*"])
        place = self._named(HEADER_RECORDS.get(zone[:1], "200"), zone[:-1] or zone)
        if exact is None:
            advice = self._owned(advice, place)
        return Explanation(
            sentence=place.fill(advice.cause, locale),
            action=place.fill(advice.action, locale),
            money=self.common.letters["B"].cause.say(locale),
            opens=advice.opens or place.opens,
            action_kind=advice.action_kind,
            hand_written=exact is not None,
        )

    def _composed(self, code: str, place: "_Place") -> Advice:
        if not self._readable(code):
            return self.common.classes["unreadable"]
        by_error = self.common.by_error
        name = self.assigned.get(code) or by_error.get(code[4:]) or "other"
        return self._owned(self.common.classes[name], place)

    def _readable(self, code: str) -> bool:
        shaped = len(code) == 6 and code.isascii() and code.isalnum()
        return shaped and code[2:4].isdigit() and (code[:2], "") in self.zones

    def _owned(self, advice: Advice, place: "_Place") -> Advice:
        """Give the advice, or "report it to us" when nobody but the program fills the zone."""
        if advice.opens is not None or place.opens is not Opens.SOFTWARE:
            return advice
        ours = self.common.software
        return Advice(advice.cause, ours.action, ours.opens, ours.action_kind)

    def _place(self, code: str) -> "_Place":
        return self._named(code[:2], code[2:4])

    def _named(self, record: str, zone: str) -> "_Place":
        """Name a record and a zone; a number stands in for a name we do not have."""
        number = {"zone": zone or record}
        unnamed = Wording(
            self.common.unnamed.fr.format_map(number), self.common.unnamed.nl.format_map(number)
        )
        found = self.zones.get((record, zone)) or self.zones.get(("*", zone))
        whole = self.zones.get((record, ""))
        return _Place(
            record=whole.name if whole else unnamed,
            zone=found.name if found else unnamed,
            opens=found.opens if found else Opens.SOFTWARE,
        )


def contact_only(dictionary: Dictionary) -> tuple[str, ...]:
    """List the hand-written codes whose next action ends at the insurer's: they stay few."""
    return tuple(
        code
        for code, advice in sorted(dictionary.codes.items())
        if advice.action_kind is ActionKind.CONTACT_INSURER
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the message the error sits, in words."""

    record: Wording
    zone: Wording
    opens: Opens

    def fill(self, wording: Wording, locale: str) -> str:
        names = {"zone": self.zone.say(locale), "record": self.record.say(locale)}
        return wording.say(locale).format_map(names)
