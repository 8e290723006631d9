"""Fabricated twins of the French cards, written by a pen of their own: nobody of these lives."""

from collections.abc import Iterable

NONE = "0" * 12

INSURED = (
    101,
    ("T", "99000001", "203112310000", "0", "", "", "A", "1700767999907", "30", "01", "351", "0999",
     "10", ""),
)  # fmt: skip
SERVICE = (102, ("0", NONE, NONE))


def person(
    last: str, first: str, birth: str, rank: str = "1", quality: str = "0", nir: str = "",
    key: str = "00", lines: tuple[str, ...] = ("", "", "", "", ""),
) -> tuple[int, tuple[str, ...]]:  # fmt: skip
    return 104, (
        last, last, first, *lines, nir, key, NONE, birth, rank, quality, "0", NONE, NONE, "",
    )  # fmt: skip


FAMILY = (
    INSURED,
    SERVICE,
    person("LE GOFF", "GAËLLE", "197007010000", nir="1700767999907", key="30",
           lines=("", "", "3 RUE DE L'ÉCLUSE", "", "35000 RENNES")),
    (105, ("202001010000", "203112310000")),
    (106, ("", "", "0", "0100")),
    (107, ("99999997", "OOOOOONN", "62", "", "", "U")),
    (108, ("202501010000", "202512310000")),
    (108, ("202601010000", "202612310000")),
    person("LE GOFF", "MAËL", "201514010000", "1", "6"),
    (105, ("202001010000", NONE)),
    (106, ("", "202405310000", "0", "0100")),
    (106, ("202406010000", "", "1", "0102")),
    (109, ("0799999999", "", "A0099", "33", "202501010000", "202612310000", "OC", "001",
           "DRE.TEST.FR", "M", "", "")),
    (111, ("",)),
    person("LE GOFF", "NOAH", "201514010000", "2", "6"),
    (105, ("202001010000", NONE)),
)  # fmt: skip
"""An insured person and twins whose birth month no calendar knows."""

CPS = (
    (1, ("0", "8", "99900000001", "2", "1", "KERVELLA", "YANN")),
    (2, ("1", "0", "1", "31", "0", "99999901001", "1", "CABINET DE L'ÉCLUSE", "99999901", "4", "",
         "", "1", "26", "20", "01", "1", "0", "0", "1", "1")),
)  # fmt: skip


def write(groups: Iterable[tuple[int, Iterable[str]]]) -> bytes:
    """Write groups as a card does."""
    out = b""
    for number, fields in groups:
        body = b"".join(_with_length(text.encode("latin-1")) for text in fields)
        out += number.to_bytes(2, "big") + _with_length(body)
    return out


def _with_length(body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes([size]) + body
    if size < 0x100:
        return bytes([0x81, size]) + body
    return b"\x82" + size.to_bytes(2, "big") + body


DUMP = """[CPS_GR1]
; Groupe : 0001  (porteur)
        m_TypePS = 0,  type
        m_TypeIdNat = 8,  type de numéro
        m_NIR = 99900000001,  numéro
        m_Clef_NIR = 2,  clé
        m_CodeCivilite = 1,  civilité
        m_Nom = KERVELLA,  nom
        m_Prenom = YANN,  prénom

[CPS_GR2]
        m_NumLog = 1,  rang
        m_ModeExe = 0,  mode (libéral, salarié, etc.)
        m_RaisonSocialeStruct = CABINET DE L'ÉCLUSE, RENNES,  nom
        m_NumIdentFactuPs = 99999901,  facturation
        m_NumIdentFactuPsClef = 4,  clé
        m_CodeConvention = 1,  convention
        m_CodeSpecialite = 26,  spécialité
        m_HabilitationSignFact = 1,  facture
        m_HabilitationSignLot = 0,  lot"""
