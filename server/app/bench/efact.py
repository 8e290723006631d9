"""The eFact figures: our writer and reader beside bare Python on the same zones.

The yardstick to write is a `%` template per record kind with one named slot per zone, filled from
ready mappings; to read, `struct` cutting the same zones into lists. Neither checks anything.
"""

import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from server.app.bench.figure import Figure, best_of
from server.countries.belgium.efact import (
    ActLine,
    EfactOptions,
    FileRequest,
    PatientInvoice,
    Sender,
    check_request,
    read_efact,
    rewrite,
    write_request,
)
from server.countries.belgium.efact_layout import DETAIL

_INVOICES = 500
_ACTS = 9  # with their R52, R20 and R80: twenty records an invoice, 10 000 in all
_FIRST = 227
_RECORD = 350
_FOOTERS = 2 * _RECORD
_ROUNDS = 7
_KINE, _PHYSICIAN = "51234509527", "14567816004"


def run() -> list[Figure]:
    """Measure; the works run in turns and the best round of each counts."""
    request = _request()
    data = write_request(request)
    records = [data[i : i + _RECORD] for i in range(_FIRST, len(data) - _FOOTERS, _RECORD)]
    best = best_of(
        _ROUNDS,
        {
            "templates": _templates(records),
            "write": lambda: write_request(request),
            "check": lambda: check_request(data),
            "struct": _structs(records),
            "read": lambda: read_efact(data),
        },
    )
    written = best["write"] / best["templates"]
    checked = (best["write"] + best["check"]) / best["templates"]
    return [
        Figure("efact.write", written, 2.5, "lower", "×"),
        Figure("efact.write_and_judge", checked, 5.0, "lower", "×"),
        Figure("efact.read", best["struct"] / best["read"], 0.2, "higher", "×"),
        Figure("efact.round_trip_differences", _differences(data), 0, "lower", "bytes"),
    ]


def _templates(records: list[bytes]) -> Callable[[], bytes]:
    kinds = {
        name: "".join(f"%({zone.name})s" for zone in layout.fields)
        for name, layout in DETAIL.items()
    }
    filled = [
        (kinds[name], DETAIL[name].read(text).zones())
        for name, text in ((r[:2].decode(), r.decode()) for r in records)
    ]
    return lambda: "".join([template % zones for template, zones in filled]).encode()


def _structs(records: list[bytes]) -> Callable[[], object]:
    cutters = {
        name: struct.Struct("".join(f"{zone.width}s" for zone in layout.fields))
        for name, layout in DETAIL.items()
    }
    grouped: dict[str, list[bytes]] = {}
    for record in records:
        grouped.setdefault(record[:2].decode(), []).append(record)
    joined = [(cutters[name], b"".join(group)) for name, group in grouped.items()]
    return lambda: [[list(zones) for zones in cut.iter_unpack(text)] for cut, text in joined]


def _differences(data: bytes) -> float:
    """Count the bytes that writing what was read does not give back."""
    file = read_efact(data).file
    if file is None:
        return float(len(data))
    records = [*file.segments, *(entry.record for entry in file.entries)]
    again = b"".join(rewrite(record) for record in records)
    return float(sum(a != b for a, b in zip(data, again, strict=True)))


def _request() -> FileRequest:
    """Fabricate a month of a busy practice: every act its day, its price, its reference."""
    first = date(2026, 3, 1)
    act = ActLine(
        *("567011", first, _KINE, 2763, 625, 0),
        *(_PHYSICIAN, date(2026, 2, 20), "10020260311000000149"),
    )
    sender = Sender(
        *(_KINE, "0123456749", "BE85979000000106", "ARSPBE22"),
        *("DELVAUX", "MARIE", "0041234567", "527"),
    )
    invoices = tuple(
        PatientInvoice(
            *(f"{rank:012d}", _niss(rank), "1", "134", "134", "110", "110"),
            tuple(
                replace(
                    act,
                    day=first + timedelta(days=(rank + visit) % 28),
                    oa_cents=2000 + (rank * 7 + visit) % 1000,
                    reference=f"A{rank * _ACTS + visit:010d}",
                )
                for visit in range(_ACTS)
            ),
        )
        for rank in range(1, _INVOICES + 1)
    )
    return FileRequest(
        *(sender, "20260331010001", 1, date(2026, 3, 31), 2026, 3, invoices),
        options=EfactOptions(test=True),
    )


def _niss(rank: int) -> str:
    body = f"85031{4 * 1000 + 2 * rank - 1:04d}"
    return f"{body}{97 - int(body) % 97:02d}"
