"""The rules for Linux: what they open, to whom, and nothing else; told of by the doctor."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from server.app.doctor_rules import POLKIT, UDEV, look_at_rules
from server.app.findings import Finding

FOLDER = Path(__file__).parents[2] / "installer" / "linux"
_WORD = re.compile(r'(?P<key>[A-Z]+(?:\{[^}]*\})?)(?P<how>==|!=|\+=|=)"(?P<value>[^"]*)"')
_ASKS = {"ACTION", "SUBSYSTEM", "SUBSYSTEMS", "ATTRS", "ENV", "TEST"}


@dataclass(frozen=True)
class Word:
    key: str
    how: str
    value: str


def rules() -> list[list[Word]]:
    """Cut the file into rules; what is no word of udev is a failure."""
    found = []
    for line in (FOLDER / UDEV).read_text().splitlines():
        if line and not line.startswith("#"):
            parts = [part.strip() for part in re.split(r",\s+", line)]
            matches = [_WORD.fullmatch(part) for part in parts]
            assert all(matches), line
            found.append([Word(m["key"], m["how"], m["value"]) for m in matches if m])
    return found


def of(key: str) -> Sequence[Word]:
    return [word for rule in rules() for word in rule if word.key == key]


def test_every_jump_lands_below_it() -> None:
    words = [word for rule in rules() for word in rule]
    for place, word in enumerate(words):
        if word.key == "GOTO":
            assert word.value in {w.value for w in words[place:] if w.key == "LABEL"}


def test_devices_are_given_to_who_sits_at_the_screen_and_to_nobody_else() -> None:
    assert {(word.how, word.value) for word in of("TAG")} == {("+=", "uaccess")}
    keys = {word.key for rule in rules() for word in rule}
    assert not keys & {"MODE", "GROUP", "OWNER", "RUN", "PROGRAM", "SYMLINK", "NAME"}
    assert int(UDEV[:2]) < 73  # where systemd gives access to what was tagged


def test_each_device_is_opened_on_a_condition() -> None:
    for rule in rules():
        if any(word.key == "TAG" for word in rule):
            assert [w for w in rule if w.how == "==" and w.key.split("{")[0] in _ASKS], rule


def test_no_rule_opens_a_card_reader() -> None:
    (asleep,) = [rule for rule in rules() if any("0b????" in word.value for word in rule)]
    assert [word.key for word in asleep if word.how in ("=", "+=")] == ["ATTR{power/control}"]


def test_serial_readers_are_left_alone_by_what_looks_for_modems() -> None:
    serial = [rule for rule in rules() if any(w.key == "ATTRS{idVendor}" for w in rule)]
    assert len(serial) >= 5
    for rule in serial:
        assert Word("ENV{ID_MM_DEVICE_IGNORE}", "=", "1") in rule
        (maker,) = [word.value for word in rule if word.key == "ATTRS{idVendor}"]
        assert re.fullmatch("[0-9a-f]{4}", maker)


_POLKIT = """
    (text, asked) => {
        const rules = [];
        const polkit = { addRule: rule => rules.push(rule),
                         Result: { YES: "yes", NOT_HANDLED: "not handled" } };
        new Function("polkit", text)(polkit);
        return asked.map(([id, groups]) =>
            rules[0]({ id }, { isInGroup: name => groups.includes(name) }));
    }
"""


@pytest.mark.e2e
def test_the_card_service_is_opened_to_one_group_and_nothing_else_is(
    browser: Browser,
) -> None:
    page = browser.new_page()
    page.goto("about:blank")
    pcsc = "org.debian.pcsc-lite."
    asked = [
        [f"{pcsc}access_pcsc", ["besace"]], [f"{pcsc}access_card", ["besace", "audio"]],
        [f"{pcsc}access_pcsc", ["audio"]], [f"{pcsc}access_other", ["besace"]],
        ["org.freedesktop.login1.power-off", ["besace"]],
    ]  # fmt: skip
    told = page.evaluate(f"([text, asked]) => ({_POLKIT})(text, asked)",
                         [(FOLDER / POLKIT).read_text(), asked])  # fmt: skip
    page.close()
    assert told == ["yes", "yes", "not handled", "not handled", "not handled"]


def test_the_doctor_says_what_is_there_and_the_mend(tmp_path: Path) -> None:
    assert list(look_at_rules(tmp_path, "linux")) == []
    assert list(look_at_rules(tmp_path, "darwin")) == []
    (tmp_path / "run/udev").mkdir(parents=True)
    policy = tmp_path / "usr/share/polkit-1/actions/org.debian.pcsc-lite.policy"
    policy.parent.mkdir(parents=True)
    policy.touch()
    udev = {"name": UDEV, "folder": "/etc/udev/rules.d"}
    polkit = {"name": POLKIT, "folder": "/etc/polkit-1/rules.d"}
    assert list(look_at_rules(tmp_path, "linux")) == [
        Finding("rules.udev_none", facts=udev, tried=False),
        Finding("rules.polkit_none", facts=polkit, tried=False),
    ]
    for name, folder in ((UDEV, "etc/udev/rules.d"), (POLKIT, "etc/polkit-1/rules.d")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / name).touch()
    codes = [finding.code for finding in look_at_rules(tmp_path, "linux")]
    assert codes == ["rules.udev_ok", "rules.polkit_ok"]


def test_a_folder_nobody_may_look_into_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "usr/share/polkit-1/actions/org.debian.pcsc-lite.policy"
    policy.parent.mkdir(parents=True)
    policy.touch()
    exists = Path.exists

    def hidden(path: Path) -> bool:
        if "rules.d" in path.parts:
            raise PermissionError
        return exists(path)

    monkeypatch.setattr(Path, "exists", hidden)
    assert [x.code for x in look_at_rules(tmp_path, "linux")] == ["rules.polkit_hidden"]
