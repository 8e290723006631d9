"""Every problem the eFact check and readers can report, by code.

The codes are ours; the insurers' own code for the same fault is named beside, so that a refusal
and the check that should have prevented it can be put side by side. Most problems carry `found`;
those that compare carry `expected` too. Rules: `be-efact.md` §1–3.
"""

from enum import StrEnum


class Fault(StrEnum):
    """A code of the catalogue of problems."""

    EMPTY = "efact.empty"  # no byte at all
    UNKNOWN = "efact.unknown"  # not one of the six kinds; facts: found, length
    TOO_LARGE = "efact.too_large"  # facts: length, limit
    ENCODING = "efact.encoding"  # bytes that are not plain text; facts: position, count
    LENGTH = "efact.length"  # not a whole number of records; facts: length, rest
    RECORD = "efact.record"  # a record of no known type
    ORDER = "efact.order"  # a record where it may not stand: 100111, 510110, 520110; facts: after
    SEQUENCE = "efact.sequence"  # zone 2 is not the one before plus one: 500210, 520210
    MISSING = "efact.missing"  # facts: record
    CHARACTERS = "efact.characters"  # a character its zone does not allow
    CHECK_RECORD = "efact.check_record"  # CD-REC: xx9902
    CHECK_INVOICE = "efact.check_invoice"  # CD-FACT: 809802
    CHECK_FILE = "efact.check_file"  # CD-ENVOI, zones 98 of R90 and 510
    CHECK_MUTUALITY = "efact.check_mutuality"  # CD-MUT, zone 410
    SIGN = "efact.sign"  # signs that disagree: 502712, 502212, 503012, 201140
    TOTAL = "efact.total"  # a sum that is not that of its parts: 801910, 901910
    COUNT = "efact.count"  # zones 409 and 509
    DIFFERS = "efact.differs"  # two zones that must agree do not: 201412, 520412; facts: other
    VERSION = "efact.version"  # zone 201, neither 01 nor 02
    NATURE = "efact.nature"  # zone 202, neither production nor test
    NATURE_MIXED = "efact.nature_mixed"  # 3041 21
    REFERENCE = "efact.reference"  # zone 204 empty
    SENDING_NUMBER = "efact.sending_number"  # not 001 to 999
    MONTH = "efact.month"  # no such month
    MONTH_FUTURE = "efact.month_future"  # 102310
    DATE = "efact.date"  # no such day
    LAST_DAY = "efact.last_day"  # 500615: zone 6 is not zone 5
    DATE_FUTURE = "efact.date_future"  # a day still to come
    PHONE = "efact.phone"  # zone 307
    CONTACT = "efact.contact"  # zone 305, no name to call
    NIHII = "efact.nihii"  # 101402, 101404
    PROFESSION = "efact.profession"  # 101810
    BCE = "efact.bce"  # 102702, 102711
    IBAN = "efact.iban"  # 103602, 103605
    BIC = "efact.bic"  # 103103
    MUTUALITY = "efact.mutuality"  # 200703: a union where a local number belongs
    DESTINATION = "efact.destination"  # 201810
    DESTINATION_ORDER = "efact.destination_order"  # 201812; facts: after
    UNION = "efact.union"  # two unions in one file, or 306 with others; facts: other
    FOOTER_UNION = "efact.footer_union"  # 5011 20
    NISS = "efact.niss"  # 200801
    BENEFICIARY = "efact.beneficiary"  # 200814
    INVOICE_NUMBER = "efact.invoice_number"  # empty
    INVOICE_TWICE = "efact.invoice_twice"  # 202420
    INSURABILITY = "efact.insurability"  # CT1 and CT2 missing: 202704, 500522
    PURPOSE = "efact.purpose"  # R20 zone 11
    PREVIOUS = "efact.previous"  # previous invoice given or missing against zone 11: 203810
    CODE = "efact.code"  # nomenclature check digit
    CARE_LATE = "efact.care_late"  # 500547: care more than a month after the billed month
    LIMITATION = "efact.limitation"  # 500546: lapsed after two years
    UNITS = "efact.units"  # none
    PRESCRIBER = "efact.prescriber"  # 502405
    PRESCRIBER_NORM = "efact.prescriber_norm"  # 502641
    PRESCRIPTION_DATE = "efact.prescription_date"  # 502014, or missing
    SUPPLEMENT = "efact.supplement"  # 503047
    COPAY_NOT_COLLECTED = "efact.copay_not_collected"  # 502744: signalled, paid all the same
    AGREEMENT = "efact.agreement"  # 521902
    AGREEMENT_MISSING = "efact.agreement_missing"  # 521904; facts: code
    AGREEMENT_FORBIDDEN = "efact.agreement_forbidden"  # 521919; facts: code
    READING = "efact.reading"  # zones of a card reading that contradict each other
    ZONE = "efact.zone"  # an echoed zone that is not of its kind
