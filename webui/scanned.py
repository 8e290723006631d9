"""The attestation just read, as the leaf « Complémentaire » proposes it: all but the dates."""

from flask import request

from server.core.care import Source
from server.services import cover_codes, covers, tray
from server.services.cover_codes import ProposedCover
from server.services.desk import Desk
from webui.codes import CodeControl, Reading


def read(work: Desk, control: CodeControl | None) -> tuple[Reading, ProposedCover] | None:
    """Give the last code read and the cover it proposes; None when it proposes none."""
    last = control.last if control else None
    found = cover_codes.proposed(work, last.code) if last else None
    return (last, found) if last and found else None


def facts(work: Desk, control: CodeControl | None, patient: str) -> dict[str, object]:
    """Give what the leaf shows of codes: what was read, the year on one key, what was kept.

    The form is filled when the address names the reading, or the form shown again came from it.
    """
    found = read(work, control)
    meant = found is not None and request.args.get("scanned", "") == str(found[0].number)
    again = request.form.get("cover_source", "") == str(Source.QR)
    return {
        "scanned": found[1] if found and (meant or again) else None,
        "year": tray.suggested_year(work.today),
        "texts": covers.texts(work, patient),
        "kept": request.args.get("kept", ""),
    }
