"""Where a practice may send: a simulator's address is for demo practices only."""

from collections.abc import Callable
from pathlib import Path

import pytest

from server.app.partner import partner_of
from server.app.program import Program
from server.core.errors import InvalidValue
from tests.app.running import besace
from tests.world import PASSPHRASE, World

LOOPBACK = (
    "http://127.0.0.1:8080/efact",
    "http://[::1]:8080/efact",
    "https://127.0.0.1/efact",
    "https://127.8.9.1/efact",
    "https://[::1]/efact",
    "https://[::ffff:127.0.0.1]/efact",
    "https://0.0.0.0/efact",
    "https://localhost/efact",
    "https://LocalHost./efact",
    "https://hub.localhost/efact",
)


@pytest.mark.parametrize("url", LOOPBACK)
def test_a_real_practice_refuses_an_address_on_this_machine(url: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        partner_of(url, demo=False)
    assert refused.value.facts == {"field": "endpoint", "reason": "simulator_refused"}
    assert partner_of(url, demo=True) is not None


def test_a_real_practice_sends_over_tls_elsewhere_or_nowhere() -> None:
    endpoint = partner_of("https://services.example.invalid/efact", demo=False)
    assert endpoint
    assert (endpoint.host, endpoint.port, endpoint.tls) == ("services.example.invalid", 443, True)
    assert partner_of("", demo=False) is None


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:8080/efact", "simulateur sur ce poste"),
        ("https://localhost/efact", "simulateur sur ce poste"),
        ("http://services.example.invalid/", "n’est pas chiffrée"),
        ("gopher://x", "pas une adresse"),
    ],
)
def test_the_command_says_why_and_makes_nothing(tmp_path: Path, url: str, told: str) -> None:
    folder = tmp_path / "cabinet"
    done = besace("run", "--practice", str(folder), "--no-window", "--endpoint", url, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert not folder.exists()


def test_a_forged_sign_does_not_open_a_real_practice_towards_a_simulator(
    real_world: World, program_on: Callable[..., Program]
) -> None:
    real_world.cabinet.prove()
    real_world.cabinet.lock()
    keys = real_world.folder / "besace.key"
    assert '"demo": false' in keys.read_text()
    keys.write_text(keys.read_text().replace('"demo": false', '"demo": true'))
    program = program_on(real_world.folder, endpoint="http://127.0.0.1:9/efact")
    with pytest.raises(InvalidValue):
        program.gate.unlock(program.gate.users()[0].id, PASSPHRASE)
    assert not program.cabinet.is_open
    assert program.post is None
