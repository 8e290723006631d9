"""The people of the demo practice: all invented, with numbers no living person can have [T].

Numbers and insurers are those of the acceptance fixtures (`scenarios.md` §0.2); what an insurer's
books say of one of them differs on purpose from the practice's file, so that a refusal is met.
"""

from dataclasses import dataclass
from datetime import date

from hardware.fake_person import Person
from server.core.care import Category, Place


@dataclass(frozen=True, slots=True)
class DemoPatient:
    """One invented patient, his card, his insurance and his series."""

    person: Person
    mutuality: str = ""  # "": the practice does not know this person yet
    ct1: str = "110"
    place: Place = Place.HOME
    category: Category = Category.COMMON_1
    earlier: int = 0  # sessions already given in the series
    books_ct: str = ""  # CT1 and CT2 in the insurer's own books, when they differ


PRESCRIBERS = (
    ("19990116004", "Dr Anne Willems"),
    ("19990215580", "Dr Paul Ernst"),
)

PEOPLE = (
    DemoPatient(
        Person(
            niss="81110299643",
            last_name="Ouchene",
            first_names="Fatima",
            birth_date=date(1981, 11, 2),
            sex="F",
            street="Rue de la Station 66",
            postcode="4130",
            municipality="Esneux",
        ),
        mutuality="134",
        ct1="111",
        earlier=2,
    ),
    DemoPatient(
        Person(
            niss="58031499518",
            last_name="Delvaux",
            first_names="Marc",
            birth_date=date(1958, 3, 14),
            sex="M",
            street="Rue du Moulin 4",
            postcode="4130",
            municipality="Esneux",
        ),
        mutuality="319",
        earlier=1,
    ),
    DemoPatient(
        Person(
            niss="39062199413",
            last_name="Lambiotte",
            first_names="Jeanne",
            birth_date=date(1939, 6, 21),
            sex="F",
            street="Quai des Saules 21",
            postcode="4130",
            municipality="Esneux",
        ),
        mutuality="120",
        books_ct="111111",
    ),
    DemoPatient(
        Person(
            niss="73042899220",
            last_name="Bodart",
            first_names="Aline",
            birth_date=date(1973, 4, 28),
            sex="F",
            street="Rue Haute 118",
            postcode="4000",
            municipality="Liège",
        ),
        mutuality="317",
        place=Place.CABINET,
        earlier=1,
    ),
    DemoPatient(
        Person(
            niss="50120599190",
            last_name="Thonon",
            first_names="Georges",
            birth_date=date(1950, 12, 5),
            sex="M",
            street="Allée des Bouleaux 3",
            postcode="4171",
            municipality="Comblain",
        ),
        mutuality="509",
        ct1="111",
        earlier=3,
    ),
    DemoPatient(
        Person(
            niss="66013099382",
            last_name="Pirson",
            first_names="Luc",
            birth_date=date(1966, 1, 30),
            sex="M",
            street="Clos du Verger 9",
            postcode="4130",
            municipality="Tilff",
        ),
    ),
)

STAFF = (
    Person(
        niss="79051799889",
        last_name="Marchal",
        first_names="Sophie",
        birth_date=date(1979, 5, 17),
        sex="F",
        street="Rue des Tilleuls 12",
        postcode="4000",
        municipality="Liège",
    ),
    Person(
        niss="76092399769",
        last_name="Lenoir",
        first_names="Thierry",
        birth_date=date(1976, 9, 23),
        sex="M",
        street="Rue des Tilleuls 12",
        postcode="4000",
        municipality="Liège",
    ),
)
"""Who works there, and who might: their cards lie on the desk too, tied to nobody yet."""
