"""The groups of the French cards: their numbers, the place of each field, and how often they come.

Names are ours, places the manual's (SSV 4.03 as retold in `fr-sesam-vitale.md` §2.3); a newer card
may hold more fields or groups, and an older one fewer: both are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """Groups we read, by number."""

    PS_HOLDER = 1
    PS_SITUATION = 2
    INSURED = 101
    FAMILY_SERVICE = 102
    WORK_ACCIDENTS = 103
    BENEFICIARY = 104
    RIGHTS_PERIOD = 105
    COVER_PERIOD = 106
    MUTUAL = 107
    MUTUAL_PERIOD = 108
    COMPLEMENTARY = 109
    COMMON_ZONE = 111


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of a group, in their order; those named in `dates` are twelve digits."""

    fields: tuple[str, ...]
    dates: frozenset[str] = frozenset()

    def place(self, name: str) -> int:
        """Give the place of a field, from 1."""
        return self.fields.index(name) + 1


def _shape(fields: str, dates: str = "") -> Shape:
    return Shape(tuple(fields.split()), frozenset(dates.split()))


SHAPES: Mapping[int, Shape] = {
    Kind.PS_HOLDER: _shape("card_type id_type id key civility name first_name"),
    Kind.PS_SITUATION: _shape(
        "number mode status sector structure_type structure_id structure_key structure_name"
        " billing_number billing_key locum_number locum_key convention specialty tariff_zone"
        " travel_zone accreditation_1 accreditation_2 accreditation_3 signs_invoice signs_lot"
    ),
    Kind.INSURED: _shape(
        "card_type serial valid_to admin_1 admin_2 admin holder_type nir key regime caisse centre"
        " management family",
        "valid_to",
    ),
    Kind.FAMILY_SERVICE: _shape("service from to", "from to"),
    Kind.WORK_ACCIDENTS: _shape(
        "body code identifier body_1 code_1 identifier_1 body_2 code_2 identifier_2"
    ),
    Kind.BENEFICIARY: _shape(
        "name birth_name first_name address_1 address_2 address_3 address_4 address_5 nir key"
        " certified_on birth rank quality service service_from service_to amo",
        "certified_on birth service_from service_to",
    ),
    Kind.RIGHTS_PERIOD: _shape("from to", "from to"),
    Kind.COVER_PERIOD: _shape("from to cover situation", "from to"),
    Kind.MUTUAL: _shape("number guarantees indicator service_type services sts"),
    Kind.MUTUAL_PERIOD: _shape("from to", "from to"),
    Kind.COMPLEMENTARY: _shape(
        "number edi_number member indicator from to routing host domain sts service_type services",
        "from to",
    ),
    Kind.COMMON_ZONE: _shape("zone"),
}

OF_THE_PERSON = frozenset(range(Kind.RIGHTS_PERIOD, Kind.COMMON_ZONE + 1))
"""Groups that belong to the last beneficiary before them."""

KNOWN = frozenset((*SHAPES, 40, 41, 60, 61, 62, 63, 64, 110))
"""Numbers a serialised card may begin with or hold without a remark."""
