"""Fabricated people, authorities, and a stage on which cards come and go."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from hardware.eid_trust import TrustAnchors
from hardware.fake_ca import Authority, demo_root, new_authority
from hardware.fake_person import Person
from hardware.fake_scard import PaperScard
from tests.hardware.desk import Desk, open_desk
from tests.hardware.stage import NOON, READER, SetStage, Stage


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def reader() -> str:
    return READER


@pytest.fixture
def ana() -> Person:
    return Person(
        niss="85273012378",
        last_name="Peeters-Lebœuf",
        first_names="Ana Lucía",
        third_initial="M",
        birth_date=date(1985, 7, 30),
        street="Rue des Tilleuls 12/3",
        postcode="1000",
        municipality="Bruxelles",
    )


@pytest.fixture
def zoe(ana: Person) -> Person:
    return replace(ana, niss="01222504588", last_name="Mertens", birth_date=date(2001, 2, 25))


@pytest.fixture(scope="session")
def state_authority() -> Authority:
    """An authority that stands for the State's."""
    return new_authority("BELGIUM STAND-IN ROOT")


@pytest.fixture(scope="session")
def anchors(state_authority: Authority) -> TrustAnchors:
    return TrustAnchors(real=(state_authority.root,), demo=(demo_root(),))


@pytest.fixture
def set_stage(anchors: TrustAnchors) -> Iterator[SetStage]:
    stages: list[Stage] = []

    def start(scard: PaperScard | None = None, *, pnp: bool = True) -> Stage:
        service = scard or PaperScard(pnp=pnp)
        if scard is None:
            service.add_reader(READER)
        stage = Stage(service, anchors, pnp)
        stages.append(stage)
        stage.watcher.start()
        return stage

    yield start
    for stage in stages:
        assert stage.watcher.stop()
        assert not stage.scard.contexts, "a context was left open"


@pytest.fixture
def stage(set_stage: SetStage) -> Stage:
    return set_stage()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as desk:
        yield desk
