"""The four steps in a browser: they wait for the line, and show themselves as they are answered."""

from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from server.services import agenda
from tests.e2e.stages_france import FrenchDay, cover, french_morning
from tests.e2e.test_screens import Visitor

pytestmark = pytest.mark.e2e

OFFLINE = "hors ligne\N{NO-BREAK SPACE}: reprendra seul"


@pytest.mark.scenario("F-15")
def test_steps_and_rights_come_to_the_open_page_by_themselves(
    browser: Browser, tmp_path: Path
) -> None:
    day = FrenchDay(tmp_path)
    here = Visitor(browser, day, partial(french_morning, day))
    try:
        page, today, post = here.large, day.desk.today, day.program.post
        assert post
        cover(day, "marchand", amc="0799900010", member="A0099", third_party="1",
              cover_source="PAPER", cover_from=f"01/01/{today.year}",
              cover_to=f"31/12/{today.year}")  # fmt: skip
        patient = day.patient("marchand")
        [session] = [
            each.id for each in agenda.of_day(day.desk, today) if each.patient.id == patient
        ]
        day.demo.pull_cable(cut=True)
        page.goto(f"{here.base}sessions/{session}/tp")
        page.keyboard.press("F2")
        expect(page.get_by_text(OFFLINE)).to_be_visible()
        day.demo.pull_cable(cut=False)
        post.send_now()
        expect(page.get_by_text("obtenu")).to_have_count(4)
        page.goto(f"{here.base}rights/{day.patient('garrec')}")
        page.keyboard.press("F9")
        expect(page.locator("#adri").get_by_text("obtenu")).to_be_visible()
        expect(page.locator("#otherwise")).to_be_visible()
        assert here.complaints == []
    finally:
        here.leave()
        day.put_away()
