"""What the doctor finds of the French component: who would read rights and sign on this desk."""

from collections.abc import Iterator
from pathlib import Path

from server.app.findings import Finding, Grade
from server.app.sesam import driver_of
from server.core.errors import DamagedPractice
from server.core.sesam import DriverError


def look_at_sesam(folder: Path, component: Path | None) -> Iterator[Finding]:
    """Ask the component who it is; nothing is said of a desk that is not French.

    Without a component a practice prepares and prints: that is a way to work, and no fault.
    """
    country, demo = door_of(folder)
    if component is None and country != "FR":
        return
    driver = driver_of(component, demo=demo)
    try:
        found = driver.config()
        facts = {"name": found.name, "version": found.version}
        yield Finding("sesam.demo" if found.simulated else "sesam.ok", facts=facts)
    except DriverError as error:
        wanted = component is not None
        grade = Grade.LACK if wanted else Grade.WELL
        yield Finding(f"sesam.{error.facts['what']}", grade, tried=wanted)
    finally:
        driver.close()


def door_of(folder: Path) -> tuple[str, bool]:
    """Read the country of a practice and whether it is a demo; ("", False) when it does not say."""
    from server.services.keyring import KEYS
    from server.store.keys import KeyFile

    if not (folder / KEYS).exists():
        return "", False
    try:
        sign = KeyFile(folder / KEYS).sign()
    except DamagedPractice:  # `look_at_keys` says so
        return "", False
    return str(sign["country"]), bool(sign["demo"])
