"""The hand reader of this machine: how it types, or on which serial line it speaks."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from server.core.rights import Right
from server.services.desk import Desk, needs
from server.store import practice as practices


@dataclass(frozen=True, slots=True)
class HandReader:
    """What is known of it; `verdict` is "" before its calibration, else a word of the screen."""

    verdict: str = ""  # "right", "mended", "refused"
    accents: bool = True  # False: letters with accents do not come through
    meant: Mapping[str, str] = field(default_factory=dict)  # what it types → what is printed
    line: str = ""  # a serial port; "" when it types


@needs(Right.PATIENTS)
def known(desk: Desk) -> HandReader:
    """Return what is known of this machine's reader."""
    return HandReader(**json.loads(practices.setting(desk.db, _name(desk), "{}")))


@needs(Right.PATIENTS)
def remember(desk: Desk, reader: HandReader) -> None:
    """Keep what was found of it: whoever reads codes here also sets their reader up."""
    told = json.dumps(asdict(reader))
    with desk.deed("practice.hand_reader", "practice", desk.practice.id):
        practices.set_setting(desk.db, _name(desk), told, desk.user.id, desk.now)


def _name(desk: Desk) -> str:
    return f"hand_reader.{desk.device.id}"
