"""The environment: its places, its stamp, its steps, on three systems."""

from __future__ import annotations

import json

import pytest

from installer.environment import Places, build, found_stamp, steps, wanted_stamp
from installer.interpreter import choose
from installer.machine import System
from installer.setup import prepare
from tests.run.paper import DEBIAN_PYTHON, PaperMachine, debian, debian_facts

STAMP = "/home/kine/besace/.venv/besace-setup.json"


def test_windows_has_its_own_names_for_the_same_places() -> None:
    places = Places.of(PaperMachine(System.WINDOWS).root, System.WINDOWS)
    assert str(places.program("besace")) == r"C:\Users\kine\besace\.venv\Scripts\besace.exe"


def test_macos_has_the_places_of_a_unix() -> None:
    places = Places.of(PaperMachine(System.MACOS).root, System.MACOS)
    assert str(places.program("python")) == "/Users/kine/besace/.venv/bin/python"


def test_a_bare_debian_gets_environment_builders_libraries_besace_and_cards_in_this_order() -> None:
    machine = debian()
    assert prepare(machine, dev=False)
    words = ("venv --clear", "build.lock", "runtime.lock", "--editable", "cards.lock")
    assert len(machine.ran) == len(words)
    for command, word in zip(machine.ran, words, strict=True):
        assert word in " ".join(command)
    assert machine.ran[0][0] == "/usr/bin/python3.11"


@pytest.mark.parametrize(
    ("system", "python"),
    [
        (System.MACOS, "/Users/kine/besace/.venv/bin/python"),
        (System.WINDOWS, r"C:\Users\kine\besace\.venv\Scripts\python.exe"),
    ],
)
def test_the_command_lines_elsewhere_name_that_systems_paths(system: System, python: str) -> None:
    machine = PaperMachine(system)
    places = prepare(machine, dev=True)
    assert places
    assert [command[0] for command in machine.ran[1:]] == [python] * 4
    assert machine.links == {}
    assert machine.ran_with("cards.lock")
    assert not machine.ran_with("apt-get")


def test_every_locked_library_is_installed_with_its_hashes() -> None:
    machine = debian()
    for command in steps(machine, Places.of(machine.root, machine.system), dev=True):
        locked = any(word.endswith(".lock") for word in command)
        assert locked == ("--require-hashes" in command)
        assert "--no-deps" in command, "a version published since must not be looked at"


def test_builders_are_found_first_and_no_foreign_library_leaks_in() -> None:
    machine = PaperMachine(System.WINDOWS, path=r"C:\Windows")
    prepare(machine, dev=False)
    environ = machine.environs[-1]
    assert environ["PATH"] == r"C:\Users\kine\besace\.venv\Scripts;C:\Windows"
    assert environ["PYTHONPATH"] == ""


def test_only_gi_and_cairo_are_let_in_by_name() -> None:
    machine = debian()
    prepare(machine, dev=False)
    inside = "/home/kine/besace/.venv/lib/python3.11/site-packages"
    lent = "/usr/lib/python3/dist-packages"
    assert machine.links == {f"{inside}/gi": f"{lent}/gi", f"{inside}/cairo": f"{lent}/cairo"}


def test_a_second_start_runs_nothing() -> None:
    machine = debian()
    prepare(machine, dev=False)
    machine.ran.clear()
    machine.said.clear()
    assert prepare(machine, dev=False)
    assert machine.ran == []
    assert machine.said == []


def test_the_developers_environment_serves_the_product_but_not_the_reverse() -> None:
    machine = debian()
    prepare(machine, dev=False)
    machine.ran.clear()
    prepare(machine, dev=True)
    assert machine.ran_with("dev.lock")
    assert not machine.ran_with("venv --clear")
    machine.ran.clear()
    assert prepare(machine, dev=False)
    assert machine.ran == []


@pytest.mark.parametrize("file", ["installer/locks/runtime.lock", "pyproject.toml"])
def test_a_changed_lock_or_project_installs_again_on_top(file: str) -> None:
    machine = debian()
    prepare(machine, dev=False)
    machine.ran.clear()
    machine.files[f"/home/kine/besace/{file}"] = "changed"
    prepare(machine, dev=False)
    assert machine.ran_with("runtime.lock")
    assert not machine.ran_with("venv --clear")


def test_another_python_starts_the_environment_afresh() -> None:
    machine = debian()
    prepare(machine, dev=False)
    machine.ran.clear()
    machine.answers[DEBIAN_PYTHON] = debian_facts(version=[3, 13])
    prepare(machine, dev=False)
    assert machine.ran_with("venv --clear")


def test_card_headers_that_arrive_later_bring_the_card_library() -> None:
    machine = debian(files={})
    prepare(machine, dev=False)
    assert not machine.ran_with("cards.lock")
    machine.files["/usr/include/PCSC/winscard.h"] = ""
    prepare(machine, dev=False)
    assert machine.ran_with("cards.lock")


@pytest.mark.parametrize("step", ["venv --clear", "build.lock", "runtime.lock", "--editable"])
def test_an_interrupted_setup_leaves_no_stamp_and_starts_afresh(step: str) -> None:
    machine = debian(failing={step})
    assert prepare(machine, dev=False) is None
    assert STAMP not in machine.files
    assert "elle reprendra" in machine.said[-1]
    machine.failing.clear()
    machine.ran.clear()
    assert prepare(machine, dev=False)
    assert machine.ran_with("venv --clear")
    assert STAMP in machine.files


def test_an_interrupted_change_forgets_the_old_stamp_too() -> None:
    machine = debian()
    prepare(machine, dev=False)
    machine.files["/home/kine/besace/pyproject.toml"] = "changed"
    machine.failing = {"runtime.lock"}
    prepare(machine, dev=False)
    assert STAMP not in machine.files


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"interpreter": 1}', "3"])
def test_a_stamp_that_cannot_be_read_is_no_stamp(damage: str) -> None:
    machine = debian(files={STAMP: damage})
    assert found_stamp(machine, Places.of(machine.root, machine.system)) is None


def test_the_stamp_says_what_was_built() -> None:
    machine = debian()
    base = choose(machine)
    assert base
    places = Places.of(machine.root, machine.system)
    assert build(machine, places, base, dev=True)
    assert json.loads(machine.files[STAMP])["dev"] is True
    assert found_stamp(machine, places) == wanted_stamp(machine, base, dev=True)


def test_without_pcsc_headers_everything_installs_and_one_sentence_says_cards_are_off() -> None:
    machine = debian(files={})
    assert prepare(machine, dev=False)
    assert [line for line in machine.said if "cartes sont désactivées" in line]


def test_a_card_library_that_does_not_compile_stops_nothing() -> None:
    machine = debian(failing={"cards.lock"})
    assert prepare(machine, dev=False)
    assert "pyscard ne se compile pas" in machine.said[-1]


def test_without_the_windows_libraries_one_sentence_names_their_packages() -> None:
    machine = debian()
    machine.answers[DEBIAN_PYTHON] = debian_facts(gi=None)
    assert prepare(machine, dev=False)
    assert "gir1.2-webkit2-4.1" in machine.said[-1]
    assert "adresse" in machine.said[-1]


def test_without_a_fit_python_nothing_is_built_and_a_sentence_says_what_is_needed() -> None:
    machine = PaperMachine(System.WINDOWS, answers={r"C:\Python\python.exe": ""})
    assert prepare(machine, dev=False) is None
    assert machine.ran == []
    assert "3.11" in machine.said[-1]
