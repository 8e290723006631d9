"""What is typed and not sent: its user's alone, in no journal, gone once sent or after a week."""

from server.services import drafts
from server.services.drafts import Typed
from tests.world import World

PLACE, ACTION = "sessions/1?day=x", "sessions/1/keep"
NOTE = Typed(ACTION, [("note", "Épaule douloureuse"), ("place", "HOME")])


def test_what_is_kept_comes_back_as_it_was_and_changes_nothing_else(world: World) -> None:
    rows = world.sql("select count(*) from journal")
    news = world.sql("select count(*) from event")
    drafts.keep(world.desk, PLACE, [NOTE])
    left = drafts.of_page(world.desk, PLACE)
    assert left is not None
    assert left.forms == [NOTE]
    assert drafts.of_page(world.desk, "sessions/2") is None
    assert world.sql("select count(*) from journal") == rows
    assert world.sql("select count(*) from event") == news


def test_a_page_that_was_open_is_led_back_to_and_one_left_by_hand_is_not(world: World) -> None:
    assert drafts.resumed(world.desk) == ""
    drafts.keep(world.desk, PLACE, [NOTE])
    drafts.keep(world.desk, "patients/2", [NOTE])
    assert drafts.resumed(world.desk) == "patients/2"
    drafts.leave(world.desk, "patients/2")
    assert drafts.resumed(world.desk) == PLACE
    assert drafts.of_page(world.desk, "patients/2") is not None


def test_it_dies_when_its_form_is_sent_and_the_other_forms_of_the_page_stay(world: World) -> None:
    other = Typed("other/form", [("word", "x")])
    drafts.keep(world.desk, PLACE, [NOTE, other])
    drafts.sent(world.desk, "unknown/form")
    drafts.sent(world.desk, ACTION)
    left = drafts.of_page(world.desk, PLACE)
    assert left is not None and left.forms == [other]
    drafts.sent(world.desk, "other/form")
    assert drafts.of_page(world.desk, PLACE) is None


def test_it_dies_when_discarded_and_after_a_week(world: World) -> None:
    drafts.keep(world.desk, PLACE, [NOTE])
    drafts.discard(world.desk, PLACE)
    assert drafts.of_page(world.desk, PLACE) is None
    drafts.keep(world.desk, PLACE, [NOTE])
    world.clock.advance(days=7)
    assert drafts.of_page(world.desk, PLACE) is None
    assert drafts.resumed(world.desk) == ""
    drafts.keep(world.desk, "other", [NOTE])
    assert world.sql("select count(*) from draft") == 1


def test_a_flood_is_not_kept(world: World) -> None:
    drafts.keep(world.desk, PLACE, [Typed(ACTION, [("note", "x" * 300_000)])])
    drafts.keep(world.desk, PLACE, [])
    assert drafts.of_page(world.desk, PLACE) is None
    for page in range(60):
        drafts.keep(world.desk, f"page/{page}", [NOTE])
    assert world.sql("select count(*) from draft") == 50
    assert drafts.of_page(world.desk, "page/59") is not None


def test_another_user_finds_nothing_of_it(world: World) -> None:
    drafts.keep(world.desk, PLACE, [NOTE])
    world.desk.db.execute("update draft set user = 'another'").fetchall()
    assert drafts.of_page(world.desk, PLACE) is None
    assert drafts.resumed(world.desk) == ""


def test_a_file_that_is_only_read_takes_none(world: World) -> None:
    drafts.keep(world.desk, PLACE, [NOTE])
    world.cabinet.stop_writing("pages")
    drafts.keep(world.desk, "other", [NOTE])
    drafts.discard(world.desk, PLACE)
    drafts.leave(world.desk, PLACE)
    drafts.sent(world.desk, ACTION)
    assert drafts.of_page(world.desk, PLACE) is not None
    assert drafts.of_page(world.desk, "other") is None
