"""Every route, every method, every failure: hard headers, no cache, nothing told to strangers."""

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app.privacy import talk_in_lines
from tests.people import DELVAUX, OUCHENE
from tests.webui.house import window
from tests.webui.shop import Shop
from tests.world import World
from webui.door import Door

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
STREAM = "stream.events"
HELD = "Ouchene 85.03.12-123.45 \r\nWARNING forged"


@pytest.fixture
def shop(world: World) -> Shop:
    made = Shop(world)
    world.visit(OUCHENE)
    world.seal("100")
    world.visit(DELVAUX)
    return made


def addresses(shop: Shop, *values: str) -> Iterator[tuple[str, str]]:
    """Each rule of the application with each value in the place of its arguments."""
    with shop.app.test_request_context(base_url=shop.door.origin):
        for rule in shop.app.url_map.iter_rules():
            for value in values if rule.arguments else ("",):
                _, path = rule.build(dict.fromkeys(rule.arguments, value)) or ("", "")
                yield rule.endpoint, path


def hard(answer: TestResponse, endpoint: str = "") -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "object-src 'none'" in policy
    assert "unsafe" not in policy and "*" not in policy
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert "Server" not in answer.headers
    if endpoint != "static" or answer.status_code != 200:
        assert answer.headers["Cache-Control"] == "no-store"


def known_ids(shop: Shop) -> list[str]:
    tables = ("patient", "treatment", "session", "lot", "line", "message", "letter")
    found = [shop.world.sql(f"select max(id) from {name}") for name in tables]  # noqa: S608 - ours
    return [str(each) for each in found if each]


def test_row_06_every_answer_to_a_guest_is_hard_and_never_kept_in_a_cache(shop: Shop) -> None:
    client, seen = shop.client, set()
    for endpoint, path in addresses(shop, "nobody", *known_ids(shop)):
        if endpoint in (STREAM, "launch", "gate.lock"):
            continue
        for method in METHODS:
            answer = client.open(path, method=method, headers=token(shop.door))
            hard(answer, endpoint)
            assert b"Traceback" not in answer.data
            seen.add(answer.status_code)
            answer.close()
    assert {200, 303, 404, 405} <= seen
    assert 500 not in seen


def test_row_06_the_stream_is_hard_too(shop: Shop) -> None:
    answer = shop.client.get(f"{shop.door.root}events", buffered=False)
    hard(answer)
    answer.close()


def test_row_01_a_stranger_learns_nothing_whatever_the_method_and_the_address(shop: Shop) -> None:
    _ = shop.client  # somebody else is at work
    stranger = window(shop.app)
    paths = [path for _, path in addresses(shop, "1", "../../etc/passwd", *known_ids(shop))]
    assert len(paths) > 150
    for path in (*paths, "/", "/robots.txt", "/static/app.css", "/" + "a" * 5000):
        for method in METHODS:
            answer = stranger.open(path, method=method)
            assert (answer.status_code, answer.data) == (403, b"")
            hard(answer)
            assert "Set-Cookie" not in answer.headers and "esace" not in str(answer.headers)


def token(door: Door) -> dict[str, str]:
    return {"X-Page-Token": door.page_token, "Origin": door.origin}


def test_row_33_a_fault_of_ours_shows_no_trace_and_logs_no_name(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise RuntimeError(HELD)

    monkeypatch.setattr("webui.pages.today.render_template", stumble)
    answer = shop.client.get(f"{shop.door.root}today/")
    hard(answer)
    assert answer.status_code == 500
    for word in ("Traceback", "RuntimeError", "Ouchene", ".py", "forged"):
        assert word not in answer.text
    assert "RuntimeError" in caplog.text
    assert "Ouchene" not in caplog.text and "forged" not in caplog.text


@pytest.mark.parametrize("end", ["\r\n", "%0d%0a", "\n", "\r", "\x0b", "\u2028", "é\r\n"])
def test_row_06_no_header_can_be_slipped_into_an_answer(shop: Shop, end: str) -> None:
    slip = f"1{end}Set-Cookie: slipped=1{end}{end}<script>"
    client = shop.client
    for _, path in addresses(shop, slip):
        for method in ("GET", "POST"):
            if path.endswith(("events", "lock")):
                continue
            answer = client.open(path, method=method, headers=token(shop.door))
            assert not [v for k, v in answer.headers if "slipped" in v and k == "Set-Cookie"]
            assert not [v for _, v in answer.headers if "\r" in v or "\n" in v]
            answer.close()


ELSEWHERE = ("http://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)")
ASKED = ("next", "url", "return", "return_to", "redirect", "continue", "to", "from", "back", "dest")


@pytest.mark.parametrize("away", ELSEWHERE)
def test_row_29_no_page_sends_the_browser_elsewhere(shop: Shop, away: str) -> None:
    client = shop.client
    query = dict.fromkeys(ASKED, away)
    told = {**token(shop.door), "Referer": away, "X-Forwarded-Host": "evil.example"}
    moved = 0
    for endpoint, path in addresses(shop, *known_ids(shop)):
        if endpoint in (STREAM, "launch", "gate.lock"):
            continue
        for method in ("GET", "POST"):
            for extra in ({}, {"HX-Request": "true"}):
                answer = client.open(
                    path, method=method, headers={**told, **extra}, query_string=query,
                    data=query if method == "POST" else None,
                )  # fmt: skip
                for name in ("Location", "HX-Redirect", "HX-Location", "Refresh"):
                    where = answer.headers.get(name)
                    moved += where is not None
                    assert where is None or where.startswith(shop.door.root), (path, where)
                answer.close()
    assert moved > 20


def test_row_16_no_address_of_a_style_or_document_leaves_its_folder(shop: Shop) -> None:
    client = shop.client
    for up in ("../", "..%2f", "%2e%2e/", "..\\", "%2e%2e%5c", "....//", "%00", "C:/", "//etc/"):
        for name in ("security.py", "door.py", "etc/passwd", "locale/nl/LC_MESSAGES/door.po"):
            answer = client.get(f"{shop.door.root}static/{up}{name}")
            assert answer.status_code in (400, 403, 404), (up, name)
            answer.close()


def test_row_33_what_a_stranger_sends_never_begins_a_line_of_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told, quiet = StringIO(), logging.getLogger("forged")
    monkeypatch.setattr(logging.root, "handlers", [])
    level = logging.root.level
    talk_in_lines(told)
    quiet.warning("asked for %s", "x\r\nERROR server: all patients deleted\x1b[2J\u2028INFO y: z")
    quiet.warning("")
    logging.root.setLevel(level)
    first, *others = told.getvalue().rstrip("\n").split("\n")
    assert first == "WARNING forged: asked for x"
    assert [line[:6] for line in others[:-1]] == ["    | "] * (len(others) - 1)
    assert others[-1] == "WARNING forged: "
    assert not {c for c in told.getvalue() if not c.isprintable()} - {"\n"}


def test_row_41_a_client_cannot_call_itself_someone_by_a_header(shop: Shop) -> None:
    client: FlaskClient = shop.client
    for name in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "X-Original-URL"):
        answer = client.get(f"{shop.door.root}today/", headers={name: "evil.example"})
        assert answer.status_code == 200
        assert "evil.example" not in answer.text
