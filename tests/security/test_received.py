"""What comes in by the porte-document, the watched folder or a code ends in one sentence."""

import io
import zipfile
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from hardware.inbox import WatchedFolder
from server.app.sorter import Sorter
from server.core.tray import Origin
from server.services import tray
from tests.app.waiting import until
from tests.hardware.drawn import on_a_page, png
from tests.security.test_images import HARMFUL, locked
from tests.webui.shop import Shop
from tests.world import World

TURNED = "\N{RIGHT-TO-LEFT OVERRIDE}"
NAMES = (
    "../../../etc/passwd.pdf", "/etc/passwd.pdf", "C:\\Windows\\x.pdf", "..\\..\\x.pdf",
    "CON.pdf", "a\x00b.pdf", "n" * 5000 + ".pdf", "\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe",
    "a\r\nSet-Cookie: door=1.pdf", "<img src=x onerror=x>.pdf",
)  # fmt: skip


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def sent(shop: Shop, content: bytes, name: str) -> TestResponse:
    form = {"page_token": shop.door.page_token, "files": (io.BytesIO(content), name)}
    return shop.client.post(f"{shop.door.root}tray/receive", data=form)


@pytest.mark.parametrize("name", NAMES)
def test_row_16_a_received_file_keeps_its_last_name_to_be_read_and_leaves_under_ours(
    shop: Shop, name: str
) -> None:
    before = {path.name for path in shop.world.folder.iterdir()}
    key = tray.receive(shop.world.desk, b"%PDF-1.7 received", name, Origin.FOLDER).id
    kept = tray.opened(shop.world.desk, key).name
    assert len(kept) <= 120
    assert not set(kept) & set("/\\\0\r\n\N{RIGHT-TO-LEFT OVERRIDE}")
    page = shop.get(f"tray/{key}")
    assert "<img src=x" not in page
    taken = shop.client.get(f"{shop.door.root}tray/{key}/original")
    offered = taken.headers["Content-Disposition"].partition("filename=")[2].strip('"')
    assert offered == f"besace-{shop.world.desk.today:%Y%m%d}-{key[-6:]}.pdf"
    assert {path.name for path in shop.world.folder.iterdir()} == before


def test_row_16_a_name_that_leads_out_of_the_watched_folder_is_put_aside_inside_it(
    tmp_path: Path,
) -> None:
    place = tmp_path / "scans"
    place.mkdir()
    odd = [
        "..pdf",
        "a\\..\\b.pdf",
        "CON.pdf",
        "\N{RIGHT-TO-LEFT OVERRIDE}fdp.pdf",
        "n" * 250 + ".pdf",
    ]
    for name in odd:
        (place / name).write_bytes(b"%PDF-1.7 " + name.encode())
    watched = WatchedFolder(place, lambda _: True, lambda _: None)
    watched.look()
    watched.look()
    assert {path.name for path in tmp_path.iterdir()} == {"scans"}
    found = {path.relative_to(place).parts[0] for path in place.rglob("*") if path.is_file()}
    assert found <= {"besace-pris-en-charge", "..pdf"}


def archives() -> dict[str, bytes]:
    plain, bomb, out = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("a.pdf", b"%PDF-1.7 inside")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(20_000_000))
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../x.pdf", b"%PDF-1.7 outside")
    gzip = b"\x1f\x8b\x08" + bytes(100)
    return {"plain": plain.getvalue(), "bomb": bomb.getvalue(), "out": out.getvalue(), "gzip": gzip}


@pytest.mark.parametrize("kind", ["bomb", "out", "gzip"])
def test_row_18_an_archive_is_no_paper_and_is_never_opened(
    shop: Shop, tmp_path: Path, kind: str
) -> None:
    archive = archives()[kind]
    refused = sent(shop, archive, "papiers.pdf")
    assert refused.status_code == 422
    assert "n’est ni un PDF ni une image" in refused.text
    assert tray.waiting(shop.world.desk) == []
    (tmp_path / "papiers.pdf").write_bytes(archive)
    left: list[str] = []
    watched = WatchedFolder(tmp_path, lambda _: True, lambda told: left.append(str(told.why)))
    watched.look()
    watched.look()
    assert left == ["inbox.kind"]
    assert (tmp_path / "papiers.pdf").read_bytes() == archive


HOSTILE = {
    "a hundred megapixels": (HARMFUL["a hundred megapixels"][0], "bien plus de points"),
    "a bomb": (HARMFUL["a bomb of 20 032 by 20 032"][0], "bien plus de points"),
    "cut short": (png(on_a_page())[:-40], "s’arrête avant sa fin"),
    "a locked PDF": (locked(), "demande un mot de passe"),
    "a PDF that is none": (b"%PDF-1.7\n" + b"<<" * 5000, "abîmé"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_row_19_and_20_a_hostile_paper_is_kept_as_it_came_with_one_sentence(
    shop: Shop, name: str
) -> None:
    content, words = HOSTILE[name]
    key = tray.receive(shop.world.desk, content, "papier", Origin.IMPORT).id
    sorter = Sorter(shop.world.cabinet, lambda: None)
    sorter.start()
    until(lambda: not tray.unseen(shop.world.desk), 60.0)
    sorter.stop()
    page = shop.get(f"tray/{key}")
    assert words in page
    assert "Traceback" not in page
    assert tray.as_it_came(shop.world.desk, key)[1] == content


LOOKS = {
    "an address": "https://example.org/?amc=1",
    "commands": "AMC\x1b[2J\x07\x08=1",
    "mirror": "\N{RIGHT-TO-LEFT OVERRIDE}1=CMA",
    "markup": "<script>alert(1)</script><a href=x>",
    "binary": "".join(map(chr, range(256))) * 10,
}


@pytest.mark.parametrize("name", LOOKS)
def test_row_21_a_code_is_shown_as_signs_on_the_screen_and_leads_nowhere(
    shop: Shop, name: str
) -> None:
    text = LOOKS[name].strip("\r\n\t")
    form = {"text": text, "page_token": shop.door.page_token}
    answer = shop.client.post(
        f"{shop.door.root}codes/typed", data=form, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    shown = answer.text.partition("data-code-text>")[2].partition("</p>")[0]
    assert shown
    assert not [
        c for c in shown if ord(c) < 32 or ord(c) == 127 or c == "\N{RIGHT-TO-LEFT OVERRIDE}"
    ]
    assert "<" not in shown
    assert 'href="http' not in answer.text
