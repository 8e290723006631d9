"""The fabricated people of the scenarios (`scenarios.md` §0.2), and more of the same kind."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as he says who he is, with his insurance."""

    last_name: str
    first_name: str
    niss: str
    mutuality: str  # "" while nobody knows
    ct: str  # ct1 and ct2 are the same in these fixtures

    @property
    def bim(self) -> bool:
        return self.ct.endswith("1")


DELVAUX = Person("Delvaux", "Marc", "58031499518", "319", "110")
OUCHENE = Person("Ouchene", "Fatima", "81110299643", "134", "111")
LAMBIOTTE = Person("Lambiotte", "Jeanne", "39062199413", "120", "110")
VERHULST = Person("Verhulst", "Noé", "12090999549", "509", "110")
PIRSON = Person("Pirson", "Luc", "66013099382", "", "")
CARLIER = Person("Carlier", "Inès", "94071799830", "134", "110")
THONON = Person("Thonon", "Georges", "50120599190", "509", "111")
BODART = Person("Bodart", "Aline", "73042899220", "317", "110")


def niss(year: int, month: int, day: int, order: int) -> str:
    """A number of the last century with its check digits."""
    body = f"{year % 100:02d}{month:02d}{day:02d}{order:03d}"
    return body + f"{97 - int(body) % 97:02d}"


def neighbour(rank: int, mutuality: str, ct: str) -> Person:
    """One more fabricated patient, different for each rank."""
    return Person(f"Voisin{chr(65 + rank)}", "Camille", niss(1960, 1, 2 + rank, 997), mutuality, ct)


def agreement_number(rank: int, union: str = "100") -> str:
    """A twenty-digit agreement number, check included, different for each rank."""
    body = f"{union}{rank:015d}"
    return f"{body}{int(body) % 97:02d}"
