"""The porte-document: what comes in waits until somebody says whose it is (`domain.md` §3.9)."""

from enum import StrEnum


class Origin(StrEnum):
    """How a document came in."""

    SCAN = "SCAN"
    IMPORT = "IMPORT"  # chosen or dropped on the screen
    FOLDER = "FOLDER"  # found in the watched folder
    CAMERA = "CAMERA"
    MAIL = "MAIL"  # came to the mailbox for papers


class Kind(StrEnum):
    """What a received document is."""

    RX_SCAN = "RX_SCAN"  # a prescription
    AMC_CARD = "AMC_CARD"  # an attestation of a complementary insurer
    MEDICAL_REPORT = "MEDICAL_REPORT"
    PAPER_ATTEST = "PAPER_ATTEST"
    CORRESPONDENCE = "CORRESPONDENCE"


class TrayState(StrEnum):
    """Where a received document is in its life."""

    IN_TRAY = "IN_TRAY"  # its bytes are kept, nobody looked into them yet
    TO_PROCESS = "TO_PROCESS"  # it counts in « À traiter »
    FILED = "FILED"
    DISCARDED = "DISCARDED"


CLINICAL = frozenset({Kind.RX_SCAN, Kind.MEDICAL_REPORT})
"""Kinds that only those who see care may open."""

DATED = frozenset({Kind.AMC_CARD})
"""Kinds that are worth nothing without the dates they hold for (MAIIA-38, F-12)."""

RECOVERABLE_DAYS = 30
"""How long a discarded document can be taken back."""

BEGINNINGS = (
    (b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tif"), (b"MM\x00*", "tif"),
)  # fmt: skip
"""How a document that can be drawn begins, and how its name ends."""

LONGEST_NAME = 120
"""Characters of a document's name that are kept."""

_HEADER = 1024  # a PDF may begin after some bytes of a mailer
_ARCHIVES = (b"PK", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")  # may hold one near their beginning


def extension(content: bytes) -> str:
    """Tell by its first bytes how the name of a document ends; "" when it cannot be drawn."""
    found = (ending for beginning, ending in BEGINNINGS if content.startswith(beginning))
    later = b"%PDF-" in content[:_HEADER] and not content.startswith(_ARCHIVES)
    return next(found, "pdf" if later else "")


def shown_name(name: str) -> str:
    """Keep the last part of a file's name, without what is never seen."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[:LONGEST_NAME]
