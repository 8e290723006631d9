"""The figures of what is held in the hands, part after part."""

from server.app.bench import codes, paper
from server.app.bench.figure import Figure


def run() -> list[Figure]:
    """Measure every part."""
    return [*codes.run(), *paper.run()]
