"""Control digits, each computed here from its rule alone (`be-efact.md` §3)."""

from collections.abc import Iterable

_VALUES = bytes(
    byte - 48
    if 48 <= byte <= 57
    else 10
    if byte == 32
    else (byte | 32) - 86
    if chr(byte).isascii() and chr(byte).isalpha()
    else 37
    for byte in range(256)
)
_LETTERS = {chr(65 + i): str(10 + i) for i in range(26)}


def record_digits(text: str) -> str:
    """CD-REC of the first 348 characters of a record: their values summed, mod 97, 0 as 97."""
    return _two(sum(text[:348].encode("latin-1").translate(_VALUES)))


def acts_digits(acts: Iterable[str]) -> str:
    """CD-FACT, CD-ENVOI or CD-MUT: nomenclature zones summed, mod 97, 0 as 97."""
    return _two(sum(int(act) for act in acts if act.isdigit()))


def niss_holds(niss: str) -> bool:
    """Whether the last two of eleven digits check the first nine, born before or after 2000."""
    body, check = niss[:9], int(niss[9:])
    return check in (97 - int(body) % 97, 97 - int("2" + body) % 97)


def nihii_holds(nihii: str) -> bool:
    """Whether digits 7 and 8 of a provider number check the first six."""
    return int(nihii[6:8]) == 97 - int(nihii[:6]) % 97


def company_holds(number: str) -> bool:
    """Whether the last two digits of a company number check the first eight."""
    return int(number[8:]) == 97 - int(number[:8]) % 97


def act_holds(code: str) -> bool:
    """Whether the sixth digit of a nomenclature code checks the first five."""
    return int(code[5]) == int(code[:5]) % 7


def agreement_holds(number: str) -> bool:
    """Whether the last two of twenty digits are the remainder of the others."""
    return int(number[18:]) == int(number[:18]) % 97


def iban_holds(iban: str) -> bool:
    """Whether the whole account number leaves 1 when divided by 97."""
    turned = iban[4:] + iban[:4]
    return int("".join(_LETTERS.get(c, c) for c in turned)) % 97 == 1


def _two(total: int) -> str:
    return f"{total % 97 or 97:02d}"
