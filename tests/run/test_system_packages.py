"""System packages: found missing, installed by root, told to everybody else."""

from __future__ import annotations

import pytest

from installer.machine import System
from installer.system_packages import PRODUCT, TESTS, missing, provide
from tests.run.paper import PaperMachine

APT = {"apt-get"}


def dpkg(*names: str, state: str = "ii") -> dict[str, str]:
    return {"dpkg-query": "".join(f"{name} {state}\n" for name in names)}


def test_what_dpkg_holds_is_not_missing() -> None:
    machine = PaperMachine(programs=APT, answers=dpkg("gcc", "python3-gi", "vim"))
    assert missing(machine, ("gcc", "pcscd", "python3-gi")) == ("pcscd",)


def test_a_removed_package_whose_settings_remain_is_missing() -> None:
    machine = PaperMachine(programs=APT, answers=dpkg("gcc", state="rc"))
    assert missing(machine, ("gcc",)) == ("gcc",)


@pytest.mark.parametrize("system", [System.MACOS, System.WINDOWS])
def test_nothing_is_missing_where_there_is_no_dpkg(system: System) -> None:
    assert missing(PaperMachine(system, programs=APT), PRODUCT) == ()


def test_nothing_is_asked_of_a_linux_without_apt() -> None:
    assert missing(PaperMachine(), PRODUCT) == ()


def test_an_ordinary_user_is_told_the_exact_command_and_nothing_is_run() -> None:
    machine = PaperMachine(programs=APT, answers=dpkg("gcc"))
    provide(machine, ("gcc", "pcscd", "libccid"))
    assert machine.ran == []
    command = "sudo apt-get install --yes --no-install-recommends pcscd libccid"
    assert machine.said[-1].strip() == command


def test_root_installs_only_what_is_missing_without_a_question() -> None:
    known = {"apt-cache show pcscd": "Package: pcscd"}
    answers = {**dpkg("gcc"), **known}
    machine = PaperMachine(programs=APT, is_administrator=True, answers=answers)
    provide(machine, ("gcc", "pcscd"))
    assert machine.ran == [
        ("apt-get", "update", "--quiet"),
        ("apt-get", "install", "--yes", "--no-install-recommends", "pcscd"),
    ]
    assert machine.environs == [{"DEBIAN_FRONTEND": "noninteractive"}] * 2


def test_a_package_the_distribution_does_not_know_is_said_and_left_out() -> None:
    answers = {**dpkg(), "apt-cache show gcc": "Package: gcc"}
    machine = PaperMachine(programs=APT, is_administrator=True, answers=answers)
    provide(machine, ("gcc", "vsmartcard-vpcd"))
    assert machine.ran[-1][-1] == "gcc"
    assert "vsmartcard-vpcd" in machine.said[-1]


def test_when_none_is_known_nothing_is_installed() -> None:
    machine = PaperMachine(programs=APT, is_administrator=True, answers=dpkg())
    provide(machine, ("nothing",))
    assert not machine.ran_with("install")


def test_an_installation_that_fails_is_said_and_the_setup_goes_on() -> None:
    answers = {**dpkg(), "apt-cache show gcc": "Package: gcc"}
    machine = PaperMachine(
        programs=APT, is_administrator=True, answers=answers, failing={"install"}
    )
    provide(machine, ("gcc",))
    assert "on continue" in machine.said[-1]


def test_nothing_is_said_or_run_when_everything_is_there() -> None:
    machine = PaperMachine(programs=APT, is_administrator=True, answers=dpkg(*PRODUCT, *TESTS))
    provide(machine, (*PRODUCT, *TESTS))
    assert (machine.said, machine.ran) == ([], [])
