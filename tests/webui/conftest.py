"""Fixtures of the web tests: the application, clients on either side of the door, a browser."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from server.app.web import WebThread
from tests.webui.browsing import quiet_page
from tests.webui.house import PASSPHRASE, House, let_in
from tests.world import World
from webui.security import admits
from webui.serving import bind, server_for


@pytest.fixture
def house(world: World) -> House:
    return House(world)


@pytest.fixture
def app(house: House) -> Flask:
    return house.app()


@pytest.fixture
def visitor(app: Flask, house: House) -> FlaskClient:
    """Past the door, before the practice is unlocked."""
    return let_in(app, house)


@pytest.fixture
def client(visitor: FlaskClient, house: House) -> FlaskClient:
    """Past the door and unlocked."""
    answer = visitor.post(
        f"{house.door.root}unlock",
        data={"user": "u1", "passphrase": PASSPHRASE, "page_token": house.door.page_token},
    )
    assert answer.status_code == 303
    return visitor


@pytest.fixture
def served(world: World) -> Iterator[House]:
    """The application behind waitress, on a real loopback socket."""
    listener = bind()
    house = House(world, port=listener.getsockname()[1])
    web = WebThread(server_for(house.app(), listener, admits(house.door)))
    web.start()
    yield house
    web.stop()


@pytest.fixture
def page(browser: Browser, served: House) -> Iterator[Page]:
    """A browser page past the door, at the size the screens were drawn for."""
    with quiet_page(browser) as opened:
        opened.goto(served.door.invite())
        yield opened
