"""Writes an eFact request, message 920000: segments, records, control digits and footers.

Source: `be-efact.md` §1 (order, padding), §2 (zones), §3 (control digits). What is written is
well formed; whether it is right is what `efact_check` says, on the bytes: an identifier that is
missing is written as zeros, as the norm aligns numbers, and named by the check.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from server.core.errors import InvalidValue
from server.core.layout import Kind, Layout, Record, Value, plain
from server.countries.belgium.control import sum_check, with_check
from server.countries.belgium.efact_layout import DETAIL
from server.countries.belgium.efact_layout_act import RECORD_50, RECORD_52
from server.countries.belgium.efact_layout_file import RECORD_10, RECORD_90
from server.countries.belgium.efact_layout_footer import FOOTER_95, FOOTER_96
from server.countries.belgium.efact_layout_invoice import RECORD_20, RECORD_80
from server.countries.belgium.efact_layout_segments import SEGMENT_200, SEGMENT_300
from server.countries.belgium.efact_message import (
    ActLine,
    FileRequest,
    IdentityReading,
    PatientInvoice,
    Purpose,
)
from server.countries.belgium.efact_numbers import digits_of

_NATURES = {False: ("12", "0001999"), True: ("92", "9991999")}  # zones 202 and 304 flip together


def write_request(request: FileRequest) -> bytes:
    """Write the file; raises FieldOverflow or InvalidValue when a value cannot be written."""
    detail = _Detail(request)
    body = detail.write()
    return _segments(request) + body + _footers(request, detail.totals)


def rewrite(record: Record) -> bytes:
    """Write a record read from a sound request again, from its typed values alone."""
    signs = (record.chars(zone.key)[0] for zone in record.layout.fields if zone.kind is Kind.AMOUNT)
    text = record.layout.write(record.row(), "-" if "-" in signs else "+")
    return with_check(text) if record.layout.name in DETAIL else text.encode("ascii")


def in_file_order(invoices: Iterable[PatientInvoice]) -> list[PatientInvoice]:
    """Sort by destination ascending, credit notes first within one (`be-efact.md` §1)."""
    return sorted(invoices, key=lambda i: (i.destination, i.purpose is not Purpose.CREDIT))


@dataclass(slots=True)
class _Total:
    """What a footer 95 says of one destination."""

    destination: str
    cents: int = 0
    records: int = 0
    codes: int = 0


@dataclass(slots=True)
class _Detail:
    """The records 10 to 90, written in order while numbers and sums run along."""

    request: FileRequest
    totals: list[_Total] = field(default_factory=list)
    _records: list[bytes] = field(default_factory=list)

    def write(self) -> bytes:
        ordered = in_file_order(self.request.invoices)
        self._add(RECORD_10, _opening(self.request))
        for destination, invoices in groupby(ordered, key=lambda i: i.destination):
            total = _Total(destination)
            self.totals.append(total)
            for invoice in invoices:
                self._add_invoice(invoice, total)
        self._add(RECORD_90, _closing(self.request, self.totals))
        return b"".join(self._records)

    def _add(self, layout: Layout, values: dict[str, Value], zero_sign: str = "+") -> None:
        values["number"] = len(self._records) + 1
        self._records.append(with_check(layout.write(values, zero_sign)))

    def _add_invoice(self, invoice: PatientInvoice, total: _Total) -> None:
        before, codes = len(self._records), 0
        sign = "-" if invoice.purpose is Purpose.CREDIT else "+"
        shared = _shared(self.request, invoice)
        self._add(RECORD_20, _invoice_opening(invoice, shared))
        for act in invoice.acts:
            codes += self._add_act(act, shared, sign)
        self._add(RECORD_80, _invoice_closing(invoice, shared, sum_check(codes)), sign)
        total.cents += invoice.oa_cents
        total.codes += codes
        total.records += len(self._records) - before

    def _add_act(self, act: ActLine, shared: Mapping[str, str], sign: str) -> int:
        """Add the records of one act; give the sum of the codes they carry, for CD-FACT."""
        self._add(RECORD_50, _act(act, shared), sign)
        keep = self.request.options.keep_empty_record_52
        if act.agreement is None and act.reading is None and not keep:
            return digits_of(act.code)
        self._add(RECORD_52, _agreement(act, shared))
        return 2 * digits_of(act.code)


def _segments(request: FileRequest) -> bytes:
    sender, options = request.sender, request.options
    nature, version = _NATURES[options.test]
    text = (
        SEGMENT_200.write(
            {
                "kind": "920000",
                "version": options.format_version,
                "nature": nature,
                "status": "00",
                "reference": request.reference,
                "oa_reference": "0" * 14,
            }
        )
        + SEGMENT_300.write(
            {
                "month": f"{request.year:04d}{request.month:02d}",
                "sending_number": request.sending_number,
                "created_on": request.created_on,
                "reference": request.invoice_reference,
                "version": version,
                "last_name": plain(sender.last_name)[
                    :45
                ],  # `be-efact.md` §2: names are cut, not refused
                "first_name": plain(sender.first_name)[:24],
                "phone": sender.phone.rjust(10, "0"),
            }
        )
    )
    return text.encode("ascii")


def _opening(request: FileRequest) -> dict[str, Value]:
    return _account(request) | {
        "version": _NATURES[request.options.test][1],
        "profession": request.sender.profession,
        "created_on": request.created_on,
    }


def _closing(request: FileRequest, totals: Iterable[_Total]) -> dict[str, Value]:
    totals = tuple(totals)
    return _account(request) | {
        "oa_cents": sum(total.cents for total in totals),
        "file_check": sum_check(sum(total.codes for total in totals)),
    }


def _account(request: FileRequest) -> dict[str, Value]:
    """Give what R10 and R90 say alike."""
    sender = request.sender
    return {
        "sending_number": request.sending_number,
        "third_party": _twelve(sender.nihii),
        "year": request.year,
        "month": request.month,
        "bce": sender.bce.rjust(10, "0"),
        "reference": request.file_reference,
        "bic": sender.bic,
        "iban": sender.iban,
    }


def _shared(request: FileRequest, invoice: PatientInvoice) -> dict[str, str]:
    """Give what every record of one invoice repeats, in the width of its zones."""
    return {
        "mutuality": invoice.affiliation,
        "beneficiary": invoice.beneficiary.rjust(13, "0"),
        "sex": invoice.sex,
        "third_party": _twelve(request.sender.nihii),
    }


def _invoice_frame(invoice: PatientInvoice, shared: Mapping[str, str]) -> dict[str, Value]:
    """Give what R20 and R80 say alike."""
    return {
        **shared,
        "cause": invoice.cause,
        "destination": invoice.destination,
        "invoice_number": invoice.number.rjust(12, "0"),
        "reference": invoice.reference,
        "identified": "1" if invoice.by_niss else "0",
    }


def _invoice_opening(invoice: PatientInvoice, shared: Mapping[str, str]) -> dict[str, Value]:
    engagement = invoice.engagement
    return _invoice_frame(invoice, shared) | {
        "purpose": invoice.purpose.value,
        "limitation": "1" if invoice.limitation_lifted else "0",
        "insurability": f"0000{invoice.ct1:0>3}{invoice.ct2:0>3}",
        "engagement": engagement.ljust(48, "0"),
        **_previous(invoice),
    }


def _previous(invoice: PatientInvoice) -> dict[str, Value]:
    previous = invoice.previous
    if (previous is None) != (invoice.purpose is Purpose.NORMAL):
        raise InvalidValue(field="previous", reason="purpose")
    return {
        "previous_invoice": previous.invoice_number if previous else "0" * 12,
        "previous_sending": f"{previous.sending_number:03d}" if previous else "000",
        "previous_mutuality": previous.mutuality if previous else "000",
        "previous_reference": previous.oa_reference if previous else "",
        "previous_month": f"{previous.year:04d}{previous.month:02d}" if previous else "0" * 6,
    }


def _invoice_closing(
    invoice: PatientInvoice, shared: Mapping[str, str], check: str
) -> dict[str, Value]:
    return _invoice_frame(invoice, shared) | {
        "oa_cents": invoice.oa_cents,
        "copay_cents": invoice.copay_cents,
        "supplement_cents": invoice.supplement_cents,
        "invoice_check": check,
    }


def _act(act: ActLine, shared: Mapping[str, str]) -> dict[str, Value]:
    norm = act.prescriber_norm or ("0" if act.prescriber is None else "1")
    return {
        "code": act.code.rjust(7, "0"),
        "day": act.day,
        "last_day": act.day,
        "mutuality": shared["mutuality"],
        "beneficiary": shared["beneficiary"],
        "sex": shared["sex"],
        "moment": act.moment,
        "service": act.service,
        "place": _twelve(act.place),
        "provider": _twelve(act.provider),
        "relative": act.relative,
        "oa_cents": act.oa_cents,
        "prescribed_on": act.prescribed_on,
        "units": act.units,
        "repetition": act.repetition,
        "prescriber": _twelve(act.prescriber),
        "prescriber_norm": norm,
        "copay_cents": act.copay_cents,
        "reference": act.reference,
        "supplement_cents": act.supplement_cents,
        "copay_code": "0" if act.copay_collected else "1",
        "convention": "1" if act.conventioned else "9",
    }


def _agreement(act: ActLine, shared: Mapping[str, str]) -> dict[str, Value]:
    return {
        "code": act.code.rjust(7, "0"),
        "day": act.day,
        "beneficiary": shared["beneficiary"],
        "provider": _twelve(act.provider),
        "agreement": (act.agreement or "").rjust(20, "0"),
        **(_NO_READING if act.reading is None else _reading(act.reading)),
    }


# The zones of the card without a reading, as insurers accept them (`be-efact.md` §2, R52).
_NO_READING: Mapping[str, Value] = {
    "manual_reason": "0",
    "read_on": None,
    "reading_type": "0",
    "medium": "0",
    "vignette_reason": "0",
    "read_at": "0000",
    "serial": "0" * 15,
}


def _reading(reading: IdentityReading) -> Mapping[str, Value]:
    return {
        "manual_reason": reading.manual_reason,
        "read_on": reading.day,
        "reading_type": reading.reading_type,
        "medium": reading.medium,
        "vignette_reason": reading.vignette_reason,
        "read_at": f"{reading.at:%H%M}",
        "serial": reading.serial,
    }


def _twelve(nihii: str | None) -> str:
    """Write a NIHII in twelve digits, the first zero; zeros when there is none."""
    return (nihii or "").rjust(12, "0")


def _footers(request: FileRequest, totals: list[_Total]) -> bytes:
    lines = [
        FOOTER_95.write(
            _footer_sums(total.cents, total.records, sum_check(total.codes))
            | {"mutuality": total.destination, "recap": rank}
        )
        for rank, total in enumerate(totals, 1)
    ]
    whole = _footer_sums(
        sum(total.cents for total in totals),
        sum(total.records for total in totals) + 2,
        sum_check(sum(total.codes for total in totals)),
    )
    union = f"{totals[0].destination[:1]}99" if totals else "000"
    return "".join([*lines, FOOTER_96.write(whole | {"union": union})]).encode("ascii")


def _footer_sums(cents: int, records: int, check: str) -> dict[str, Value]:
    sign = "-" if cents < 0 else "+"
    return {
        "sign_a": sign,
        "amount_a": abs(cents),
        "sign_total": sign,
        "amount_total": abs(cents),
        "count": records,
        "check": check,
    }
