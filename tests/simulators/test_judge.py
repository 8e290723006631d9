"""A fault planted in a good file brings its code, its letter and its kind of answer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from server.simulators.mycarenet.case import Case, Envelope, Memory
from server.simulators.mycarenet.container import File, Unreadable, open_file
from server.simulators.mycarenet.insurers import insurers
from server.simulators.mycarenet.verdict import Verdict, judge
from tests.simulators.sample_writer import (
    NIHII,
    NISS,
    NISS_WOMAN,
    Bill,
    Care,
    Sending,
    put,
    writing,
)

TODAY = date(2026, 3, 12)
GOOD = Sending()
OTHER = (Care(day="20260311"),)
SECOND = Bill(cares=OTHER, number="010000000002")
Planted = tuple[str, Sending]


def verdict(
    sending: Sending,
    insurer: str = "100",
    memory: Memory | None = None,
    today: date = TODAY,
    limit: int | None = None,
) -> Verdict:
    """Judge a file as its insurer would on the day."""
    file = open_file(sending.content())
    assert isinstance(file, File)
    envelope = Envelope(NIHII, sending.reference, sending.test, insurer)
    case = Case(file, envelope, insurers()[insurer[0] + "00"], today, memory or Memory())
    return judge(case, limit)


def bills(*cares: Care, **changes: str) -> Sequence[Bill]:
    """One invoice with these acts."""
    return (replace(Bill(cares=cares or (Care(),)), **changes),)  # type: ignore[arg-type]  # only texts


def of(union: str, mutuality: str, destination: str, **changes: str) -> Sending:
    """A file for another insurer."""
    bill = replace(Bill(), mutuality=mutuality, destination=destination, **changes)  # type: ignore[arg-type]  # only texts
    return replace(GOOD, union=union, bills=(bill,))


def rewritten(kind: str, start: int, value: str, rank: int | None = None) -> Sending:
    """The good file with a zone of some records written over, digits recomputed."""
    return replace(GOOD, touch=writing(kind, start, value, rank))


@pytest.mark.parametrize(
    ("insurer", "sending"),
    [
        ("100", GOOD),
        ("100", replace(GOOD, test=False)),
        ("200", of("2", "228", "228")),
        ("200", of("2", "000", "228")),
        ("300", of("3", "319", "300")),
        ("300", of("3", "306", "306")),
        ("400", of("4", "403", "400")),
        ("500", of("5", "509", "509")),
        ("600", of("6", "601", "601")),
        ("900", of("9", "940", "940")),
        ("100", replace(GOOD, bills=bills(Care(), Care("567033", agreement=None, patient=0)))),
        ("100", replace(GOOD, bills=bills(niss=NISS_WOMAN, sex="2"))),
        ("100", replace(GOOD, bills=(Bill(), SECOND))),
        (
            "100",
            replace(GOOD, bills=(Bill(), replace(SECOND, mutuality="135", destination="135"))),
        ),
    ],
)
def test_a_good_file_is_accepted(insurer: str, sending: Sending) -> None:
    found = verdict(sending, insurer)
    assert (found.slots, found.codes, found.kind) == ((), [], "920098")


BLOCKING: list[Planted] = [
    ("B100110", rewritten("10", 3, "000002")),
    ("B100301", rewritten("10", 9, " ")),
    ("B100303", rewritten("10", 9, "1")),
    ("B100420", rewritten("10", 10, "0001999")),
    ("B100504", rewritten("10", 17, "1")),
    ("B100720", rewritten("10", 33, "102")),
    ("B100911", rewritten("10", 49, "1")),
    ("B101011", rewritten("10", 50, "1")),
    ("B101303", rewritten("10", 53, "000")),
    ("B101402", rewritten("10", 57, "50670623527")),
    ("B101404", rewritten("10", 56, "1")),
    ("B101424", rewritten("10", 57, "50670622000")),
    ("B101810", rewritten("10", 85, "000")),
    ("B101821", rewritten("10", 85, "528")),
    ("B102204", rewritten("10", 108, "1")),
    ("B102210", rewritten("10", 109, "2027")),
    ("B102303", rewritten("10", 113, "21")),
    ("B102310", rewritten("10", 113, "04")),
    ("B102311", replace(GOOD, created="20260228")),
    ("B102320", rewritten("10", 113, "02")),
    ("B102501", rewritten("10", 120, "20260231")),
    ("B102510", rewritten("10", 120, "20260313")),
    ("B102702", replace(GOOD, company="0000000000")),
    ("B102704", replace(GOOD, company="00185211A9")),
    ("B102710", replace(GOOD, company=" " * 10)),
    ("B102711", replace(GOOD, company="0999999922")),
    ("B103103", replace(GOOD, bic="Belfius")),
    ("B103110", replace(GOOD, bic="")),
    ("B103602", replace(GOOD, iban="BE12049914826640")),
    ("B103605", replace(GOOD, iban="BE1932576387001")),
    ("B103610", replace(GOOD, iban="")),
    ("B109902", replace(GOOD, touch=lambda kind, _, text: text + "00" if kind == "10" else text)),
    ("B200210", rewritten("20", 3, "000009")),
    ("B201801", rewritten("20", 85, "1A4")),
    ("B200703", replace(GOOD, bills=bills(mutuality="100"))),
    ("B200801", rewritten("20", 38, "A")),
    ("B201810", replace(GOOD, bills=bills(mutuality="135"))),
    ("B202403", replace(GOOD, bills=bills(number="000000000000"))),
    ("B202420", replace(GOOD, bills=(Bill(), Bill(cares=(Care(day="20260311"),))))),
    ("B202704", replace(GOOD, bills=bills(cover="1000110110"))),
    ("B209902", replace(GOOD, touch=lambda kind, _, text: text + "00" if kind == "20" else text)),
    ("B500210", rewritten("50", 3, "000009")),
    ("B500401", rewritten("50", 11, "56701A")),
    ("B501504", rewritten("50", 68, "1")),
    ("B501501", rewritten("50", 69, "A")),
    ("B502401", rewritten("50", 116, "A")),
    ("B502404", rewritten("50", 115, "1")),
    ("B500404", rewritten("50", 10, "1")),
    ("B500501", rewritten("50", 17, "20260230")),
    ("B501901", rewritten("50", 88, "+00000024.55")),
    ("B501905", rewritten("50", 88, "000000002455")),
    ("B502701", rewritten("50", 128, "+000006.25")),
    ("B503001", rewritten("50", 165, "+0000000.0")),
    ("B509902", replace(GOOD, touch=lambda kind, _, text: text + "00" if kind == "50" else text)),
    ("B520210", rewritten("52", 3, "000009")),
    ("B521901", rewritten("52", 132, "A")),
    ("B522001", rewritten("52", 200, "1")),
    ("B529902", replace(GOOD, touch=lambda kind, _, text: text + "00" if kind == "52" else text)),
    ("B801812", rewritten("80", 85, "135")),
    ("B809802", rewritten("80", 347, "01")),
    ("B809902", replace(GOOD, touch=lambda kind, _, text: text + "00" if kind == "80" else text)),
    ("B900712", rewritten("90", 33, "102")),
    ("B901412", rewritten("90", 57, "50670622000")),
    ("B901910", rewritten("90", 88, "+00000002456")),
    ("B901911", rewritten("90", 88, "+00000002456")),
    ("B902212", rewritten("90", 108, "02025")),
    ("B902303", rewritten("90", 113, "21")),
    ("B902312", rewritten("90", 113, "02")),
    ("B902712", rewritten("90", 128, "0000000000")),
    ("B903612", rewritten("90", 179, "BE32")),
    ("B909802", rewritten("90", 347, "01")),
    ("B909902", replace(GOOD, touch=lambda kind, _, text: text + "00" if kind == "90" else text)),
]


@pytest.mark.parametrize(("code", "sending"), BLOCKING)
def test_a_blocking_fault_refuses_the_file(code: str, sending: Sending) -> None:
    found = verdict(sending)
    assert code in found.codes
    assert found.refusal == "01"
    assert found.kind == ("920999" if found.slots else "920099")


REFUSING: list[Planted] = [
    ("F200311", rewritten("20", 9, "1")),
    ("F200802", replace(GOOD, bills=bills(niss="85073000161"))),
    ("F200810", replace(GOOD, bills=bills(niss="00000000000"))),
    ("F200813", rewritten("20", 175, "0")),
    ("F200921", replace(GOOD, bills=bills(niss=NISS_WOMAN))),
    ("F201003", rewritten("20", 50, "1")),
    ("F201412", rewritten("20", 57, "50670622000")),
    ("F201703", rewritten("20", 81, "0010")),
    ("F202703", replace(GOOD, bills=bills(cover="0000000000"))),
    ("F202911", rewritten("20", 163, "000000000001")),
    ("F203411", rewritten("20", 177, "001")),
    ("F203711", rewritten("20", 180, "134")),
    ("F203811", rewritten("20", 183, "A")),
    ("F204113", rewritten("20", 207, "202602")),
    ("F500812", rewritten("50", 38, "85073000259")),
    ("F800912", rewritten("80", 49, "2")),
    ("F801903", rewritten("80", 88, "-00000002455")),
    ("F801910", rewritten("80", 88, "+00000245500")),
    ("F802710", rewritten("80", 128, "+000000626")),
    ("F803010", rewritten("80", 165, "+000000001")),
    ("F803003", rewritten("80", 165, "-000000000")),
    ("R500116", replace(GOOD, bills=bills(Care(agreement=None)))),
    ("R500402", replace(GOOD, bills=bills(Care("567012")))),
    ("R500510", replace(GOOD, bills=bills(Care(day="20260401")))),
    ("R500544", replace(GOOD, bills=bills(Care(), Care()))),
    ("R500546", replace(GOOD, bills=bills(Care(day="20240229", prescribed="20240201")))),
    ("R500555", replace(GOOD, created="20260309")),
    ("R500615", rewritten("50", 25, "20260311")),
    ("R500612", rewritten("50", 25, "20260309")),
    ("R500712", rewritten("50", 33, "135")),
    ("R500912", rewritten("50", 49, "2")),
    ("R501203", rewritten("50", 52, "5")),
    ("R501303", rewritten("50", 53, "000")),
    ("R501402", rewritten("50", 56, "071000000000")),
    ("R501502", rewritten("50", 69, "50670623527")),
    ("R501505", rewritten("50", 68, "000000000000")),
    ("R501603", rewritten("50", 80, "4")),
    ("R501742", rewritten("50", 81, "0567011")),
    ("R501903", replace(GOOD, bills=bills(Care(insurer=-2455, patient=-625)))),
    ("R502011", rewritten("50", 100, "00000000")),
    ("R502014", replace(GOOD, bills=bills(Care(prescribed="20260311")))),
    ("R502203", rewritten("50", 108, "+0000")),
    ("R502212", rewritten("50", 108, "-0001")),
    ("R502303", rewritten("50", 113, "09")),
    ("R502402", replace(GOOD, bills=bills(Care(prescriber="19561634004")))),
    ("R502405", replace(GOOD, bills=bills(Care(prescriber="00000000000")))),
    ("R502603", rewritten("50", 127, "7")),
    ("R502641", rewritten("50", 127, "0")),
    ("R502712", rewritten("50", 128, "-000000625")),
    ("R502739", rewritten("50", 176, "2")),
    ("R503012", rewritten("50", 165, "-000000000")),
    ("R503047", rewritten("50", 165, "+000000100")),
    ("R503211", rewritten("50", 175, "1")),
    ("R503503", rewritten("50", 178, "2")),
    ("R520412", rewritten("52", 10, "0567033")),
    ("R520512", rewritten("52", 17, "20260309")),
    ("R520604", rewritten("52", 49, "1")),
    ("R520812", rewritten("52", 38, "85073000259")),
    ("R520904", rewritten("52", 25, "20260310")),
    ("R520910", rewritten("52", 50, "1")),
    ("R521003", rewritten("52", 50, "5")),
    ("R521004", rewritten("52", 49, "1")),
    ("R521104", rewritten("52", 50, "7")),
    ("R521110", rewritten("52", 51, "1")),
    ("R521512", rewritten("52", 69, "50670622000")),
    ("R521604", rewritten("52", 49, "1")),
    ("R520304", rewritten("52", 49, "4")),
    ("R520310", rewritten("52", 9, "1")),
    ("R521902", replace(GOOD, bills=bills(Care(agreement="10020000000008470067")))),
    ("R521904", replace(GOOD, bills=bills(Care(agreement="0" * 20)))),
    ("R521919", replace(GOOD, bills=bills(Care("567033")))),
]


@pytest.mark.parametrize(("code", "sending"), REFUSING)
def test_a_fault_of_an_invoice_or_an_act_is_told_in_an_accepted_file(
    code: str, sending: Sending
) -> None:
    found = verdict(sending)
    assert code in found.codes
    blocked = {one for one in found.codes if one[0] == "B"}
    assert blocked <= {"B901910", "B901911", "B809802", "B909802"}
    told = "920099" if blocked else "920098"
    assert found.kind == ("920999" if found.slots else told)


@pytest.mark.parametrize(
    ("segment", "zone", "written", "sending"),
    [
        ("200", "2001", "20", rewritten("H", 1, "920001")),
        ("200", "2011", "20", rewritten("H", 9, "05")),
        ("200", "2021", "20", rewritten("H", 13, "00")),
        ("200", "2021", "31", rewritten("H", 13, "12")),
        ("200", "2031", "20", rewritten("H", 17, "40")),
        ("200", "2041", "20", rewritten("H", 21, "20260312010002")),
        ("200", "2051", "20", rewritten("H", 37, "1")),
        ("200", "2001", "11", rewritten("H", 60, "1")),
        ("300", "3001", "20", rewritten("C", 1, "202613")),
        ("300", "3011", "10", rewritten("C", 9, "000")),
        ("300", "3011", "11", rewritten("C", 9, "A01")),
        ("300", "3021", "11", rewritten("C", 14, "20260230")),
        ("300", "3021", "20", rewritten("C", 14, "20260313")),
        ("300", "3021", "21", rewritten("C", 14, "20011231")),
        ("300", "3041", "21", rewritten("C", 39, "0001999")),
        ("300", "3051", "10", rewritten("C", 48, " " * 45)),
        ("300", "3061", "10", rewritten("C", 95, " " * 24)),
        ("300", "3071", "10", replace(GOOD, phone="0000000000")),
        ("300", "3071", "11", replace(GOOD, phone="04/1234567")),
        ("300", "3081", "20", rewritten("C", 133, "04")),
        ("300", "3091", "30", rewritten("C", 137, "02")),
        ("95", "4011", "21", rewritten("95", 5, "135")),
        ("95", "4011", "20", rewritten("95", 5, "734")),
        ("95", "4021", "10", rewritten("95", 10, "000000000000")),
        ("95", "4041", "40", rewritten("95", 24, "0")),
        ("95", "4041", "41", rewritten("95", 25, "00000002456")),
        ("95", "4061", "15", rewritten("95", 39, "00000000001")),
        ("95", "4061", "40", rewritten("95", 38, "-")),
        ("95", "4081", "20", rewritten("95", 53, "00000002456")),
        ("95", "4091", "20", rewritten("95", 66, "00000005")),
        ("95", "4101", "20", rewritten("95", 76, "01")),
        ("96", "5011", "20", replace(GOOD, union="3")),
        ("96", "5011", "20", rewritten("96", 5, "134")),
        ("96", "5041", "41", rewritten("96", 25, "00000002456")),
        ("96", "5091", "20", rewritten("96", 66, "00000007")),
        ("96", "5101", "20", rewritten("96", 76, "01")),
        ("96", "5001", "10", rewritten("95", 5, "135")),
    ],
)
def test_a_fault_of_a_segment_or_footer_is_written_in_its_slot(
    segment: str, zone: str, written: str, sending: Sending
) -> None:
    found = verdict(sending)
    assert (segment, zone, written) in {(s.segment, s.zone, s.digits) for s in found.slots}
    assert found.kind == "920999"


@pytest.mark.parametrize(
    ("insurer", "mutuality", "codes"),
    [
        ("100", "134", ["B200801"]),
        ("600", "601", ["F200814", "R500119"]),
        ("900", "940", ["F200820", "F200921"]),
    ],
)
def test_each_insurer_words_a_misplaced_patient_in_its_own_way(
    insurer: str, mutuality: str, codes: list[str]
) -> None:
    sending = of(insurer[0], mutuality, mutuality)
    shifted = writing("20", 36, NISS + "66")
    copied = replace(
        sending,
        touch=lambda kind, at, text: (
            put(text, 36, NISS + "66") if kind in ("50", "52", "80") else shifted(kind, at, text)
        ),
    )
    found = verdict(copied, insurer)
    assert [code for code in found.codes if code != "R520119"] == codes


def test_one_insurer_blames_the_norm_when_the_prescriber_is_missing() -> None:
    sending = of("5", "509", "509")
    bill = replace(sending.bills[0], cares=(Care(prescriber="0" * 11),))
    assert verdict(replace(sending, bills=(bill,)), "500").codes == ["R502641", "R520119"]


def test_a_union_number_is_not_an_affiliation() -> None:
    assert verdict(of("3", "300", "300"), "300").codes == ["B200703"]


def test_a_local_number_of_the_socialist_union_is_not_a_destination() -> None:
    assert verdict(of("3", "319", "319"), "300").codes == ["B201810"]


def test_a_liberal_invoice_goes_to_its_union() -> None:
    assert verdict(of("4", "403", "403"), "400").codes == ["F200710"]


def test_mutuality_306_does_not_travel_with_its_union() -> None:
    bills_ = (
        Bill(mutuality="319", destination="300"),
        replace(SECOND, mutuality="306", destination="306"),
    )
    assert verdict(replace(GOOD, union="3", bills=bills_), "300").codes == ["B201803"]


def test_invoices_are_sorted_by_destination() -> None:
    bills_ = (
        Bill(mutuality="135", destination="135"),
        SECOND,
    )
    assert verdict(replace(GOOD, bills=bills_)).codes == ["B201812"]


def test_an_invoice_for_another_union_does_not_belong_in_the_file() -> None:
    bills_ = (Bill(), replace(SECOND, mutuality="601", destination="601"))
    assert verdict(replace(GOOD, bills=bills_)).codes == ["B201803"]


def test_agreements_grouped_after_the_acts_are_refused() -> None:
    cares = (Care(), Care("567033", agreement=None, patient=0))
    good = replace(GOOD, bills=(Bill(cares=cares),)).content().decode()
    records = [good[at : at + 350] for at in range(227, len(good), 350)]
    records[3], records[4] = records[4], records[3]
    ranked = "".join(put(text, 3, f"{at + 1:06d}") for at, text in enumerate(records[:7]))
    file = open_file((good[:227] + ranked + "".join(records[7:])).encode())
    assert isinstance(file, File)
    case = Case(file, Envelope(NIHII, GOOD.reference, True, "100"), insurers()["100"], TODAY)
    codes = judge(case).codes
    assert "R520412" in codes
    assert "B500111" not in codes


def test_two_agreements_in_a_row_are_refused() -> None:
    sending = replace(GOOD, bills=bills(Care(), Care(day="20260311")))
    turned = replace(sending, touch=lambda kind, at, text: _as_52(text) if at == 5 else text)
    assert {"B520110", "B520111"} <= set(verdict(turned).codes)


def _as_52(text: str) -> str:
    return "52" + text[2:]


def test_a_record_51_of_a_kine_is_refused_in_every_way_insurers_did() -> None:
    turned = replace(GOOD, touch=lambda kind, _, text: _as_51(text) if kind == "52" else text)
    codes = set(verdict(turned).codes)
    wanted = {"R511503", "R512712", "B511905", "B512801", "B515501"}
    assert wanted <= codes


def _as_51(text: str) -> str:
    return put("51" + text[2:], 138, "4202403800011500000000000")


def test_a_record_51_away_from_its_act_is_refused() -> None:
    sending = replace(GOOD, bills=bills(Care(), Care(day="20260311")))

    def touch(kind: str, at: int, text: str) -> str:
        return "51" + text[2:] if at in (4, 5) else text

    assert {"B510110", "R510512"} <= set(verdict(replace(sending, touch=touch)).codes)


def test_a_refused_act_takes_its_agreement_along() -> None:
    found = verdict(replace(GOOD, bills=bills(Care(prescriber="0" * 11))))
    assert found.codes == ["R502405", "R520119"]


def test_a_refused_act_takes_its_engagement_along() -> None:
    bad = replace(GOOD, bills=bills(Care(prescriber="0" * 11)))
    turned = replace(bad, touch=lambda kind, _, text: _as_51(text) if kind == "52" else text)
    assert "R510119" in verdict(turned).codes


def test_a_share_not_collected_is_a_signal_and_is_paid() -> None:
    found = verdict(rewritten("50", 176, "1"))
    assert (found.codes, found.kind, found.rate) == (["S502744"], "920098", 0)


def test_a_credit_note_is_wholly_negative_and_names_what_it_credits() -> None:
    linked = replace(
        GOOD,
        bills=bills(Care(insurer=-2455, patient=-625), kind="3"),
        touch=lambda kind, _, text: _linked(text) if kind == "20" else _negative(kind, text),
    )
    assert verdict(linked).codes == []
    plain = replace(GOOD, bills=bills(kind="3"))
    assert {"F201140", "F202910", "F203410", "F203710", "F204112"} <= set(verdict(plain).codes)


def _linked(text: str) -> str:
    for start, value in ((163, "010000000009"), (177, "009"), (180, "134"), (207, "202602")):
        text = put(text, start, value)
    return text


def _negative(kind: str, text: str) -> str:
    return put(text, 165, "-") if kind in ("50", "80") else text


def test_a_linked_invoice_names_the_reference_of_the_insurer() -> None:
    linked = replace(
        GOOD,
        bills=bills(kind="1"),
        touch=lambda kind, _, text: _linked(text) if kind == "20" else text,
    )
    assert verdict(linked).codes == ["F203810"]


def test_a_sending_number_serves_once_a_year() -> None:
    assert verdict(GOOD, memory=Memory(number_taken=True)).codes == ["B100721"]


def test_one_file_a_day_for_an_insurer() -> None:
    assert verdict(GOOD, memory=Memory(filed_today=True)).codes == ["B100724"]


def test_the_same_sending_again_is_refused_at_the_door() -> None:
    found = verdict(GOOD, memory=Memory(same_sending=True))
    assert [(slot.zone, slot.digits) for slot in found.slots] == [("3011", "40")]


def test_an_act_already_billed_is_refused() -> None:
    done = frozenset({("00" + NISS, "0567011", "20260310", "00")})
    assert verdict(GOOD, memory=Memory(acts=done)).codes == ["R500544", "R520119"]


def test_an_invoice_number_already_booked_is_refused() -> None:
    assert verdict(GOOD, memory=Memory(invoices=frozenset({"010000000001"}))).codes == ["B202420"]


def test_care_may_be_billed_until_two_years_after_the_end_of_its_month() -> None:
    old = replace(GOOD, bills=bills(Care(day="20240301", prescribed="20240201")))
    assert verdict(old, today=date(2026, 3, 31)).codes == []
    assert verdict(old, today=date(2026, 4, 1)).codes == ["R500546", "R520119"]


def test_care_too_far_after_the_invoiced_month_is_refused() -> None:
    ahead = replace(GOOD, month="202601")
    assert "R500547" in verdict(ahead).codes


def test_the_profession_is_asked_since_april_2024_only() -> None:
    cares = (Care(day="20240210", prescribed="20240201"),)
    before = replace(GOOD, month="202402", created="20240212", bills=(Bill(cares=cares),))
    assert verdict(replace(before, profession="000"), today=date(2024, 2, 12)).codes == []
    assert verdict(before, today=date(2024, 2, 12)).codes == ["B101801"]


def test_refusal_by_percentage_is_the_habit_of_one_insurer() -> None:
    bad = replace(GOOD, bills=bills(Care(prescriber="0" * 11)))
    assert verdict(bad).kind == "920098"
    found = verdict(bad, limit=500)
    assert (found.kind, found.refusal, found.rate) == ("920099", "02", 3333)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "length"),
        (GOOD.content()[:-1], "length"),
        (GOOD.content() + b"\n", "characters"),
        (GOOD.content().replace(b"KINE", b"KIN\xc9"), "characters"),
        (GOOD.content()[:-350], "records"),
        (GOOD.content()[:227] + b"9" * 350 + GOOD.content()[577:], "records"),
        (GOOD.content()[:227] + GOOD.content()[577:], "header"),
    ],
)
def test_a_file_that_cannot_be_cut_into_records_is_unreadable(content: bytes, reason: str) -> None:
    opened = open_file(content)
    assert isinstance(opened, Unreadable)
    assert opened.reason == reason


@pytest.mark.parametrize(
    ("removed", "codes"),
    [
        (1, {"B100111", "B500110", "B500210"}),
        (2, {"B200111", "B520110"}),
        (4, {"B520111", "B900110"}),
        (5, {"B900104", "B800111"}),
    ],
)
def test_a_missing_record_breaks_the_order(removed: int, codes: set[str]) -> None:
    good = GOOD.content().decode()
    cut = good[: 227 + 350 * removed] + good[227 + 350 * (removed + 1) :]
    file = open_file(cut.encode())
    assert isinstance(file, File)
    case = Case(file, Envelope(NIHII, GOOD.reference, True, "100"), insurers()["100"], TODAY)
    found = set(judge(case).codes)
    assert codes - {"B800111"} <= found


def test_a_second_header_in_the_middle_is_refused() -> None:
    turned = replace(GOOD, touch=lambda _, at, text: "10" + text[2:] if at == 4 else text)
    assert "B100103" in verdict(turned).codes


def test_an_institution_states_no_profession() -> None:
    house = "71000436000"
    sending = replace(GOOD, nihii=house, profession="000")
    assert verdict(sending).codes == ["B101424"]


def test_a_person_of_unknown_sex_may_be_written_as_either() -> None:
    for sex in ("1", "2"):
        assert verdict(replace(GOOD, bills=bills(niss="85273000106", sex=sex))).codes == []


def test_a_travel_code_needs_neither_prescriber_nor_agreement() -> None:
    travel = Care("639170", insurer=0, patient=112, agreement=None, prescriber="0" * 11)
    good = replace(GOOD, bills=bills(Care(), travel))
    assert verdict(good).codes == []
    stated = replace(good, touch=writing("50", 127, "1", rank=5))
    assert verdict(stated).codes == ["R502641"]


def test_an_act_of_another_profession_asks_for_nothing() -> None:
    foreign = Care("101032", agreement=None, prescriber="0" * 11)
    assert verdict(replace(GOOD, bills=bills(foreign))).codes == []


def test_an_empty_record_52_beside_an_intake_is_accepted() -> None:
    assert verdict(replace(GOOD, bills=bills(Care("567033", agreement="0" * 20)))).codes == []


def test_a_reading_of_the_card_is_accepted() -> None:
    def read(kind: str, _: int, text: str) -> str:
        written = ((25, "20260310"), (49, "1"), (50, "1"), (52, "0930"), (80, "592123456789   "))
        for start, value in written if kind == "52" else ():
            text = put(text, start, value)
        return text

    assert verdict(replace(GOOD, touch=read)).codes == []


@pytest.mark.parametrize(
    ("zones", "codes"),
    [
        ({25: "20260310", 49: "4", 50: "1", 80: "592123456789"}, ["R520304"]),
        ({9: "1", 49: "4", 50: "1", 80: "592123456789"}, []),
        ({25: "20260310", 49: "1", 50: "7", 51: "1"}, []),
        ({25: "20260310", 49: "1", 50: "1", 52: "2561", 80: "592123456789"}, ["B521201"]),
        ({25: "20260231", 49: "1", 50: "1", 80: "592123456789"}, ["B520601"]),
    ],
)
def test_a_reading_of_the_card_is_coherent(zones: dict[int, str], codes: list[str]) -> None:
    def read(kind: str, _: int, text: str) -> str:
        for start, value in zones.items() if kind == "52" else ():
            text = put(text, start, value)
        return text

    assert verdict(replace(GOOD, touch=read)).codes == codes


def test_an_act_credited_may_be_billed_again_in_the_same_file() -> None:
    credit = Bill(cares=(Care(insurer=-2455, patient=-625),), kind="3", number="010000000008")

    def touch(kind: str, at: int, text: str) -> str:
        if kind == "20" and at == 2:
            return _linked(text)
        return _negative(kind, text) if at in (3, 5) else text

    assert verdict(replace(GOOD, bills=(credit, Bill()), touch=touch)).codes == []
    assert "R500544" in verdict(replace(GOOD, bills=(Bill(), Bill(number="010000000009")))).codes
