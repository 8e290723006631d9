"""A cabinet a test holds already, as the program would have made it at its first need."""

from server.app.late import LateCabinet
from server.services.cabinet import Cabinet


def made_already(cabinet: Cabinet) -> LateCabinet:
    """Give the cabinet the way the program's parts ask for theirs."""
    late = LateCabinet(lambda: cabinet)
    late()
    return late
