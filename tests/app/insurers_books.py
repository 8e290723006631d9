"""What the tests ask and tell the insurers' simulator through its own door."""

from typing import Any

import requests

from server.app.demo import Demo

_PATIENCE = 5


def received(demo: Demo) -> list[dict[str, Any]]:
    """What the simulator received, as its own books say."""
    with _session() as session:
        found: list[dict[str, Any]] = session.get(_door(demo, "received"), timeout=_PATIENCE).json()
    return found


def break_line(demo: Demo, **fault: object) -> None:
    """Tell the simulator how to fail."""
    with _session() as session:
        session.post(_door(demo, "faults"), json={"faults": [fault]}, timeout=_PATIENCE)


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


def _door(demo: Demo, what: str) -> str:
    return "/".join(demo.simulator.endpoint.split("/")[:3]) + f"/admin/{what}"
