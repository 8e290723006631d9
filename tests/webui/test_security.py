"""The door fitted to the application, attacked as `reliability-security.md` §6 says."""

import logging
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webui.house import PASSPHRASE, FakeGate, House, let_in, window
from webui.gate import GateState
from webui.screens import PAGES

STATIC = "static/app.css"


def every_address(app: Flask) -> Iterator[tuple[str, str]]:
    with app.test_request_context(base_url="http://127.0.0.1:5000"):
        for rule in app.url_map.iter_rules():
            values = {name: "1" for name in rule.arguments}
            _, address = rule.build(values) or ("", "")
            for method in rule.methods or ():
                yield method, address


def test_row_01_a_stranger_gets_an_empty_403_from_every_route(app: Flask) -> None:
    stranger = window(app)
    addresses = list(every_address(app))
    assert len(addresses) > 3 * len(PAGES)
    for method, address in addresses:
        answer = stranger.open(address, method=method)
        assert (answer.status_code, answer.data) == (403, b""), (method, address)
        assert "besace" not in str(answer.headers).lower()


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/launch/", "/unlock", "/launch/xyz"])
def test_row_01_nothing_exists_outside_the_prefix_even_with_the_cookie(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.data) == (403, b"")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost:5000"},
        {"Host": "rebind.localhost:5000"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:5001"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["today/", "events", "unlock", STATIC])
def test_row_05_our_cookies_in_foreign_hands_open_nothing(
    client: FlaskClient, house: House, headers: dict[str, str], path: str
) -> None:
    answer = client.get(house.door.root + path, headers=headers)
    assert (answer.status_code, answer.data) == (403, b"")


def test_row_04_a_form_posted_from_another_port_writes_nothing(
    client: FlaskClient, house: House
) -> None:
    answer = client.post(
        f"{house.door.root}lock",
        data={"page_token": house.door.page_token},
        headers={"Origin": "http://127.0.0.1:5001", "Sec-Fetch-Site": "same-site"},
    )
    assert answer.status_code == 403
    assert house.gate.state is GateState.OPEN


@pytest.mark.parametrize("token", [None, "", "0" * 64])
def test_row_04_a_change_without_the_token_of_the_page_is_refused(
    client: FlaskClient, house: House, token: str | None
) -> None:
    data = {} if token is None else {"page_token": token}
    answer = client.post(f"{house.door.root}lock", data=data)
    assert (answer.status_code, answer.data) == (403, b"")
    assert house.gate.state is GateState.OPEN


def test_row_05_json_sent_as_plain_text_has_no_token_and_writes_nothing(
    client: FlaskClient, house: House
) -> None:
    body = '{"page_token": "' + house.door.page_token + '"}'
    answer = client.post(f"{house.door.root}lock", data=body, content_type="text/plain")
    assert answer.status_code == 403
    assert house.gate.state is GateState.OPEN


def test_the_token_is_accepted_as_a_header_too(client: FlaskClient, house: House) -> None:
    answer = client.post(f"{house.door.root}lock", headers={"X-Page-Token": house.door.page_token})
    assert answer.status_code == 303
    assert house.gate.state is GateState.LOCKED


@pytest.mark.parametrize("path", ["", "unlock", "today/", "nowhere", STATIC])
def test_row_06_every_answer_carries_the_hard_headers_and_no_cors(
    client: FlaskClient, house: House, path: str
) -> None:
    answer = client.get(house.door.root + path, headers={"Origin": house.door.origin})
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    if path != STATIC:
        assert answer.headers["Cache-Control"] == "no-store"
    answer.close()


def test_cookies_are_kept_from_scripts_other_sites_and_other_paths(
    app: Flask, house: House
) -> None:
    stranger = window(app)
    answer = stranger.get(house.door.invite().removeprefix(house.door.origin))
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert f"Path={house.door.root}" in cookie


def test_row_08_the_launch_secret_opens_once_through_the_application(
    app: Flask, house: House
) -> None:
    address = house.door.invite().removeprefix(house.door.origin)
    assert window(app).get(address).status_code == 303
    answer = window(app).get(address)
    assert (answer.status_code, answer.data) == (403, b"")


def test_row_08_an_alarm_is_logged_without_the_secret(
    app: Flask, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    house.door.invite()
    for number in range(6):
        window(app).get(f"/launch/{number:064d}")
    assert "unknown launch secrets" in caplog.text
    assert f"{5:064d}" not in caplog.text and house.door.prefix not in caplog.text


def test_row_38_the_old_cookie_opens_nothing_once_locked(client: FlaskClient, house: House) -> None:
    assert client.get(f"{house.door.root}today/").status_code == 200
    house.gate.lock()
    for path in ("today/", "events", "frame/line", "nowhere"):
        answer = client.get(house.door.root + path)
        assert answer.status_code == 403
        assert "Sophie" not in answer.text
    fragment = client.get(f"{house.door.root}frame/line", headers={"HX-Request": "true"})
    assert fragment.status_code == 403
    assert fragment.headers["HX-Redirect"] == house.door.root


def test_row_38_a_session_cookie_from_before_the_lock_stays_dead_after_unlocking_elsewhere(
    app: Flask, client: FlaskClient, house: House
) -> None:
    house.gate.lock()
    other = let_in(app, house)
    unlock = {"user": "u1", "passphrase": PASSPHRASE, "page_token": house.door.page_token}
    other.post(f"{house.door.root}unlock", data=unlock)
    assert other.get(f"{house.door.root}today/").status_code == 200
    assert client.get(f"{house.door.root}today/").status_code == 403


def multipart(parts: int, size: int) -> bytes:
    part = '--b\r\nContent-Disposition: form-data; name="p"\r\n\r\n' + "x" * size + "\r\n"
    return (part * parts + "--b--\r\n").encode()


@pytest.mark.parametrize(("parts", "size"), [(1, 9 * 1024 * 1024), (10_000, 1)])
def test_row_32_an_upload_too_heavy_or_in_too_many_parts_is_refused_with_a_sentence(
    client: FlaskClient, house: House, parts: int, size: int
) -> None:
    answer = client.post(
        f"{house.door.root}unlock",
        data=multipart(parts, size),
        content_type="multipart/form-data; boundary=b",
    )
    assert answer.status_code == 413
    assert "trop lourd" in answer.text


def test_row_41_extra_form_fields_change_nothing(visitor: FlaskClient, house: House) -> None:
    answer = visitor.post(
        f"{house.door.root}unlock",
        data={
            "user": "u1",
            "passphrase": "wrong",
            "state": "OPEN",
            "page_token": house.door.page_token,
        },
    )
    assert answer.status_code == 403
    assert house.gate.state is GateState.LOCKED


def test_a_launch_shows_nothing_of_the_practice_in_its_address(house: House) -> None:
    assert isinstance(house.gate, FakeGate) and house.gate.sign
    assert house.gate.sign.name not in house.door.invite()
