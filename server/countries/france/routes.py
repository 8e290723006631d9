"""The route of an invoice's complementary part: by the caisse, by a DRE, on paper, or not at all.

`fr-sesam-vitale.md` §7; sections B, C and D of `fr-rules-tests.md`; rules FR-41 to FR-50. What is
forced is forced by the number on the attestation; what is refused says why and what is left.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.countries.france.convention_rows import UNIQUE
from server.countries.france.numbers import AmcNumber
from server.countries.france.payers import Profile


class Route(StrEnum):
    """Who is asked for the complementary part, and by what."""

    AMO_ONLY = "AMO_ONLY"  # the caisse for its own part; the patient pays the other
    GU = "GU"  # unique management: the FSE carries both parts
    DRE = "DRE"  # separate management: a FSE and a DRE
    PAPER = "PAPER"  # a printed invoice for both parts


class Ticking(StrEnum):
    """What a person may do with a box « tiers payant »."""

    CHOICE = "choice"
    TICKED = "ticked"  # proposed ticked, may be unticked
    FORCED = "forced"  # ticked, and may not be unticked
    REFUSED = "refused"  # may not be ticked


class Remark(StrEnum):
    """What is told beside a route; the catalogue has its sentence."""

    NO_CONVENTION = "no_convention"  # FR-48: three causes, B4
    NIR_MISMATCH = "nir_mismatch"  # the caisse would not forward: B11, G-06
    NO_LINK = "no_link"  # no link between caisse and insurer: B12, G-07
    DRE_PROPOSED = "dre_proposed"  # a convention exists for the other route
    RIGHTS_OVER = "rights_over"  # the complementary rights do not hold on the day: G-04, D5
    RIGHTS_UNDATED = "rights_undated"  # G-03: no dates, no third-party payment of that part
    AME_NUMBER = "ame_number"  # AME with a number that begins with neither 7 nor 8: F-06
    AME_OVER = "ame_over"  # care after the end of AME: C5
    AME_UNDATED = "ame_undated"  # its dates were never typed
    CARD_SAYS_NO = "card_says_no"  # indicator 00 of the card


class MustStop(StrEnum):
    """What may not be invoiced at all as it stands."""

    AME_NUMBER = "ame_number"
    AME_OVER = "ame_over"
    AME_UNDATED = "ame_undated"


@dataclass(frozen=True, slots=True)
class Cover:
    """The complementary side of a patient, as known on a day of care."""

    number: AmcNumber | None = None
    profile: Profile = Profile.NONE
    convention_type: str = ""  # of the attestation or of the list
    mentions: str = ""  # "RO" or "DRE" when the attestation bears the word
    linked: bool = True  # False: known that caisse and insurer have no electronic link
    begins: date | None = None
    ends: date | None = None
    nir_on_attestation: str = ""  # thirteen characters; "": not said
    indicator: str = ""  # of the card, groups 107 and 109

    @property
    def dated(self) -> bool:
        """Whether its dates were typed: a code on an attestation never gives them."""
        return self.begins is not None or self.ends is not None

    def holds_on(self, day: date) -> bool:
        """Whether the rights are dated and cover a day."""
        return self.dated and (self.begins or day) <= day <= (self.ends or day)

    @property
    def unique(self) -> bool:
        """Whether it is, or asks to be, in unique management: B2, B9, B10."""
        if self.mentions:
            return self.mentions == UNIQUE
        return self.convention_type == UNIQUE


@dataclass(frozen=True, slots=True)
class Plan:
    """What an invoice will be: documents, boxes, and answers to wait for."""

    route: Route
    fse: bool
    dre: bool
    amo: Ticking
    amc: Ticking
    returns: int  # electronic answers to expect
    whole: bool = False  # both parts together are the whole price: nothing for the patient
    remarks: tuple[Remark, ...] = ()
    stop: MustStop | None = None

    @property
    def instead(self) -> Route | None:
        """The route left when unique management is refused, if a convention allows it."""
        return Route.DRE if Remark.DRE_PROPOSED in self.remarks else None

    @property
    def overrun_allowed(self) -> bool:
        """Whether the price may exceed the tariff: never with C2S or AME (C6)."""
        return not self.whole


@dataclass(frozen=True, slots=True)
class Known:
    """What was looked up for the decision: conventions in third-party payment, and the NIR."""

    unique: bool = False  # a convention of unique management fits
    separate: bool = False  # a convention for a DRE fits
    nir: str = ""  # thirteen characters of the Vitale card, or of the file


NO_THIRD_PARTY = "00"
"""Indicator of a card: third-party payment is not allowed."""

NOT_SPLIT = "62"
"""Indicator of a card: C2S, both parts go together (D4)."""


def plan(cover: Cover, known: Known, day: date) -> Plan:
    """Decide the route of a day of care; always an invoice for the part of the caisse, but AME."""
    if cover.profile is Profile.AME:
        return _ame(cover, known, day)
    if cover.profile is Profile.C2S or cover.indicator == NOT_SPLIT:
        return _c2s(cover, day)
    if cover.number is None and not cover.convention_type:
        return _amo_only()
    refused = _refused(cover, day)
    if refused:
        return _amo_only(refused)
    if cover.profile is Profile.C2S_LEAVING:
        return _unique(Ticking.CHOICE, Ticking.CHOICE)
    return _by_caisse(cover, known) if cover.unique else _by_insurer(known)


def _ame(cover: Cover, known: Known, day: date) -> Plan:
    """Paper for both parts; a number that is not of AME, or AME that is over, is not invoiced."""
    stop: MustStop | None = None
    if known.nir[:1] not in ("7", "8"):
        stop = MustStop.AME_NUMBER
    elif not cover.holds_on(day):
        stop = MustStop.AME_OVER if cover.dated else MustStop.AME_UNDATED
    remarks = (Remark(stop.value),) if stop else ()
    return Plan(Route.PAPER, False, False, Ticking.FORCED, Ticking.FORCED, 0, True, remarks, stop)


def _c2s(cover: Cover, day: date) -> Plan:
    """Both parts by the caisse, whole; rights that are over leave a choice to a person (D5)."""
    if not cover.holds_on(day):
        over = Remark.RIGHTS_OVER if cover.dated else Remark.RIGHTS_UNDATED
        return _amo_only(over)
    return _unique(Ticking.FORCED, Ticking.FORCED, whole=True)


def _refused(cover: Cover, day: date) -> Remark | None:
    if cover.indicator == NO_THIRD_PARTY:
        return Remark.CARD_SAYS_NO
    if not cover.dated:
        return Remark.RIGHTS_UNDATED
    return None if cover.holds_on(day) else Remark.RIGHTS_OVER


def _by_caisse(cover: Cover, known: Known) -> Plan:
    """Give both parts to the caisse where nothing stands against it, else what is left (FR-44)."""
    hindrances = []
    if not cover.linked:
        hindrances.append(Remark.NO_LINK)
    if cover.nir_on_attestation and known.nir and cover.nir_on_attestation != known.nir:
        hindrances.append(Remark.NIR_MISMATCH)
    if hindrances:
        left = Remark.DRE_PROPOSED if known.separate else Remark.NO_CONVENTION
        return _amo_only(*hindrances, left)
    if not known.unique:
        return _amo_only(Remark.NO_CONVENTION)
    return _unique(Ticking.TICKED, Ticking.TICKED)


def _by_insurer(known: Known) -> Plan:
    if not known.separate:
        return _amo_only(Remark.NO_CONVENTION)
    return Plan(Route.DRE, True, True, Ticking.TICKED, Ticking.TICKED, 2)


def _amo_only(*remarks: Remark) -> Plan:
    return Plan(Route.AMO_ONLY, True, False, Ticking.CHOICE, Ticking.REFUSED, 1, remarks=remarks)


def _unique(amo: Ticking, amc: Ticking, whole: bool = False) -> Plan:
    return Plan(Route.GU, True, False, amo, amc, 1, whole)
