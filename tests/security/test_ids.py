"""The ids of others (attack 42): unknown, of another kind, of another practice: not found."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.services import patients
from server.services.cabinet import Cabinet
from tests.people import DELVAUX, OUCHENE, THONON
from tests.security.exercised import FILLED, busy, kinds_of_ids
from tests.services.people_of import BY_NAME, seat
from tests.webui.shop import Shop
from tests.world import BUILT_ON, CHEAP, PASSPHRASE, FixedClock, World, seeded

NO_ID = frozenset({"sheet", "filename", "secret", "month", "payer", "number"})
"""Arguments that name nothing of a practice: a style, a launch, a month, an errand in memory."""

QUERIES = (
    "today/?after={}", "patients/?after={}", "sessions/new?patient={}", "ledger/?line={}",
    "ledger/?after={}", "lots/?before={}", "refusals/?line={}", "refusals/?after={}",
    "finances/?lot={}", "finances/?after={}", "finances/recorded?lot={}&payment={}",
    "billing/sealed?lot={}", "connection/?after={}", "journal/?patient={}", "journal/?user={}",
    "journal/?device={}", "amounts/?before={}", "cards/arrived?subject={}", "tray/?filed={}",
)  # fmt: skip


@pytest.fixture
def shop(world: World) -> Shop:
    return busy(world)


@pytest.fixture
def elsewhere(_demo_folder: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Ids of another practice: a patient, his series, his session."""
    folder = shutil.copytree(_demo_folder, tmp_path / "elsewhere")
    cabinet = Cabinet(folder, FixedClock(), seeded(9), BUILT_ON, CHEAP)
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    other = World(cabinet, FixedClock(), folder)
    session = other.visit(THONON)
    yield {
        "patient_id": other.ids[THONON],
        "series_id": other.series[THONON],
        "session_id": session,
    }
    cabinet.lock()


def strangers(shop: Shop, argument: str) -> Iterator[str]:
    """Ids that are none for an argument: unknown, malformed, and those of every other kind."""
    yield from ("01NOBODY", "0", "-1", "' or 1=1 --", "é" * 30, "A" * 300)
    kinds = kinds_of_ids(shop)
    for name, key in kinds.items():
        if name != argument and name not in NO_ID and key != kinds.get(argument):
            yield key


def test_row_42_an_id_of_nothing_or_of_another_kind_is_not_found(shop: Shop) -> None:
    client = shop.client
    real = kinds_of_ids(shop)
    before = shop.world.sql("select max(seq) from journal")
    tried = 0
    with shop.app.test_request_context(base_url=shop.door.origin):
        rules = [rule for rule in shop.app.url_map.iter_rules() if rule.arguments - NO_ID]
    for rule in rules:
        for argument in rule.arguments:
            for stranger in strangers(shop, argument):
                with shop.app.test_request_context(base_url=shop.door.origin):
                    _, path = rule.build({**real, argument: stranger}) or ("", "")
                for method in {"GET", "POST"} & (rule.methods or set()):
                    typed = {**FILLED, f"reason-{stranger}": "x"}
                    answer = client.open(
                        path, method=method, data=typed if method == "POST" else None,
                        headers={"X-Page-Token": shop.door.page_token},
                    )  # fmt: skip
                    assert answer.status_code == 404, (method, rule.endpoint, stranger)
                    for name in ("Ouchene", "OUCHENE", "Delvaux", "DELVAUX"):
                        assert name not in answer.text, (method, rule.endpoint, stranger)
                    tried += 1
    assert tried > 400
    assert shop.world.sql("select max(seq) from journal") == before


def test_row_42_an_id_of_another_practice_is_not_found(
    shop: Shop, elsewhere: dict[str, str]
) -> None:
    real = kinds_of_ids(shop)
    for rule in list(shop.app.url_map.iter_rules()):
        strange = {name: key for name, key in elsewhere.items() if name in rule.arguments}
        if not strange:
            continue
        with shop.app.test_request_context(base_url=shop.door.origin):
            _, path = rule.build({**real, **strange}) or ("", "")
        for method in {"GET", "POST"} & (rule.methods or set()):
            answer = shop.client.open(
                path, method=method, data=FILLED if method == "POST" else None,
                headers={"X-Page-Token": shop.door.page_token},
            )  # fmt: skip
            assert answer.status_code == 404, (method, rule.endpoint)
            assert "Thonon" not in answer.text and "THONON" not in answer.text


@pytest.mark.parametrize("query", QUERIES)
def test_row_42_an_id_in_a_query_opens_nothing_it_should_not(shop: Shop, query: str) -> None:
    for stranger in ("01NOBODY", "0", "%27%20or%201%3D1", "é", "A" * 300):
        answer = shop.client.get(shop.door.root + query.format(stranger, stranger))
        assert answer.status_code in (200, 303, 404), (query, stranger)
        answer.close()


def test_row_42_a_series_of_one_patient_is_not_agreed_on_the_page_of_another(shop: Shop) -> None:
    series = shop.world.series[OUCHENE]
    other = shop.world.ids[DELVAUX]
    answer = shop.post(
        f"patients/{other}/coverage", mutuality="319", ct1="110", ct2="110", series=series,
        number="1", valid_from="2026-01-01",
    )  # fmt: skip
    assert answer.status_code in (404, 422)
    assert shop.world.sql("select count(*) from agreement where treatment = ?", (series,)) == 1


def test_row_42_a_colleague_finds_a_patient_of_the_holder_and_not_his_care(shop: Shop) -> None:
    seat(shop.world, BY_NAME["colleague"])
    held = patients.open_file(shop.world.desk, shop.world.ids[OUCHENE])
    assert held.patient.last_name == "Ouchene"
    for path in (
        f"series/{shop.world.series[OUCHENE]}", f"past/{shop.world.ids[OUCHENE]}",
        f"series/of/{shop.world.ids[OUCHENE]}/new", f"sessions/of/{shop.world.series[OUCHENE]}",
    ):  # fmt: skip
        assert shop.client.get(shop.door.root + path).status_code == 403
