"""The screens of the product: the blueprint of each page module."""

from webui import stream
from webui.pages import (
    amounts,
    backups,
    billing,
    cards,
    codes,
    connection,
    demo,
    devices,
    diagnosis,
    drafts,
    finances,
    frame,
    gate,
    help,
    journal,
    keycards,
    ledger,
    lots,
    mandates,
    options,
    past,
    patients,
    proof,
    refusals,
    restore,
    safety,
    scan,
    search,
    series,
    sessions,
    setup,
    today,
    tray,
    users,
)

PAGES = (
    gate.page, today.page, help.page, frame.page, stream.page,
    patients.page, series.page, sessions.page, search.page, cards.page, options.page,
    billing.page, ledger.page, lots.page, refusals.page, finances.page, connection.page,
    amounts.page, demo.page, past.page, journal.page, backups.page, restore.page, users.page,
    proof.page, safety.page, drafts.page, tray.page, mandates.page,
    diagnosis.page, setup.page, scan.page, devices.page, codes.page, keycards.page,
)  # fmt: skip
"""One per page module; a new screen is one more name here."""
