"""The figures of what is held in the hands, part after part."""

from collections.abc import Iterator

from server.app.bench import card_cycles, card_reading, card_waits, codes, paper
from server.app.bench.figure import Figure


def run() -> Iterator[Figure]:
    """Measure every part; what needs a browser or a card service of the bench's own comes last."""
    yield from codes.run()
    yield from paper.run()
    yield from card_cycles.run()
    yield from card_waits.on_paper()
    yield from card_reading.run()
    yield from card_waits.in_the_hand()
