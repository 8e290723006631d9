"""The people of the demo practice of France: all invented, their numbers end where nobody's do [T].

Numbers are those of the acceptance fixtures (`scenarios.md` §0.2); every key holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hardware.fake_vitale import OnCard


@dataclass(frozen=True, slots=True)
class FrenchPerson:
    """One invented patient of a demo practice of France."""

    last_name: str
    first_name: str
    nir: str  # fifteen characters
    birth: str  # AAAA-MM-JJ, lunar for one of them
    street: str
    postcode: str
    city: str
    organism: str = "012910000"  # nine digits; where his rights are
    phone: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def on_card(self) -> OnCard:
        """The same person as a Vitale card writes him."""
        return OnCard(
            self.last_name.upper(), self.first_name.upper(), self.birth.replace("-", ""), self.nir
        )

    @property
    def form(self) -> dict[str, str]:
        """The same person as one types him."""
        return {
            "last_name": self.last_name, "first_name": self.first_name, "nir": self.nir,
            "birth_date": self.birth, "street": self.street, "postcode": self.postcode,
            "city": self.city, "organism": self.organism, "phone": self.phone, **self.more,
        }  # fmt: skip


MARCHAND = FrenchPerson(
    "Marchand", "Hélène", "261057599990182", "1961-05-14", "4 rue des Genêts", "29000", "Quimper"
)
GARREC = FrenchPerson(
    "Garrec", "Paul", "148022999990222", "1948-02-03", "11 venelle du Four", "29100", "Douarnenez",
    organism="910290000",
)  # fmt: skip
BEN_AMAR = FrenchPerson(
    "Ben Amar", "Sonia", "279101399990379", "1979-10-21", "2 place du Lavoir", "29000", "Quimper"
)
ROUSSET = FrenchPerson(
    "Rousset", "Émile", "155086999990451", "1955-08-09", "7 chemin du Sémaphore", "29160", "Crozon",
    organism="080000000",
)  # fmt: skip
PETROV = FrenchPerson(
    "Petrov", "Ivan", "786049999990573", "1986-04-12", "31 rue des Ajoncs", "29200", "Brest"
)
KOVACH = FrenchPerson(
    "Kovach", "Maria", "890019999990669", "1990-01-30", "31 rue des Ajoncs", "29200", "Brest"
)
CASANOVA = FrenchPerson(
    "Casanova", "Zoé", "292032A99990737", "1992-03-17", "5 rue du Phare", "29750", "Loctudy"
)
MEYER = FrenchPerson(
    "Meyer", "Louis", "170076799990829", "1970-07-02", "Kervao", "29510", "Briec",
    organism="022930000",
)  # fmt: skip
KERVELLA = FrenchPerson(
    "Kervella", "Yamina", "258193599991069", "1958-19-00", "9 rue du Calvaire", "29120",
    "Pont-l’Abbé",
)  # fmt: skip
"""Born on a day that no calendar knows."""

PEOPLE = (
    MARCHAND, GARREC, BEN_AMAR, ROUSSET, PETROV, KOVACH, CASANOVA, MEYER, KERVELLA,
)  # fmt: skip

WITHOUT_VITALE = (PETROV, KOVACH)
"""State medical aid has a card of its own, without a chip."""

NEW = FrenchPerson(
    "Le Bihan", "Nolwenn", "295082999990986", "1995-08-25", "18 rue de la Grève", "29730",
    "Guilvinec",
)  # fmt: skip
"""Nobody the practice knows: her card opens a draft."""

CHILD = FrenchPerson(
    "Meyer", "Jade", "170076799990829", "2015-06-11", "Kervao", "29510", "Briec",
    organism="022930000",
)  # fmt: skip
"""On her father's card, under his number: the card asks who is there."""
