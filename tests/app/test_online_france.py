"""The online services of France through the whole program: a demo asks, a real one does not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.app.demo_france import FrenchDemo
from server.app.demo_practice import PASSPHRASE
from server.app.program import Program
from server.services import adri, patients
from server.services.online import StepState
from sync.outbound import THIS_PROCESS
from tests.app.visitor import Visitor
from tests.app.waiting import until
from tests.world import PASSPHRASE as OURS
from tests.world import World


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[FrenchDemo, Visitor]]:
    made = FrenchDemo(tmp_path)
    visitor = Visitor(made.program.start())
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
    yield made, visitor
    visitor.close()
    made.program.stop()
    made.end()


def test_a_demo_asks_its_simulated_services_and_waits_while_the_cable_is_out(
    opened: tuple[FrenchDemo, Visitor],
) -> None:
    made, visitor = opened
    desk = made.program.cabinet.desk
    garrec, meyer = (patients.search(desk(), name)[0].id for name in ("garrec", "meyer"))
    visitor.post(f"rights/{garrec}/adri")
    until(lambda: adri.enquiry(desk(), garrec).state is StepState.GIVEN)
    visitor.get(f"rights/{garrec}")
    assert "réponse d’ADRi" in visitor.text and "Une autre source" in visitor.text
    assert "service simulé" in visitor.text
    made.pull_cable(cut=True)
    visitor.post(f"rights/{meyer}/adri")
    visitor.get(f"rights/{meyer}")
    assert "reprendra seul" in visitor.text
    made.pull_cable(cut=False)
    post = made.program.post
    assert post and not post.held
    post.send_now()
    until(lambda: adri.enquiry(desk(), meyer).state is StepState.GIVEN)
    hosts = [host for host in THIS_PROCESS.hosts if host.port == post.endpoint.port]
    assert [host.why for host in hosts] == ["simulator"]
    made.next_morning()
    assert not desk().clock_is_suspect


def test_a_real_practice_of_france_sends_nothing_whatever_its_address(
    french_real_world: World, program_on: Callable[..., Program]
) -> None:
    french_real_world.cabinet.prove()
    french_real_world.cabinet.lock()
    program = program_on(french_real_world.folder, "https://services.example.invalid/fr/t1")
    program.gate.unlock(program.gate.users()[0].id, OURS)
    assert program.post is None
    assert not [host for host in program.outbound.hosts if "example" in host.name]
