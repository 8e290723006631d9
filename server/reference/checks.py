"""What a row must be before it decides a bill: typed, true to its own sums, alone in time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from server.core.care import Place
from server.core.errors import InvalidValue
from server.countries.belgium.nomenclature import ActKind, CodeRow
from server.countries.belgium.shares import FixedShare, fixed_share
from server.countries.belgium.tariff import TariffRow
from server.countries.dated import Dated
from server.reference.shape import TableShape
from server.reference.sheets import NumberedRow, Problem

Judged = tuple[str, int, tuple[str, ...], Dated]  # file, row, key, what was read


def judge_rows(
    file: str, rows: Iterable[NumberedRow], shape: TableShape
) -> tuple[list[Judged], list[Problem]]:
    """Read each row as its rule will; give what was read, and what could not be."""
    judged: list[Judged] = []
    problems: list[Problem] = []
    for number, cells in rows:
        try:
            row = shape.read(cells)
        except InvalidValue as bad:
            facts = bad.facts
            problems.append(Problem(file, number, str(facts["field"]), str(facts["reason"])))
            continue
        if isinstance(row, TariffRow) and not row.holds:
            problems.append(Problem(file, number, "fee_cents", "identity"))
        judged.append((file, number, tuple(cells[name] for name in shape.key), row))
    return judged, problems


def overlaps(judged: Sequence[Judged]) -> Iterator[Problem]:
    """Find rows of one key that hold on the same day."""
    by_key: dict[tuple[str, ...], list[Judged]] = defaultdict(list)
    for one in judged:
        file, number, key, row = one
        for _, other_number, _, other in by_key[key]:
            if row.origin.overlaps(other.origin):
                yield Problem(file, number, "valid_from", "overlap", other_number)
        by_key[key].append(one)


def r52_conflicts(priced: Sequence[Judged], known: Sequence[Judged]) -> Iterator[Problem]:
    """Find tariff rows that do not say the same of R52 as the list of codes, or are not in it."""
    listed = {row.code: row for *_, row in known if isinstance(row, CodeRow)}
    for file, number, row in _prices(priced):
        code = listed.get(row.code)
        if code is None:
            yield Problem(file, number, "code", "unlisted")
        elif code.r52_omitted is not row.r52_omitted:
            yield Problem(file, number, "r52", "conflict")


def share_conflicts(priced: Sequence[Judged], shares: Sequence[Judged]) -> Iterator[Problem]:
    """Find sessions whose patient's part is not the fixed amount of their class (BE-20, BE-21)."""
    amounts = [row for *_, row in shares if isinstance(row, FixedShare)]
    for file, number, row in _prices(priced):
        if row.use.kind is not ActKind.SESSION:
            continue
        short = row.use.place is Place.INSTITUTION  # rest-home sessions last twenty minutes
        asked = row.ordinary.copay_cents, row.bim.copay_cents
        for category in sorted(row.use.categories):
            fixed = fixed_share(category, short, row.origin.valid_from, amounts)
            if fixed is not None and asked != (fixed.ordinary_cents, fixed.bim_cents):
                yield Problem(file, number, "copay_ordinary_cents", "share")
                break


def _prices(priced: Sequence[Judged]) -> Iterator[tuple[str, int, TariffRow]]:
    return ((file, n, row) for file, n, _, row in priced if isinstance(row, TariffRow))
