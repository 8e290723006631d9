"""A practice at work behind its door, on a real socket."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from server.app.web import WebThread
from tests.app.visitor import Visitor
from tests.webui.shop import Shop
from tests.world import PASSPHRASE, World
from webui.security import admits
from webui.serving import bind, server_for


@dataclass
class Served:
    """The shop and its port."""

    shop: Shop
    port: int
    visitors: list[Visitor] = field(default_factory=list)

    def visitor(self) -> Visitor:
        """Somebody let in who has typed the passphrase."""
        made = Visitor(self.shop.door.invite())
        self.visitors.append(made)
        made.get("unlock")
        user = self.shop.world.cabinet.logins()[0].id
        made.post("unlock", user=user, passphrase=PASSPHRASE)
        assert made.page.status_code == 200
        return made


@pytest.fixture
def served(world: World) -> Iterator[Served]:
    listener = bind()
    shop = Shop(world, listener.getsockname()[1])
    web = WebThread(server_for(shop.app, listener, admits(shop.door)))
    web.start()
    made = Served(shop, listener.getsockname()[1])
    yield made
    for visitor in made.visitors:
        visitor.close()
    web.stop()
