"""Copies made while the practice is used, checked by coming back, thinned out, announced."""

import errno
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import apsw
import pytest

from server.core.errors import BackupFailed, DamagedPractice, InvalidForm
from server.services import backups, places, restoring, retention
from server.services.backups import Notice
from server.services.restoring import Ground
from server.services.vault import Vault
from server.store import backup, durable, journal, keeps, manifest, signing
from server.store.backup import Interrupted
from server.store.connection import is_encrypted, read_copy
from server.store.drill import OTHER_KEY, drill, newest_manifest
from server.store.keys import new_key
from server.store.signing import Signer
from tests.people import DELVAUX, OUCHENE
from tests.world import BUILT_ON, PASSPHRASE, World


@pytest.fixture
def vault(world: World) -> Vault:
    world.visit(DELVAUX)
    return world.cabinet.vault()


def local(world: World) -> Path:
    return places.beside(world.folder)


def actions(world: World) -> list[str]:
    rows = world.desk.db.execute("select action from journal order by seq").fetchall()
    return [str(row[0]) for row in rows if str(row[0]).startswith("backup.")]


def test_a_copy_is_made_checked_by_coming_back_and_remembered(world: World, vault: Vault) -> None:
    made = backups.back_up(vault, "ASKED")
    assert made.is_good
    assert made.path.parent == local(world) == world.folder.parent / "practice-sauvegardes"
    assert sorted(x.name for x in made.path.iterdir()) == [
        "besace.db", "besace.key", "manifest.json", "reference.db",
    ]  # fmt: skip
    [held] = backups.listed(world.desk, world.folder)
    assert (held.id, held.verdict, held.cause) == (made.id, "GOOD", "ASKED")
    assert not [x for x in world.folder.iterdir() if "drill" in x.name]
    assert actions(world) == ["backup.made", "backup.verified"]


def test_everything_of_a_copy_is_its_owners_alone_and_nothing_of_a_patient_is_in_clear(
    world: World, vault: Vault
) -> None:
    made = backups.back_up(vault, "ASKED")
    assert made.path.stat().st_mode & 0o077 == 0
    for file in made.path.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name
        assert DELVAUX.last_name.encode() not in file.read_bytes()
        assert DELVAUX.niss.encode() not in file.read_bytes()
    assert is_encrypted(made.path / "besace.db")


def test_each_copy_has_a_key_of_its_own(world: World, vault: Vault) -> None:
    made = backups.back_up(vault, "ASKED")
    facts = manifest.read(made.path)
    assert backup.unwrap(facts, vault.key).raw != vault.key.raw
    db = read_copy(made.path / "besace.db", backup.unwrap(facts, vault.key))
    assert db.execute("select count(*) from patient").fetchall() == [(1,)]
    db.close()
    world.clock.advance(hours=1)
    other = manifest.read(backups.back_up(vault, "ASKED").path)
    assert backup.unwrap(other, vault.key).raw != backup.unwrap(facts, vault.key).raw


def test_a_copy_holds_one_moment_while_others_go_on_writing(world: World, vault: Vault) -> None:
    rows = world.sql("select count(*) from patient")

    def write_meanwhile(done: int, total: int) -> None:
        if OUCHENE not in world.ids:
            world.patient(OUCHENE)

    small = 4
    pages, backup._PAGES = backup._PAGES, small
    try:
        copy = backups.copy_now(vault, local(world), "ASKED", write_meanwhile)
    finally:
        backup._PAGES = pages
    assert OUCHENE in world.ids
    assert manifest.read(copy).rows["patient"] == rows


def test_the_manifest_says_what_the_copy_must_add_up_to(world: World, vault: Vault) -> None:
    heads = journal.heads(world.desk.db)
    facts = manifest.read(backups.copy_now(vault, local(world), "ASKED"))
    assert facts.practice == world.desk.practice.id
    assert facts.lineage == world.desk.practice.lineage
    assert facts.heads == heads
    assert facts.rows["session"] == 1
    assert facts.schema == world.sql("pragma user_version")
    assert facts.reference == world.desk.practice.reference_sha256
    assert facts.is_genuine


def test_a_manifest_changed_by_another_hand_shows(world: World, vault: Vault) -> None:
    copy = backups.copy_now(vault, local(world), "ASKED")
    told = json.loads((copy / manifest.NAME).read_text())
    (copy / manifest.NAME).write_text(json.dumps({**told, "lineage": "other"}))
    with pytest.raises(DamagedPractice) as refused:
        manifest.read(copy)
    assert refused.value.facts == {"reason": "backup_signature"}
    assert drill(copy, vault.key, world.folder / backups.SCRATCH) == "backup_signature"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": 2}', '{"format": 1, "heads": 3, "at": "x"}', "x" * 2_000_000],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / manifest.NAME).write_text(text)
    with pytest.raises(DamagedPractice) as refused:
        manifest.read(tmp_path)
    assert refused.value.facts == {"reason": "backup_manifest"}


def test_a_manifest_signed_anew_by_another_key_is_not_the_practices(
    world: World, vault: Vault
) -> None:
    copy = backups.copy_now(vault, local(world), "ASKED")
    forged = manifest.read(copy).signed(Signer(bytes(32)))
    manifest.write(copy, forged)
    assert manifest.read(copy).is_genuine
    assert drill(copy, vault.key, world.folder / backups.SCRATCH) == "backup_signature"


@pytest.mark.parametrize("name", ["besace.db", "besace.key", "reference.db"])
def test_one_flipped_byte_of_a_copy_is_found_and_announced(
    world: World, vault: Vault, name: str
) -> None:
    copy = backups.back_up(vault, "ASKED").path
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    [tried] = backups.rehearse(vault)
    assert (tried.verdict, tried.reason) == ("BAD", "backup_changed")
    [bad, absent] = backups.notices(world.desk, world.folder)
    assert (bad.code, absent.code) == ("bad", "absent")
    assert keeps.read(world.folder)[0].troubled == "backup_changed"
    assert "backup.bad" in actions(world)


def test_a_copy_whose_file_is_gone_is_found(world: World, vault: Vault) -> None:
    copy = backups.back_up(vault, "ASKED").path
    (copy / "reference.db").unlink()
    [tried] = backups.rehearse(vault)
    assert tried.reason == "backup_missing"


def test_a_copy_older_than_the_key_of_the_practice_is_not_called_bad(
    world: World, vault: Vault
) -> None:
    copy = backups.copy_now(vault, local(world), "ASKED")
    assert drill(copy, new_key(), world.folder / backups.SCRATCH) == OTHER_KEY


def test_a_copy_somebody_took_away_is_announced(world: World, vault: Vault) -> None:
    copy = backups.back_up(vault, "ASKED").path
    assert backups.notices(world.desk, world.folder) == []
    shutil.rmtree(copy)
    assert backups.rehearse(vault) == []
    assert backups.notices(world.desk, world.folder) == [Notice("absent", second=False)]


def test_a_practice_without_a_copy_and_one_with_an_old_copy_say_so(
    world: World, vault: Vault
) -> None:
    assert backups.notices(world.desk, world.folder) == []  # its first copy is still to come
    world.clock.advance(hours=25)
    assert backups.notices(world.desk, world.folder) == [Notice("absent", second=False)]
    made = backups.back_up(vault, "ASKED")
    world.clock.advance(hours=25)
    [old] = backups.notices(world.desk, world.folder)
    assert (old.code, old.since) == ("old", manifest.read(made.path).at)


def test_the_second_place_gets_each_good_copy_and_ages_after_three_days(
    world: World, vault: Vault, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    places.choose_second(world.desk, world.folder, str(stick))
    made = backups.back_up(vault, "ASKED")
    assert made.second == ""
    assert drill(stick / made.path.name, vault.key, world.folder / backups.SCRATCH) == ""
    assert len(backups.listed(world.desk, world.folder)) == 2
    stick.rename(tmp_path / "pocket")
    world.clock.advance(days=2)
    assert backups.back_up(vault, "ASKED").second == "absent"
    assert backups.notices(world.desk, world.folder) == []
    world.clock.advance(days=2)
    backups.back_up(vault, "ASKED")
    [old] = backups.notices(world.desk, world.folder)
    assert (old.code, old.second) == ("old", True)


def test_a_second_place_that_cannot_be_written_is_told_and_journalled(
    world: World, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    places.choose_second(world.desk, world.folder, str(stick))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr("shutil.copyfile", full)
    made = backups.back_up(vault, "ASKED")
    assert (made.is_good, made.second) == (True, "full")
    assert list(stick.iterdir()) == []
    assert "backup.failed" in actions(world)


@pytest.mark.parametrize(
    ("place", "reason"),
    [("copies", "not_absolute"), ("{tmp}/nowhere", "absent"), ("{folder}", "same"),
     ("{folder}-sauvegardes", "same"), ("/proc", "locked")],
)  # fmt: skip
def test_a_folder_that_cannot_be_the_second_place_is_refused_with_its_reason(
    world: World, vault: Vault, tmp_path: Path, place: str, reason: str
) -> None:
    backups.back_up(vault, "ASKED")
    with pytest.raises(InvalidForm) as refused:
        typed = place.format(tmp=tmp_path, folder=world.folder)
        places.choose_second(world.desk, world.folder, typed)
    assert refused.value.facts == {"faults": (("second", reason),)}


def test_no_second_place_is_a_choice_too(world: World, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    places.choose_second(world.desk, world.folder, str(stick))
    places.choose_second(world.desk, world.folder, "")
    assert places.shown(world.desk, world.folder).second is None


def test_copies_are_thinned_out_and_those_of_another_practice_stay(
    world: World, vault: Vault, tmp_path: Path
) -> None:
    first = backups.back_up(vault, "ASKED").path
    strange = first.with_name("besace-20200101-000000-ABCDEF")
    shutil.copytree(first, strange)
    (strange / manifest.NAME).write_text("{}")
    world.clock.advance(minutes=5)
    second = backups.back_up(vault, "ASKED").path
    assert not first.exists()
    assert sorted(backup.listed(local(world))) == sorted([strange, second])
    assert "backup.dropped" in actions(world)


def test_the_last_copy_made_before_a_migration_is_not_thinned_out(
    world: World, vault: Vault
) -> None:
    before = backups.copy_before(vault, "MIGRATION")
    backups.remember(world.desk, before, "", 0.0)
    for _ in range(3):
        world.clock.advance(minutes=5)
        newest = backups.back_up(vault, "USE").path
    assert sorted(backup.listed(local(world))) == [before, newest]


def test_a_copy_is_due_after_four_hours_of_use_and_not_of_rest(world: World, vault: Vault) -> None:
    assert backups.is_due(world.desk)
    backups.back_up(vault, "USE")
    world.clock.advance(hours=5)
    assert not backups.is_due(world.desk)
    world.patient(OUCHENE)
    assert backups.is_due(world.desk)
    backups.back_up(vault, "USE")
    world.patient(DELVAUX)
    world.insure(DELVAUX)
    assert not backups.is_due(world.desk)
    assert backups.changed_since(world.desk, backups.newest(world.desk))


def test_a_rehearsal_is_due_a_week_after_the_last(world: World, vault: Vault) -> None:
    assert not backups.drill_is_due(world.desk)
    backups.back_up(vault, "USE")
    assert not backups.drill_is_due(world.desk)
    world.clock.advance(days=7)
    assert backups.drill_is_due(world.desk)
    [tried] = backups.rehearse(vault)
    assert tried.verdict == "GOOD"
    assert not backups.drill_is_due(world.desk)
    assert actions(world)[-2:] == ["backup.verified", "backup.drill"]


def test_a_copy_told_to_stop_leaves_nothing(world: World, vault: Vault) -> None:
    with pytest.raises(Interrupted):
        backups.back_up(vault, "ASKED", stopped=lambda: True)
    assert list(local(world).iterdir()) == []
    assert backups.listed(world.desk, world.folder) == []


@pytest.mark.parametrize(
    ("raised", "reason"),
    [(apsw.FullError(), "full"), (OSError(errno.ENOSPC, ""), "full"),
     (PermissionError(errno.EACCES, ""), "place"), (apsw.IOError(), "disk"),
     (DamagedPractice(reason="pages"), "pages")],
)  # fmt: skip
def test_a_disk_that_refuses_is_a_reason_and_the_practice_goes_on(
    world: World, vault: Vault, monkeypatch: pytest.MonkeyPatch, raised: Exception, reason: str
) -> None:
    def refuse(*_: object) -> None:
        raise raised

    monkeypatch.setattr(backup, "copy_pages", refuse)
    with pytest.raises(BackupFailed) as failed:
        backups.back_up(vault, "ASKED")
    assert failed.value.facts["reason"] == reason
    assert actions(world) == ["backup.failed"]
    assert list(local(world).iterdir()) == []
    world.patient(OUCHENE)


def test_a_practice_with_a_broken_lot_or_journal_is_not_copied_as_if_it_were_whole(
    world: World, vault: Vault
) -> None:
    db = world.desk.db
    db.execute("drop trigger journal_is_written_once").fetchall()
    db.execute("update journal set action = 'x' where seq = (select max(seq) from journal)")
    with pytest.raises(BackupFailed) as failed:
        backups.copy_now(vault, local(world), "ASKED")
    assert failed.value.facts["reason"] == "journal"


def test_a_copy_half_made_by_a_run_that_died_is_swept_away(world: World, vault: Vault) -> None:
    half = local(world) / "besace-20260101-000000-ABCDEF.tmp"
    half.mkdir(parents=True)
    backups.back_up(vault, "ASKED")
    assert not half.exists()


def test_the_newest_readable_copy_of_a_practice_is_found(world: World, vault: Vault) -> None:
    made = backups.back_up(vault, "ASKED")
    (local(world) / "besace-20990101-000000-ABCDEF").mkdir()
    found = newest_manifest(local(world), world.desk.practice.id)
    assert found is not None
    assert found.id == made.id
    assert newest_manifest(local(world), "other") is None
    assert newest_manifest(world.folder / "nowhere", "x") is None


def test_files_written_durably_are_whole_or_not_there(tmp_path: Path) -> None:
    durable.write(tmp_path / "a", b"one")
    durable.write(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
    assert [x.name for x in tmp_path.iterdir()] == ["a"]


def test_how_long_things_are_kept_is_told_for_the_country(world: World) -> None:
    told = {rule.what: (rule.length, rule.in_years) for rule in retention.rules(world.desk)}
    assert told == {"health": (30, True), "accounting": (7, True), "journal": (10, True)}
    until = retention.until(world.desk, "health", world.desk.today)
    assert until is not None
    assert until - world.desk.today > timedelta(days=30 * 365)
    french = [rule for rule in retention.table() if rule.country == "FR"]
    assert {rule.what for rule in french} == {"health", "claims", "accounting", "journal"}


def test_row_16_no_name_in_a_manifest_leads_out_of_the_folder(world: World, vault: Vault) -> None:
    """Anybody can sign a manifest with a key of his own: the names of files never come from it."""
    copy = backups.copy_now(vault, local(world), "ASKED")
    honest = manifest.read(copy)
    led_out = replace(honest, reference="../../away", id="../../away")
    manifest.write(copy, led_out.signed(signing.Signer(bytes(32))))
    assert manifest.read(copy).is_genuine
    home = world.folder.parent / "back" / "cabinet"
    ground = Ground(world.clock, world.desk.entropy, BUILT_ON)
    with pytest.raises(DamagedPractice) as refused:
        restoring.restore(copy, home, PASSPHRASE, ground)
    assert refused.value.facts == {"reason": "backup_changed"}
    assert not home.exists()
    assert not (world.folder.parent / "away.db").exists()
