"""« Télétransmission »: what waits for a card or a lot, receipts that fail, duplicates on paper."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import pytest
from pypdf import PdfReader

from server.core.outbox import Verdict
from server.core.sesam import Mode
from server.services import conventions, french_transmission, journals, secure_tp
from server.services.convention_import import pieces_of, read
from tests.countries.france.tables import line, written
from tests.france import MEYER
from tests.services.people_of import BY_NAME, seat
from tests.services.test_convention_import import NEXT, taken
from tests.services.test_french_billing import BOTH, covered
from tests.services.test_french_care import opened
from tests.webui.shop import FakePost, FakeSigning
from tests.webui.signing_shop import Counter, counter, plain
from tests.world import World
from webui.signing import SigningState, SigningTask

CAISSE = {"tp_amo": "1"}
PAYS = {"tp_amo": ""}
HERE = "transmission/"


@pytest.fixture
def desk(french_world: World, tmp_path: Path) -> Iterator[Counter]:
    with counter(french_world, tmp_path) as made:
        yield made


def part(page: str, name: str) -> str:
    """One section of the page."""
    return page.partition(f'<section id="{name}"')[2].partition("</section>")[0]


def paper(desk: Counter, document: str) -> str:
    """The text of a duplicate, opened in its frame first."""
    address = f"papers/duplicate/{document}"
    assert f"{address}/document.pdf" in desk.page(address)
    answer = desk.shop.client.get(f"{desk.shop.door.root}{address}/document.pdf")
    assert answer.mimetype == "application/pdf"
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    return " ".join(plain(text).split())


def state(desk: Counter, document: str) -> str:
    return str(desk.office.world.sql("select state from french_document where id = ?", (document,)))


def test_nothing_waits_and_every_section_says_so(desk: Counter) -> None:
    page = desk.page(HERE)
    assert "Rien n’attend de partir." in page and "service simulé" in page
    assert "Aucun lot n’a encore été fait." in page and "Aucune DRE n’attend de réponse." in page
    assert 'name="pin"' not in page
    assert "transmission/" in desk.page("invoicing/")
    assert "à signer ou à envoyer" not in desk.page("today/")


def test_what_is_ready_is_told_by_receiver_and_leaves_by_one_button(desk: Counter) -> None:
    session = desk.signed(CAISSE)
    assert "1 document à signer ou à envoyer" in desk.page("today/")
    assert "1 document à signer ou à envoyer" in desk.page("invoicing/")
    page = desk.page(HERE)
    assert "1 document à envoyer" in page and "rien ne reste à envoyer" not in page
    ready = part(page, "ready")
    for words in ("1 lot à faire, 10,74 €", "FSE à 01 291", "au plus tard le 20/03/2026",
                  "Hélène MARCHAND", f"invoicing/{session}/sign"):  # fmt: skip
        assert words in ready, words
    assert page.count('class="b p"') == 1
    desk.sent(f"{HERE}send", pin="1234")
    desk.settled()
    page = desk.page(HERE)
    assert "1 fichier préparé" in page and "À envoyer" in part(page, "lots")
    assert "1 envoi en attente" in page
    desk.office.run()
    page = desk.page(HERE)
    assert "Envoyé" in part(page, "lots") and "rien ne reste à envoyer" in page
    assert "1 fichier préparé" not in page  # it has left: that is told beside the lot
    (lot,) = desk.office.lots
    page = desk.page(f"{HERE}lots/{lot.id}")
    assert "Télétransmise" in page and "Hélène MARCHAND" in page and "10/03/2026" in page
    desk.office.acknowledge(lot)
    assert "ARL positif" in desk.page(f"{HERE}lots/{lot.id}")
    assert desk.shop.client.get(f"{desk.shop.door.root}{HERE}lots/01NONE").status_code == 404


@pytest.mark.scenario("F-26")
def test_l2_what_vitale_alone_signed_is_listed_and_one_code_signs_it_all(desk: Counter) -> None:
    desk.signed(mode=Mode.DESYNCHRONISED)
    waits = part(desk.page(HERE), "countersign")
    assert "À signer avec la CPS" in waits and waits.count('class="b p"') == 1
    desk.sent(f"{HERE}countersign", pin="1234")
    desk.settled()
    page = desk.page(HERE)
    assert "2 documents signés avec la CPS" in page and "Hélène MARCHAND" in part(page, "ready")


@pytest.mark.scenario("H-13")
def test_a_late_invoice_is_red_and_leaves_once_it_says_why(desk: Counter) -> None:
    desk.signed(PAYS)
    desk.office.world.clock.advance(days=4)
    page = desk.page(HERE)
    assert "en retard depuis le 13/03/2026" in page and "Pourquoi ce retard" in page
    fake = desk.shop.rooms.signing = FakeSigning()
    refused = desk.shop.post(f"{HERE}send", pin="1234", late_reason="")
    assert refused.status_code == 422 and "Dites pourquoi cet envoi est en retard" in refused.text
    assert fake.asked == []
    desk.sent(f"{HERE}send", pin="1234", late_reason="no_line")
    assert fake.asked == [("send", "1234")]
    kept = desk.office.world.sql("select reason from journal where action = 'invoice.late'")
    assert kept == "no_line" and journals.verify(desk.office.world.desk).flaws == []


def test_e9_a_newer_table_is_offered_while_sending_until_a_person_confirms_it(
    desk: Counter,
) -> None:
    desk.signed()
    desk.office.batch()
    world = desk.office.world
    rows = [line("799900010", "OC", "", routing="OC", host="999", domain="giesv.rss.fr"),
            line("799900028", "OC", "", label="DU PHARE")]  # fmt: skip
    waiting = read(world.desk, NEXT, pieces_of(written(rows))).id
    for _ in range(2):  # left for later, it is offered again the next time
        assert NEXT in desk.page(HERE)
        desk.office.run()
        assert conventions.listed(world.desk, "phare") == []
    asked = f'action="{desk.shop.door.root}options/conventions/version/{waiting}/confirm?back'
    assert asked in desk.page(HERE)
    desk.sent(f"options/conventions/version/{waiting}/confirm")
    assert len(conventions.listed(world.desk, "phare")) == 1
    assert len(desk.office.left) == 2  # what was being sent went on
    assert NEXT not in desk.page(HERE)


@pytest.mark.row("MAIIA-11")
def test_a_table_that_comes_with_the_answers_is_confirmed_here_and_what_is_sent_goes_on(
    desk: Counter,
) -> None:
    desk.signed()
    desk.office.batch()
    rows = [line("799900010", "OC", "", routing="OC", host="999", domain="giesv.rss.fr"),
            line("799900028", "OC", "", label="DU PHARE")]  # fmt: skip
    desk.office.enclose(NEXT, written(rows))
    desk.office.run()
    assert desk.office.letters == {}  # kept here, and understood: the mailbox may forget it
    page = desk.page(HERE)
    assert f"Le fichier {NEXT} attend votre confirmation." in page
    assert (
        "1 ajoutée, 0 changée, 0 terminée. Rien n’a encore changé." in page
        and "L’envoi n’attend pas votre réponse." in page
    )
    world = desk.office.world
    assert conventions.listed(world.desk, "phare") == []
    waits = conventions.waiting(world.desk)[0]
    assert str(waits.origin) == "DURING_TRANSMISSION"
    page = desk.sent(f"options/conventions/version/{waits.id}/confirm?back=transmission")
    assert f"La table {NEXT} sert dès maintenant." in page and "1 ajoutée" in page
    assert len(conventions.listed(world.desk, "phare")) == 1
    desk.office.enclose(NEXT, written(rows))
    desk.office.run()  # the same again: nothing to confirm, nothing left in the mailbox
    assert desk.office.letters == {} and conventions.waiting(world.desk) == []
    assert len(desk.office.left) == 2  # both lots left, whatever the table waited for


def test_a_table_left_for_later_waits_and_an_older_one_is_let_go(desk: Counter) -> None:
    table = written([line("799900028", "OC", "")])
    desk.office.enclose(NEXT, table)
    desk.office.enclose("C-InterAMC_20200101.csv", table)
    desk.office.run()
    assert desk.office.letters == {}
    (waits,) = conventions.waiting(desk.office.world.desk)
    desk.sent(f"options/conventions/version/{waits.id}/decline")
    assert NEXT not in desk.page(HERE)


def test_a_table_nobody_can_read_is_set_aside_and_its_reason_told(desk: Counter) -> None:
    desk.office.enclose(NEXT, b"\0\1\2")
    desk.office.run()
    desk.office.run()
    assert list(desk.office.letters) == ["table-0"]  # the mailbox keeps it too
    page = part(desk.page(HERE), "letters")
    assert "une table de conventions qui n’a pas pu être lue" in page
    assert NEXT in desk.page("options/conventions/")
    count = "select count(*) from journal where action = 'letter.set_aside'"
    assert desk.office.world.sql(count) == 1


def test_a_table_waits_in_its_mailbox_for_who_settles_the_practice(desk: Counter) -> None:
    desk.office.enclose(NEXT, written([line("799900028", "OC", "")]))
    seat(desk.office.world, BY_NAME["sender"])
    desk.office.run()
    assert list(desk.office.letters) == ["table-0"] and NEXT not in desk.page(HERE)


@pytest.mark.row("SOFIA-6")
def test_the_way_from_the_caisse_to_the_complementary_is_told_step_by_step(desk: Counter) -> None:
    world, office = desk.office.world, desk.office
    taken(world, [line("02", criterion="02???????", label="MSA")], NEXT)
    office.insert(MEYER)
    cover = covered(world, MEYER, "1221212145", link="YES", amc_nir=MEYER.nir)
    desk.series = opened(world, cover)
    session = desk.signed({**BOTH, "formula": "052"})
    (sheet,) = office.documents(session)

    def way() -> list[str]:
        told = part(desk.page(f"invoicing/{session}/sign"), "way")
        return re.findall(r"</svg>([^<]+)</span>", told)

    assert way() == ["en attente", "ensuite", "ensuite", "ensuite"]
    office.batch()
    office.run()
    office.acknowledge(office.lots[-1])
    assert way() == ["fait", "en attente", "ensuite", "ensuite"]
    office.settle("AMO", sheet.invoice, amo=sheet.amo_cents)
    assert way() == ["fait", "fait", "en attente", "ensuite"]
    office.settle("AMO", sheet.invoice, amc=sheet.amc_cents - 100)
    assert way() == ["fait", "fait", "fait", "en attente"]
    office.settle("AMO", sheet.invoice, amc=100)
    assert way() == ["fait"] * 4


def test_l6_the_screens_answer_while_a_receiver_tarries(desk: Counter) -> None:
    desk.signed(CAISSE)
    desk.office.batch()
    begun, answered = Event(), Event()

    def tarry(message: object) -> Verdict:
        begun.set()
        assert answered.wait(20)
        return Verdict.DONE

    desk.office.says = tarry
    sending = Thread(target=desk.office.run)
    sending.start()
    try:
        assert begun.wait(20)
        assert "À envoyer" in part(desk.page(HERE), "lots")
        assert "Hélène MARCHAND" in desk.page(f"patients/{desk.patient}")
        assert sending.is_alive()
    finally:
        answered.set()
        sending.join()
    assert "Envoyé" in part(desk.page(HERE), "lots") and len(desk.office.left) == 1


def test_who_settles_nothing_is_offered_no_table(desk: Counter) -> None:
    read(desk.office.world.desk, NEXT, pieces_of(written([line("799900028", "OC", "")])))
    seat(desk.office.world, BY_NAME["sender"])
    assert NEXT not in desk.page(HERE)


def test_who_does_not_bill_is_not_told_how_much_waits(desk: Counter) -> None:
    desk.signed(CAISSE)
    assert french_transmission.unsent(desk.office.world.desk) == 1
    seat(desk.office.world, BY_NAME["accountant"])
    assert french_transmission.unsent(desk.office.world.desk) == 0


def test_a_dre_that_waits_for_a_promise_is_held_apart(desk: Counter) -> None:
    secure_tp.begin(desk.office.world.desk, desk.signed())
    page = desk.page(HERE)
    held = page.partition('<section id="held"')[2]
    assert "DRE 126000001 · 7,16 €" in held and "DRE" not in part(page, "ready")


def test_k5_an_absent_receipt_is_told_and_its_lot_goes_again_once_a_person_is_sure(
    desk: Counter,
) -> None:
    office = desk.office
    desk.signed(CAISSE)
    office.batch()
    office.run()
    (lot,) = office.lots
    early = desk.shop.post(f"{HERE}lots/{lot.id}/again", sure="1")
    assert early.status_code == 422
    office.world.clock.advance(days=3)
    page = desk.page(HERE)
    assert "ARL absent" in part(page, "lots")
    assert "Nouvel envoi au plus tard le 16/03/2026" in page
    refused = desk.shop.post(f"{HERE}lots/{lot.id}/again")
    assert refused.status_code == 422 and "Cochez la case" in refused.text
    page = desk.sent(f"{HERE}lots/{lot.id}/again", sure="1")
    assert "Hélène MARCHAND" in part(page, "ready") and "Remis dans un autre lot" in page
    office.batch()
    office.run()
    office.acknowledge(lot)
    page = desk.page(HERE)
    assert f"Reçu deux fois : lot FSE {lot.number}" in page and "126000001" in page
    assert "après que ses documents ont été remis" in desk.page(f"{HERE}lots/{lot.id}")


def test_a_lot_whose_mail_was_refused_goes_again_once_a_person_is_sure(desk: Counter) -> None:
    desk.signed(CAISSE)
    desk.office.batch()
    desk.office.says = lambda _: Verdict.FAILED
    desk.office.run()
    (lot,) = desk.office.lots
    page = desk.page(HERE)
    assert "Le lot FSE 1 n’est pas parti" in page and "Rien n’est arrivé" in page
    assert "Rien n’est arrivé" in desk.page(f"{HERE}lots/{lot.id}")
    desk.shop.rooms.post = FakePost()
    assert "n’est pas parti" not in desk.sent(f"{HERE}lots/{lot.id}/retry")
    assert desk.shop.rooms.post.asked == ["send"]
    assert desk.shop.post(f"{HERE}lots/{lot.id}/retry").status_code == 409
    desk.office.run()
    page = desk.sent(f"{HERE}lots/{lot.id}/again", sure="1")
    assert "Hélène MARCHAND" in part(page, "ready") and "n’est pas parti" not in page


def test_a_refused_lot_says_why(desk: Counter) -> None:
    desk.signed(CAISSE)
    desk.office.batch()
    desk.office.run()
    (lot,) = desk.office.lots
    desk.office.acknowledge(lot, positive=False, reason="LOT ILLISIBLE")
    page = desk.page(f"{HERE}lots/{lot.id}")
    assert "ARL négatif" in page and "« LOT ILLISIBLE »" in page


def test_k14_a_duplicate_for_the_caisse_bears_why_its_numbers_and_the_box(desk: Counter) -> None:
    document = desk.twice_refused(CAISSE)
    failed = part(desk.page(HERE), "failed")
    assert "Deux échecs : duplicata papier" in failed and "à envoyer à l’organisme" in failed
    assert "Duplicata remis" not in failed  # nothing was printed yet
    assert "Rien n’attend de partir." in desk.page(HERE)  # it is sent no third time
    assert desk.office.batch() == "" and len(desk.office.lots) == 2
    said = paper(desk, document)
    lots = [str(lot.number) for lot in desk.office.lots]
    for words in (
        "DUPLICATA d’une facture électronique", "FSE n° 126000001", "La caisse gestionnaire 01 291",
        f"Lot {lots[0]} du 10/03/2026 : accusé de réception négatif (LOT ILLISIBLE)",
        f"Lot {lots[1]}", "Hélène MARCHAND", "L’assuré n’a pas pu signer", "10,74",
        "Signature de l’assuré", "Demandé en tiers payant : 10,74 €",
    ):  # fmt: skip
        assert words in said, (words, said)
    assert said == paper(desk, document)
    kept = "select count(*) from document where kind = 'DUPLICATE'"
    assert desk.office.world.sql(kept) == 1
    assert "Duplicata d’une facture non transmise" in desk.page(f"file/{desk.patient}/letters")
    page = desk.sent(f"{HERE}documents/{document}/handed")
    assert state(desk, document) == "GivenUp" and "Deux échecs" not in page
    assert "DUPLICATA" in paper(desk, document)  # it can be printed again


def test_k14_a_duplicate_of_a_dre_is_for_the_complementary_and_tells_absent_receipts(
    desk: Counter,
) -> None:
    office = desk.office
    session = desk.signed()
    for _ in range(2):
        office.batch()
        for _ in range(2):  # the DRE after its FSE
            office.run()
        office.world.clock.advance(days=5)
        for lot in office.lots:
            if lot.state == "Sent" and lot.kind == "DRE":
                desk.sent(f"{HERE}lots/{lot.id}/again", sure="1")
    request = office.documents(session)[1]
    assert "Imprimer le duplicata" in part(desk.page(HERE), "failed")
    said = paper(desk, request.id)
    assert "L’organisme complémentaire" in said and "0799900010" in said
    assert said.count("aucun accusé de réception") == 2 and "7,16" in said


def test_k15_a_duplicate_of_what_the_patient_paid_is_signed_and_handed_to_him(
    desk: Counter,
) -> None:
    document = desk.twice_refused(PAYS)
    assert "à remettre au patient" in part(desk.page(HERE), "failed")
    said = paper(desk, document)
    for words in ("Le patient, qui a réglé : à signer et à lui remettre", "Réglé par le patient",
                  "envoie ce duplicata signé à sa caisse"):  # fmt: skip
        assert words in said, (words, said)
    assert "n’a pas pu signer" not in said and "gestionnaire" not in said
    desk.sent(f"{HERE}documents/{document}/handed")
    assert state(desk, document) == "GivenUp"


def test_row_49_each_duplicate_holds_its_own_patient_alone(desk: Counter) -> None:
    world = desk.office.world
    documents = [desk.twice_refused(CAISSE)]
    desk.office.insert(MEYER)
    desk.series = opened(world, covered(world, MEYER, "0799900010"))
    documents.append(desk.twice_refused(CAISSE))
    for document in (*documents, "01NOBODY", *reversed(documents)):
        if document == "01NOBODY":  # an error between two leaves nothing behind
            address = f"{desk.shop.door.root}papers/duplicate/{document}/document.pdf"
            assert desk.shop.client.get(address).status_code == 404
            continue
        said = paper(desk, document)
        for place, name in enumerate(("MARCHAND", "MEYER")):
            assert (name in said) is (document == documents[place])


def test_no_duplicate_is_made_of_what_did_not_fail_twice(desk: Counter) -> None:
    session = desk.signed(CAISSE)
    document = desk.office.documents(session)[0].id
    for path in (f"papers/duplicate/{document}", f"papers/duplicate/{document}/document.pdf"):
        assert desk.shop.client.get(f"{desk.shop.door.root}{path}").status_code == 404
    assert desk.shop.post(f"{HERE}documents/{document}/handed").status_code == 404


def test_a_letter_nobody_can_read_is_listed(desk: Counter) -> None:
    desk.office.answer({"kind": "ARL", "origin": "AMO", "lot_kind": "FSE", "ps_number": "991086265",
                        "lot_number": 77, "positive": True, "reason": ""})  # fmt: skip
    desk.office.run()
    letters = part(desk.page(HERE), "letters")
    assert "1 réponse illisible" in letters and "accuse un lot inconnu ici" in letters


def test_a_task_under_way_and_one_that_failed_are_told(desk: Counter) -> None:
    desk.signed(CAISSE)
    running = SigningState(SigningTask.SEND, running=True, done=1, total=3)
    desk.shop.rooms.signing = FakeSigning(running)
    page = desk.page(HERE)
    assert "Les lots se préparent : fichier 1 sur 3" in page and 'name="pin"' not in page
    failed = SigningState(SigningTask.SEND, done=1, total=3, problem="wrong_pin", tries=2)
    desk.shop.rooms.signing = FakeSigning(failed)
    page = desk.page(HERE)
    assert "Essais restants : 2" in page and "1 sur 3 étaient faits" in page
    desk.shop.rooms.signing = None
    assert desk.shop.post(f"{HERE}send").status_code == 404
    page = desk.page(HERE)
    assert "Aucun composant agréé" in page and 'name="pin"' not in page


def test_a_practice_that_may_not_send_reads_why_and_has_no_button(desk: Counter) -> None:
    desk.signed(CAISSE)
    desk.make_real()
    page = desk.page(HERE)
    assert "n’est pas homologué" in page and "agrément du CNDA restent à obtenir" in page
    assert 'name="pin"' not in page and "Hélène MARCHAND" in part(page, "ready")
