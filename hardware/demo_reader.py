"""The reader of a demo practice: no device, no service, the same path as a real card.

Give `DemoReader.scard` to `hardware.cards.watch_cards`; then cards come and go by hand. The
signing library is loaded with the first card, not with the program.
"""

from hardware.fake_person import Person
from hardware.fake_scard import PaperScard
from hardware.fakes import EmulatedCard


class DemoReader:
    """One reader made of paper, whose cards are inserted by a button or a test."""

    def __init__(self, name: str = "Besace Demo Reader 00 00") -> None:
        self.name = name
        self.scard = PaperScard()
        self.scard.add_reader(name)

    def insert(self, card: Person | EmulatedCard) -> None:
        """Put in a person's card, or any emulated one; a card already there is swapped."""
        from hardware.fake_eid import EidCard

        self.scard.insert(self.name, EidCard(card) if isinstance(card, Person) else card)

    def remove(self) -> None:
        """Take the card out; nothing happens when there is none."""
        self.scard.insert(self.name, None)
