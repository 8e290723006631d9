"""What the program itself kept from leaving: calls to hosts that are not on its list (N18)."""

from server.services.desk import Desk


def note_refusal(desk: Desk, name: str, port: int) -> None:
    """Write into the journal that a door was not opened. `name` is made of host letters only."""
    with desk.deed("outbound.refused", "host", f"{name}:{port}", {"name": name, "port": port}):
        pass  # the row of the journal is all there is to keep
