"""The insurers' side of a demo of Belgium: its books outlive the process that keeps them."""

from pathlib import Path

from server.app.child_simulator import ChildSimulator
from sync.outbound import THIS_PROCESS, Outbound


class SimulatorProcess(ChildSimulator):
    """The simulator of the insurers, its transport not signed."""

    def __init__(self, db: Path, outbound: Outbound = THIS_PROCESS) -> None:
        """`db` is where its books are; raise `Missing` when it does not start."""
        super().__init__("mycarenet", ("--unsigned", "--db", str(db)), outbound)

    def answer_now(self) -> None:
        """Let every answer under way arrive at once."""
        self._tell("tick", {})

    def put_in_books(self, niss: str, ct: str) -> None:
        """Write other CT1 and CT2 in the insurer's books than the practice holds."""
        self._tell("magic", {"niss": niss, "code": "R500522", "unless_ct": ct})
