"""The network scanners of the practice: addresses its people typed, and how it last scanned."""

import json
from collections.abc import Mapping, Sequence

from server.core.errors import InvalidForm, InvalidValue, NotFound
from server.core.rights import Right
from server.core.scanner_address import ScannerAddress
from server.services.desk import Desk, needs
from server.store import practice as practices
from server.store import scanners
from server.store.scanners import NetworkScanner


@needs(Right.PATIENTS)
def known(desk: Desk) -> Sequence[NetworkScanner]:
    """Return the scanners whose address was typed, for who scans."""
    return scanners.every(desk.db)


@needs(Right.SETTINGS)
def add(desk: Desk, typed: str) -> None:
    """Keep the address of a scanner, whether it answers now or not; raise `InvalidForm`.

    The program may call it from now on, and nobody else for it.
    """
    try:
        address = str(ScannerAddress.parse(typed))
    except InvalidValue:
        reason = "shape" if typed.strip() else "missing"
        raise InvalidForm(faults=(("address", reason),)) from None
    if any(each.address == address for each in scanners.every(desk.db)):
        raise InvalidForm(faults=(("address", "known"),))
    new = NetworkScanner(desk.new_id(), address, "")
    with desk.deed("scanner.added", "scanner", new.id, {"address": address}) as seq:
        scanners.add(desk.db, new, desk.device.id, seq)


@needs(Right.PATIENTS)
def believe(desk: Desk, key: str, certificate: str) -> None:
    """Keep the certificate a scanner showed the first time it answered."""
    with desk.deed("scanner.believed", "scanner", key):
        scanners.believe(desk.db, key, certificate)


@needs(Right.SETTINGS)
def forget(desk: Desk, key: str) -> None:
    """Take a scanner off the list: it is not called any more. Raise `NotFound`."""
    found = next((each for each in scanners.every(desk.db) if each.id == key), None)
    if found is None:
        raise NotFound(kind="scanner")
    with desk.deed("scanner.forgotten", "scanner", key, before={"address": found.address}):
        scanners.forget(desk.db, key)


@needs(Right.PATIENTS)
def last_choice(desk: Desk) -> Mapping[str, str]:
    """Return how this machine last scanned, field by field; empty before the first time."""
    told: Mapping[str, str] = json.loads(practices.setting(desk.db, _last(desk), "{}"))
    return told


@needs(Right.PATIENTS)
def remember(desk: Desk, choice: Mapping[str, str]) -> None:
    """Keep how this machine scans, to propose it the next time; no act, so no row of the journal.

    A file that is only read remembers nothing.
    """
    if not desk.damaged:
        text = json.dumps(dict(choice))
        with desk.db:
            practices.set_setting(desk.db, _last(desk), text, desk.user.id, desk.now)


def _last(desk: Desk) -> str:
    return f"scan.last.{desk.device.id}"
