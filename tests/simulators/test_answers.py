"""The answers, character by character."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from server.simulators.mycarenet import answers
from server.simulators.mycarenet.answers import Stamp
from server.simulators.mycarenet.container import Unreadable, open_file
from server.simulators.mycarenet.insurers import insurers
from tests.simulators.sample_writer import Bill, Care, Sending, writing
from tests.simulators.test_judge import GOOD, SECOND, verdict

STAMP = Stamp(insurers()["100"], "100", "10000000000007", date(2026, 3, 12))
NO_PRESCRIBER = Care(day="20260311", prescriber="0" * 11)


def parts(content: bytes) -> Sequence[str]:
    """The lines of 800 characters of a return."""
    text = content.decode("ascii")
    assert (len(text) - 677) % 800 == 0
    return [text[at : at + 800] for at in range(677, len(text), 800)]


def codes(part: str) -> list[str]:
    """The codes in the error part."""
    return [part[at : at + 7] for at in (456, 463, 470) if part[at] != " "]


def test_a_receipt_is_227_characters_with_both_references() -> None:
    text = answers.receipt(GOOD.content().decode()[:67], STAMP).decode()
    assert len(text) == 227
    assert (text[:6], text[20:34], text[36:50]) == ("931000", GOOD.reference, STAMP.reference)
    assert text[67:75] == "92000000"


def test_a_segment_fault_echoes_the_footer_with_its_digits() -> None:
    text = answers.segments_refused(verdict(replace(GOOD, union="3")), STAMP).decode()
    assert len(text) == 577
    assert (text[:6], text[16:18], text[227:229]) == ("920999", "40", "96")
    assert text[227 + 7 : 227 + 9] == "20"


def test_a_wrong_recapitulation_is_echoed_before_the_total() -> None:
    wrong = verdict(replace(GOOD, touch=writing("95", 76, "01")))
    text = answers.segments_refused(wrong, STAMP).decode()
    assert [text[at : at + 2] for at in (227, 577)] == ["95", "96"]
    assert text[227 + 77 : 227 + 79] == "20"


def test_a_refused_file_tells_its_blocking_errors() -> None:
    found = verdict(replace(GOOD, company="0000000000", bic="Belfius"))
    text = answers.judgement(found, STAMP)
    head = text.decode()[:677]
    assert (head[:6], head[207:212], head[214:216]) == ("920099", "01666", "01")
    first, last = parts(text)
    assert first[:350] == found.file.first.text
    assert codes(first) == ["B102702", "B103103"]
    assert (last[:2], codes(last)) == ("90", [])


def test_only_three_codes_fit_and_blocking_ones_come_first() -> None:
    wrong = Care(prescriber="0" * 11, code="567012")
    touch = writing("50", 165, "+0000000.0")
    found = verdict(replace(GOOD, bills=(Bill(cares=(wrong,)),), touch=touch))
    (act,) = [part for part in parts(answers.judgement(found, STAMP)) if part[:2] == "50"]
    told = codes(act)
    assert len(told) == 3
    assert "B503001" in told
    assert told == sorted(told, key=lambda code: code[1:])


def test_an_accepted_file_lists_the_refused_act_between_its_containers() -> None:
    found = verdict(replace(GOOD, bills=(Bill(), replace(SECOND, cares=(NO_PRESCRIBER,)))))
    lines = parts(answers.judgement(found, STAMP))
    assert [line[:2] for line in lines] == ["10", "20", "50", "52", "80", "90"]
    assert [codes(line) for line in lines[2:4]] == [["R502405"], ["R520119"]]
    assert [line[-6:] for line in lines] == [
        "111111",
        "000001",
        "000002",
        "000003",
        "000004",
        "999999",
    ]


def test_a_settlement_pays_what_is_not_refused() -> None:
    cares = (Care(), Care("567033", insurer=719, patient=0, prescriber="0" * 11, agreement=None))
    found = verdict(replace(GOOD, bills=(Bill(cares=cares),)))
    lines = parts(answers.settlement(found, STAMP))
    assert [line[:2] for line in lines] == ["10", "20", "50", "80", "90", "91", "92"]
    foot, by_mutuality, whole = lines[3], lines[5], lines[6]
    assert (foot[477:489], foot[501:513]) == ("+00000002455", "+00000000625")
    for line in (by_mutuality, whole):
        asked, accepted, refused = line[23:35], line[79:91], line[93:105]
        assert (asked, accepted, refused) == ("+00000003174", "+00000002455", "+00000000719")
        assert (line[135:147], line[149:161]) == (accepted, refused)
    assert by_mutuality[163:185] == "101/202603/100/".ljust(22)
    assert whole[163:185] == 22 * " "
    assert (by_mutuality[4:7], whole[4:7]) == ("134", "199")


def test_each_mutuality_has_its_line_in_the_settlement() -> None:
    bills = (Bill(), replace(SECOND, mutuality="135", destination="135"))
    lines = parts(answers.settlement(verdict(replace(GOOD, bills=bills)), STAMP))
    assert [(line[:2], line[4:7]) for line in lines[2:]] == [
        ("91", "134"),
        ("91", "135"),
        ("92", "199"),
    ]
    assert [line[79:91] for line in lines[2:]] == ["+00000002455", "+00000002455", "+00000004910"]


def test_an_act_refused_by_its_agreement_says_so_in_the_settlement() -> None:
    bill = Bill(cares=(Care(agreement="10020000000008470067"),))
    found = verdict(replace(GOOD, bills=(bill,)))
    told = {part[:2]: codes(part) for part in parts(answers.judgement(found, STAMP))}
    paid = {part[:2]: codes(part) for part in parts(answers.settlement(found, STAMP))}
    assert ("50" in told, told["52"]) == (False, ["R521902"])
    assert (paid["50"], paid["52"]) == (["R500120"], ["R521902"])


def test_an_invoice_refused_as_a_whole_is_not_paid() -> None:
    found = verdict(replace(GOOD, bills=(Bill(niss="85073000161"), SECOND)))
    lines = parts(answers.settlement(found, STAMP))
    assert codes(lines[2]) == ["R500119"]
    assert lines[-1][79:91] == "+00000002455"


def test_a_signal_is_told_and_paid() -> None:
    lines = parts(answers.settlement(verdict(replace(GOOD, touch=writing("50", 176, "1"))), STAMP))
    assert codes(lines[2]) == ["S502744"]
    assert lines[-1][79:91] == "+00000002455"


def test_an_unreadable_file_is_refused_with_a_header_alone() -> None:
    for content in (b"", b"abc", GOOD.content()[:-1], b"\xff" * 300):
        opened = open_file(content)
        assert isinstance(opened, Unreadable)
        text = answers.unreadable(opened, STAMP)
        assert (len(text), text[:6], text[214:216]) == (677, b"920099", b"01")


def test_the_same_state_gives_the_same_bytes() -> None:
    found = verdict(Sending())
    assert answers.settlement(found, STAMP) == answers.settlement(verdict(Sending()), STAMP)
