"""What every leaf of a patient's file shows of the others: what is due, and how much there is.

Templates call it, so the application knows it from its start: the services come with the first use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from webui.desk import desk

if TYPE_CHECKING:
    from server.services.alarms import Alarmed


@dataclass(frozen=True, slots=True)
class Areas:
    """The counts beside the leaves, and the alarms at their head."""

    due: "Sequence[Alarmed]"
    notes: int
    treats: bool  # whether what is of care is for this user


def of_file(patient_id: str) -> Areas:
    """Gather it for a template; read once per change of the practice."""
    from server.services import alarms, areas, notes

    work = desk().work()
    return Areas(
        alarms.due(work, patient_id),
        notes.count(work, patient_id),
        areas.sees_care(work, patient_id),
    )


def place_of_care(patient_id: str) -> object | None:
    """Give where a patient is cared for today when that is not his home."""
    from server.services import addresses

    work = desk().work()
    return addresses.on(work, patient_id, addresses.Kind.CARE, work.today)
